"""What the doctor finds: each finding a name, how bad it is, a sentence, and what to do about it."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad a finding is; `skip` is what was not looked at."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Finding:
    """`advice` is empty unless something is to be done."""

    name: str
    level: Level
    message: str
    advice: str = ""

    def __str__(self) -> str:
        line = f"{self.level:4}  {self.name:14} {self.message}"
        return f"{line}\n{'':21}{self.advice}" if self.advice else line


class Report:
    """Collects findings; each is told at once to `tell`, if there is somebody to tell."""

    def __init__(self, tell: Callable[[str], None] | None = None) -> None:
        self._tell = tell
        self.findings: list[Finding] = []

    @property
    def failed(self) -> bool:
        """Whether anything is broken. A warning is no failure."""
        return any(finding.level is Level.FAIL for finding in self.findings)

    def of(self, name: str) -> Finding | None:
        """The last finding of that name."""
        return next((finding for finding in reversed(self.findings) if finding.name == name), None)

    def ok(self, name: str, message: str) -> None:
        """It is as it should be."""
        self._add(Finding(name, Level.OK, message))

    def warn(self, name: str, message: str, advice: str) -> None:
        """It works, and should be mended."""
        self._add(Finding(name, Level.WARN, message, advice))

    def fail(self, name: str, message: str, advice: str) -> None:
        """It is broken."""
        self._add(Finding(name, Level.FAIL, message, advice))

    def skip(self, name: str, message: str) -> None:
        """It could not be looked at."""
        self._add(Finding(name, Level.SKIP, message))

    def summary(self) -> str:
        """The last line."""
        count = {level: sum(finding.level is level for finding in self.findings) for level in Level}
        verdict = "Something is broken." if self.failed else "It works." if not count[Level.WARN] else "It works, with something to mend."
        return (
            f"{verdict} {count[Level.OK]} ok, {count[Level.WARN]} to mend, {count[Level.FAIL]} broken, {count[Level.SKIP]} not looked at."
        )

    def as_json(self) -> str:
        """All of it, for programs."""
        return json.dumps({"failed": self.failed, "findings": [asdict(finding) for finding in self.findings]}, indent=2, ensure_ascii=False)

    def _add(self, finding: Finding) -> None:
        self.findings.append(finding)
        if self._tell:
            self._tell(str(finding))
