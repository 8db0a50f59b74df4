"""What is kept for how long, and how gently the rest is done. Made from the settings in `bootstrap`."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RetentionPolicy:
    """Times in seconds; None is never.

    `compact_after` counts from a run's end, `keep_threads` from the last message that was posted into a thread.
    """

    compact_after: float | None
    keep_threads: float | None


@dataclass(frozen=True, slots=True)
class Gentleness:
    """One step touches at most `rows` rows of the log, `runs` runs, `threads` threads; then as much time belongs to others, at least `pause` seconds."""

    rows: int = 2_000
    runs: int = 20
    threads: int = 10
    pause: float = 0.02

    def pause_after(self, seconds: float) -> float:
        """How long to wait after a step that took so long. No pause at all if none is wanted."""
        return max(self.pause, seconds) if self.pause else 0.0
