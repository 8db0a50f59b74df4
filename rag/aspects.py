"""What a question is after (studies, languages, how to reach somebody …), and the words that only carry a question. Pure, six languages."""

from collections.abc import Sequence
from enum import StrEnum
from functools import lru_cache

from rag.headings import Section
from rag.names import Token
from rag.words import LANGUAGES, STOP_WORDS


class Aspect(StrEnum):
    """A side of a CV that questions ask for."""

    STUDIES = "studies"
    WORK = "work"
    NOW = "now"
    SPEAKS = "speaks"
    CONTACT = "contact"
    LIVES = "lives"
    SKILLS = "skills"
    CERTIFIED = "certified"
    PROJECTS = "projects"
    PUBLISHED = "published"
    AWARDS = "awards"
    HOBBIES = "hobbies"
    VOLUNTEERS = "volunteers"
    ABOUT = "about"


SECTIONS: dict[Aspect, tuple[Section, ...]] = {
    Aspect.STUDIES: (Section.EDUCATION,),
    Aspect.WORK: (Section.EXPERIENCE,),
    Aspect.NOW: (Section.EXPERIENCE,),
    Aspect.SPEAKS: (Section.LANGUAGES,),
    Aspect.CONTACT: (Section.PROFILE,),
    Aspect.LIVES: (Section.PROFILE,),
    Aspect.SKILLS: (Section.SKILLS,),
    Aspect.CERTIFIED: (Section.CERTIFICATIONS,),
    Aspect.PROJECTS: (Section.PROJECTS,),
    Aspect.PUBLISHED: (Section.PUBLICATIONS,),
    Aspect.AWARDS: (Section.AWARDS,),
    Aspect.HOBBIES: (Section.INTERESTS,),
    Aspect.VOLUNTEERS: (Section.VOLUNTEERING,),
    Aspect.ABOUT: (Section.SUMMARY, Section.PROFILE, Section.EXPERIENCE),
}

_WORDS: dict[Aspect, str] = {  # a star stands for any ending
    Aspect.STUDIES: "attend* enrol* study studies studied studying student* degree* universit* graduat* educat* school* college diploma* major majored academic* qualif* estudi* titul* titulacion licenci* formacion formo graduo academic* carrera "
    "etud* diplom* formation universite hochschul* studier* studium studiert absolv* ausbildung* ausgebildet bildung* abschluss* formou formad* curs* laure* studi studiat* studier*",
    Aspect.WORK: "work* job* employ* compan* role* position* career* experienc* occupation* profession* trabaj* emple* empresa* puesto* cargo* experienc* laboral* profesion* travail* emploi* entreprise* poste* metier* "
    "arbeit* gearbeitet beruf* firma* unternehmen stelle* tatig* angestellt beschaftigt trabalh* emprego lavor* azienda* impiego societe* responsib* duty duties funcion* aufgabe*",
    Aspect.NOW: "now moment currently current* present* today nowadays actual* actualmente ahora hoy actuellement maintenant aujourd derzeit* aktuell* heute jetzt momentan gegenwartig* atual* agora hoje adesso oggi attual*",
    Aspect.SPEAKS: "speak* spoke* language* fluent* habla* hable* idioma* lengua* parle* parlent langue* spricht sprechen sprache* fremdsprache* fala* parla* parlano lingua* bilingual trilingual tongue native",
    Aspect.CONTACT: "email* mail mails phone* telephone* contact* reach linkedin website address correo electronico telefono* movil direccion contactar courriel adresse* joindre telefon* telefonnummer erreich* kontakt* "
    "handynummer mailadresse telefone contato indirizzo recapito",
    Aspect.LIVES: "live* based located location lives reside* residence city home vive* vivo ciudad ubicad* residencia radica habite* ville vit wohn* lebt leben wohnort stadt mora vive abita citta",
    Aspect.SKILLS: "skill* know* tool* technolog* competenc* expertise habilidad* sabe* saben conoce* herramienta* conocimiento* domina* maneja* competence* connai* maitris* outil* sait kennt kennen kennt* kann konnen "
    "beherrsch* fahigkeit* kenntnis* conhec* sabem conosc* abilit* familiar proficien* programme*",
    Aspect.CERTIFIED: "qualification* certif* licen?e* accredit* course* certificad* certificacion* curso* carnet acredit* zertifi* kurs* fortbildung* weiterbildung* habilit* attestation*",
    Aspect.PROJECTS: "project* proyecto* projet* projekt* projeto* progett*",
    Aspect.PUBLISHED: "publish* publication* papers articles publicad* publicac* publico articulos publie* veroffentlich* publikation* pubblic*",
    Aspect.AWARDS: "award* prize* premio* premiad* prix recompens* auszeichnung* preis* premi honours honors",
    Aspect.HOBBIES: "hobb* interests interested leisure spare aficion* intereses pasatiempo* tiempo libre loisir* passion* freizeit* interessen hobbys tempo",
    Aspect.VOLUNTEERS: "volunt* benevol* ehrenamt* freiwillig*",
    Aspect.ABOUT: "called named wissen weiss sabemos savons sappiamo llamad* heisst appelle about summar* profile overview background describe* biograph* introduc* perfil resumen resumeme hablame cuentame sobre describe trayectoria profil presente beschreib* uberblick lebenslauf werdegang parcours profilo descri*",
}

