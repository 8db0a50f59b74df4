"""The tables, as SQLAlchemy models. Seen by repositories, `db` and Alembic; by nobody else."""
