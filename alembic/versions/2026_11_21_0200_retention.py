"""What retention needs: merged token rows, which runs are done with, who has the duty, the age of threads.

The columns are added without rewriting a table. The log gets vacuumed after a twentieth of it has changed, not a fifth: compaction leaves
room behind, and new rows should find it.

Revision: 2026_11_21_0200, after 2026_11_21_0050.
"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_0200"
down_revision = "2026_11_21_0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("run_events", sa.Column("pieces", sa.ARRAY(sa.Integer())))
    op.add_column("runs", sa.Column("compacted", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.create_index("runs_to_compact_idx", "runs", ["finished_at"], postgresql_where=sa.text("finished_at IS NOT NULL AND NOT compacted"))
    op.create_index("threads_age_idx", "threads", ["updated_at"])
    op.create_table(
        "duties",
        sa.Column("name", sa.Text(), primary_key=True),
        sa.Column("holder", sa.Uuid(), nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=False),
    )
    _set_on_the_log("SET (autovacuum_vacuum_scale_factor = 0.05)")


def downgrade() -> None:
    """Refuses a log that was compacted: the schema before could not tell where a merged row's tokens end."""
    connection = op.get_bind()
    if connection.scalar(sa.text("SELECT EXISTS (SELECT FROM run_events WHERE pieces IS NOT NULL)")):
        raise RuntimeError("The log holds merged rows, which the schema before cannot read. Restore a backup from before instead.")
    op.drop_table("duties")
    op.drop_index("threads_age_idx", "threads")
    op.drop_index("runs_to_compact_idx", "runs")
    op.drop_column("runs", "compacted")
    op.drop_column("run_events", "pieces")
    _set_on_the_log("RESET (autovacuum_vacuum_scale_factor)")


def _set_on_the_log(change: str) -> None:
    """A partitioned table has no such settings: its partitions have them from their birth."""
    kind = op.get_bind().scalar(sa.text("SELECT relkind FROM pg_class WHERE oid = 'run_events'::regclass"))
    if kind in ("r", b"r"):
        op.execute(f"ALTER TABLE run_events {change}")