_CARRIERS = frozenset(
    # words that stand in questions and say nothing about the answer
    "something anything everything alles todo tudo tutto tout please bitte etwas quelque chose says said say stated states dice dicen schreibt sagt dit ecrit who whom whose which what where when why how many much any anyone anybody someone somebody everyone everybody people person persons candidate candidates applicant applicants "
    "cv cvs resume resumes list show tell give find name names mention mentioned mentions me us please all every each long ever has have had does did is are was were there else also among them those these they "
    "want wants need needs looking look search searching good great best strong solid some least more than less fewer over under between year years month months yr yrs experience experienced expert experts "
    "use used uses using work worked works working know knows knew known able capable would could can get got take took kind sort part time do done did details detail information info hold holds held "
    "tenemos habra hubo avons avez auriez haben habt hatten gibts abbiamo avete temos havera once ever already before both either holding having alguna vez veces jamas nunca ya ambos ambas jamais deja fois parfois souvent "
    "einmal mal jemals je irgendwann ja alguma vezes gia mai volta volte entrambi "
    "candidato candidata candidatos candidatas persona personas gente alguien alguno quien quienes cual cuales que donde cuando cuanto cuantos cuantas cuanta como tiene tienen tenga tengan hay ha han dime dame "
    "muestrame muestra lista enumera encuentra busca busco buscamos necesito necesitamos menos mas anos ano meses experiencia experto experta trabajado trabajo trabaja trabajaron trabajan sabe saben conoce conocen "
    "uso usado usa utiliza utilizado algun alguna nombre nombres curriculo curriculum curriculos perfiles todos todas cada desde hasta hizo hace hacia fue era estan esta "
    "candidat candidate candidats candidates personne personnes quelqu un qui quoi quel quelle quels quelles ou quand combien comment pourquoi a ont avoir sait savent connait connaissent travaille travaillent "
    "experience annees annee ans an mois moins plus donne moi montre liste trouve cherche cherchons besoin tous toutes chaque utilise utilisent dispose fait faire nom noms "
    "kandidat kandidaten kandidatin kandidatinnen bewerber bewerberin bewerberinnen person personen jemand wer wem wen wessen welche welcher welches welchen was wo wann warum wie viele viel lange hat haben hatte "
    "gibt es zeig zeige mir nenne liste finde suche suchen brauche brauchen alle jeder jahre jahren jahr monate erfahrung erfahrungen mindestens mehr als weniger kennt kennen kann konnen arbeitet gearbeitet arbeiten "
    "name namen heisst heissen verfugt verfugen besitzt lautet lauten nutzt benutzt verwendet war ist sind macht gemacht tun schon bereits uber unter "
    "pessoa pessoas quem qual quais onde quando quantos quantas mostre liste encontre procuro preciso anos tem possui trabalhou sabe conhece "
    "persone chi quale quali dove quanti quante mostra elenca trova cerco anni ha hanno lavorato sa conosce".split()
)

