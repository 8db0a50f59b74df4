"""What access asks of storage. Contracts; Postgres and memory both keep them. Secrets never get here: only their digests do."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from app.domain.access.entities import ApiKey, NewSignIn, Scope, SignIn


class ApiKeyRepository(Protocol):
    """Keys are revoked, not removed, so that it can be seen who had which."""

    async def add(self, key_id: str, digest: str, name: str, scope: Scope, user_id: int | None) -> ApiKey | None:
        """Store a key; None if there is no such user."""
        ...

    async def get(self, key_id: str) -> tuple[ApiKey, str] | None:
        """The key and the digest of its secret, or None; revoked ones too."""
        ...

    async def all(self) -> Sequence[ApiKey]:
        """Every key, the oldest first; revoked ones too."""
        ...

    async def revoke(self, key_id: str) -> ApiKey | None:
        """Make the key worthless from the commit on, and the sign-ins that it opened; None if there is no such key."""
        ...


class SignInRepository(Protocol):
    """Cookies and stream tickets. `digest` is always that of the token."""

    async def add(self, sign_in: NewSignIn, seconds: float) -> SignIn:
        """Store what a token stands for, for so many seconds by storage's clock. Some that are over are forgotten on the way."""
        ...

    async def get(self, digest: str) -> SignIn | None:
        """What a token stands for; None if it is unknown or over, its key was revoked, or its parent has ended."""
        ...

    async def lost(self, keys: Collection[str], digests: Collection[str]) -> frozenset[str]:
        """Which of these keys and sign-ins are not believed any more: revoked, ended, over, or gone."""
        ...

    async def end(self, digest: str) -> None:
        """Forget a token."""
        ...


class RateWindowRepository(Protocol):
    """Requests counted for all processes together, in windows that begin with their first request."""

    async def hit(self, subject: str, seconds: int) -> tuple[int, float]:
        """Count one request in the subject's window, which begins now if there is none; answers the count and the seconds left. In a `reading` unit only:
        it lasts at once.

        Exact, however many count at once.
        """
        ...


@dataclass(frozen=True, slots=True)
class Spending:
    """What a user has in hand: unfinished runs, and tokens charged to the current day (UTC), which ends in `seconds_left`."""

    unfinished: int
    tokens: int
    seconds_left: float


class SpendingRepository(Protocol):
    """Tokens are charged by whoever closes a run, in the transaction that closes it: see `RunRepository.close`, `EventLog.close`."""

    async def lock(self, user_id: int) -> Spending:
        """What the user has in hand, unchangeable by other posts until this transaction ends: they wait here.

        Call it after everything else that may wait, so that nobody waits in a circle.
        """
        ...

    async def tokens_today(self, user_id: int) -> int:
        """Tokens charged to the user's current day."""
        ...


class OwnerRepository(Protocol):
    """Whose things are."""

    async def of_thread(self, thread_id: UUID) -> int | None:
        """The user whose thread it is, or None."""
        ...

    async def of_run(self, run_id: UUID) -> int | None:
        """The user whose run it is, or None."""
        ...

    async def user_of(self, external_id: str, name: str) -> int:
        """The user that an identity provider knows under this name for ever; made, and called `name`, when seen for the first time."""
        ...
