"""The passages and facts of a generation, in one SQLite file: written once by the indexer, read by searches.

What scoring needs of every passage (its CV, section, dates) is held in arrays; texts are read when they are to be shown.
"""

import json
import sqlite3
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.birth import Birth
from rag.chunk import Chunk
from rag.facts import Facts
from rag.headings import Section
from rag.terms import passage_terms
from rag.words import is_stop_word, words

_SECTIONS: tuple[Section, ...] = tuple(Section)
_SCHEMA = """
create table cvs (id integer primary key, cv_id text not null unique, file text not null, name text not null, pages integer not null,
    language text not null, facts text not null, jobs integer not null);
create table passages (
    id integer primary key, cv integer not null, section integer not null, heading text not null, page integer not null, header text not null, head text not null,
    text text not null, first integer not null, last integer not null, precise integer not null, continued integer not null
);
create table skills (key text not null, cv integer not null, name text not null, years integer);
create table listed (id integer primary key, name text not null, language text not null, words integer not null, unique (name, language));
create table listed_terms (term text not null, listed integer not null);
create table spoken (language text not null, cv integer not null);
create table births (cv integer primary key, first integer, last integer, age integer, said text not null);
create table careers (cv integer primary key, years integer not null);
create table skipped (file text not null, reason text not null);
"""
_INDEXES = "create index skills_by_name on skills (name, cv); create index listed_by_term on listed_terms (term, listed); create index skills_by_key on skills (key, cv); create index skills_by_cv on skills (cv); create index spoken_by_language on spoken (language, cv); create index passages_by_cv on passages (cv);"
_NO_DATE = -1
_MOST_TERMS = 500
NOW = 10**6
"""The last month of what lasts."""


@dataclass(frozen=True, slots=True)
class CvRow:
    """One CV, as sources name it. `number` counts within the generation; `cv_id` lasts."""

    number: int
    cv_id: str
    file: str
    name: str
    pages: int
    language: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A skill's name as some CV lists it, that CV's language, and how many words it has, little ones left out."""

    name: str
    language: str
    size: int


@dataclass(frozen=True, slots=True)
class Passage:
    """One passage as stored; `header` says what it is, `text` is what stands in the CV."""

    number: int
    cv: int
    section: Section
    heading: str
    page: int
    header: str
    head: str
    text: str


class CorpusWriter:
    """Takes CVs one at a time; memory does not grow with their number."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.executescript("pragma journal_mode=off; pragma synchronous=off;" + _SCHEMA)
        self._db.execute("begin")
        self._cvs = 0
        self._passages = 0

    def add(self, cv_id: str, file: str, pages: int, facts: Facts, chunks: Sequence[Chunk]) -> None:
        """Stores a CV and its passages; they are numbered as they come, from 0."""
        number = self._cvs
        self._cvs += 1
        self._db.execute(
            "insert into cvs values (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                number,
                cv_id,
                file,
                facts.name,
                pages,
                facts.language,
                json.dumps(asdict(facts), ensure_ascii=False),
                len(facts.employers) + len(facts.roles),
            ),
        )
        self._db.executemany(
            "insert into skills values (?, ?, ?, ?)", ((skill.key, number, skill.name, skill.years) for skill in facts.skills)
        )
        for skill in facts.skills:
            self._list(skill.name, facts.language)
        self._db.executemany("insert into spoken values (?, ?)", ((language, number) for language in facts.spoken))
        if facts.birth is not None:
            birth = facts.birth
            self._db.execute("insert into births values (?, ?, ?, ?, ?)", (number, birth.first, birth.last, birth.age, birth.said))
        if facts.career is not None:
            self._db.execute("insert into careers values (?, ?)", (number, facts.career))
        self._db.executemany(
            "insert into passages values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (self._row(number, facts.name, chunk) for chunk in chunks)
        )

    def _list(self, name: str, language: str) -> None:
        """Each name of a skill once, by its terms: what it is called in another language is found by them."""
        words_said = sum(not is_stop_word(word, language) for word in words(name))
        added = self._db.execute("insert or ignore into listed (name, language, words) values (?, ?, ?)", (name, language, words_said))
        if added.rowcount == 1:
            self._db.executemany(
                "insert into listed_terms values (?, ?)", ((term, added.lastrowid) for term in sorted(set(passage_terms(name, language))))
            )

    def _row(self, cv: int, name: str, chunk: Chunk) -> tuple[object, ...]:
        number = self._passages
        self._passages += 1
        first, last, precise = (
            (_NO_DATE, _NO_DATE, False)
            if chunk.span is None
            else (chunk.span.start, NOW if chunk.span.end is None else chunk.span.end, chunk.span.precise)
        )
        section = _SECTIONS.index(chunk.section)
        return (
            number,
            cv,
            section,
            chunk.heading,
            chunk.page,
            chunk.header(name),
            chunk.head,
            chunk.text,
            first,
            last,
            precise,
            chunk.continued,
        )

    def skip(self, file: str, reason: str) -> None:
        """Notes a file that could not be read, and why."""
        self._db.execute("insert into skipped values (?, ?)", (file, reason))

    def close(self) -> None:
        """Finishes the file: nothing can be added any more."""
        self._db.execute("commit")
        self._db.executescript(_INDEXES)
        self._db.close()


