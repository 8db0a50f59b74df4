"""Who writes profiles: a language model (`llm`), or nobody but chance and hand-made phrases (`offline`). Both keep `ProfileWriter`."""

from typing import Protocol

from cv_generation.briefs import Brief
from cv_generation.profiles import Profile, Provenance


class WritingFailed(Exception):
    """No acceptable profile came of this brief. The message is one sentence for the person at the terminal."""


class ProfileWriter(Protocol):
    """Turns a brief into a profile."""

    def provenance(self, brief: Brief) -> Provenance:
        """What a profile written now would carry: a file that carries the same needs no writing."""
        ...

    async def write(self, brief: Brief) -> Profile:
        """A coherent profile that keeps to the brief. Raises `WritingFailed`, after whatever retries the writer makes."""
        ...
