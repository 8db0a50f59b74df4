"""Text documents on disk: found cheaply, read within a limit, and read again only when a file changed.

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

    @classmethod
    def at(cls, path: Path) -> "DocumentFile":
        """Look, without reading. Raises `OSError`."""
        stat = path.stat()
        return cls(path, stat.st_size, stat.st_mtime_ns)

    def text(self, max_bytes: int) -> str:
        """The file's text; bytes that are not UTF-8 become U+FFFD, and the log says which file has them."""
        if self.size > max_bytes:
            raise UnreadableDocument(f"{self.path} has {self.size} bytes, but a document may have at most {max_bytes}.")
        content = self.path.read_bytes()
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            log.warning("document is not UTF-8", file=str(self.path), line=line)
            return content.decode("utf-8-sig", errors="replace")


class LoadedDocuments(Generic[T]):
    """What `load` made of the files that `look` finds, made again when they differ.

    The files are looked at before they are read: a change in between is seen the next time. A failure is not remembered.
    """

    def __init__(self, look: Callable[[], tuple[DocumentFile, ...]], load: Callable[[tuple[DocumentFile, ...]], T]) -> None:
        self._look = look
        self._load = load
        self._loaded: tuple[tuple[DocumentFile, ...], T] | None = None
        self._one_at_a_time = asyncio.Lock()

    async def current(self) -> T:
        """The value for the files as they are now. Raises `UnreadableDocument`."""
        async with self._one_at_a_time:
            self._loaded = await asyncio.to_thread(self._refresh, self._loaded)
            return self._loaded[1]

    def _refresh(self, loaded: tuple[tuple[DocumentFile, ...], T] | None) -> tuple[tuple[DocumentFile, ...], T]:
        try:
            files = self._look()
            return loaded if loaded is not None and loaded[0] == files else (files, self._load(files))
        except OSError as error:
            raise UnreadableDocument(f"{error.filename} cannot be read: {error.strerror}.") from error
