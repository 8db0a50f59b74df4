"""What a ticket rests on: the cookie that asked for it, and the end of what was shown. Streams that it opened end with them.

Both may be empty, so the version before goes on writing rows, and none is rewritten.

Revision: 2026_11_21_0440, after 2026_11_21_0200.
"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_0440"
down_revision = "2026_11_21_0200"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sign_ins", sa.Column("parent", sa.Text()))
    op.add_column("sign_ins", sa.Column("holds_until", sa.DateTime(timezone=True)))


def downgrade() -> None:
    op.drop_column("sign_ins", "holds_until")
    op.drop_column("sign_ins", "parent")
