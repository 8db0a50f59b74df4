"""Runs record what the model was sent, and what did not fit.

Revision: 2026_11_21_0045, after 2026_11_21_0030.
"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_0045"
down_revision = "2026_11_21_0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("runs", sa.Column("prompt_record", sa.JSON()))


def downgrade() -> None:
    op.drop_column("runs", "prompt_record")
