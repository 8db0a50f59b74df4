"""Prints the tables as a Mermaid diagram, from the models: what docs/architecture.md shows. `python scripts/schema.py`; a test compares the two.

Columns that name a row elsewhere without a foreign key, on purpose, are drawn with a dotted line; `models/tables.py` says why.
"""

import sys
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, Table
from sqlalchemy.dialects import postgresql

from app.infrastructure.models.tables import Base

KEYLESS = (
    ("runs", "run_events", "has"),
    ("messages", "runs", "answered by"),
    ("executors", "runs", "owns"),
    ("messages", "messages", "followed by"),
)
ONE_WORD = {"timestamp with time zone": "timestamptz", "double precision": "float8", "integer[]": "integers"}
"""Mermaid takes no type of more than a word."""


def diagram() -> str:
    """The whole diagram, without the fence."""
    return "\n".join(["erDiagram", *_relations(), *(line for table in Base.metadata.sorted_tables for line in _entity(table))])


def _relations() -> Iterator[str]:
    for table in Base.metadata.sorted_tables:
        for key in sorted(table.foreign_keys, key=lambda key: key.parent.name):
            yield f'    {key.column.table.name} ||--o{{ {table.name} : "{key.parent.name}"'
    for one, many, name in KEYLESS:
        yield f'    {one} ||..o{{ {many} : "{name}"'


def _entity(table: Table) -> Iterator[str]:
    yield f"    {table.name} {{"
    for column in table.columns:
        marks = [mark for mark, is_so in (("PK", column.primary_key), ("FK", bool(column.foreign_keys))) if is_so]
        yield f"        {_type(column)} {column.name}{' ' + ', '.join(marks) if marks else ''}"
    yield "    }"


def _type(column: Column[Any]) -> str:
    name = column.type.compile(dialect=postgresql.dialect()).lower()
    return ONE_WORD.get(name, name)


if __name__ == "__main__":
    sys.stdout.write(diagram() + "\n")
