"""Six people of many ages and trades, who state when they were born, what they are certified to do and what they do now; and who fits what is asked of them.

Written for what a CV states outside its sentences: `test_rag_lives.py` asks each question of CVs printed by every tool. `ASKED` is (question, ids of all who fit); nobody means that it is refused.
"""

from tests.rag.papers import Job, Paper

_DE = ("Kurzprofil", "Beruflicher Werdegang", "Ausbildung", "Kenntnisse", "Sprachen")
_ES = ("Perfil", "Experiencia", "Formación académica", "Competencias", "Idiomas")
_FR = ("À propos", "Parcours professionnel", "Formation", "Compétences", "Langues")


def _job(role: str, employer: str, place: str, dates: str, *lines: str) -> Job:
    return Job(role, employer, place, dates, lines)


PAPERS = (
    Paper(
        "l-hauser",
        "Martin Hauser",
        "Schreinermeister",
        ("m.hauser@post.example", "Kempten", "geb. 14.03.1966"),
        "Seit mehr als dreißig Jahren im Beruf.",
        (
            _job("Werkstattleiter", "Möbelbau Iller GmbH", "Kempten", "seit 2004", "Betreut vier Lehrlinge"),
            _job("Schreiner", "Holzwerk Ostrach", "Kempten", "1989 – 2004", "Treppen und Türen"),
        ),
        (_job("Lehre als Schreiner", "Berufsschule Kempten", "Kempten", "1985 – 1988"),),
        ("Treppenbau", "Furnier", "CAD"),
        ("Deutsch: Muttersprache",),
        _DE,
        (("Zertifikate", ("AdA-Schein der Handwerkskammer, 2006", "Staplerschein")),),
    ),
    Paper(
        "l-obrien",
        "Ciara O'Brien",
        "Staff nurse",
        ("ciara@post.example", "Galway", "Date of birth: 2 July 1993"),
        "Nurse on a surgical ward.",
        (
            _job("Staff Nurse", "University Hospital Galway", "Galway", "2019 – present", "Surgical ward of thirty beds"),
            _job("Waitress", "Café Quay", "Galway", "2011 – 2014", "Evenings and weekends"),
        ),
        (_job("BSc Nursing", "University of Galway", "Galway", "2014 – 2018"),),
        ("Wound care", "Triage"),
        ("English: native", "Irish: B2"),
    ),
    Paper(
        "l-ferrer",
        "Jordi Ferrer Vidal",
        "Camarero",
        ("jordi@post.example", "Girona", "Nacido el 9 de mayo de 1998"),
        "Camarero de sala.",
        (
            _job("Camarero", "Restaurante La Llotja", "Girona", "2021 – actualidad", "Sala de ochenta plazas"),
            _job("Celador", "Hospital Josep Trueta", "Girona", "2018 – 2021", "Traslado de pacientes"),
        ),
        (_job("Ciclo de servicios en restauración", "Institut de Girona", "Girona", "2016 – 2018"),),
        ("Vinos", "Cóctel"),
        ("Español: nativo", "Catalán: nativo"),
        _ES,
        (("Certificados", ("Manipulador de alimentos", "Carnet de conducir B")),),
    ),
    Paper(
        "l-marchal",
        "Odile Marchal",
        "Enseignante",
        ("odile@post.example", "Nancy", "Née en 1979"),
        "Professeure des écoles, vingt ans de métier.",
        (_job("Professeure des écoles", "École Jean Moulin", "Nancy", "2003 – aujourd'hui", "Classe de CM1"),),
        (_job("Maîtrise de lettres", "Université de Nancy", "Nancy", "1998 – 2002"),),
        ("Pédagogie", "Théâtre"),
        ("Français: langue maternelle",),
        _FR,
        (("Certificats", ("PSC1, premiers secours", "Permis B")),),
    ),
    Paper(
        "l-bauer",
        "Tom Bauer",
        "Data engineer",
        ("tom@post.example", "Hamburg"),
        "Builds pipelines.",
        (_job("Data Engineer", "Elbe Analytics", "Hamburg", "2016 – present", "Moves forty sources a night"),),
        (_job("MSc Informatics", "Universität Hamburg", "Hamburg", "2014 – 2016"),),
        ("Python", "Airflow"),
        ("German: native", "English: C1"),
        more=(("Interests", ("Twins born 2015 keep him busy",)),),
    ),
    Paper(
        "l-kovac",
        "Ivana Kovač",
        "Warehouse lead",
        ("ivana@post.example", "Rotterdam"),
        "Leads a night shift.",
        (
            _job("Warehouse Lead", "Maas Logistics", "Rotterdam", "2015 – present", "Twelve people"),
            _job("Order Picker", "Delta Depot", "Rotterdam", "2012 – 2015", "Frozen goods"),
        ),
        (_job("Secondary school", "Gimnazija Osijek", "Osijek", "2006 – 2010"),),
        ("Cold chain", "SAP EWM"),
        ("Croatian: native", "Dutch: B2"),
        more=(("Licences", ("Forklift licence", "ADR certificate")),),
    ),
)

SHIFTS = (0, 3)
"""With which of the tools the first is printed."""

ASKED: tuple[tuple[str, frozenset[str]], ...] = tuple(
    (question.strip(), frozenset(cvs.split()))
    for question, cvs in (
        line.split("|")
        for line in """
Who was born after 1990? | l-obrien l-ferrer
Wer ist vor 1980 geboren? | l-hauser l-marchal
¿Quién nació en los años 90? | l-obrien l-ferrer
Qui est né entre 1975 et 1985 ? | l-marchal
Who is older than fifty? | l-hauser
Candidates under 30 | l-ferrer
Who was born after 2005? |
Wer ist nach 1970 geboren und hat mehr als 20 Jahre Berufserfahrung? | l-marchal
Who was born in 2015? |
Who has more than thirty years in the trade? | l-hauser
Wer hat mehr als 20 Jahre Berufserfahrung? | l-hauser l-marchal
Who has been working since 2004? | l-hauser l-marchal
Who works in a hospital at the moment? | l-obrien
¿Quién trabaja actualmente en un hospital? | l-obrien
Who has worked in a hospital? | l-obrien l-ferrer
Who used to work in a hospital? | l-ferrer
Who currently works in a restaurant? | l-ferrer
Who holds a trainer aptitude certificate? | l-hauser
Wer hat die Ausbildereignung? | l-hauser
Who holds a forklift licence? | l-hauser l-kovac
Qui a un permis de conduire ? | l-ferrer l-marchal
Who has a food hygiene certificate? | l-ferrer
Wer ist Ersthelfer? | l-marchal
""".strip().splitlines()
    )
)
