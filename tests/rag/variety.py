"""Twenty-four careers that the generator of the sample CVs does not know, in four languages, and how different people would ask about them.

`ASKED` is (style, question, ids of all who answer it); an empty set must be refused. Styles: `chatty`, `short` (key words), `foreign` (another language than
the CV), `typo`, `plain`, `everybody`, `nobody`. Every second CV (`CHOOSING`) was open while weights were chosen; questions about the others were only counted.
"""

from tests.rag.papers import Job, Paper

_ES = ("Perfil", "Experiencia", "Formación académica", "Competencias", "Idiomas")
_DE = ("Kurzprofil", "Beruflicher Werdegang", "Ausbildung", "Kenntnisse", "Sprachen")
_FR = ("À propos", "Parcours professionnel", "Formation", "Compétences", "Langues")
_EN = ("Profile", "Work experience", "Education", "Skills", "Languages")


def _paper(
    stem: str,
    name: str,
    headline: str,
    city: str,
    summary: str,
    jobs: str,
    studies: str,
    skills: str,
    spoken: str,
    titles: tuple[str, str, str, str, str] = _EN,
) -> Paper:
    """Jobs and studies are lines `role | employer | dates | deed / deed`."""

    def entries(text: str) -> tuple[Job, ...]:
        parts = [[part.strip() for part in line.split("|")] for line in text.strip().splitlines()]
        return tuple(
            Job(role, place, city, dates, tuple(deed.strip() for deed in deeds.split(" / ") if deed.strip()))
            for role, place, dates, deeds in parts
        )

    contact = (f"{stem}@post.example", "+44 20 7946 0123", city)
    listed = tuple(skill.strip() for skill in skills.split(","))
    return Paper(
        stem,
        name,
        headline,
        contact,
        summary,
        entries(jobs),
        entries(studies),
        listed,
        tuple(s.strip() for s in spoken.split(",")),
        titles=titles,
    )


