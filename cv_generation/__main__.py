"""`python -m cv_generation`."""

import sys

try:
    from cv_generation.cli import main
except ModuleNotFoundError as missing:
    sys.exit(f"The CV generator needs the optional packages of the extra 'cvs' ({missing}): uv sync --extra cvs")

main()
