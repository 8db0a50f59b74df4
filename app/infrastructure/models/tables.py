"""Every table of the product, its constraints and its indexes; `alembic/versions` makes them, a drift test compares the two.

Called by the repositories. Each index names the query it is for; `tests/integration/test_query_plans.py` proves that it is used.

`run_events` has no foreign key: every insert goes through the fenced statement (`repositories/log_statements.py`), which holds the run's row while it
writes, and a key check per row would cost more than the row. Its key begins with a UUIDv7, which begins with a time, so the table can later
be partitioned by time without another column.
"""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    Double,
    ForeignKey,
    Identity,
    Index,
    Integer,
    MetaData,
    Text,
    Uuid,
    func,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """Constraints and indexes get the names that Postgres itself would give; times carry a zone, JSON keeps its spelling (`json`, not `jsonb`)."""

    metadata = MetaData(
        naming_convention={
            "pk": "%(table_name)s_pkey",
            "fk": "%(table_name)s_%(column_0_name)s_fkey",
            "ck": "%(table_name)s_%(constraint_name)s_check",
            "uq": "%(table_name)s_%(column_0_name)s_key",
            "ix": "%(table_name)s_%(column_0_name)s_idx",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: DateTime(timezone=True),
        str: Text(),
        UUID: Uuid(),
        float: Double(),
        dict[str, Any]: JSON(none_as_null=True),
        list[dict[str, Any]]: JSON(none_as_null=True),
    }


class UserRow(Base):
    """Whoever owns threads; `external_id` is null for those who did not come with a JWT."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    name: Mapped[str]
    external_id: Mapped[str | None] = mapped_column(unique=True)  # issuer and subject, of whoever comes with a JWT
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class ThreadRow(Base):
    """A conversation of one user with one assistant."""

    __tablename__ = "threads"
    __table_args__ = (
        CheckConstraint("assistant IN ('cvs', 'resume')", name="assistant"),
        Index("threads_of_user_idx", "user_id", text("updated_at DESC"), text("id DESC")),  # list a user's threads, page by page
        Index("threads_age_idx", "updated_at"),  # remove those that nobody has used for long
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("users.id", ondelete="CASCADE"))
    assistant: Mapped[str]
    title: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())


class MessageRow(Base):
    """`parent_id` and `run_id` carry no key: a parent may be an answer that is still being written, under an id known beforehand."""

    __tablename__ = "messages"
    __table_args__ = (
        CheckConstraint("role IN ('user', 'assistant')", name="role"),
        CheckConstraint("status IN ('done', 'failed', 'cancelled')", name="status"),
        Index("messages_in_thread_idx", "thread_id", "ordinal", unique=True),  # history, newest page first; the thread's latest message
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    thread_id: Mapped[UUID] = mapped_column(ForeignKey("threads.id", ondelete="CASCADE"))
    ordinal: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    role: Mapped[str]
    content: Mapped[str]
    status: Mapped[str]
    parent_id: Mapped[UUID | None]
    run_id: Mapped[UUID | None]
    sources: Mapped[list[dict[str, Any]] | None]
    error: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class RunRow(Base):
    """Answers in the making and made; also the queue: a row that is `queued` waits for an executor."""

    __tablename__ = "runs"
    __table_args__ = (
        CheckConstraint("status IN ('queued', 'running', 'done', 'failed', 'cancelled')", name="status"),
        CheckConstraint("status <> 'running' OR owner IS NOT NULL", name="running_is_owned"),
        Index("runs_in_thread_idx", "thread_id", "ordinal", unique=True),  # next run of a thread; first of its thread
        Index("runs_unfinished_idx", "thread_id", "ordinal", postgresql_where=text("status IN ('queued', 'running')")),  # is it busy?
        Index("runs_one_running_idx", "thread_id", unique=True, postgresql_where=text("status = 'running'")),  # the rule itself
        Index("runs_queue_idx", "ordinal", postgresql_where=text("status = 'queued'")),  # claim the oldest
        Index("runs_owner_idx", "owner", postgresql_where=text("status = 'running'")),  # take over, check ownership
        Index("runs_to_compact_idx", "finished_at", postgresql_where=text("finished_at IS NOT NULL AND NOT compacted")),  # the oldest first
        Index("runs_idempotency_idx", "thread_id", "idempotency_key", unique=True, postgresql_where=text("idempotency_key IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    thread_id: Mapped[UUID] = mapped_column(ForeignKey("threads.id", ondelete="CASCADE"))
    message_id: Mapped[UUID]
    answer_id: Mapped[UUID]
    ordinal: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    status: Mapped[str]
    attempt: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    owner: Mapped[UUID | None]
    provider: Mapped[str | None]
    model: Mapped[str | None]
    usage: Mapped[dict[str, Any] | None]
    finish_reason: Mapped[str | None]
    error: Mapped[dict[str, Any] | None]
    idempotency_key: Mapped[str | None]
    idempotency_digest: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    first_token_seconds: Mapped[float | None]
    generation: Mapped[str | None]
    cached: Mapped[bool] = mapped_column(server_default=text("false"))
    fresh: Mapped[bool] = mapped_column(server_default=text("false"))
    prompt_record: Mapped[dict[str, Any] | None]
    request_id: Mapped[str | None]
    traceparent: Mapped[str | None]
    compacted: Mapped[bool] = mapped_column(server_default=text("false"))


class RunEventRow(Base):
    """The log. `data` is `json`, not `jsonb`: it is stored and read back to the letter, and never searched.

    `pieces` is set in a row that stands for several tokens, merged after the run's end: their lengths, see `app/domain/chat/compaction.py`.
    `chatbot partition` makes the table a partitioned one, with the same columns and the same key.
    """

    __tablename__ = "run_events"

    run_id: Mapped[UUID] = mapped_column(primary_key=True)  # with seq: replay after a cursor, newest number of a run
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    type: Mapped[str]
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    pieces: Mapped[list[int] | None] = mapped_column(ARRAY(Integer))


class ExecutorRow(Base):
    """One row a process that executes runs; its runs are anybody's once `lease_until` has passed."""

    __tablename__ = "executors"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    lease_until: Mapped[datetime]
    host: Mapped[str]
    started_at: Mapped[datetime] = mapped_column(server_default=func.now())


class DutyRow(Base):
    """What one process does for all, such as retention: by whom, and until when nobody else may."""

    __tablename__ = "duties"

    name: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[UUID]
    held_until: Mapped[datetime]


class CachedAnswerRow(Base):
    """Answers that may be given again; the key is a digest of everything that the answer depends on."""

    __tablename__ = "cached_answers"
    __table_args__ = (Index("cached_answers_age_idx", "created_at"),)  # forget the old ones

    key: Mapped[str] = mapped_column(primary_key=True)
    text: Mapped[str]
    sources: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class ApiKeyRow(Base):
    """API keys, without their secrets: `digest` is SHA-256 in hexadecimal. Revoked ones stay, so that it can be seen who had which."""

    __tablename__ = "api_keys"
    __table_args__ = (
        CheckConstraint("scope IN ('user', 'admin')", name="scope"),
        CheckConstraint("(scope = 'user') = (user_id IS NOT NULL)", name="user_has_user"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str]
    name: Mapped[str]
    scope: Mapped[str]
    user_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("users.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    revoked_at: Mapped[datetime | None]


class SignInRow(Base):
    """Cookies and stream tickets: digests of tokens, and whom they stand for."""

    __tablename__ = "sign_ins"
    __table_args__ = (
        CheckConstraint("scope IN ('user', 'admin')", name="scope"),
        Index("sign_ins_end_idx", "expires_at"),  # forget those that are over
        Index("sign_ins_key_idx", "key_id", postgresql_where=text("key_id IS NOT NULL")),  # end those of a revoked key
    )

    digest: Mapped[str] = mapped_column(primary_key=True)
    scope: Mapped[str]
    user_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("users.id", ondelete="CASCADE"))
    key_id: Mapped[str | None] = mapped_column(ForeignKey("api_keys.id", ondelete="CASCADE"))
    resource: Mapped[str | None]
    expires_at: Mapped[datetime]
    parent: Mapped[str | None]
    holds_until: Mapped[datetime | None]


class RateWindowRow(Base):
    """Requests counted for all processes together. Unlogged: a crash of the database forgets them, which costs nobody anything."""

    __tablename__ = "rate_windows"
    __table_args__ = (
        Index("rate_windows_end_idx", "ends_at"),  # forget those that are over
        {"prefixes": ["UNLOGGED"]},
    )

    subject: Mapped[str] = mapped_column(primary_key=True)
    hits: Mapped[int] = mapped_column(BigInteger)
    ends_at: Mapped[datetime]


class SpentTokensRow(Base):
    """Tokens charged to a user, by day (UTC): written in the transaction that closes a run. Outlives the threads they were spent in."""

    __tablename__ = "spent_tokens"

    user_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    tokens: Mapped[int] = mapped_column(BigInteger)