_LIGHT = frozenset(
    "number numbers numero nummer make makes made making look looks looked looking against old new young big small large help helps helped helping way things thing put puts set go goes went going come comes keep keeps kept run runs ran "
    "running do take takes taking bring brings get gets let become becomes involved involving involves including include includes related dealing deal deals responsible charge able well really lot lots "
    "different various several certain main own whole kind type field area areas sector industry place places world life day days week full high low strong similar such around together away back deep hands "
    "last latest recent recently first earliest still yet ultimo ultima ultimos primer primero primera reciente todavia aun dernier derniere premier premiere recente encore toujours letzte letzter letzten letztes "
    "erste erster ersten erstes noch zuletzt primeiro primeira ainda primo prima ancora "
    "handle handles handled handling experience background previous previously past former currently proven spend spends spent serve serves served start started begin began stop "
    "hacer hace hecho haciendo llevar lleva llevado poner puesto tomar cosa cosas forma manera tipo ambito sector area campo lugar mundo vida dia dias grande pequeno nuevo nueva viejo antiguo relacionado "
    "relacionada encargado encargada dedica dedicado dedicada parte gran tema temas incluye previo previa antes despues dado dar "
    "faire fait fais mettre mis prendre pris chose choses facon maniere type domaine secteur lieu monde vie jour jours grand petit nouveau vieux ancien lie liee charge occupe occupes concernant deja avant "
    "machen macht gemacht bringen gebracht nehmen genommen sache sachen art weise bereich branche gebiet ort welt leben tag tage gross klein neu neue alt alte altes zustandig kummert befasst bezug frueher "
    "faz fazer feito levar coisa tipo area setor lugar mundo vida fare fatto cosa cose tipo settore area campo luogo mondo vita".split()
)


def is_light(word: str) -> bool:
    """An ordinary word that says little, however rare it is in a small index."""
    return word in _LIGHT


_ALL_STOP_WORDS = frozenset[str]().union(*(STOP_WORDS[language] for language in LANGUAGES))


@lru_cache(maxsize=8192)
def aspects_of_word(folded: str) -> frozenset[Aspect]:
    """The sides of a CV that a folded word speaks of."""
    return frozenset(aspect for aspect, patterns in _PATTERNS.items() if any(_fits(folded, pattern) for pattern in patterns))


_PATTERNS: dict[Aspect, tuple[str, ...]] = {aspect: tuple(patterns.split()) for aspect, patterns in _WORDS.items()}


def _fits(word: str, pattern: str) -> bool:
    if pattern.endswith("*"):
        head = pattern[:-1]
        if "?" in head:
            return len(word) >= len(head) and all(p in ("?", w) for p, w in zip(head, word, strict=False))
        return word.startswith(head)
    return word == pattern


def aspects_of(tokens: Sequence[Token]) -> frozenset[Aspect]:
    """The sides of a CV that any of the words speaks of."""
    return frozenset[Aspect]().union(*(aspects_of_word(plain(token)) for token in tokens))


def plain(token: Token) -> str:
    """The token in one word: `e-mail` is `email`."""
    return token.parts[0] if len(token.parts) > 1 else token.folded


def is_carrier(token: Token, language: str) -> bool:
    """Does the word only carry the question? Little words of the question's own language do; a capitalised or spelled-out one (`IT`, `C`) may not."""
    word = token.folded
    if len(token.parts) > 1 and all(part in _CARRIERS or part in _ALL_STOP_WORDS for part in token.parts[1:]):
        return True  # a-t-elle
    if word in _CARRIERS:
        return not (token.raw.isupper() and len(token.raw) > 1 and word != "cv")
    if token.raw.isupper() and len(token.raw) in {2, 3} and word not in STOP_WORDS[language]:
        return False
    return word in STOP_WORDS[language] or (len(word) < 3 and word in _ALL_STOP_WORDS and not token.raw.isupper())