PAPERS = (
    _paper("v-kallis", "Andreas Kallis", "Airline captain", "Athens", "Eleven thousand hours on short and medium haul.",
        "Captain A320 | Aegis Wings | 2015 – present | Commands crews of six on European routes / Line training captain for new first officers\nFirst Officer | Helios Regional | 2008 – 2015 | Flew the ATR 72 to thirty islands",
        "Integrated ATPL | Oxford Flight Academy | 2006 – 2008 | ", "A320 type rating, Crew resource management, Line training, Flight planning", "Greek: native, English: C2"),
    _paper("v-brandl", "Sabine Brandl", "Personalleiterin", "Stuttgart", "Personalarbeit im Mittelstand, vom Arbeitsvertrag bis zur Betriebsvereinbarung.",
        "Personalleiterin | Kessler Antriebstechnik GmbH | 03/2014 – heute | Verhandlungen mit dem Betriebsrat über Kurzarbeit / Einführung einer digitalen Personalakte / Besetzung von jährlich 60 Stellen\nPersonalreferentin | Neckar Druck AG | 06/2008 – 02/2014 | Betreuung von 400 Beschäftigten",
        "Diplom-Betriebswirtin | Hochschule Pforzheim | 2003 – 2008 | ", "Arbeitsrecht, Personalplanung, Betriebsrat, Gehaltsabrechnung, SAP HCM", "Deutsch: Muttersprache, Englisch: B2", _DE),
    _paper("v-olmedo", "Beatriz Olmedo Santín", "Odontóloga", "Valladolid", "Odontóloga general con especial interés en niños con miedo al dentista.",
        "Odontóloga | Clínica Dental Pisuerga | enero de 2016 – actualidad | Empastes, endodoncias y limpiezas / Sedación consciente en niños\nOdontóloga voluntaria | Dentistas Sin Prisa | 2014 – 2015 | Extracciones en aldeas de Guatemala",
        "Grado en Odontología | Universidad de Salamanca | 2009 – 2014 | ", "Endodoncia, Odontopediatría, Sedación consciente, Radiología dental", "Español: nativo, Portugués: B2", _ES),
    _paper("v-guerin", "Thibault Guérin", "Plombier chauffagiste", "Rennes", "Vingt ans de dépannage, de la fuite de nuit à la chaufferie collective.",
        "Chef d'équipe plomberie | Ouest Thermique | 2012 – aujourd'hui | Remplacement de chaudières par des pompes à chaleur / Encadrement de trois apprentis\nPlombier | Établissements Le Goff | 2003 – 2012 | Installation de salles de bains",
        "CAP Installateur sanitaire | CFA de Rennes | 2001 – 2003 | ", "Pompes à chaleur, Soudure cuivre, Plancher chauffant, Dépannage", "Français: langue maternelle, Breton: B1", _FR),
    _paper("v-moreau", "Ines Moreau-Pike", "Freelance translator", "Bristol", "Brings French and Portuguese novels and museum texts into English.",
        "Freelance Translator | Self-employed | 2013 – present | Translated fourteen novels / Subtitles for two documentary festivals\nIn-house Translator | Lexbridge Patents | 2009 – 2013 | Patent claims from French and German",
        "MA Literary Translation | University of East Anglia | 2008 – 2009 | ", "Literary translation, Subtitling, Trados, Proofreading", "English: native, French: C2, Portuguese: C1, German: B2"),
    _paper("v-lindqvist", "Maja Lindqvist", "Beekeeper and orchard owner", "Malmö", "Keeps two hundred hives and the apple trees that feed them.",
        "Owner | Lindqvist Honung | 2011 – present | Sells honey to forty shops / Breeds queens resistant to varroa mites\nOrchard Hand | Kiviks Frukt | 2007 – 2011 | Pruning and harvest of cider apples",
        "Diploma in Horticulture | Alnarp College | 2005 – 2007 | ", "Beekeeping, Queen rearing, Cider making, Pruning", "Swedish: native, English: B2, Danish: B1"),
    _paper("v-delattre", "Clémence Delattre", "Acheteuse mode", "Lille", "Achat de prêt-à-porter féminin, du croquis au portant.",
        "Acheteuse prêt-à-porter | Galeries du Beffroi | 2017 – aujourd'hui | Négociation avec des ateliers au Portugal et en Turquie / Budget annuel de neuf millions d'euros\nAssistante achats | Maison Vauban | 2013 – 2017 | Suivi des commandes et des échantillons",
        "Master Management de la mode | Institut Supérieur de Roubaix | 2011 – 2013 | ", "Négociation, Collections, Sourcing textile, Excel", "Français: langue maternelle, Anglais: C1, Turc: A2", _FR),
    _paper("v-reyes-ito", "Marco Reyes-Ito", "Game developer", "Montreal", "Ships small games that feel big.",
        "Gameplay Programmer | Paper Lantern Studio | 2018 – present | Wrote the combat system of a role-playing game in Unreal / Cut loading times by half on consoles\nJunior Developer | Pixel Harbour | 2015 – 2018 | Multiplayer lobby in C#",
        "BSc Computer Science | Concordia University | 2011 – 2015 | ", "C++, Unreal Engine, Unity, Shaders, Network code", "English: native, Spanish: C1, Japanese: B1"),
    _paper("v-adeyemi", "Folake Adeyemi", "Cybersecurity analyst", "Birmingham", "Reads logs the way others read crime novels.",
        "SOC Lead | Midshire Bank | 2019 – present | Led the response to a ransomware attempt / Runs phishing exercises for 6,000 staff\nSecurity Analyst | Castle IT | 2015 – 2019 | Vulnerability scans for hospitals",
        "BEng Network Security | Aston University | 2012 – 2015 | ", "Incident response, Splunk, Threat hunting, Penetration testing, ISO 27001", "English: native, Yoruba: native"),
    _paper("v-kroeger", "Anneliese Kröger", "Erzieherin, Kita-Leitung", "Lübeck", "Leitet ein Haus mit neunzig Kindern zwischen eins und sechs.",
        "Leiterin | Kita Marienkäfer | 08/2013 – heute | Führung von achtzehn Fachkräften / Aufbau einer Waldgruppe\nErzieherin | Kindergarten St. Lorenz | 08/2004 – 07/2013 | Eingewöhnung der Jüngsten",
        "Staatlich anerkannte Erzieherin | Dorothea-Schlözer-Schule | 2001 – 2004 | ", "Sprachförderung, Elterngespräche, Naturpädagogik, Dienstplanung", "Deutsch: Muttersprache, Plattdeutsch: fließend", _DE),
    _paper("v-carrasco", "Julián Carrasco Peña", "Sargento de bomberos", "Almería", "Extinción de incendios forestales y rescate en montaña.",
        "Sargento | Consorcio de Bomberos del Poniente | marzo de 2012 – actualidad | Mando de dotaciones en incendios forestales / Instructor de rescate vertical\nBombero | Ayuntamiento de Níjar | 2005 – 2012 | Excarcelación en accidentes de tráfico",
        "Técnico en Emergencias | IES Al-Ándalus | 2003 – 2005 | ", "Rescate vertical, Primeros auxilios, Conducción de autobomba, Riesgo químico", "Español: nativo, Francés: B1", _ES),
    _paper("v-hartigan", "Deirdre Hartigan", "Museum curator", "Galway", "Curates maritime collections and the arguments about them.",
        "Senior Curator | Atlantic Heritage Museum | 2014 – present | Staged eleven exhibitions on emigration / Acquired a nineteenth-century lighthouse lens\nAssistant Curator | Cork City Gallery | 2008 – 2014 | Catalogued 4,000 prints",
        "MA Museum Studies | University of Leicester | 2006 – 2007 | ", "Exhibition design, Cataloguing, Loans, Grant writing", "English: native, Irish: C1"),
    _paper("v-svensson", "Erik Bauer-Svensson", "Event manager", "Vienna", "Congresses, product launches and one royal wedding.",
        "Head of Events | Donau Kongress GmbH | 2016 – present | Medical congress with 7,000 delegates / Built a team for hybrid conferences\nEvent Coordinator | Ring Agency | 2010 – 2016 | Gala dinners and award nights",
        "BA Tourism and Events | FH Wien | 2006 – 2009 | ", "Budgeting, Venue sourcing, Sponsorship, Stage planning", "German: native, English: C1, Swedish: C1"),
    _paper("v-dudek", "Piotr Dudek", "Berufskraftfahrer", "Frankfurt (Oder)", "Dreißig Jahre unfallfrei mit 40 Tonnen.",
        "Fernfahrer | Oderland Spedition | 05/2006 – heute | Kühltransporte nach Spanien und Portugal / Einweisung neuer Fahrer\nBusfahrer | Stadtverkehr Slubice | 04/1994 – 04/2006 | Linien- und Schulbus",
        "Berufskraftfahrer | Technische Schule Gorzów | 1990 – 1993 | ", "Führerschein CE, ADR-Schein, Ladungssicherung, Kühltransport", "Polnisch: Muttersprache, Deutsch: B2, Russisch: B1", _DE),
    _paper("v-osei", "Kwame Osei-Boateng", "Financial controller", "Rotterdam", "Makes month-end boring.",
        "Group Controller | Maas Shipping BV | 2017 – present | Consolidates nineteen entities under IFRS / Shortened the monthly close from twelve days to four\nManagement Accountant | Delta Foods | 2011 – 2017 | Cost model for frozen vegetables",
        "MSc Accounting and Control | Erasmus University | 2009 – 2011 | ", "IFRS, Consolidation, Power BI, Transfer pricing, SAP FI", "English: native, Dutch: C1, Twi: native"),
    _paper("v-quiroga", "Lucía Quiroga Ferrán", "Responsable de marketing digital", "Valencia", "Marcas pequeñas que compiten con presupuestos pequeños.",
        "Responsable de marketing | Naranjas Ferrán | 2018 – actualidad | Tienda en línea que factura tres millones / Campañas en redes con agricultores de protagonistas\nTécnica SEO | Agencia Clau | 2014 – 2018 | Posicionamiento de cincuenta hoteles",
        "Grado en Publicidad | Universitat Jaume I | 2010 – 2014 | ", "SEO, Google Ads, Analítica web, Redacción, Instagram", "Español: nativo, Catalán: C2, Inglés: B2", _ES),
    _paper("v-perrin", "Solène Perrin", "Sage-femme", "Grenoble", "Accompagne les naissances à l'hôpital et à la maison.",
        "Sage-femme | Maternité des Alpes | 2015 – aujourd'hui | Plus de mille accouchements / Consultations de lactation\nSage-femme remplaçante | CHU de Saint-Étienne | 2012 – 2015 | Grossesses à risque",
        "Diplôme d'État de sage-femme | École de Lyon | 2007 – 2012 | ", "Échographie, Lactation, Préparation à la naissance, Réanimation néonatale", "Français: langue maternelle, Arabe: B1", _FR),
    _paper("v-whitlock", "Joanne Whitlock", "Ward manager, acute medicine", "Newcastle", "Kept four wards staffed through two winters.",
        "Ward Manager | Tyneside General | 2016 – present | Leads 54 nurses and assistants / Cut falls by a third\nStaff Nurse | Sunderland Infirmary | 2007 – 2016 | Acute stroke unit",
        "BSc Nursing | Northumbria University | 2004 – 2007 | ", "Rostering, Stroke care, Patient flow, Infection control", "English: native"),
    _paper("v-benitez", "Ramón Benítez Ochoa", "Enólogo", "Logroño", "Vinos de altura con poca madera.",
        "Enólogo | Bodegas Peña Alta | 2013 – actualidad | Vendimia y elaboración de 400.000 botellas / Primera añada ecológica de la casa\nAyudante de bodega | Château Belair | 2010 – 2013 | Ensamblajes de merlot",
        "Máster en Enología | Universidad de La Rioja | 2008 – 2010 | ", "Cata, Fermentación, Viñedo ecológico, Control de laboratorio", "Español: nativo, Francés: C1, Inglés: B1", _ES),
    _paper("v-thorne", "Gwendolyn Thorne", "Meteorologist", "Exeter", "Forecasts storms for harbours and explains them on the radio.",
        "Marine Forecaster | Channel Weather Services | 2014 – present | Issues gale warnings for eleven ports / Weekly slot on county radio\nResearch Assistant | Institute for Climate Dynamics | 2010 – 2014 | Sea-ice models in Fortran",
        "PhD Atmospheric Physics | University of Reading | 2006 – 2010 | ", "Fortran, Python, Numerical models, Broadcasting", "English: native, Welsh: B2"),
    _paper("v-hollmann", "Detlef Hollmann", "Lokführer", "Kassel", "Güterzüge bei Nacht, Regionalzüge bei Tag.",
        "Triebfahrzeugführer | Hessenbahn Regio | 02/2010 – heute | Regionalexpress zwischen Kassel und Fulda / Ausbildung von Nachwuchs\nLokführer Güterverkehr | RailCargo Mitte | 09/1998 – 01/2010 | Kohlezüge",
        "Eisenbahner im Betriebsdienst | Deutsche Bahn | 1995 – 1998 | ", "Streckenkenntnis, Bremsprobe, Rangieren, Signale", "Deutsch: Muttersprache, Englisch: A2", _DE),
    _paper("v-rahimi", "Parisa Rahimi", "SAP consultant", "Cologne", "Moves manufacturers off spreadsheets.",
        "Senior Consultant SAP MM | Rheinwerk Consulting | 2016 – present | Introduced S/4HANA at three car suppliers / Trains key users\nConsultant | Teheran Systems | 2011 – 2016 | Warehouse module for a dairy",
        "MSc Information Systems | University of Cologne | 2009 – 2011 | ", "SAP MM, S/4HANA, Process design, ABAP", "Persian: native, German: C1, English: C1"),
    _paper("v-ferrand", "Océane Ferrand", "Orthophoniste", "Nantes", "Rééducation du langage chez l'enfant et après un AVC.",
        "Orthophoniste libérale | Cabinet Graslin | 2014 – aujourd'hui | Bégaiement et dyslexie / Groupes de parole pour adultes aphasiques\nOrthophoniste | Centre de rééducation de Maubreuil | 2010 – 2014 | Troubles de la déglutition",
        "Certificat de capacité d'orthophoniste | Université de Nantes | 2006 – 2010 | ", "Bégaiement, Dyslexie, Aphasie, Langue des signes", "Français: langue maternelle, Anglais: B2", _FR),
    _paper("v-castelli", "Donato Castelli", "Hairdresser and salon owner", "Edinburgh", "Cuts, colour and a chair for a chat.",
        "Owner | Castelli Hair | 2014 – present | Employs five stylists / Wigs for patients in chemotherapy\nStylist | Princes Street Salon | 2006 – 2014 | Bridal hair",
        "SVQ Hairdressing | Edinburgh College | 2004 – 2006 | ", "Colouring, Balayage, Wig making, Bridal styling", "Italian: native, English: C1"),
)  # fmt: skip

