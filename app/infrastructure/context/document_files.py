"""Documents on disk: found cheaply, read within a limit, read again only when a file changed, and kept as they were when the change makes no sense.

`FullResume` stands on this. Every call that touches the disk runs in a thread. What the operator must mend
is raised as `UnreadableDocument`, one sentence that names the file.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

import structlog

from app.domain.chat.errors import ChatError

T = TypeVar("T")

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


class UnreadableDocument(ChatError):
    """A document that answers should rest on cannot be used. The sentence names the file, and the line where that is known."""

    code = "document_unreadable"


@dataclass(frozen=True, slots=True)
class DocumentFile:
    """A file as it was found. Two equal values mean that it was not changed in between."""

    path: Path
    size: int
    modified_ns: int
    number: int = 0
    """The inode: an editor that replaces a file makes another one, whatever the clock says."""

    @classmethod
    def at(cls, path: Path) -> "DocumentFile":
        """Look, without reading. Raises `OSError`."""
        stat = path.stat()
        return cls(path, stat.st_size, stat.st_mtime_ns, stat.st_ino)

    def text(self, max_bytes: int) -> str:
        """The file's text; bytes that are not UTF-8 become U+FFFD, and the log says which file has them."""
        self.check_size(max_bytes)
        content = self.path.read_bytes()
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            log.warning("document is not UTF-8", file=str(self.path), line=line)
            return content.decode("utf-8-sig", errors="replace")

    def check_size(self, max_bytes: int) -> None:
        """Raises `UnreadableDocument` for more."""
        if self.size > max_bytes:
            raise UnreadableDocument(f"{self.path} has {self.size} bytes, but a document may have at most {max_bytes}.")


class LoadedDocuments(Generic[T]):
    """What `load` made of the files that `look` finds, made again when they differ.

    The files are looked at before they are read: a change in between is seen the next time. What was loaded once stays in use while the files cannot be
    used: `problem` then says why, and the log says it once.
    """

    problem: str = ""

    def __init__(self, look: Callable[[], tuple[DocumentFile, ...]], load: Callable[[tuple[DocumentFile, ...]], T]) -> None:
        self._look = look
        self._load = load
        self._loaded: tuple[tuple[DocumentFile, ...], T] | None = None
        self._one_at_a_time = asyncio.Lock()

    async def current(self) -> T:
        """The value for the files as they are now, or as they were when they could be used. Raises `UnreadableDocument` if they never could."""
        async with self._one_at_a_time:
            try:
                self._loaded = await asyncio.to_thread(self._refresh, self._loaded)
            except UnreadableDocument as error:
                if self._loaded is None:
                    raise
                if self.problem != error.message:
                    log.warning("A changed document cannot be used; the one from before stays in use", why=error.message)
                self.problem = error.message
            else:
                self.problem = ""
            return self._loaded[1]

    def _refresh(self, loaded: tuple[tuple[DocumentFile, ...], T] | None) -> tuple[tuple[DocumentFile, ...], T]:
        try:
            files = self._look()
            return loaded if loaded is not None and loaded[0] == files else (files, self._load(files))
        except OSError as error:
            raise UnreadableDocument(f"{error.filename} cannot be read: {error.strerror}.") from error
