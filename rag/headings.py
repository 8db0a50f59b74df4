"""Which lines are section headings, in six languages and in the wording of many tools.

Pure. A heading is known by its words alone; typography is the chunker's business.
"""

import re
from enum import StrEnum
from functools import lru_cache

from rag.words import fold


class Section(StrEnum):
    """What a part of a CV is about."""

    PROFILE = "profile"
    SUMMARY = "summary"
    EXPERIENCE = "experience"
    EDUCATION = "education"
    SKILLS = "skills"
    LANGUAGES = "languages"
    CERTIFICATIONS = "certifications"
    PROJECTS = "projects"
    PUBLICATIONS = "publications"
    AWARDS = "awards"
    VOLUNTEERING = "volunteering"
    INTERESTS = "interests"
    REFERENCES = "references"
    OTHER = "other"


_HEADINGS: dict[Section, str] = {
    Section.PROFILE: (
        "contact; contact details; contact information; contact me; personal details; personal information; personal data; get in touch; details;"
        "contacto; datos personales; informacion personal; informacion de contacto; datos de contacto;"
        "coordonnees; informations personnelles; donnees personnelles; me contacter; kontakt; kontaktdaten; personliche daten; personliche angaben;"
        "contato; contatos; contacto; dados pessoais; informacoes pessoais; contatti; dati personali; informazioni personali; recapiti"
    ),
    Section.SUMMARY: (
        "summary; professional summary; career summary; executive summary; profile; professional profile; personal profile; about; about me;"
        "objective; career objective; personal statement; statement; career profile; introduction; bio; who i am; in brief; at a glance; overview;"
        "resumen; resumen profesional; perfil; perfil profesional; sobre mi; acerca de mi; extracto; objetivo; objetivo profesional; presentacion;"
        "quien soy; resume; profil; profil professionnel; a propos; a propos de moi; objectif; qui suis je; presentation; kurzprofil; uber mich;"
        "zusammenfassung; zielsetzung; personliches profil; beruflicher schwerpunkt; zur person; sobre mim; resumo; resumo profissional;"
        "perfil profissional; apresentacao; chi sono; profilo; profilo professionale; profilo personale; sommario; su di me; obiettivo;"
        "job applied for; position; preferred job; studies applied for; puesto solicitado; current role"
    ),
    Section.EXPERIENCE: (
        "experience; work experience; professional experience; employment; employment history; work history; career history; career; career path;"
        "relevant experience; job history; professional background; positions held; appointments; clinical experience; teaching experience;"
        "research experience; industry experience; selected experience; employment record; where i have worked; internships; military service;"
        "experiencia; experiencia laboral; experiencia profesional; trayectoria; trayectoria profesional; trayectoria laboral; historial laboral;"
        "empleo; carrera profesional; vida laboral; practicas; experiencia docente; experiencia clinica; experiencia relevante;"
        "experience professionnelle; experiences; experiences professionnelles; parcours; parcours professionnel; emplois; stages; carriere;"
        "berufserfahrung; beruflicher werdegang; werdegang; berufspraxis; praxiserfahrung; arbeitserfahrung; berufliche erfahrung; praktika;"
        "berufliche stationen; tatigkeiten; berufliche tatigkeiten; bisherige tatigkeiten; laufbahn; berufliche laufbahn; empleos; impieghi; postes occupes; erfahrung; experiencia profissional; experiencias profissionais; historico profissional; percurso profissional;"
        "atuacao profissional; esperienza; esperienze; esperienza lavorativa; esperienze lavorative; esperienza professionale;"
        "esperienze professionali; percorso professionale; carriera"
    ),
    Section.EDUCATION: (
        "education; academic background; education and training; studies; academic history; qualifications; academic qualifications; schooling;"
        "educational background; degrees; academic education; training; education and qualifications; academic training; academics;"
        "educacion; formacion; formacion academica; estudios; educacion y formacion; titulacion; titulos; datos academicos; formacion reglada;"
        "formacion complementaria; formation academica; formation; formations; etudes; diplomes; formation academique; cursus; scolarite;"
        "parcours academique; education et formation; diplomes et formations; ausbildung; bildung; bildungsweg; studium; schulbildung;"
        "akademischer werdegang; aus und weiterbildung; hochschulbildung; schulische ausbildung; schulen; ausbildungen; akademische ausbildung; schule; bildung und ausbildung;"
        "educacao; formacao; formacao academica; escolaridade; educacao e formacao; habilitacoes academicas; habilitacoes; istruzione;"
        "formazione; istruzione e formazione; titoli di studio; studi; formazione accademica"
    ),
    Section.SKILLS: (
        "skills; technical skills; key skills; core skills; core competencies; competencies; competences; expertise; areas of expertise; technologies; tools;"
        "technical expertise; skills summary; technical proficiencies; soft skills; hard skills; professional skills; digital skills; it skills;"
        "computer skills; tech stack; stack; toolbox; key competencies; top skills; abilities; strengths; specialties; specialities; personal skills;"
        "skills matrix; skill matrix; competency matrix; skill set; skillset; matriz de competencias; matrice de competences; kompetenzmatrix; kompetenzprofil; skills and tools; tools and technologies; technical stack; job related skills; communication skills; organisational skills; programming languages;"
        "habilidades; competencias; aptitudes; aptitudes principales; conocimientos; conocimientos tecnicos; habilidades tecnicas; destrezas;"
        "competencias tecnicas; competencias profesionales; competencias clave; herramientas; tecnologias; competencias digitales; fortalezas;"
        "conocimientos informaticos; informatica; capacidades; habilidades blandas; especialidades; areas de especializacion;"
        "competences techniques; competences cles; savoir faire; savoir etre; outils; connaissances; logiciels; domaines de competence; atouts; aptitudes;"
        "competences principales; principales competences; competences informatiques; kenntnisse; fahigkeiten; kompetenzen; fachkenntnisse; edv kenntnisse; it kenntnisse; qualifikationen;"
        "technische kenntnisse; fachliche kompetenzen; kernkompetenzen; starken; besondere kenntnisse; kenntnisse und fahigkeiten;"
        "software kenntnisse; top kenntnisse; werkzeuge; competencias principais; principais competencias; habilidades tecnicas; conhecimentos;"
        "ferramentas; competenze; competenze tecniche; capacita; abilita; competenze digitali; competenze professionali; conoscenze;"
        "conoscenze informatiche; strumenti; competenze principali"
    ),
    Section.LANGUAGES: (
        "languages; language skills; languages spoken; language proficiency; foreign languages; mother tongue; mother tongues; other languages; spoken languages;"
        "idiomas; lenguas; conocimiento de idiomas; competencias linguisticas; lengua materna; langues; langues etrangeres; competences linguistiques;"
        "langues parlees; sprachen; sprachkenntnisse; fremdsprachen; linguas; competencias linguisticas; lingue; lingue straniere; competenze linguistiche; conoscenze linguistiche"
    ),
    Section.CERTIFICATIONS: (
        "certifications; certificates; licenses; licences; licenses and certifications; certifications and licenses; professional certifications;"
        "courses; courses and certifications; professional development; continuing education; accreditations; training and certifications;"
        "licensure; certification; additional training; registrations; certificaciones; certificados; cursos; cursos y certificaciones; licencias;"
        "licencias y certificaciones; acreditaciones; formacion continua; otros cursos; carnets; certificats; certifications et formations;"
        "habilitations; permis; zertifikate; zertifizierungen; weiterbildung; weiterbildungen; fortbildungen; kurse; lizenzen; bescheinigungen;"
        "certificacoes; certificados e cursos; licencas; cursos e certificacoes; certificazioni; certificati; corsi; corsi e certificazioni; patenti; abilitazioni; driving licence; driving license; permiso de conducir"
    ),
    Section.PROJECTS: (
        "projects; selected projects; key projects; personal projects; side projects; portfolio; notable projects; open source; selected work; works;"
        "proyectos; proyectos destacados; proyectos personales; portafolio; projets; projets personnels; realisations; projekte; ausgewahlte projekte;"
        "projektliste; projetos; projetti; progetti; progetti personali; exhibitions; exposiciones; performances"
    ),
    Section.PUBLICATIONS: (
        "publications; selected publications; papers; articles; talks; conferences; presentations; research; research interests; patents;"
        "publicaciones; articulos; ponencias; conferencias; congresos; investigacion; publications et conferences; publikationen; vortrage; veroffentlichungen; patente;"
        "publicacoes; artigos; pubblicazioni; conferenze"
    ),
    Section.AWARDS: (
        "awards; honors; honours; awards and honors; honors and awards; achievements; key achievements; scholarships; grants; recognition; fellowships;"
        "premios; reconocimientos; logros; becas; premios y reconocimientos; honores; prix; distinctions; recompenses; prix et distinctions;"
        "auszeichnungen; preise; stipendien; erfolge; premios e distincoes; conquistas; premi; riconoscimenti"
    ),
    Section.VOLUNTEERING: (
        "volunteering; volunteer experience; volunteer work; volunteer; community service; community involvement; extracurricular activities; activities; memberships; affiliations; professional memberships;"
        "voluntariado; actividades; actividades extracurriculares; asociaciones; benevolat; engagements; vie associative; activites; ehrenamt;"
        "ehrenamtliche tatigkeit; ehrenamtliches engagement; engagement; mitgliedschaften; trabalho voluntario; volontariato; attivita"
    ),
    Section.INTERESTS: (
        "interests; hobbies; hobbies and interests; personal interests; passions; outside work; intereses; aficiones; intereses personales; pasatiempos;"
        "hobbies e intereses; loisirs; centres d interet; centres d interets; passions; interets; hobbys; interessen; freizeit; hobbys und interessen; interesses; passatempos; interessi; hobby; passioni; tempo libero"
    ),
    Section.REFERENCES: "references; referees; referencias; referenzen; referenze; references professionnelles; recommendations; recomendaciones",
    Section.OTHER: (
        "additional information; other; other information; miscellaneous; further information; annexes; informacion adicional; otros datos; otros; varios;"
        "datos de interes; informations complementaires; divers; autres; sonstiges; weitere informationen; informacoes adicionais; outros; altro;"
        "altre informazioni; ulteriori informazioni; availability; disponibilidad"
    ),
}

