"""How fast one WebSocket connection is listened to. Used by `session.py`.

Pings, cancels and nonsense cost the server work, and are no questions, which the limits count. So a connection that says much is heard slowly: nothing is refused
or lost, what is too early waits in the client's own socket.
"""

import asyncio

from app.application.ports import MonotonicClock

PER_SECOND = 20
BURST = 100
"""Messages that may come at once, after a silence of `BURST / PER_SECOND` seconds."""


class Pace:
    """The generic cell rate algorithm (ITU-T I.371), with one number: when the next message is due."""

    def __init__(self, clock: MonotonicClock) -> None:
        self._clock = clock
        self._due = 0.0

    async def keep(self) -> None:
        """Wait as long as this message has come too early."""
        now = self._clock()
        self._due = max(self._due, now - BURST / PER_SECOND) + 1 / PER_SECOND
        if self._due > now:
            await asyncio.sleep(self._due - now)
