"""What a running service tells about itself: who it is, whether it is ready. Made in `bootstrap`, shown at `/health` and `/ready`."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ServiceInfo:
    """`provider` is `offline` when no model is configured: clients should say so."""

    version: str
    provider: str
    model: str


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether requests can be served now. `checks` names each thing looked at, with `ok` or what is wrong in words.

    `notes` is for people: what works with a crutch, or is worth knowing, and is no reason to send requests elsewhere.
    """

    checks: Mapping[str, str]
    notes: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def ready(self) -> bool:
        """True if every check is `ok`; notes do not count."""
        return all(outcome == "ok" for outcome in self.checks.values())


CheckReadiness = Callable[[], Awaitable[Readiness]]
RenderMetrics = Callable[[], Awaitable[bytes]]
