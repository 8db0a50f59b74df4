"""Whether somebody may touch a thread, a run or a user's things: the one place that decides it, asked before every use case that takes such an id.

Called by `web/door.py` for the ids in a path, and by whoever takes ids from elsewhere (a body, a ticket, a WebSocket's session).
"""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from app.application.ports import Transactions
from app.application.principal import Principal
from app.domain.chat.errors import NotFound

REMEMBERED = 20_000
"""Owners kept in memory. They never change, and ids are never given out twice, so nothing can grow stale."""


@dataclass(frozen=True, slots=True)
class Resource:
    """Something that belongs to a user: `kind` and id."""

    kind: Literal["user", "thread", "run"]
    key: UUID | int

    def __str__(self) -> str:
        return f"{self.kind}:{self.key}"


class CheckAccess:
    """Remembers the owners it has looked up, at most `REMEMBERED`; the one looked up first is forgotten first."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        self._owners: OrderedDict[Resource, int] = OrderedDict()

    async def execute(self, principal: Principal, resource: Resource) -> None:
        """Raises `NotFound`, in the very words for what does not exist, unless the resource is the principal's. Asks nothing for everybody."""
        if principal.scope is None:
            return
        if principal.user_id is None or await self._owner(resource) != principal.user_id:
            raise NotFound(resource.kind, resource.key)

    async def _owner(self, resource: Resource) -> int | None:
        if isinstance(resource.key, int):
            return resource.key
        known = self._owners.get(resource)
        if known is not None:
            return known
        async with self._transactions.reading() as work:
            owner = await (work.owners.of_thread(resource.key) if resource.kind == "thread" else work.owners.of_run(resource.key))
        if owner is not None:
            self._owners[resource] = owner
            if len(self._owners) > REMEMBERED:
                self._owners.popitem(last=False)
        return owner
