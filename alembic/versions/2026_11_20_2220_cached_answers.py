"""Answers that may be given again; runs record the index they used and whether their answer was one of those.

Revision: 2026_11_20_2220, after 2026_11_20_2100.
"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_20_2220"
down_revision = "2026_11_20_2100"
branch_labels = None
depends_on = None

NO = sa.text("false")


def upgrade() -> None:
    op.add_column("runs", sa.Column("generation", sa.Text()))
    op.add_column("runs", sa.Column("cached", sa.Boolean(), server_default=NO, nullable=False))
    op.add_column("runs", sa.Column("fresh", sa.Boolean(), server_default=NO, nullable=False))
    op.create_table(
        "cached_answers",
        sa.Column("key", sa.Text(), primary_key=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sources", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    )
    op.create_index("cached_answers_age_idx", "cached_answers", ["created_at"])


def downgrade() -> None:
    op.drop_table("cached_answers")
    for column in ("fresh", "cached", "generation"):
        op.drop_column("runs", column)
