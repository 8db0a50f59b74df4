"""Words of English and Spanish made comparable: accents folded, stop words dropped, endings cut, and words of one idea tied together. French and
German are recognised, no more.

Pure and small on purpose: it lets the offline model (`quoting.py`, the only caller) find `estudió` for `studies` without any data files. `terms`
of two texts share an element when the texts share a word, whatever its ending.
"""

import re
import unicodedata
from collections import Counter
from functools import lru_cache
from itertools import takewhile

_WORD = re.compile(r"[a-z0-9][a-z0-9+#]*(?:\.[a-z0-9+#]+)*")
_YEAR = re.compile(r"(?:19|20)\d\d$")


def _set(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


STOP_EN = _set("""a about above after again all also am an and any anybody anyone are as at be been before being best between both but by can candidate
    candidates could did do does doing done during each ever every few find for from further get give given good had has have having he her here
    hers him his how i if in into is it its itself just know known knows least let like list many me mention mentioned mentions more most much my
    name named need no nor not now of on one only or other our out over own people person please question resume same say says she should show so
    some somebody someone such tell than that the their them then there these they thing things this those through to too under until up us use
    used uses using very
    want was we were what which while who whom whose why will with would yes you your""")
STOP_ES = _set("""a al algo alguien alguna algunas alguno algunos ante antes aquel aquella bien cada candidata candidatas candidato candidatos como con conoce
    conocen cual cuales cualquier cuanta cuantas cuanto cuantos cv da dame de del dime donde dos e el ella ellas ellos en entre era eran es esa
    esas ese eso esos esta estaba estan estar estas este esto estos fue fueron gracias ha haber habia han hace hacer hacia hay he la las le les lo
    los mas me mejor mi mis mismo mucha muchas mucho muchos muestra muestrame muy nada ni ninguna ninguno no nos nosotros nuestro o otra otras otro
    otros para pero persona personas poco por porque pregunta que quien quienes saber sabe saben se sea segun ser si sido sin sobre son su sus
    tambien tanto te tener tiene tienen toda todas todo todos tu un una unas uno unos usa
    usar uso usted utiliza utilizar y ya yo""")
STOP_FR = _set("""a ai ans as au aux avec avez avoir ce ces cet cette chez combien comme comment connait dans de depuis des du elle elles en est et ete etre
    eu il ils je la le les leur lui ma mais ne nous on ont ou parle parlent par pas plus pour pourquoi qu quand que quel quelle quelles quels qui
    quoi sa sait sans se ses son sont sur travaille un une vers vous y""")
STOP_DE = _set("""ab als am an arbeitet auch auf aus bei beim bis das dass dem den der des die dies diese dieser du ein eine einem einen einer er es fur gibt
    hat habe haben hatte ich ihr ihre im in ist jahre kann kein keine kennt mehr mit nach nicht noch oder seit sie sind spricht sprechen uber um
    und uns unter von vor war waren warum was welche welcher welches wem wen wer werden wie wieviel wird wo wurde zu zum zur""")
_ALL = (("en", STOP_EN), ("es", STOP_ES), ("fr", STOP_FR), ("de", STOP_DE))
_SMALL_WORDS = tuple((name, small, frozenset(word for known, other in _ALL if known != name for word in other)) for name, small in _ALL)

FOLLOW_UP = _set("she he her him his hers they them their it its that ella el ellas ellos su sus ese esa esto eso")
OPENERS = _set("and also y e tambien pero but so entonces ok")

_ENDINGS = tuple(
    sorted(
        _set("""aciones iciones amiento imiento ations ation acion icion ments ment mente ings ing ies ied ers er ed es s ly os as o a e ando iendo
        ados adas ado ada idos idas ido ida ar ir y"""),
        key=lambda ending: (len(ending), ending),
        reverse=True,
    )
)
_SHORTEST_STEM = 4
_LONGEST_STEM = 7

_IDEAS = {
    "study": """study studied studies education educated educational degree degrees university college school bachelor bachelors master masters phd
        bsc msc ba ma doctorate graduate graduated graduation academic thesis estudiar estudio estudios formacion educacion universidad grado
        licenciatura licenciado licenciada ingenieria maestria doctorado titulo titulacion graduo escuela escola facultad universitat instituto""",
    "work": """work worked works working job jobs experience experienced employment employer employers employed company companies career position
        positions role roles trabajo trabajos trabajar trabaja empleo empleos empleador empresa empresas experiencia puesto puestos cargo cargos
        laboral profesional""",
    "skill": """skill skills skilled technologies technology stack tools tool competencies expertise habilidad habilidades competencia
        competencias tecnologia tecnologias herramientas herramienta conocimientos destrezas""",
    "tongue": """language languages speak speaks spoken fluent fluently native bilingual idioma idiomas habla hablan hablar nativo nativa bilingue
        lengua lenguas""",
    "contact": "contact email mail phone telephone linkedin contacto correo telefono movil",
    "certificate": "certification certifications certified certificate certificates certificacion certificaciones certificado certificados",
    "project": "project projects proyecto proyectos",
    "lead": """lead leads led leader leaders leadership manage manages managed manager managers management team teams head director liderar
        lidera lidero liderazgo lider gestion dirigir dirigio equipo equipos jefe jefa""",
    "place": "where live lives based located location city country donde vive viven reside ubicacion ciudad pais",
    "bank": "bank banks banking fintech banco bancos banca bancario",
    "engineer": "engineer engineers engineering ingeniero ingeniera ingenieros ingenieras",
    "developer": "developer developers programmer programmers desarrollador desarrolladora desarrolladores programador programadora",
    "data": "data dato datos",
    "design": "design designer designers designed diseno disenador disenadora disenadores disenar",
    "sell": "sales selling salesperson ventas vender comercial",
    "market": "marketing mercadotecnia",
    "health": "health healthcare hospital clinical medical nurse doctor salud sanitario sanidad clinico medico enfermera enfermero",
    "teach": "teach teacher teaching taught lecturer professor ensenar ensenanza profesor profesora docente maestro maestra",
    "law": "law lawyer legal attorney derecho abogado abogada juridico",
    "money": "finance financial accounting accountant auditor finanzas financiero contable contabilidad auditoria",
    "security": "security cybersecurity seguridad ciberseguridad",
    "cloud": "cloud aws azure gcp nube",
    "year": "when year years since long cuando ano anos desde tiempo",
}


def fold(text: str) -> str:
    """Lower case, without accents."""
    decomposed = unicodedata.normalize("NFKD", text.lower())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def words(text: str) -> list[str]:
    """The folded words of a text, in order; `c++`, `c#` and `node.js` are words."""
    return _WORD.findall(fold(text))


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """A folded word without its ending: the same for most forms of it, and for many cousins in the other language."""
    if not word.isalpha():
        return word
    shorter = _shorter(word)
    while shorter != word:
        word, shorter = shorter, _shorter(shorter)
    return word[:_LONGEST_STEM]


def _shorter(word: str) -> str:
    ending = next((end for end in _ENDINGS if word.endswith(end) and len(word) - len(end) >= _SHORTEST_STEM), "")
    return word.removesuffix(ending)


_TOPICS = frozenset(f"@{idea}" for idea in ("bank", "design", "sell", "market", "health", "teach", "law", "money", "security", "cloud"))
_IDEA_OF = {stem(word): f"@{idea}" for idea, group in _IDEAS.items() for word in group.split()}


def is_stop(word: str) -> bool:
    """True for folded words that say nothing about the subject, in English or in Spanish."""
    return word in STOP_EN or word in STOP_ES


def terms(text: str) -> frozenset[str]:
    """The stems that carry a text's meaning, without ideas."""
    return frozenset(stem(word) for word in words(text) if not is_stop(word))


def ideas(text: str) -> frozenset[str]:
    """The ideas a text touches, as `@study` or `@work`, and `@study+` if it does so with two words or more; a year is `@year`."""
    found = words(text)
    touched = Counter(_IDEA_OF[term] for term in {stem(word) for word in found} if term in _IDEA_OF)
    if any(_YEAR.match(word) for word in found):
        touched["@year"] += 1
    return frozenset(touched) | {f"{idea}+" for idea, count in touched.items() if count > 1}


def is_topic(idea: str) -> bool:
    """True for ideas that are a subject of their own (`@bank`), not a part of every CV (`@work`)."""
    return idea in _TOPICS


def idea_of(term: str) -> str | None:
    """The idea a stem belongs to."""
    return _IDEA_OF.get(term)


def is_follow_up(question: str) -> bool:
    """True for questions that lean on the ones before: they say `she`, or begin with `and`."""
    asked = words(question)
    return any(word in FOLLOW_UP for word in asked) or any(True for _ in takewhile(OPENERS.__contains__, asked))


def language_of(text: str) -> str:
    """`en`, `es`, `fr` or `de`, by small words that the others do not have; empty if nothing tells."""
    if any(character in text for character in "¿¡ñÑ"):
        return "es"
    found = words(text)
    counts = {language: sum(word in small and word not in others for word in found) for language, small, others in _SMALL_WORDS}
    best, second = sorted(counts.values(), reverse=True)[:2]
    return max(counts, key=counts.__getitem__) if best > second else ""
