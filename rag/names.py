"""Finds the candidates that a question names: in full, by one name, with or without accents, with a slip of a letter. Pure.

Also notices a stranger: `John Smith`, when there is a John, but no Smith.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rag.words import fold, raw_words, words

PARTICLES = frozenset(
    "de del la da do dos das di della dello delle degli dell dall van von der den ten ter le el al bin ibn y e i zu zur du des st san mac mc d o o'".split()
)
"""Little words of names. They stand in every sentence, so that alone they name nobody."""
_TITLES = frozenset(
    "hr fr dr dra doctor doctora docteur docteure doktor doutor doutora prof profa professor professora professoressa professore profesor profesora professeur mr mrs ms mx miss mister "
    "sr sra srta senor senora senorita senhor senhora don dona ing lic licenciado licenciada herr herrn frau fraulein mme mlle madame mademoiselle monsieur m me maitre maestro maestra sir dame "
    "lord lady rev reverend father sister brother dott dottor dottore dottoressa ingegnere avvocato signor signora captain colonel major sergeant judge hon".split()
)
"""What is written before a name. Whatever the vocabulary knows as somebody's work (`Chef`, `Ingeniera`) is read so too."""
_SHORTEST, _LONG, _LONG_ALONE = 4, 6, 8
"""Beside another name of the same person one slip is forgiven, in a long name two; in a name that stands alone one, and two in a very long one."""
_BARE = 3
"""A question of so few words may be no more than a name: `Ng`, `Ng CV`."""
UMLAUTS = (("ae", "a"), ("oe", "o"), ("ue", "u"))


@dataclass(frozen=True, slots=True)
class Token:
    """One word of a question as written, and reduced."""

    raw: str
    folded: str
    parts: tuple[str, ...]

    @property
    def capital(self) -> bool:
        """Does it begin with a capital?"""
        return self.raw[:1].isupper()


@dataclass(frozen=True, slots=True)
class People:
    """The candidates named (`cvs`, in the question's order), the positions of their names in the question, and whether somebody unknown is named."""

    cvs: tuple[int, ...] = ()
    positions: frozenset[int] = frozenset()
    stranger: bool = False


def tokens_of(text: str) -> list[Token]:
    """The words of a question in order."""
    return [Token(raw=raw, folded=fold(raw), parts=tuple(words(raw))) for raw in raw_words(text)]


@dataclass(frozen=True, slots=True)
class Known:
    """What else a word of the question may be, so that it is no name, or no misspelt one."""

    frequency: Callable[[str], int]
    """In how many passages of the index it stands."""
    ordinary: Callable[[int], bool]
    """Has the token at this position another task in the question?"""
    is_word: Callable[[str], bool]
    """Has the vocabulary it? Such a word is no misspelt name."""
    is_work: Callable[[str], bool]
    """Does it name what somebody does? Before a name it is a title."""
    in_key_words: bool = False
    """Is the question no sentence? Then what stands behind a first name is a surname, though it has no capital."""


