"""Make rag/vocabulary/related.txt.gz, the English words that lie near each other in meaning, from WordNet 3.0.

    apt-get install wordnet-base
    .venv/bin/python scripts/related_words.py /usr/share/wordnet

Run by hand, seldom: what it makes is checked in, and nothing needs WordNet afterwards. Of WordNet's 117,659 senses those stay whose words people use of work: single
words (and phrases that our own vocabulary has), no names, and no animals, plants, places or substances that are rare. Definitions and examples are left out.

The file: the licence in lines that begin with `#`; `=` and the irregular forms (`taught teach`); then a sense a line, `words | more general senses | alike | made of it`.
A digit behind a word says how many of its senses are commoner; a sense is named by how many lines further up it stands.
"""

import gzip
import sys
from collections import defaultdict
from pathlib import Path

from rag.concepts import concepts

_PARTS = {"n": "noun", "v": "verb", "a": "adj"}
_ANIMAL, _LOCATION, _PLANT, _SUBSTANCE = 5, 15, 20, 27
_RARE_ONES_DROPPED = {_ANIMAL, _LOCATION, _PLANT, _SUBSTANCE}
_SENSES = 4
_LINKS = ({"@"}, {"&", "^", "*", ">", "$"}, {"+"})
_TARGET = Path(__file__).resolve().parent.parent / "rag" / "vocabulary" / "related.txt.gz"
Sense = tuple[str, str]


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("  ")]


def _licence(path: Path) -> list[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.strip().partition(" ")[2].strip() for line in lines if line.startswith("  ")]


def _ranks(folder: Path) -> dict[tuple[str, Sense], int]:
    """How many senses of a word, as this part of speech, are commoner than this one."""
    found: dict[tuple[str, Sense], int] = {}
    for part, name in _PARTS.items():
        for line in _lines(folder / f"index.{name}"):
            fields = line.split()
            for rank, offset in enumerate(fields[-int(fields[2]) :]):
                found[fields[0], (part, offset)] = rank
    return found


def _counted(folder: Path) -> set[str]:
    """The words that WordNet's own sample of English has."""
    return {line.split("%")[0] for line in (folder / "cntlist.rev").read_text(encoding="utf-8").splitlines()}


def main(folder: Path) -> None:
    """Makes the table from the files of WordNet in `folder`."""
    ranks, counted, said = _ranks(folder), _counted(folder), concepts().said
    kept: dict[Sense, list[str]] = {}
    links: dict[Sense, list[tuple[str, Sense]]] = {}

    def wanted(word: str, field: int) -> bool:
        if "_" in word or "-" in word:
            return word.replace("_", " ") in said
        return word.isalpha() and len(word) > 1 and (field not in _RARE_ONES_DROPPED or word in counted)

    for part, name in _PARTS.items():
        for line in _lines(folder / f"data.{name}"):
            fields = line.split(" | ")[0].split()
            sense, count = (part, fields[0]), int(fields[3], 16)
            spelled = [fields[4 + 2 * i].split("(")[0].lower() for i in range(count)]
            at = 4 + 2 * count
            pointers = [fields[at + 1 + 4 * i : at + 5 + 4 * i] for i in range(int(fields[at]))]
            if any(kind == "@i" for kind, *_ in pointers):
                continue  # a name
            chosen = [
                f"{word.replace('_', '-')}{ranks[word, sense] or ''}"
                for word in dict.fromkeys(spelled)
                if wanted(word, int(fields[1])) and ranks.get((word, sense), _SENSES) < _SENSES
            ]
            if chosen:
                kept[sense] = chosen
                links[sense] = [(kind, ("a" if to == "s" else to, offset)) for kind, offset, to, _ in pointers]
    _write(folder, kept, links)


def _write(folder: Path, kept: dict[Sense, list[str]], links: dict[Sense, list[tuple[str, Sense]]]) -> None:
    numbers = {sense: n for n, sense in enumerate(kept)}
    rows: list[str] = []
    for sense, chosen in kept.items():
        columns = [
            ",".join(
                str(numbers[sense] - numbers[to]) for to in dict.fromkeys(to for kind, to in links[sense] if kind in kinds) if to in numbers
            )
            for kinds in _LINKS
        ]
        rows.append("|".join([" ".join(chosen), *columns]).rstrip("|"))
    known = {word.rstrip("0123456789") for chosen in kept.values() for word in chosen}
    irregular: dict[str, str] = defaultdict(str)
    for name in _PARTS.values():
        for line in _lines(folder / f"{name}.exc"):
            form, base = line.split()[:2]
            if form.isalpha() and base in known:
                irregular.setdefault(form, base)
    head = [
        "# Derived from WordNet 3.0 by scripts/related_words.py: senses left out, the rest abridged.",
        *(f"# {line}" for line in _licence(folder / "data.noun")),
    ]
    text = "\n".join([*head, *(f"={form} {base}" for form, base in sorted(irregular.items())), *rows]) + "\n"
    with _TARGET.open("wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as packed:
        packed.write(text.encode())
    print(f"{len(rows)} senses, {len(known)} words, {_TARGET.stat().st_size // 1024} KB")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
