"""A process takes as many files as it may have, and leaves alone what is enough. In processes of their own: a limit is not given back."""

import subprocess
import sys

import pytest

ASK = """
import resource, sys
resource.setrlimit(resource.RLIMIT_NOFILE, (int(sys.argv[1]), int(sys.argv[2])))
from app.cli.open_files import allow_open_files
print(allow_open_files(), resource.getrlimit(resource.RLIMIT_NOFILE))
"""


@pytest.mark.parametrize(("soft", "hard", "then"), [(256, 300, 300), (1024, 4096, 4096), (300, 300, 300)])
def test_the_soft_limit_is_raised_to_the_hard_one(soft: int, hard: int, then: int) -> None:
    asked = subprocess.run([sys.executable, "-c", ASK, str(soft), str(hard)], capture_output=True, text=True, check=True)
    assert asked.stdout.strip() == f"{then} ({then}, {hard})"