_BY_WORDS: dict[str, Section] = {
    heading.strip(): section for section, joined in _HEADINGS.items() for heading in joined.split(";") if heading.strip()
}
_BY_LETTERS: dict[str, Section] = {heading.replace(" ", ""): section for heading, section in _BY_WORDS.items()}
_JOINING = re.compile(r"\b(?:and|y|e|et|und|the|my|mis|mes|meine|&)\b")
_NUMBERING = re.compile(r"^\s*(?:\d{1,2}|[ivx]{1,4})[.)]\s+")
_NOT_LETTERS = re.compile(r"[^\w ]+", re.UNICODE)


@lru_cache(maxsize=16384)
def section_of(text: str) -> Section | None:
    """The section that a line of exactly these words opens, or None.

    Knows numbering, decoration, letter-spacing (`S K I L L S`) and two headings in one (`Skills & Languages` is the first of them).
    """
    plain = " ".join(_NOT_LETTERS.sub(" ", _NUMBERING.sub("", fold(text)).replace("&", " and ").replace("/", " and ")).split())
    if not plain or len(plain) > 60:
        return None
    if found := _BY_WORDS.get(plain) or _BY_LETTERS.get(plain.replace(" ", "")):
        return found
    parts = [part.strip() for part in _JOINING.split(plain.replace(" / ", " and ")) if part.strip()]
    sections = [_BY_WORDS.get(part) for part in parts]
    if sections and all(sections):
        return sections[0]
    if len(parts) > 1 and sections[0] and len(plain.split()) <= 6:
        return sections[0]
    return None
