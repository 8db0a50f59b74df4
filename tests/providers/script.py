"""What a fake provider is to do for one request, read from a directive in the conversation; pure, so that checkers can use it too.

A directive stands inside the user's question: `[[tokens=300 rate=50]]`, `[[fault=drop after=20 times=1]]`; of several the last counts, since
the product joins a question that failed with the next one. An unknown word is an error (the fake answers 400), so that a typing mistake
cannot pass for a healthy provider.

    tokens=40       words of the answer             rate=0          tokens a second, 0: as fast as they go
    id=abc          what the words are called       first=0.5       seconds before the first token
    text=a_b_{1|2}  the answer: _ is a space, {} is [],   chunk=1   tokens in one frame of the stream
                    | is where a word is cut in two
    file=long.md    the answer is this file of front/test/fixtures, in tokens of about four characters
    until=abc       keeps its rate, and its last token back, until `POST /__go/abc`; from then on as fast as it goes
    finish=length   the stop reason                 usage=none      no token counts
    cached=100      input tokens from the cache (Anthropic's also come from a cache of the fake's own, see `server.py`)
                                                    done=missing    no [DONE] (OpenAI wire)
    thinking=5      thinking deltas, 50 ms apart    pings=3         heartbeats, 50 ms apart, before the first token
    split=7         cut the bytes every 7           crlf            lines end with CRLF
    slow_drip=0.05  3 bytes, then this pause        huge=100000     one more token of that many characters
    fault=...       what goes wrong                 after=20        tokens sent before it does
    times=2         only for the first 2 requests   retry_after=1   seconds, or `date:2` for an HTTP date in 2 s
    continue=exact  how to go on from a partial answer: exact, overlap, restart, different

Faults: a status (`429`, `529`, `503`, `400`, `404` ...; `auth` = 401), `drop` (connection cut), `hang` (headers, then silence), `silent` (not even
headers), `garbage` (a frame that is no JSON), `error_event` (the wire's error in mid-stream), `truncate` (ends cleanly, but without a stop reason),
`linger` (all there, but the connection stays open), `refusal`, `empty` (a stream of nothing), `html` and `json` (200, but no stream), `content_type` (a stream under a wrong name).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path

STATUS_NAMES = {"auth": "401", "overloaded": "529"}
FAULTS = frozenset(
    ("drop", "hang", "silent", "garbage", "error_event", "truncate", "linger", "refusal", "empty", "html", "json", "content_type")
)
CONTINUATIONS = frozenset(("exact", "overlap", "restart", "different"))
OVERLAP_WORDS = 5
ANSWERS = Path(__file__).parents[2] / "front" / "test" / "fixtures"

_DIRECTIVE = re.compile(r"\[\[([^\[\]]*)\]\]")
_ASKS_TO_CONTINUE = re.compile(r"continu|interrupt|cut off|broke off|left off|carry on|go on from", re.IGNORECASE)


class DirectiveError(ValueError):
    """A directive nobody can follow."""


@dataclass(frozen=True, slots=True)
class Script:
    """One directive, read. The field names are the directive's words (`continue` is `continuation` here)."""

    tokens: int = 40
    rate: float = 0.0
    id: str = "word"
    text: str = ""
    file: str = ""
    until: str = ""
    first: float = 0.0
    chunk: int = 1
    finish: str = "stop"
    usage: str = ""
    cached: int = 0
    cache_written: int = 0
    done: str = ""
    thinking: int = 0
    pings: int = 0
    split: int = 0
    crlf: bool = False
    slow_drip: float = 0.0
    huge: int = 0
    fault: str = ""
    after: int = 0
    times: int = 0
    retry_after: str = ""
    continuation: str = "exact"

    @property
    def status(self) -> int:
        """The HTTP status that `fault` names, or 0."""
        return int(self.fault) if self.fault.isdigit() else 0


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of a request, whichever wire it came on."""

    role: str
    text: str


@dataclass(frozen=True, slots=True)
class Task:
    """What a request comes to: the script, the partial answer to go on from (empty: none), and a name for counting `times`."""

    script: Script
    partial: str
    key: str


def parse(message: str) -> Script:
    """The script in a message. Raises `DirectiveError`."""
    values: dict[str, str] = {}
    for word in (_DIRECTIVE.findall(message) or [""])[-1].split():
        name, _, value = word.partition("=")
        values["continuation" if name == "continue" else name] = value
    return _script(tuple(sorted(values.items())))


@lru_cache(maxsize=4096)
def _script(values: tuple[tuple[str, str], ...]) -> Script:
    kinds = {field.name: field.type for field in fields(Script)}
    known: dict[str, object] = {}
    for name, value in values:
        if name not in kinds:
            raise DirectiveError(f"The fake provider knows no directive '{name}'.")
        known[name] = _value(name, kinds[name], value)
    script = Script(**known)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    if script.fault and not script.status and script.fault not in FAULTS:
        raise DirectiveError(f"The fake provider knows no fault '{script.fault}'.")
    if script.file and not (re.fullmatch(r"\w[\w.-]*", script.file) and (ANSWERS / script.file).is_file()):
        raise DirectiveError(f"The fake provider has no file '{script.file}' in {ANSWERS}.")
    if script.continuation not in CONTINUATIONS:
        raise DirectiveError(f"The fake provider cannot continue '{script.continuation}'.")
    return script


def _value(name: str, kind: object, value: str) -> object:
    if kind is bool:
        return value in ("", "1", "true", "yes")
    if name == "slow_drip" and not value:
        return 0.05
    if name == "split" and not value:
        return 7
    if name == "fault":
        return STATUS_NAMES.get(value, value)
    if name == "text":
        return value.replace("_", " ").replace("{", "[").replace("}", "]")
    try:
        return int(value) if kind is int else float(value) if kind is float else value
    except ValueError:
        raise DirectiveError(f"'{name}={value}' is no number.") from None


@lru_cache(maxsize=1024)
def pieces(script: Script) -> tuple[str, ...]:
    """The whole answer of a healthy provider, token by token. Nothing but `tokens`, `id`, `text`, `file` and `huge` matters."""
    if script.file:
        return tuple(re.findall(r"\s+|\S{1,5}\s?", (ANSWERS / script.file).read_text(encoding="utf-8").strip()))
    if script.text:
        return tuple(part for word in re.findall(r"^\S+|\s+\S+", script.text) for part in word.split("|") if part)
    words = [_word(script.id, number) for number in range(1, script.tokens + 1)]
    if script.huge:
        words.append(" " + "x" * (script.huge - 1))
    return tuple(words)


def _word(name: str, number: int) -> str:
    """Numbered, and now and then something that careless code trips over: two to four bytes a character, quotes, line ends of three kinds."""
    if number == 1:
        return f"{name}1"
    if number % 97 == 0:
        return f"\u2028{name}{number}"
    if number % 17 == 0:
        return f"\n{name}{number}"
    if number % 13 == 0:
        return f' "{name}\\{number}"'
    if number % 11 == 0:
        return f" 🙂{name}{number}"
    if number % 7 == 0:
        return f" ñandú-{name}{number}"
    return f" {name}{number}"


def expected_text(directive: str, tokens: int | None = None) -> str:
    """What a healthy provider answers to a message holding this directive: all of it, or its first `tokens` tokens."""
    return "".join(pieces(parse(directive))[:tokens])


def task_of(turns: Sequence[Turn]) -> Task:
    """What a conversation asks for. Its last turn is the user's."""
    question = _last_user(turns, len(turns))
    if _ASKS_TO_CONTINUE.search(_DIRECTIVE.sub("", turns[question].text)):
        continued = _continued(turns, question)
        if continued:
            return continued
    return Task(parse(turns[question].text), "", _key(turns[: question + 1]))


