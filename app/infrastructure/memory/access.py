"""Access on memory: keys, sign-ins, counted requests, spending, owners. Contracts: `app/domain/access/repositories.py`."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from app.domain.access.entities import ApiKey, NewSignIn, Scope, SignIn
from app.domain.access.repositories import Spending
from app.domain.chat.entities import User
from app.infrastructure.memory.database import Session

DAY = timedelta(days=1)


class MemoryApiKeys:
    """See `ApiKeyRepository`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, key_id: str, digest: str, name: str, scope: Scope, user_id: int | None) -> ApiKey | None:
        """See `ApiKeyRepository.add`."""
        tables = await self._session.write()
        if user_id is not None and user_id not in tables.users:
            return None
        key = ApiKey(key_id, name, scope, user_id, self._session.now())
        tables.api_keys[key_id] = (key, digest)
        return key

    async def get(self, key_id: str) -> tuple[ApiKey, str] | None:
        """See `ApiKeyRepository.get`."""
        return self._session.tables.api_keys.get(key_id)

    async def all(self) -> Sequence[ApiKey]:
        """See `ApiKeyRepository.all`."""
        return sorted((key for key, _ in self._session.tables.api_keys.values()), key=lambda key: (key.created_at, key.key_id))

    async def revoke(self, key_id: str) -> ApiKey | None:
        """See `ApiKeyRepository.revoke`."""
        tables = await self._session.write()
        if key_id not in tables.api_keys:
            return None
        key, digest = tables.api_keys[key_id]
        revoked = replace(key, revoked_at=key.revoked_at or self._session.now())
        tables.api_keys[key_id] = (revoked, digest)
        for token in [token for token, found in tables.sign_ins.items() if found.key_id == key_id]:
            del tables.sign_ins[token]
        return revoked


class MemorySignIns:
    """See `SignInRepository`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, sign_in: NewSignIn, seconds: float) -> SignIn:
        """See `SignInRepository.add`."""
        tables = await self._session.write()
        now = self._session.now()
        for token in [token for token, found in tables.sign_ins.items() if found.expires_at < now]:
            del tables.sign_ins[token]
        what, ends = sign_in, now + timedelta(seconds=seconds)
        tables.sign_ins[what.digest] = stored = SignIn(
            what.scope, what.user_id, what.key_id, what.resource, ends, what.parent, what.holds_until
        )
        return stored

    async def get(self, digest: str) -> SignIn | None:
        """See `SignInRepository.get`."""
        found = self._there(digest)
        if found is None or (found.key_id is not None and self._revoked(found.key_id)) or (found.parent and not self._there(found.parent)):
            return None
        return found

    async def lost(self, keys: Collection[str], digests: Collection[str]) -> frozenset[str]:
        """See `SignInRepository.lost`."""
        return frozenset([*(key for key in keys if self._revoked(key)), *(digest for digest in digests if self._there(digest) is None)])

    def _there(self, digest: str) -> SignIn | None:
        found = self._session.tables.sign_ins.get(digest)
        return found if found and found.expires_at > self._session.now() else None

    def _revoked(self, key_id: str) -> bool:
        key = self._session.tables.api_keys.get(key_id)
        return key is None or key[0].revoked_at is not None

    async def end(self, digest: str) -> None:
        """See `SignInRepository.end`."""
        (await self._session.write()).sign_ins.pop(digest, None)


class MemoryRateWindows:
    """See `RateWindowRepository`. Windows that are over stay, until their subject comes again."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def hit(self, subject: str, seconds: int) -> tuple[int, float]:
        """See `RateWindowRepository.hit`. Like the other statement of a `reading` unit it lasts at once."""
        tables = await self._session.write()
        now = self._session.now()
        hits, ends_at = tables.rate_windows.get(subject, (0, now))
        if ends_at <= now:
            hits, ends_at = 0, now + timedelta(seconds=seconds)
        tables.rate_windows[subject] = (hits + 1, ends_at)
        self._session.commit()
        return hits + 1, (ends_at - now).total_seconds()


class MemorySpending:
    """See `SpendingRepository`. The one write lock stands for the lock on the user's row."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def lock(self, user_id: int) -> Spending:
        """See `SpendingRepository.lock`."""
        tables = await self._session.write()
        now = self._session.now()
        unfinished = sum(
            1 for row in tables.runs.values() if not row.run.status.is_final and tables.threads[row.run.thread_id].user_id == user_id
        )
        tomorrow = now.replace(hour=0, minute=0, second=0, microsecond=0) + DAY
        return Spending(unfinished, await self.tokens_today(user_id), (tomorrow - now).total_seconds())

    async def tokens_today(self, user_id: int) -> int:
        """See `SpendingRepository.tokens_today`."""
        return self._session.tables.spent_tokens.get((user_id, self._session.now().date()), 0)


class MemoryOwners:
    """See `OwnerRepository`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def of_thread(self, thread_id: UUID) -> int | None:
        """See `OwnerRepository.of_thread`."""
        thread = self._session.tables.threads.get(thread_id)
        return thread.user_id if thread else None

    async def of_run(self, run_id: UUID) -> int | None:
        """See `OwnerRepository.of_run`."""
        row = self._session.tables.runs.get(run_id)
        return await self.of_thread(row.run.thread_id) if row else None

    async def user_of(self, external_id: str, name: str) -> int:
        """See `OwnerRepository.user_of`."""
        tables = await self._session.write()
        if external_id not in tables.external_ids:
            user = User(len(tables.users) + 1, name, self._session.now())
            tables.users[user.user_id] = user
            tables.external_ids[external_id] = user.user_id
        return tables.external_ids[external_id]
