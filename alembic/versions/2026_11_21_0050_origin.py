"""Runs remember the request that asked for them, and its place in a trace.

Revision: 2026_11_21_0050, after 2026_11_21_0045.
"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_0050"
down_revision = "2026_11_21_0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("runs", sa.Column("request_id", sa.Text()))
    op.add_column("runs", sa.Column("traceparent", sa.Text()))


def downgrade() -> None:
    for column in ("traceparent", "request_id"):
        op.drop_column("runs", column)