def _continued(turns: Sequence[Turn], request: int) -> Task | None:
    """The task of a request to go on, if there is a partial answer that this fake can have given."""
    original = _last_user(turns, request)
    if original < 0 or _DIRECTIVE.search(turns[request].text):
        original = request
    script = parse(turns[original].text)
    full = "".join(pieces(script))
    before = turns[request - 1].text if request and turns[request - 1].role != "user" else ""
    partial = before if before and full.startswith(before) else _quoted(full, turns[request].text)
    return Task(script, partial, _key(turns[: original + 1])) if partial else None


def _quoted(full: str, message: str) -> str:
    """The longest beginning of the answer that a message quotes."""
    start = message.find(full[:12])
    if start < 0:
        return ""
    end = 0
    while end < len(full) and message[start + end : start + end + 1] == full[end]:
        end += 1
    return full[:end]


def _last_user(turns: Sequence[Turn], before: int) -> int:
    return next((index for index in range(before - 1, -1, -1) if turns[index].role == "user"), -1)


def _key(turns: Sequence[Turn]) -> str:
    return "\n".join(f"{turn.role}: {turn.text}" for turn in turns)


def answer(task: Task) -> tuple[str, ...]:
    """The tokens a healthy provider sends for a task, which differ from `pieces` only when it goes on from a partial answer."""
    full = pieces(task.script)
    if not task.partial or task.script.continuation == "restart":
        return full
    rest = _after(full, len(task.partial))
    if task.script.continuation == "overlap":
        return (*re.findall(r"\s*\S+", task.partial)[-OVERLAP_WORDS:], *rest)
    if task.script.continuation == "different":
        return tuple(piece.replace(task.script.id, "other") for piece in full)
    return rest


def _after(full: tuple[str, ...], characters: int) -> tuple[str, ...]:
    rest: list[str] = []
    for piece in full:
        if characters < len(piece):
            rest.append(piece[characters:])
        characters = max(0, characters - len(piece))
    return tuple(rest)