class Corpus:
    """Reads what `CorpusWriter` wrote. Threads share one connection, a statement at a time."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True, check_same_thread=False)
        self._lock = Lock()
        self.cvs = tuple(CvRow(*row) for row in self._all("select id, cv_id, file, name, pages, language from cvs order by id"))
        columns = [array("i") for _ in range(6)]
        for row in self._db.execute("select cv, section, first, last, precise, continued from passages order by id"):
            for column, value in zip(columns, row, strict=True):
                column.append(value)
        self.cv_of, self._section, self.first, self.last, self.precise, continued = (np.array(column, dtype=np.int32) for column in columns)
        self.continued: NDArray[np.bool_] = continued.astype(np.bool_)
        self.of_unread_jobs = np.isin(self.cv_of, [cv for (cv,) in self._all("select id from cvs where jobs = 0")])
        """The passages of CVs none of whose jobs was read: a layout may have put them anywhere."""

    def _all(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._db.execute(sql, values).fetchall()

    def __len__(self) -> int:
        return len(self.cv_of)

    def in_sections(self, sections: Iterable[Section]) -> NDArray[np.bool_]:
        """Which passages stand in one of the sections."""
        return np.isin(self._section, [_SECTIONS.index(section) for section in sections])

    def section_at(self, number: int) -> Section:
        """The section that a passage stands in."""
        return _SECTIONS[int(self._section[number])]

    def passages_of(self, cvs: Iterable[int]) -> NDArray[np.int64]:
        """The numbers of all passages of these CVs."""
        return np.flatnonzero(np.isin(self.cv_of, list(cvs)))

    def read(self, numbers: Sequence[int]) -> dict[int, Passage]:
        """The passages with these numbers."""
        found: dict[int, Passage] = {}
        for i in range(0, len(numbers), 500):
            some = [int(number) for number in numbers[i : i + 500]]
            marks = ",".join("?" * len(some))
            for row in self._all(f"select id, cv, section, heading, page, header, head, text from passages where id in ({marks})", some):  # noqa: S608 - only question marks are put in
                number, cv, section, heading, page, header, head, text = row
                found[number] = Passage(number, cv, _SECTIONS[int(section)], heading, page, header, head, text)
        return found

    def years_of_skill(self, keys: Iterable[str]) -> dict[int, int | None]:
        """Every CV that lists a skill under one of the keys, with the most years it states, or None."""
        return self._most_years("select cv, max(years) from skills where key = ? group by cv", keys)

    def _most_years(self, sql: str, values: Iterable[str]) -> dict[int, int | None]:
        found: dict[int, int | None] = {}
        for value in values:
            for cv, years in self._all(sql, (value,)):
                known: list[int] = [y for y in (found.get(cv), years) if y is not None]
                found[cv] = max(known, default=None)
        return found

    def listed_with(self, terms: Iterable[str]) -> list[tuple[str, Listed]]:
        """The names of skills that have one of the terms, each with the term."""
        wanted = list(terms)[:_MOST_TERMS]
        marks = ",".join("?" * len(wanted))
        rows = self._all(
            f"select t.term, l.name, l.language, l.words from listed_terms t join listed l on l.id = t.listed where t.term in ({marks})",  # noqa: S608 - only question marks are put in
            wanted,
        )
        return [(term, Listed(name, language, size)) for term, name, language, size in rows]

    def years_of_listed(self, names: Iterable[str]) -> dict[int, int | None]:
        """Every CV that lists a skill under one of the names, with the most years it states, or None."""
        return self._most_years("select cv, max(years) from skills where name = ? group by cv", names)

    def speakers_of(self, language: str) -> set[int]:
        """The CVs that list the language, by its English name."""
        return {cv for (cv,) in self._all("select cv from spoken where language = ?", (language,))}

    def facts(self, cv: int) -> dict[str, Any]:
        """All that is known about the CV, as `Facts` in JSON."""
        rows = self._all("select facts from cvs where id = ?", (cv,))
        return json.loads(rows[0][0]) if rows else {}

    def stated_skills(self, cv: int) -> list[tuple[str, int]]:
        """The skills of the CV that it states years for."""
        return [(name, years) for name, years in self._all("select name, years from skills where cv = ? and years is not null", (cv,))]

    def skipped(self) -> list[tuple[str, str]]:
        """The files that could not be read, and why."""
        return [(file, reason) for file, reason in self._all("select file, reason from skipped order by file")]

    def births(self) -> dict[int, Birth]:
        """When everybody was born, or how old they are, whose CV states it."""
        return {cv: Birth(*stated) for cv, *stated in self._all("select cv, first, last, age, said from births")}

    def careers_stated(self) -> dict[int, int]:
        """The years of work altogether of everybody whose CV states them."""
        return dict(self._all("select cv, years from careers"))

    def close(self) -> None:
        """Lets go of the file, once no search reads any more."""
        with self._lock:
            self._db.close()
