"""Reads the head of an entry: the role, the employer (or the degree and the school), the place. Pure, best effort.

Retrieval never depends on the split being right: questions about employers look at the whole head. It serves the header line and the facts.
"""

import re
from dataclasses import dataclass

from rag.dates import without_dates
from rag.entries import Entry
from rag.words import words

_STRONG_MARKS = re.compile(r"\s*(?:\||·|•|—|–|\s-\s|@|\bat\b|\bbei\b|\bchez\b|\bpresso\b)\s*")
_WEAK_MARKS = re.compile(r"\s*,\s*|\s+en\s+(?=[A-ZÁÉÍÓÚÑ])")

_ROLE_WORDS = re.compile(
    r"(?:engineer|developer|manager|director|officer|analyst|consultant|nurse|teacher|designer|architect|assistant|technician|specialist|lead|head|chief|"
    r"intern|trainee|coordinator|administrator|scientist|researcher|lecturer|professor|lawyer|attorney|paralegal|accountant|auditor|chef|cook|waiter|"
    r"sales|representative|supervisor|operator|driver|mechanic|electrician|plumber|carpenter|welder|pharmacist|physician|doctor|surgeon|therapist|"
    r"psychologist|editor|writer|journalist|translator|photographer|producer|partner|associate|executive|founder|president|buyer|planner|recruiter|"
    r"clerk|receptionist|secretary|baker|farmer|gardener|pilot|captain|guide|instructor|coach|trainer|tutor|librarian|curator|artist|musician|actor|"
    r"programmer|tester|owner|master|agent|advisor|adviser|strategist|midwife|paramedic|veterinarian|biologist|chemist|physicist|economist|apprentice|fellow|"
    r"ingenier|desarrollador|gerente|jef[ea]|analista|consultor|enfermer|maestr|profesor|docente|disenador|diseñador|arquitect|asistente|tecnic|técnic|"
    r"especialista|coordinador|administrativ|administrador|cientific|científic|investigador|abogad|contable|auditor|cociner|camarer|comercial|supervisor|"
    r"operari|conductor|mecanic|mecánic|electricista|fontaner|carpinter|soldador|farmaceutic|farmacéutic|medic[oa]|médic|terapeuta|psicolog|psicólog|"
    r"periodista|traductor|fotograf|fotógraf|responsable|becari|auxiliar|encargad|dependient|vendedor|fundador|redactor|recepcionista|fisioterapeuta|"
    r"ingénieur|ingenieur|développeur|developpeur|directeur|directrice|chargé|chargee|chargée|infirmi|enseignant|conseill|stagiaire|technicien|comptable|avocat|"
    r"cuisini|serveur|vendeu|responsable|graphiste|médecin|pharmacien|traductr|rédact|"
    r"entwickler|leiter|pfleger|schwester|lehrer|berater|techniker|mechaniker|elektriker|sachbearbeiter|praktikant|werkstudent|koch|köchin|kaufmann|kauffrau|"
    r"arzt|ärztin|apotheker|wissenschaft|geschäftsführer|buchhalter|assistent|referent|verkäufer|architekt|"
    r"engenheir|gestor|técnic|infermier|sviluppator|responsabile|impiegat|cuoc)",
    re.IGNORECASE,
)
_ORGANISATION = re.compile(
    r"\b(?:inc|ltd|llc|llp|plc|gmbh|ag|kg|s\.?\s?l\.?u?|s\.?\s?a\.?|s\.?a\.?s|sarl|s\.?r\.?l|s\.?p\.?a|b\.?v|n\.?v|co|corp|corporation|company|group|grupo|groupe|"
    r"gruppe|holding|bank|banco|banque|hospital|hôpital|hospitals|klinik|klinikum|clinic|clínica|clinica|university|universidad|universität|université|universita|"
    r"universidade|school|escuela|schule|école|ecole|college|colegio|institut|instituto|institute|academy|academia|akademie|foundation|fundación|stiftung|"
    r"labs?|laboratories|studios?|systems|solutions|technologies|partners|agency|agencia|agentur|hotel|restaurant|restaurante|museum|museo|council|ministry|"
    r"ministerio|ayuntamiento|consulting|services|servicios|industries|logistics|pharma|trust|associates|& co|& sons|werke|verlag|hochschule|politécnica|polytechnic)\b",
    re.IGNORECASE,
)
_SCHOOL = re.compile(
    r"universi|school|escuela|schule|école|ecole|college|colegio|institut|academ|akademie|hochschule|polit[eé]cnic|polytechn|facult|facultad|conservator|lycée|liceo|gymnasium|\bIES\b|\bETH\b|\bMIT\b|\bTU\b|centro|center|centre",
    re.IGNORECASE,
)
_DURATION = re.compile(
    r"^\W*(?:\d+\s*(?:years?|yrs?|months?|mos?|años?|anos?|mes(?:es)?|ans?|mois|jahre?|monate?|anni|mesi|y|m)\W*)+$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Position:
    """What an entry is about. For studies the role is the degree and the employer the school."""

    role: str = ""
    employer: str = ""
    place: str = ""


def position_of(entry: Entry, *, studies: bool = False) -> Position:
    """Role, employer and place that the head of an entry names; of a study, degree and school."""
    pieces = [piece for line in entry.lines[: entry.head] for piece in _pieces(without_dates(line.text))]
    if studies:
        return _study(pieces)
    return _job(pieces)


def _pieces(text: str) -> list[str]:
    return [piece for raw in _STRONG_MARKS.split(text) if (piece := raw.strip(" ,;:()[]")) and not _DURATION.match(piece) and words(piece)]


def _job(pieces: list[str]) -> Position:
    fine = pieces if len(pieces) > 1 else [part for piece in pieces for part in _WEAK_MARKS.split(piece) if part]
    if len(pieces) > 1:
        fine = [part for piece in pieces for part in _split_place(piece)]
    role = next((piece for piece in fine if _ROLE_WORDS.search(piece) and not _ORGANISATION.search(piece)), "")
    others = [piece for piece in fine if piece != role]
    employer = next((piece for piece in others if _ORGANISATION.search(piece)), others[0] if others else "")
    if not role and len(others) > 1:
        role = next(piece for piece in others if piece != employer)
    if not role and len(fine) == 1:
        return Position(employer=fine[0]) if _ORGANISATION.search(fine[0]) else Position(role=fine[0])
    place = ", ".join(piece for piece in others if piece not in {employer, role})
    return Position(role=role, employer=employer, place=place[:80])


def _split_place(piece: str) -> list[str]:
    """`Acme Ltd, London` is two things; `Head of Sales, Europe` stays one."""
    head, mark, tail = piece.partition(",")
    if mark and not _ROLE_WORDS.search(piece) and len(tail.split()) <= 4:
        return [head.strip(), tail.strip()]
    if mark and _ROLE_WORDS.search(head) and _ORGANISATION.search(tail):
        return [head.strip(), tail.strip()]
    return [piece]


def _study(pieces: list[str]) -> Position:
    fine = [part.strip(" .") for piece in pieces for part in piece.split(",") if part.strip(" .")]
    school = next((piece for piece in fine if _SCHOOL.search(piece)), "")
    others = [piece for piece in fine if piece != school]
    degree = others[0] if others else ""
    if not school and len(others) > 1:
        school = others[1]
    return Position(role=degree, employer=school, place=", ".join(piece for piece in others[1:] if piece != school)[:80])
