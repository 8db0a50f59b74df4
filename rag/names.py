"""Finds the candidates that a question names: in full, by one name, with or without accents, with a slip of a letter. Pure.

Also notices a stranger: `John Smith`, when there is a John, but no Smith.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rag.words import fold, raw_words, words

PARTICLES = frozenset("de del la da do dos das di van von der den ten le el al bin ibn y e i zu zur du des st san mac mc o'".split())
"""Little words of names. They stand in every sentence, so that alone they name nobody."""
_TITLES = frozenset(
    "hr fr dr dra prof profa professor professora profesor profesora professeur mr mrs ms mx miss sr sra srta senor senora senorita don dona ing lic herr herrn frau fraulein "
    "mme mlle madame monsieur m me maitre sir dott dottor dottoressa signor signora".split()
)
_SHORTEST, _LONG = 4, 6
"""Beside another name of the same person one slip is forgiven, in a long name two."""
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
    """The candidates named (`cvs`), the positions of their names in the question, and whether somebody unknown is named."""

    cvs: tuple[int, ...] = ()
    positions: frozenset[int] = frozenset()
    stranger: bool = False


def tokens_of(text: str) -> list[Token]:
    """The words of a question in order."""
    return [Token(raw=raw, folded=fold(raw), parts=tuple(words(raw))) for raw in raw_words(text)]


class Names:
    """The names of all CVs, by their words."""

    def __init__(self, names: Sequence[str]) -> None:
        self._of: dict[str, list[int]] = defaultdict(list)
        self._length = [len({*words(name)}) for name in names]
        self._words = [frozenset(word for word in words(name) if len(word) >= _SHORTEST) for name in names]
        for number, name in enumerate(names):
            for word in {*words(name)}:
                if len(word) > 1:
                    self._of[word].append(number)
        self._by_shape: dict[str, list[str]] = defaultdict(list)
        for word in self._of:
            for shape in _shapes(word):
                self._by_shape[shape].append(word)

    def find(
        self, tokens: Sequence[Token], frequency: Callable[[str], int], ordinary: Callable[[int], bool], is_word: Callable[[str], bool]
    ) -> People:
        """`is_word` whether the vocabulary has it: such a word is no misspelt name. `frequency` says in how many passages a word stands; `ordinary` whether the token at a position is a word with another task."""
        hits = {i: self._hits(token, frequency, is_word) for i, token in enumerate(tokens)}
        self._with_slips(tokens, hits, frequency, is_word)
        for i, token in enumerate(tokens):
            if token.folded in PARTICLES:
                hits[i] &= {
                    cv
                    for at in (i - 2, i - 1, i + 1, i + 2)
                    if 0 <= at < len(tokens) and tokens[at].folded not in PARTICLES
                    for cv in hits[at]
                }
        people: list[int] = []
        taken: set[int] = set()
        while True:
            found, positions = self._best({i: cvs for i, cvs in hits.items() if i not in taken and cvs})
            if not found:
                break
            if len(positions) == 1 and not self._may_stand_alone(tokens, positions[0], frequency, ordinary, len(found)):
                hits[positions[0]] = set()
                continue
            people.extend(cv for cv in found if cv not in people)
            taken.update(positions)
        for _ in range(2):  # a title may stand before an initial
            taken.update(i for i in _neighbours(taken, len(tokens)) if _goes_with_a_name(tokens[i], before=i + 1 in taken))
        stranger = any(self._is_strange(tokens, i, taken, frequency, ordinary) for i in _neighbours(taken, len(tokens)))
        return People(cvs=tuple(people), positions=frozenset(taken), stranger=stranger)

    def _hits(self, token: Token, frequency: Callable[[str], int], is_word: Callable[[str], bool]) -> set[int]:
        exact = {cv for part in token.parts for cv in self._of.get(part, ())}
        if exact or len(token.folded) < 4 or not token.folded.isalpha():
            return exact
        for old, new in UMLAUTS:
            exact.update(self._of.get(token.folded.replace(old, new), ()))
        if exact or frequency(token.folded):
            return exact
        if token.folded.endswith("s") and (genitive := self._of.get(token.folded[:-1])):
            return set(genitive)
        if len(token.folded) < 5 or is_word(token.folded):
            return set()
        return {cv for word in self._close(token.folded) for cv in self._of[word]}

    def _with_slips(
        self, tokens: Sequence[Token], hits: dict[int, set[int]], frequency: Callable[[str], int], is_word: Callable[[str], bool]
    ) -> None:
        """Beside somebody's first name, their last name may be further off, and the other way round."""
        for i, token in enumerate(tokens):
            word = token.parts[0] if token.parts else ""
            if hits[i] or len(word) < _SHORTEST or not word.isalpha() or frequency(word) or is_word(word):
                continue
            beside = {cv for at in (i - 2, i - 1, i + 1, i + 2) for cv in hits.get(at, ())}
            most = 2 if len(word) >= _LONG else 1
            hits[i] = {cv for cv in beside if any(slips(name, word, most) <= most for name in self._words[cv])}

    def _close(self, word: str) -> set[str]:
        """Names one letter away."""
        return {name for shape in _shapes(word) for name in self._by_shape.get(shape, ()) if name[0] == word[0] and one_apart(name, word)}

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

    def _may_stand_alone(
        self, tokens: Sequence[Token], at: int, frequency: Callable[[str], int], ordinary: Callable[[int], bool], bearers: int
    ) -> bool:
        """Is this single word meant as a name? `Rosa` is, `may` is not."""
        token = tokens[at]
        if ordinary(at) or len(token.folded) < 3:
            return False
        elsewhere = frequency(token.folded) > 3 * bearers + 2
        if not any(
            part in self._of for part in token.parts
        ):  # it is one letter off a name, and may be a word: German nouns have capitals, too
            titled = at > 0 and tokens[at - 1].folded in _TITLES
            alone = not any(other.capital for i, other in enumerate(tokens) if i not in {0, at})
            if not token.capital or not (titled or alone):
                return False
        shouting_or_whispering = all(t.capital for t in tokens) or not any(t.capital for t in tokens[1:])
        return not elsewhere and (token.capital or shouting_or_whispering)

    def _is_strange(
        self, tokens: Sequence[Token], at: int, taken: set[int], frequency: Callable[[str], int], ordinary: Callable[[int], bool]
    ) -> bool:
        """A capitalised word right beside a name, that is neither a word of this index nor of the question's grammar, is another person's name."""
        token = tokens[at]
        if at in taken or not token.capital or ordinary(at) or len(token.folded) < 3:
            return False
        return all(frequency(part) == 0 for part in token.parts) or any(part in self._of for part in token.parts)


def _neighbours(taken: set[int], count: int) -> list[int]:
    return [i for i in {*(i - 1 for i in taken), *(i + 1 for i in taken)} if 0 <= i < count and i not in taken]


def _goes_with_a_name(token: Token, *, before: bool) -> bool:
    """A title before a name, an initial beside it."""
    return (before and token.folded in _TITLES) or (len(token.raw) == 1 and token.raw.isupper())


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