class Names:
    """The names of all CVs, by their words."""

    def __init__(self, names: Sequence[str]) -> None:
        self._of: dict[str, list[int]] = defaultdict(list)
        self._length = [len({*words(name)}) for name in names]
        self._words = [frozenset(word for word in words(name) if len(word) >= _SHORTEST) for name in names]
        self._last = [next(reversed(words(name)), "") for name in names]
        for number, name in enumerate(names):
            for word in {*words(name), *_written_in_one(name)}:
                if len(word) > 1:
                    self._of[word].append(number)
        self._by_shape: dict[str, list[str]] = defaultdict(list)
        self._by_start: dict[tuple[str, int], list[str]] = defaultdict(list)
        for word in self._of:
            self._by_start[word[0], len(word)].append(word)
            for shape in _shapes(word):
                self._by_shape[shape].append(word)

    def find(self, tokens: Sequence[Token], known: Known) -> People:
        """Whom the words name, as far as they have no other task."""
        hits = {i: self._hits(token, known) for i, token in enumerate(tokens)}
        self._written_apart(tokens, hits)
        self._with_slips(tokens, hits, known)
        for i, token in enumerate(tokens):
            if token.folded in PARTICLES:
                hits[i] &= {
                    cv
                    for at in (i - 2, i - 1, i + 1, i + 2)
                    if 0 <= at < len(tokens) and tokens[at].folded not in PARTICLES
                    for cv in hits[at]
                }
        people: dict[int, int] = {}
        taken: set[int] = set()
        while True:
            found, positions = self._best({i: cvs for i, cvs in hits.items() if i not in taken and cvs})
            if not found:
                break
            if len(positions) == 1 and not self._may_stand_alone(tokens, positions[0], known, len(found)):
                hits[positions[0]] = set()
                continue
            people.update({cv: min(positions) for cv in found if cv not in people})
            taken.update(positions)
        for _ in range(2):  # a title may stand before an initial
            taken.update(i for i in _neighbours(taken, len(tokens)) if _goes_with_a_name(tokens[i], known, before=i + 1 in taken))
        stranger = any(self._is_strange(tokens, i, taken, known) for i in _neighbours(taken, len(tokens)))
        stranger = stranger and not any(self._in_full(cv, tokens, taken) for cv in people)
        return People(cvs=tuple(sorted(people, key=people.__getitem__)), positions=frozenset(taken), stranger=stranger)

    def _in_full(self, cv: int, tokens: Sequence[Token], taken: set[int]) -> bool:
        """Does it end as their name ends, and has more of it? Then what stands beside is no other surname: `Hat Ada Byron Führungserfahrung?`."""
        named = {part for i in taken for part in tokens[i].parts}
        return self._last[cv] in named and any(word in named for word in self._words[cv] if word != self._last[cv])

    def _hits(self, token: Token, known: Known) -> set[int]:
        exact = {cv for part in token.parts for cv in self._of.get(part, ())}
        word = token.parts[0] if token.parts else token.folded
        if exact or len(word) < _SHORTEST or not word.isalpha():
            return exact
        for old, new in UMLAUTS:
            exact.update(self._of.get(word.replace(old, new), ()))
        if exact:
            return exact
        if word.endswith("s") and not known.frequency(word) and (genitive := self._of.get(word[:-1])):
            return set(genitive)
        if len(word) <= _SHORTEST or known.is_word(word):
            return set()
        return {cv for name in self._close(word) if not known.frequency(word) or name.startswith(word) for cv in self._of[name]}

    def _written_apart(self, tokens: Sequence[Token], hits: dict[int, set[int]]) -> None:
        """`De la Croix`, who writes Delacroix."""
        for start in range(len(tokens)):
            for end in (start + 2, start + 3):
                for cv in self._of.get("".join(token.folded for token in tokens[start:end]), ()) if end <= len(tokens) else ():
                    for i in range(start, end):
                        hits[i].add(cv)

    def _with_slips(self, tokens: Sequence[Token], hits: dict[int, set[int]], known: Known) -> None:
        """Beside somebody's first name, their last name may be further off, and the other way round."""
        for i, token in enumerate(tokens):
            word = token.parts[0] if token.parts else ""
            if hits[i] or len(word) < _SHORTEST or not word.isalpha() or known.frequency(word) or known.is_word(word):
                continue
            beside = {cv for at in (i - 2, i - 1, i + 1, i + 2) for cv in hits.get(at, ())}
            most = 2 if len(word) >= _LONG else 1
            hits[i] = {cv for cv in beside if any(slips(name, word, most) <= most for name in self._words[cv])}

    def _close(self, word: str) -> set[str]:
        """Names one letter away; for a very long word, if there are none, two."""
        near = {name for shape in _shapes(word) for name in self._by_shape.get(shape, ()) if name[0] == word[0] and one_apart(name, word)}
        if near or len(word) < _LONG_ALONE:
            return near
        alike = (name for length in range(len(word) - 2, len(word) + 3) for name in self._by_start.get((word[0], length), ()))
        return {name for name in alike if len(name) >= _LONG_ALONE and slips(word, name, 2) <= 2}

    def _best(self, hits: dict[int, set[int]]) -> tuple[list[int], list[int]]:
        """The CVs that most neighbouring tokens agree on, and the tokens."""
        counts: Counter[int] = Counter(cv for cvs in hits.values() for cv in cvs)
        if not counts:
            return [], []
        most = max(counts.values())
        best = [cv for cv, count in counts.items() if count == most]
        positions = sorted(i for i, cvs in hits.items() if any(cv in cvs for cv in best))
        if most == 1:
            first = positions[0]
            return sorted(hits[first]), [first]
        runs = [cv for cv in best if _close_together([i for i, cvs in hits.items() if cv in cvs], self._length[cv])]
        if not runs:
            return sorted(hits[positions[0]]), positions[:1]
        first_run = min(runs, key=lambda cv: min(i for i, cvs in hits.items() if cv in cvs))
        at = [i for i, cvs in hits.items() if first_run in cvs]
        return sorted(cv for cv in runs if [i for i, cvs in hits.items() if cv in cvs] == at), at

    def _may_stand_alone(self, tokens: Sequence[Token], at: int, known: Known, bearers: int) -> bool:
        """Is this single word meant as a name? `Rosa` is, `may` is not."""
        token = tokens[at]
        titled = at > 0 and (tokens[at - 1].folded in _TITLES or (tokens[at - 1].capital and known.is_work(tokens[at - 1].folded)))
        if (
            known.ordinary(at)
            or len(token.folded) < 2
            or (len(token.folded) == 2 and not (token.capital and (titled or len(tokens) <= _BARE)))
        ):
            return False
        shouting_or_whispering = all(t.capital for t in tokens) or not any(t.capital for t in tokens[1:])
        if not any(part in self._of for part in token.parts):
            # letters off a name, and may be a word: German nouns have capitals, too
            alone = not any(other.capital for i, other in enumerate(tokens) if i not in {0, at})
            if not (token.capital and (titled or alone)) and not (shouting_or_whispering and len(token.folded) >= _LONG):
                return False
        elsewhere = known.frequency(token.folded) > 3 * bearers + 2
        return not elsewhere and (token.capital or shouting_or_whispering)

    def _is_strange(self, tokens: Sequence[Token], at: int, taken: set[int], known: Known) -> bool:
        """A word with a capital right beside a name, that is neither a word of this index nor of the question's grammar, is another person's name."""
        token = tokens[at]
        small = known.in_key_words and at - 1 in taken and not any(t.capital for t in tokens) and not known.is_word(token.folded)
        if at in taken or not (token.capital or small) or known.ordinary(at) or len(token.folded) < 3:
            return False
        if at > 0 and at + 1 in taken and not known.is_word(token.folded):
            return True  # a first name, though other CVs may have it in a street or a hospital
        return all(known.frequency(part) == 0 for part in token.parts) or any(part in self._of for part in token.parts)


