"""A run's events folded into what they say: the text so far, its sources, where the log stands.

Pure. The executor folds the log when it takes a run over, a cancel from outside folds it to keep the text so far, and tests fold
what a reader saw to compare it with the stored answer.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from app.domain.chat.entities import RunStatus, Source
from app.domain.chat.events import EventType, StoredEvent


@dataclass(frozen=True, slots=True)
class Transcript:
    """What the events up to `last_seq` amount to. `status` is set once `done` has been seen."""

    last_seq: int = 0
    started: bool = False
    text: str = ""
    sources: tuple[Source, ...] = ()
    status: RunStatus | None = None

    def then(self, event: StoredEvent) -> "Transcript":
        """The transcript after one more event, which must be the next in order."""
        data: dict[str, Any] = json.loads(event.data)
        after = replace(self, last_seq=event.seq)
        match event.type:
            case EventType.STARTED:
                return replace(after, started=True)
            case EventType.SOURCES:
                return replace(after, sources=tuple(Source(**source) for source in data["sources"]))
            case EventType.TOKEN:
                return replace(after, text=self.text + data["text"])
            case EventType.RESTARTED:
                return replace(after, text=self.text[: data["keep"]])
            case EventType.DONE:
                return replace(after, status=RunStatus(data["status"]))
            case EventType.FINAL | EventType.ERROR:
                return after


def fold(events: Iterable[StoredEvent], transcript: Transcript | None = None) -> Transcript:
    """Fold a run's events, given in order from the first, or on from a transcript.

    Neighbouring tokens are joined first: an answer of 400,000 characters in 20,000 rows would else be copied 20,000 times.
    """
    transcript = transcript or Transcript()
    for is_token, neighbours in groupby(events, key=lambda event: event.type is EventType.TOKEN):
        if is_token:
            tokens = list(neighbours)
            text = "".join([json.loads(token.data)["text"] for token in tokens])
            transcript = replace(transcript, last_seq=tokens[-1].seq, text=transcript.text + text)
        else:
            for event in neighbours:
                transcript = transcript.then(event)
    return transcript