CHOOSING = frozenset(paper.stem for paper in PAPERS[::2])

_ASKED = """
chatty | We need somebody who could fly our guests to the islands, do we have anyone? | v-kallis
short | pilot with line training experience | v-kallis
foreign | ¿Quién puede pilotar un avión comercial? | v-kallis
foreign | Wer kann ein Flugzeug fliegen? | v-kallis
chatty | Our works council is getting difficult; is there a person who has negotiated with one before? | v-brandl
foreign | Who looks after staff contracts and hiring in a company? | v-brandl
foreign | ¿Quién ha llevado el departamento de personal? | v-brandl
plain | Wer hat Mitarbeiter eingestellt und betreut? | v-brandl
foreign | Who can fill my cavity? | v-olmedo
foreign | someone who treats kids' teeth | v-olmedo
foreign | Qui soigne les dents ? | v-olmedo
plain | ¿Quién puede arreglarme una muela? | v-olmedo
foreign | Who fixes leaking pipes? | v-guerin
foreign | heat pump installer | v-guerin
foreign | Wer repariert Heizungen? | v-guerin
plain | Qui peut changer une chaudière ? | v-guerin
chatty | I'd like my French novel to appear in English, who'd be right? | v-moreau
typo | who does litterary translaton | v-moreau
foreign | ¿Quién traduce libros? | v-moreau
foreign | Wer untertitelt Filme? | v-moreau
plain | Who makes honey? | v-lindqvist
short | bees apple trees | v-lindqvist
foreign | ¿Quién cría abejas? | v-lindqvist
foreign | Wer hat Bienenstöcke? | v-lindqvist
foreign | Who chooses the dresses that a shop sells? | v-delattre
foreign | fashion purchasing negotiations Turkey | v-delattre
plain | Qui achète des vêtements pour un magasin ? | v-delattre
foreign | ¿Quién compra ropa para tiendas? | v-delattre
chatty | my nephew wants to meet someone who programs video games | v-reyes-ito
short | Unreal Engine C++ | v-reyes-ito
foreign | ¿Quién ha hecho videojuegos? | v-reyes-ito
foreign | Wer programmiert Computerspiele? | v-reyes-ito
plain | Who protects companies against hackers? | v-adeyemi
chatty | We were hit by ransomware last week. Who has been through that? | v-adeyemi
foreign | ¿Quién sabe defender una empresa de ataques informáticos? | v-adeyemi
foreign | Qui s'y connaît en sécurité informatique ? | v-adeyemi
foreign | Who could run a nursery for toddlers? | v-kroeger
foreign | someone who brings small children out into the woods | v-kroeger
plain | Wer kann eine Krippe leiten? | v-kroeger
foreign | ¿Quién ha dirigido una guardería? | v-kroeger
foreign | Who puts out fires? | v-carrasco
foreign | Who can rescue climbers from a cliff? | v-carrasco
plain | ¿Quién apaga fuegos? | v-carrasco
foreign | Wer hat Brände gelöscht? | v-carrasco
chatty | we want to put on a show about ships and emigrants in our city museum, who should we ask | v-hartigan
short | exhibitions catalogue loans | v-hartigan
foreign | ¿Quién ha organizado exposiciones? | v-hartigan
foreign | Qui a été conservateur de musée ? | v-hartigan
plain | Who could organise our annual congress? | v-svensson
chatty | my sister is getting married and she wants it big, who could put that on? | v-svensson
foreign | ¿Quién organiza congresos? | v-svensson
foreign | Wer hat Hochzeiten geplant? | v-svensson
foreign | Who drives lorries across Europe? | v-dudek
foreign | refrigerated haulage driver | v-dudek
plain | Wer fährt Lkw? | v-dudek
foreign | ¿Quién conduce camiones? | v-dudek
plain | Who prepares consolidated accounts? | v-osei
chatty | our month-end takes forever. anybody who has made that faster? | v-osei
foreign | ¿Quién sabe de control de gestión? | v-osei
foreign | Wer kennt sich mit Konzernabschlüssen aus? | v-osei
foreign | Who does online advertising? | v-quiroga
foreign | search engine ranking for hotels | v-quiroga
plain | ¿Quién puede hacernos publicidad en internet? | v-quiroga
foreign | Wer macht Werbung in sozialen Medien? | v-quiroga
foreign | Who delivers babies? | v-perrin
foreign | breastfeeding advice | v-perrin
foreign | ¿Quién atiende partos? | v-perrin
plain | Qui aide les femmes à accoucher ? | v-perrin
chatty | someone who kept hospital wards running | v-whitlock
typo | who manages nurces on a ward | v-whitlock
foreign | ¿Quién ha dirigido enfermeras en un hospital? | v-whitlock
foreign | Wer hat eine Krankenhausstation geleitet? | v-whitlock
foreign | Who makes wine? | v-benitez
foreign | organic vineyard | v-benitez
plain | ¿Quién elabora vino? | v-benitez
foreign | Wer keltert Wein? | v-benitez
plain | Who predicts the weather? | v-thorne
chatty | is there somebody who could tell our harbour when a storm is coming | v-thorne
foreign | ¿Quién hace pronósticos del tiempo? | v-thorne
foreign | Wer sagt Stürme voraus? | v-thorne
foreign | Who drives trains? | v-hollmann
foreign | ¿Quién conduce trenes? | v-hollmann
plain | Wer fährt Züge? | v-hollmann
foreign | Qui conduit des trains ? | v-hollmann
plain | Who has introduced ERP software in factories? | v-rahimi
short | S/4HANA rollout automotive | v-rahimi
foreign | ¿Quién ha implantado SAP? | v-rahimi
typo | who knows SAP MM and Abap progamming | v-rahimi
foreign | Who helps children that stutter? | v-ferrand
foreign | someone for people who lost their speech after a stroke | v-ferrand
plain | Qui traite le bégaiement ? | v-ferrand
foreign | ¿Quién trata la tartamudez? | v-ferrand
plain | Who cuts hair? | v-castelli
chatty | a patient lost her hair and would like a wig. who makes them? | v-castelli
foreign | ¿Quién corta el pelo? | v-castelli
foreign | Wer schneidet Haare? | v-castelli
everybody | Who speaks Swedish? | v-lindqvist v-svensson
everybody | ¿Quién habla francés? | v-guerin v-moreau v-delattre v-carrasco v-perrin v-benitez v-ferrand
everybody | Who has led a team or trained apprentices in plumbing? | v-guerin
everybody | Which candidates know SAP? | v-brandl v-osei v-rahimi
everybody | Wer spricht Japanisch? | v-reyes-ito
everybody | Who knows Python or Fortran? | v-thorne
everybody | Who has negotiated with suppliers or works councils? | v-brandl v-delattre
everybody | who speaks dutch or danish | v-osei v-lindqvist
plain | Where did Deirdre Hartigan study? | v-hartigan
typo | where does Kwame Osei Boateng work | v-osei
plain | ¿Qué estudió Lucía Quiroga? | v-quiroga
typo | What did Gwendoline Thorne do her PhD in? | v-thorne
plain | Quelles langues parle Clémence Delattre ? | v-delattre
plain | Who worked at Tyneside General? | v-whitlock
plain | Wer war bei der Oderland Spedition? | v-dudek
plain | Who studied at Concordia University? | v-reyes-ito
nobody | Who has worked at NASA? |
nobody | Who speaks Klingon? |
nobody | Who won an Oscar? |
nobody | ¿Quién ha viajado a la Luna? |
nobody | Qui a marché sur la Lune ? |
nobody | Wer ist schon zum Mars geflogen? |
nobody | Who is a brain surgeon? |
nobody | Who repairs church organs? |
nobody | Who can perform heart surgery? |
nobody | Who has experience as an undertaker? |
nobody | who can tame lions |
nobody | Which candidates have a black belt in karate? |
nobody | ¿Quién toca el violín en una orquesta? |
nobody | ¿Quién ha sido ministro? |
nobody | Wer hat als Richter gearbeitet? |
nobody | Wer baut Geigen? |
nobody | Qui a joué dans un film ? |
nobody | Qui répare des montres ? |
nobody | Who designs jewellery? |
nobody | Who knows COBOL? |
nobody | Which of them can sail a yacht across the Atlantic? |
nobody | Who has served in the navy? |
nobody | Who speaks Vietnamese? |
nobody | ¿Quién habla coreano? |
nobody | Who studied at Harvard? |
nobody | Who worked for Google? |
nobody | What does Joanne Whitlock earn? |
nobody | Is Sabine Brandl married? |
nobody | ¿Cuántos hijos tiene Ramón Benítez? |
nobody | What is Maja Lindqvist's star sign? |
nobody | Where did Joanne Whitfield-Stone study? |
nobody | How do I get a wine stain out of a carpet? |
nobody | What is the population of Sweden? |
nobody | Write me a poem about trains |
nobody | What's the best way to cut my own hair? |
nobody | Who is the president of France? |
nobody | ¿Qué tiempo hará mañana en Valencia? |
nobody | Wie backe ich einen Apfelkuchen? |
nobody | Who is a professional boxer? |
nobody | someone to tattoo my arm |
nobody | Who has dug up dinosaurs? |
nobody | Who trains horses? |
nobody | Who can defend me in a murder trial? |
nobody | We need a rocket scientist |
nobody | ¿Quién puede diseñar un puente colgante? |
nobody | Who has taught physics at a secondary school? |
nobody | Wer kann Schuhe nähen? |
nobody | Who has more than 10 years of Kubernetes? |
"""

ASKED: tuple[tuple[str, str, frozenset[str]], ...] = tuple(
    (style.strip(), question.strip(), frozenset(cvs.split()))
    for style, question, cvs in (line.split("|") for line in _ASKED.strip().splitlines())
)