def _written_in_one(name: str) -> set[str]:
    """Its particles and what follows in one word, as keyboards and addresses have them: `delacruz`, `dellacqua`."""
    parts = [fold(part) for part in raw_words(name)]
    found: set[str] = set()
    for i, part in enumerate(parts):
        end = next((j for j in range(i, len(parts)) if parts[j] not in PARTICLES), len(parts))
        if part in PARTICLES and end < len(parts):
            found.add("".join(letter for letter in "".join(parts[i : end + 1]) if letter.isalnum()))
    return found


def _neighbours(taken: set[int], count: int) -> list[int]:
    return [i for i in {*(i - 1 for i in taken), *(i + 1 for i in taken)} if 0 <= i < count and i not in taken]


def _goes_with_a_name(token: Token, known: Known, *, before: bool) -> bool:
    """A title before a name, an initial beside it."""
    titled = token.folded in _TITLES or (token.capital and known.is_work(token.folded))
    return (before and titled) or (len(token.raw) == 1 and token.raw.isupper())


def _close_together(positions: Sequence[int], length: int) -> bool:
    return max(positions) - min(positions) <= length


def _shapes(word: str) -> set[str]:
    """The word, and the word less any one letter: words one letter apart share a shape."""
    return {word, *(word[:i] + word[i + 1 :] for i in range(len(word)))} if len(word) >= 4 else {word}


def slips(a: str, b: str, most: int) -> int:
    """The letters to change, add or leave out to make one of the other or swap with the next (optimal string alignment); `most` + 1 if there are more than `most`."""
    if abs(len(a) - len(b)) > most:
        return most + 1
    two_before: list[int] = []
    before = list(range(len(b) + 1))
    for i, x in enumerate(a, start=1):
        row = [i]
        for j, y in enumerate(b, start=1):
            row.append(min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (x != y)))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                row[j] = min(row[j], two_before[j - 2] + 1)
        if min(row) > most:
            return most + 1
        two_before, before = before, row
    return before[-1]


def one_apart(a: str, b: str) -> bool:
    """Is one the other with a letter changed, added, left out, or swapped with the next?"""
    if abs(len(a) - len(b)) > 1:
        return False
    if len(a) == len(b):
        different = [i for i in range(len(a)) if a[i] != b[i]]
        swapped = (
            len(different) == 2
            and different[1] == different[0] + 1
            and a[different[0]] == b[different[1]]
            and a[different[1]] == b[different[0]]
        )
        return len(different) <= 1 or swapped
    longer, shorter = (a, b) if len(a) > len(b) else (b, a)
    return any(longer[:i] + longer[i + 1 :] == shorter for i in range(len(longer)))
