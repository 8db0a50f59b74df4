"""Reading the log. Writing it is the business of `EventLog` alone."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol
from uuid import UUID

from app.domain.chat.events import StoredEvent


class RunEventRepository(Protocol):
    """A reader asks with the number of the event that it saw last; 0 is before the first."""

    async def read(self, run_id: UUID, after: int, limit: int) -> Sequence[StoredEvent]:
        """At most `limit` events with a number above `after`, in order.

        In the log of a finished run that was compacted an event may stand for several tokens, under the number of the last; its text is what
        follows `after`, to the character.
        """
        ...

    async def read_many(self, after: Mapping[UUID, int], limit: int) -> Mapping[UUID, Sequence[StoredEvent]]:
        """The same for several runs in one go, each from its own number, at most `limit` events a run; runs without any are left out."""
        ...

    async def last_seqs(self, run_ids: Collection[UUID]) -> Mapping[UUID, int]:
        """The newest number of each of these runs that exists: 0 if it has no events yet."""
        ...
