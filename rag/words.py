"""Text reduced to what can be compared: folded words, stems, and the language that a text is written in.

Pure. Used when indexing and when asking, so that both sides reduce alike.
"""

import re
import threading
import unicodedata
from functools import lru_cache
from importlib import import_module
from typing import Any

LANGUAGES = ("en", "es", "fr", "de", "pt", "it")
"""Languages with stop words, stems and a vocabulary. Other languages are read too, by plain words and dense vectors."""

_SNOWBALL = {"en": "english", "es": "spanish", "fr": "french", "de": "german", "pt": "portuguese", "it": "italian"}

STOP_WORDS: dict[str, frozenset[str]] = {
    "en": frozenset(
        "a about above across after against along all also am an and any are as at be been before being between both but by can could did do does doing done "
        "during each either for from further had has have having he her here hers him his how i if in into is it its itself just me more most "
        "my no nor not of off on once only or other our out over own per same she should so some such than that the their them then there "
        "these they this those through to too under until up upon us very was we were what when where whether which while who whom whose why "
        "will with within without would you your s t".split()
    ),
    "es": frozenset(
        "a al algo alguien algun alguna algunas alguno algunos ante antes aquel aquella aquellos asi aun bajo bien cada como con contra cual "
        "cuales cualquier cuando cuanto cuantos cuantas de del desde donde dos durante e el ella ellas ellos en entre era eran es esa esas ese "
        "eso esos esta estaba estan estar este esto estos fue fueron ha haber habia han hasta hay he la las le les lo los mas me mi mis mucho muy "
        "nada ni no nos nosotros o os otra otras otro otros para pero poco por porque pues que quien quienes se sea ser si sido sin sobre son su "
        "sus tal tambien tan tanto te tiene tienen todo todos tras tu tus u un una unas uno unos y ya yo".split()
    ),
    "fr": frozenset(
        "a ai alors au aucun aussi autre aux avec avoir c ca ce cela ces cet cette ceux chez comme comment d dans de des donc du elle elles en "
        "encore entre est et etait etaient ete etes etre eu il ils j je l la le les leur leurs lui m ma mais me meme mes moi mon n ne nos notre "
        "nous on ont ou par pas pendant peu plus pour pourquoi qu quand que quel quelle quelles quels qui quoi s sa sans se ses si son sont "
        "sous sur t ta te tes toi ton tous tout toute toutes tres tu un une vers vos votre vous y".split()
    ),
    "de": frozenset(
        "aber alle allem allen aller alles als also am an andere anderen auch auf aus bei beim bin bis bist da damit dann das dass dein dem den "
        "der des dich die dies diese diesem diesen dieser dieses dir doch dort du durch ein eine einem einen einer eines er es etwas euch fur "
        "gegen hab habe haben hat hatte hatten hier hin ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im in ins ist ja jede jedem jeden jeder "
        "jedes kann kein keine konnen man mein mich mir mit muss nach nicht nichts noch nun nur ob oder ohne sehr sein seine seinem seinen "
        "seiner sich sie sind so uber um und uns unser unter vom von vor war waren was weil welche welchem welchen welcher welches wenn wer "
        "werden wie wieder will wir wird wo wohin wurde wurden zu zum zur zwischen".split()
    ),
    "pt": frozenset(
        "a ao aos as ate com como da das de dela dele deles depois do dos e ela elas ele eles em entre era essa esse esta estao este eu foi "
        "foram ha isso isto ja la lhe mais mas me mesmo meu minha muito na nao nas nem no nos nossa nosso num numa o onde os ou para pela pelas "
        "pelo pelos por porque qual quais quando que quem sao se sem ser seu seus so sua suas tambem te tem tinha um uma umas uns voce".split()
    ),
    "it": frozenset(
        "a ad agli ai al alla alle allo anche avere aveva c che chi ci come con cosa cui da dagli dai dal dalla dalle dei del della delle dello "
        "di dove e ed era erano essere fra gli ha hanno i il in io l la le lei li lo loro lui ma mi mia mio nei nel nella nelle noi non nostro "
        "o per perche piu quale quali quando quello questa queste questi questo se senza si sia sono su sua sue sugli sui sul sulla suo suoi "
        "tra tu tutti tutto un una uno".split()
    ),
}

