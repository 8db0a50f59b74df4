"""The diagram of the tables in docs/architecture.md is that of `scripts/schema.py`, which draws the models."""

import subprocess
import sys
from pathlib import Path

from app.infrastructure.models.tables import Base

ROOT = Path(__file__).parents[2]
MARK, END = "<!-- schema -->\n```mermaid\n", "```\n<!-- /schema -->"


def test_the_documentation_shows_the_tables_as_they_are() -> None:
    drawn = subprocess.run([sys.executable, "scripts/schema.py"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    shown = (ROOT / "docs" / "architecture.md").read_text().partition(MARK)[2].partition(END)[0]
    assert shown == drawn, "python scripts/schema.py prints what belongs there"
    for table in Base.metadata.tables.values():
        assert f"    {table.name} {{" in drawn
        assert all(f" {column.name}" in drawn for column in table.columns)
