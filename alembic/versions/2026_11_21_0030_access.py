"""Who may come in, and how much: API keys, sign-ins, users known from elsewhere, counted requests, spent tokens.

Revision: 2026_11_21_0030, after 2026_11_20_2220.
"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_0030"
down_revision = "2026_11_20_2220"
branch_labels = None
depends_on = None

NOW = sa.text("now()")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("users", sa.Column("external_id", sa.Text()))
    op.create_unique_constraint("users_external_id_key", "users", ["external_id"])
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), sa.ForeignKey("users.id", name="api_keys_user_id_fkey", ondelete="CASCADE")),
        sa.Column("created_at", MOMENT, server_default=NOW, nullable=False),
        sa.Column("revoked_at", MOMENT),
        sa.CheckConstraint("scope IN ('user', 'admin')", name="scope"),
        sa.CheckConstraint("(scope = 'user') = (user_id IS NOT NULL)", name="user_has_user"),
    )
    op.create_table(
        "sign_ins",
        sa.Column("digest", sa.Text(), primary_key=True),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), sa.ForeignKey("users.id", name="sign_ins_user_id_fkey", ondelete="CASCADE")),
        sa.Column("key_id", sa.Text(), sa.ForeignKey("api_keys.id", name="sign_ins_key_id_fkey", ondelete="CASCADE")),
        sa.Column("resource", sa.Text()),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.CheckConstraint("scope IN ('user', 'admin')", name="scope"),
    )
    op.create_index("sign_ins_end_idx", "sign_ins", ["expires_at"])
    op.create_index("sign_ins_key_idx", "sign_ins", ["key_id"], postgresql_where=sa.text("key_id IS NOT NULL"))
    op.create_table(
        "rate_windows",
        sa.Column("subject", sa.Text(), primary_key=True),
        sa.Column("hits", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        prefixes=["UNLOGGED"],
    )
    op.create_index("rate_windows_end_idx", "rate_windows", ["ends_at"])
    op.create_table(
        "spent_tokens",
        sa.Column("user_id", sa.BigInteger(), sa.ForeignKey("users.id", name="spent_tokens_user_id_fkey", ondelete="CASCADE")),
        sa.Column("day", sa.Date()),
        sa.Column("tokens", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "day", name="spent_tokens_pkey"),
    )


def downgrade() -> None:
    for table in ("spent_tokens", "rate_windows", "sign_ins", "api_keys"):
        op.drop_table(table)
    op.drop_column("users", "external_id")