# What tells languages apart in a CV, where full sentences are rare: little words, and the words that every CV has.
_TELLS: dict[str, frozenset[str]] = {
    "en": frozenset("the and of with for experience education skills work university languages present team led".split()),
    "es": frozenset(
        "el los las y del con para experiencia educacion formacion habilidades trabajo universidad idiomas actualidad equipo".split()
    ),
    "fr": frozenset("le les et des avec pour du experience formation competences langues universite equipe aujourd depuis chez".split()),
    "de": frozenset("der die und mit fur von berufserfahrung ausbildung kenntnisse sprachen heute universitat im bei seit".split()),
    "pt": frozenset("os com para do da e experiencia formacao habilidades competencias universidade atual equipe em na no ate".split()),
    "it": frozenset("il gli e con per di della esperienza istruzione formazione competenze lingue universita attuale presso".split()),
}

_WORD = re.compile(r"[^\W_]+(?:[+#]+(?!\w)|(?:[.&'’\-/][^\W_]+)*)", re.UNICODE)
_ELISION = re.compile(r"\b([ldjnmstc]|qu|dell|nell|all|dall|sull)['’](?=[^\W\d_]{2})", re.IGNORECASE)
_ODD_LETTERS = str.maketrans(
    {"ß": "ss", "ø": "o", "Ø": "O", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i"}
)


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """Lower case, without accents."""
    decomposed = unicodedata.normalize("NFKD", text.translate(_ODD_LETTERS))
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


def raw_words(text: str) -> list[str]:
    """The words as written. `C++`, `C#`, `.NET`'s NET, `CI/CD`, `node.js`, `e-commerce` and `O'Neill` are one word each.

    An accent typed apart from its letter belongs to it: some keyboards and file systems write so, and would cut the word there.
    """
    return _WORD.findall(_ELISION.sub(r"\1 ", unicodedata.normalize("NFKC", text)))


def words(text: str) -> list[str]:
    """Folded words; compounds written with a mark inside (`CI/CD`, `front-end`) give the whole and its parts."""
    found: list[str] = []
    for word in raw_words(text):
        folded = fold(word).replace("’", "'")
        parts = [part for part in re.split(r"[.&'\-/]", folded) if part]
        if len(parts) > 1:
            found.append("".join(parts))
        found.extend(parts)
    return found


class _Stemmers(threading.local):
    """Snowball stemmers keep state while they work, so each thread has its own."""

    def __init__(self) -> None:
        library: Any = import_module("Stemmer")
        self.by_language: dict[str, Any] = {language: library.Stemmer(name) for language, name in _SNOWBALL.items()}


_STEMMERS = _Stemmers()


_SHORT_STEM = 3


@lru_cache(maxsize=262144)
def stem(word: str, language: str) -> str:
    """The stem of a folded word; a word with a digit or a mark, or of an unknown language, stays as it is."""
    if language not in _SNOWBALL or not word.isalpha() or len(word) < 4:
        return word
    found = str(_STEMMERS.by_language[language].stemWord(word))
    return found if len(found) > _SHORT_STEM else word.removesuffix("s")  # `lun` is the moon, Monday, and no stem to tell them by


def is_stop_word(word: str, language: str) -> bool:
    """Is the folded word a little word of the language? Of an unknown language, of English."""
    return word in STOP_WORDS.get(language, STOP_WORDS["en"])


def language_of(text: str, default: str = "en") -> str:
    """The language with the most of its own little words in the text; `default` when nothing speaks for any."""
    best = languages_of(text)
    return default if default in best or len(best) == len(LANGUAGES) else best[0]


def languages_of(text: str) -> tuple[str, ...]:
    """The languages with the most of their own little words in the text; all of them when nothing speaks for any."""
    seen = words(text)
    scores = {
        language: sum((word in STOP_WORDS[language]) + 2 * (word in _TELLS[language]) for word in seen if len(word) > 1)
        for language in LANGUAGES
    }
    most = max(scores.values())
    return tuple(language for language in LANGUAGES if scores[language] == most)
