"""Users, threads, messages, runs, the log of events, executors' leases.

Revision: 2026_11_20_2100, the first.
"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_20_2100"
down_revision = None
branch_labels = None
depends_on = None

NOW = sa.text("now()")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", TIME, server_default=NOW, nullable=False),
    )
    op.create_table(
        "threads",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("user_id", sa.BigInteger(), sa.ForeignKey("users.id", name="threads_user_id_fkey", ondelete="CASCADE"), nullable=False),
        sa.Column("assistant", sa.Text(), nullable=False),
        sa.Column("title", sa.Text()),
        sa.Column("created_at", TIME, server_default=NOW, nullable=False),
        sa.Column("updated_at", TIME, server_default=NOW, nullable=False),
        sa.CheckConstraint("assistant IN ('cvs', 'resume')", name=op.f("threads_assistant_check")),
    )
    op.create_index("threads_of_user_idx", "threads", ["user_id", sa.text("updated_at DESC"), sa.text("id DESC")])
    op.create_table(
        "messages",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("thread_id", sa.Uuid(), sa.ForeignKey("threads.id", name="messages_thread_id_fkey", ondelete="CASCADE"), nullable=False),
        sa.Column("ordinal", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.Uuid()),
        sa.Column("run_id", sa.Uuid()),
        sa.Column("sources", sa.JSON()),
        sa.Column("error", sa.JSON()),
        sa.Column("created_at", TIME, server_default=NOW, nullable=False),
        sa.CheckConstraint("role IN ('user', 'assistant')", name=op.f("messages_role_check")),
        sa.CheckConstraint("status IN ('done', 'failed', 'cancelled')", name=op.f("messages_status_check")),
    )
    op.create_index("messages_in_thread_idx", "messages", ["thread_id", "ordinal"], unique=True)
    op.create_table(
        "runs",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("thread_id", sa.Uuid(), sa.ForeignKey("threads.id", name="runs_thread_id_fkey", ondelete="CASCADE"), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("answer_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("owner", sa.Uuid()),
        sa.Column("provider", sa.Text()),
        sa.Column("model", sa.Text()),
        sa.Column("usage", sa.JSON()),
        sa.Column("finish_reason", sa.Text()),
        sa.Column("error", sa.JSON()),
        sa.Column("idempotency_key", sa.Text()),
        sa.Column("idempotency_digest", sa.Text()),
        sa.Column("created_at", TIME, server_default=NOW, nullable=False),
        sa.Column("started_at", TIME),
        sa.Column("finished_at", TIME),
        sa.Column("first_token_seconds", sa.Double[float]()),
        sa.CheckConstraint("status IN ('queued', 'running', 'done', 'failed', 'cancelled')", name=op.f("runs_status_check")),
        sa.CheckConstraint("status <> 'running' OR owner IS NOT NULL", name=op.f("runs_running_is_owned_check")),
    )
    unfinished = sa.text("status IN ('queued', 'running')")
    running = sa.text("status = 'running'")
    queued = sa.text("status = 'queued'")
    keyed = sa.text("idempotency_key IS NOT NULL")
    op.create_index("runs_in_thread_idx", "runs", ["thread_id", "ordinal"], unique=True)
    op.create_index("runs_unfinished_idx", "runs", ["thread_id", "ordinal"], postgresql_where=unfinished)
    op.create_index("runs_one_running_idx", "runs", ["thread_id"], unique=True, postgresql_where=running)
    op.create_index("runs_queue_idx", "runs", ["ordinal"], postgresql_where=queued)
    op.create_index("runs_owner_idx", "runs", ["owner"], postgresql_where=running)
    op.create_index("runs_idempotency_idx", "runs", ["thread_id", "idempotency_key"], unique=True, postgresql_where=keyed)
    op.create_table(
        "run_events",
        sa.Column("run_id", sa.Uuid(), primary_key=True),
        sa.Column("seq", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("created_at", TIME, server_default=NOW, nullable=False),
    )
    op.create_table(
        "executors",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("lease_until", TIME, nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("started_at", TIME, server_default=NOW, nullable=False),
    )


def downgrade() -> None:
    for table in ("executors", "run_events", "runs", "messages", "threads", "users"):
        op.drop_table(table)
