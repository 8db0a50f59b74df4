"""What a run has said so far, read from the log inside a unit of work. Used by takeover, cancel and the message list."""

from uuid import UUID

from app.application.ports import UnitOfWork
from app.domain.chat.transcript import Transcript, fold

_PAGE = 1000


async def read_transcript(work: UnitOfWork, run_id: UUID) -> Transcript:
    """Fold the committed events of a run, page by page."""
    transcript = Transcript()
    while events := await work.run_events.read(run_id, transcript.last_seq, _PAGE):
        transcript = fold(events, transcript)
    return transcript
