"""Everything that can go wrong in the domain, each with a stable code that clients may rely on.

    ChatError
    ├── NotFound                user_not_found, thread_not_found, run_not_found, message_not_found
    ├── InvalidInput            invalid_parent, message_too_long
    │   └── InvalidCursor       invalid_cursor
    ├── ThreadBusy              thread_busy: the thread has an unfinished run
    ├── QueueFull               queue_full: the thread has too many waiting runs
    ├── IdempotencyMismatch     idempotency_key_reused
    ├── NothingNew              a cursor at the end of a finished run (no error for a client: HTTP 204)
    ├── LeaseLost               another executor, or a cancel, has the run now (never reaches a client)
    ├── ModelError              provider_*: what a language model did wrong
    ├── Unavailable             database_unavailable, database_busy
    ├── NotAuthenticated        authentication_required, invalid_credentials
    ├── Forbidden               admin_required, user_required, origin_refused
    ├── NothingToSignInTo       auth_off
    ├── SignInFailed            sign_in_expired, sign_in_refused
    └── RateLimited             rate_limited, too_many_runs, too_many_streams, token_budget_spent

Only the web layer knows HTTP statuses.
"""

from uuid import UUID

from app.domain.access.rate import Quota


class ChatError(Exception):
    """Base of all domain errors: a code for programs, a sentence for people."""

    code = "error"

    def __init__(self, message: str, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code


class NotFound(ChatError):
    """There is no such thing. `kind` is `user`, `thread`, `run` or `message`."""

    def __init__(self, kind: str, key: object) -> None:
        super().__init__(f"There is no {kind} {key}.", code=f"{kind}_not_found")


class InvalidInput(ChatError):
    """The request is well formed but cannot be meant."""

    code = "invalid_input"


class InvalidCursor(InvalidInput):
    """A cursor that is none, or not one of what it is used for."""

    code = "invalid_cursor"


class ThreadBusy(ChatError):
    """The thread has an unfinished run, and the client did not say what to do then."""

    code = "thread_busy"

    def __init__(self, run_id: UUID) -> None:
        super().__init__(
            f"Run {run_id} is still answering in this thread. Wait for it, cancel it, or post with on_busy 'enqueue' or 'interrupt'."
        )
        self.run_id = run_id


class QueueFull(ChatError):
    """Too many runs wait in this thread."""

    code = "queue_full"


class IdempotencyMismatch(ChatError):
    """The Idempotency-Key was used before, for another body."""

    code = "idempotency_key_reused"

    def __init__(self) -> None:
        super().__init__("This Idempotency-Key was already used in this thread with another body. Use a new key for a new request.")


class NothingNew(ChatError):
    """The reader's cursor is at the end of a finished run: nothing will ever follow."""

    code = "nothing_new"

    def __init__(self) -> None:
        super().__init__("The run has ended and the cursor is at its end.")


class LeaseLost(ChatError):
    """The run has a newer attempt, is closed, or is gone: whoever gets this must write nothing more for it."""

    code = "lease_lost"

    def __init__(self, run_id: UUID) -> None:
        super().__init__(f"Run {run_id} is no longer this executor's.")


class ModelError(ChatError):
    """A language model, or the way to it, failed.

    Codes: `provider_auth`, `provider_bad_request`, `provider_rate_limited`, `provider_overloaded`, `provider_unavailable`,
    `provider_timeout`, `provider_protocol`, `provider_interrupted`, `provider_refused`, `provider_empty`. `retryable` says whether the same request may
    succeed later; `retry_after` is the provider's own wish in seconds.
    """

    code = "provider_error"

    def __init__(self, code: str, message: str, *, retryable: bool, retry_after: float | None = None) -> None:
        super().__init__(message, code=code)
        self.retryable = retryable
        self.retry_after = retry_after


class Unavailable(ChatError):
    """The service cannot do this now, through no fault of the client; trying again is right. `retry_after` is in seconds."""

    def __init__(self, code: str, message: str, retry_after: float = 1.0) -> None:
        super().__init__(message, code=code)
        self.retry_after = retry_after


class NotAuthenticated(ChatError):
    """Nobody has said who they are, or not in a way that is believed. Says no more than that: a reason would help who guesses."""

    code = "authentication_required"


class Forbidden(ChatError):
    """Known, but not allowed this, whatever the id."""

    code = "forbidden"


class NothingToSignInTo(ChatError):
    """AUTH_MODE is off."""

    code = "auth_off"

    def __init__(self) -> None:
        super().__init__("AUTH_MODE is off: there is nothing to sign in to.")


class SignInFailed(ChatError):
    """Signing in with the identity provider did not work: `sign_in_expired` (not begun in this browser, or too long ago) or `sign_in_refused`.

    The message is for the log.
    """

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason, code)


class RateLimited(ChatError):
    """Too much, too fast. `retry_after` is in seconds: before that the same request is refused again. `quota` is the limit, if it counts requests."""

    code = "rate_limited"

    def __init__(self, message: str, retry_after: float, code: str | None = None, quota: Quota | None = None) -> None:
        super().__init__(message, code)
        self.retry_after = retry_after
        self.quota = quota
