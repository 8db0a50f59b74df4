"""A browser tab: one stream for a thread, over any number of connections."""

import httpx

from tests.e2e.conversation import Asked
from tests.reader import Frame, Seen, frames


class Tab:
    """Follows a thread over any number of connections, and remembers every frame."""

    def __init__(self, client: httpx.AsyncClient, thread_id: str, cursor: str | None = None) -> None:
        self._client = client
        self.thread_id = thread_id
        self._cursor = cursor
        self.frames: list[Frame] = []

    async def read(self, base_url: str, drop_after_bytes: int | None = None) -> None:
        """One connection."""
        cursor = self.frames[-1].id if self.frames else self._cursor
        headers = {"Last-Event-ID": cursor} if cursor else {}
        url = f"{base_url}/api/threads/{self.thread_id}/events"
        async with self._client.stream("GET", url, headers=headers, timeout=httpx.Timeout(10, read=30)) as response:
            assert response.status_code == 200, await response.aread()
            async for frame in frames(response, drop_after_bytes):
                self.frames.append(frame)

    @property
    def ended(self) -> list[str]:
        """The runs whose `done` was seen, in the order seen."""
        return [frame.id.partition(":")[0] for frame in self.frames if frame.event == "done"]

    def of(self, run_id: str) -> Seen:
        """What was seen of one run, as its own stream would have shown it."""
        mine = [frame for frame in self.frames if frame.id.startswith(run_id)]
        return Seen([Frame(frame.id.partition(":")[2], frame.event, frame.data) for frame in mine])

    def assert_in_order(self, asked: list[Asked]) -> None:
        """These runs, one after another, nothing between."""
        order = list(dict.fromkeys(frame.id.partition(":")[0] for frame in self.frames))
        assert order == [one.run_id for one in asked] == self.ended
