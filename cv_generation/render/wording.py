"""The words that a CV's layout adds to the profile: headings, months, "present", levels of language, in each language."""

from collections.abc import Mapping
from dataclasses import dataclass

from cv_generation.profiles import DateStyle, Experience, Language, Level, Skill, YearMonth


@dataclass(frozen=True, slots=True)
class Wording:
    """One language's words. `year` and `years` follow a number; `page` precedes one."""

    headings: Mapping[str, str]
    months: tuple[str, ...]
    short_months: tuple[str, ...]
    present: str
    native: str
    year: str
    years: str
    curriculum: str
    page: str

    def month(self, month: YearMonth, style: DateStyle) -> str:
        """One month in a style; with the style `years`, only its year."""
        year, number = month.split("-")
        match style:
            case DateStyle.LONG:
                return f"{self.months[int(number) - 1]} {year}"
            case DateStyle.SHORT:
                return f"{self.short_months[int(number) - 1]} {year}"
            case DateStyle.NUMERIC:
                return f"{number}/{year}"
            case DateStyle.ISO:
                return month
            case DateStyle.YEARS:
                return year

    def period(self, entry: Experience, style: DateStyle) -> str:
        """`Mar 2019 to present` with a dash; a period within one printed month or year is that alone."""
        start = self.month(entry.start, style)
        end = self.present if entry.end is None else self.month(entry.end, style)
        return start if start == end else f"{start} \N{EN DASH} {end}"

    def level(self, level: Level) -> str:
        """`C1` as it is, a mother tongue in the language's own words."""
        return self.native if level is Level.NATIVE else str(level)

    def practice(self, skill: Skill) -> str:
        """`6 years`, or nothing where the CV states none."""
        if skill.years is None:
            return ""
        return f"{skill.years} {self.year if skill.years == 1 else self.years}"


def _headings(*words: str) -> Mapping[str, str]:
    parts = ("summary", "experience", "education", "skills", "languages", "certifications", "projects", "contact")
    return dict(zip(parts, words, strict=True))


WORDINGS: Mapping[Language, Wording] = {
    Language.ENGLISH: Wording(
        _headings("Profile", "Work experience", "Education", "Skills", "Languages", "Certifications", "Projects", "Contact"),
        ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"),
        ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
        "present", "native", "year", "years", "Curriculum vitae", "page",
    ),
    Language.SPANISH: Wording(
        _headings("Perfil", "Experiencia laboral", "Formación", "Competencias", "Idiomas", "Certificados", "Proyectos", "Contacto"),
        ("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
        ("ene.", "feb.", "mar.", "abr.", "may.", "jun.", "jul.", "ago.", "sept.", "oct.", "nov.", "dic."),
        "actualidad", "lengua materna", "año", "años", "Currículum vítae", "página",
    ),
    Language.GERMAN: Wording(
        _headings("Profil", "Berufserfahrung", "Ausbildung", "Kenntnisse", "Sprachen", "Zertifikate", "Projekte", "Kontakt"),
        ("Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"),
        ("Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Okt.", "Nov.", "Dez."),
        "heute", "Muttersprache", "Jahr", "Jahre", "Lebenslauf", "Seite",
    ),
    Language.FRENCH: Wording(
        _headings("Profil", "Expérience professionnelle", "Formation", "Compétences", "Langues", "Certifications", "Projets", "Contact"),
        ("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"),
        ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."),
        "aujourd'hui", "langue maternelle", "an", "ans", "Curriculum vitæ", "page",
    ),
}  # fmt: skip
