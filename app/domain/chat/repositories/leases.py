"""Storage of executors' leases: one row a process, however many runs it writes."""

from typing import Protocol
from uuid import UUID


class LeaseRepository(Protocol):
    """While an executor's lease runs, no other executor takes over its runs."""

    async def renew(self, executor_id: UUID, seconds: float, host: str) -> None:
        """Let the executor's lease run for `seconds` from now, by the database's clock. `host` is for people."""
        ...

    async def release(self, executor_id: UUID) -> None:
        """End the lease at once: the executor's runs are anybody's, and executors are nudged after the commit."""
        ...
