"""CVs that the rules were written against: each is printed by every tool in turn, shifted by one a person."""

from tests.rag.papers import Job, Paper

_ES = ("Perfil", "Experiencia profesional", "Formación", "Competencias", "Idiomas")
_DE = ("Profil", "Berufserfahrung", "Ausbildung", "Kenntnisse", "Sprachen")
_FR = ("Profil", "Expérience professionnelle", "Formation", "Compétences", "Langues")

PAPERS = (
    Paper(
        "okafor",
        "Chidinma Okafor-Reyes",
        "Site Reliability Engineer",
        ("chidinma@okafor.example", "+44 20 7946 0958", "Leeds, United Kingdom"),
        "Keeps payment platforms up at night so that nobody else has to be. Ten years around Linux, queues and the people on call.",
        (
            Job(
                "Senior Site Reliability Engineer",
                "Brindle Payments Ltd",
                "Leeds",
                "Mar 2020 – Present",
                (
                    "Cut paging volume by 62% by rewriting alert rules in Prometheus.",
                    "Moved 140 services from bare metal to Kubernetes without a maintenance window.",
                    "Mentors four junior engineers.",
                ),
            ),
            Job(
                "Platform Engineer",
                "Oakhurst Media",
                "Manchester",
                "Jun 2015 – Feb 2020",
                ("Ran the Kafka cluster that carries all viewing statistics.", "Introduced Terraform for every environment."),
            ),
        ),
        (Job("BSc Computer Networks", "University of Salford", "Salford", "2012 – 2015", ("Dissertation on congestion control.",)),),
        ("Kubernetes (6 years)", "Terraform (7 years)", "Prometheus", "Go", "Python (9 years)", "Kafka"),
        ("English: native", "Igbo: native", "Spanish: B1"),
        more=(("Certifications", ("Certified Kubernetes Administrator, CNCF, 2021",)), ("Interests", ("Fell running and bread baking",))),
    ),
    Paper(
        "maria-jose-zubiaurre",
        "María José Zubiaurre Echeverría",
        "Enfermera de cuidados intensivos",
        ("mj.zubiaurre@correo.example", "+34 612 345 678", "Bilbao, España"),
        "Enfermera con doce años de experiencia en unidades de críticos y trasplante, acostumbrada a turnos de noche y a formar a personal nuevo.",
        (
            Job(
                "Enfermera de UCI",
                "Hospital de Cruces",
                "Barakaldo",
                "septiembre de 2014 – actualidad",
                (
                    "Atención a pacientes trasplantados de hígado y corazón.",
                    "Responsable del protocolo de prevención de la sepsis de la unidad.",
                    "Tutora de prácticas de alumnos de enfermería.",
                ),
            ),
            Job("Enfermera de urgencias", "Clínica Guimón", "Bilbao", "julio de 2012 – agosto de 2014", ("Triaje y curas de heridas.",)),
        ),
        (
            Job("Grado en Enfermería", "Universidad del País Vasco", "Leioa", "2008 – 2012", ("Matrícula de honor en farmacología.",)),
            Job("Máster en Cuidados Críticos", "Universidad de Barcelona", "Barcelona", "2015 – 2016", ()),
        ),
        ("Ventilación mecánica", "Hemodiálisis", "Soporte vital avanzado", "Triaje"),
        ("Español: nativo", "Euskera: C1", "Inglés: B2"),
        titles=_ES,
        more=(("Cursos", ("Instructora de soporte vital avanzado, SEMICYUC, 2019",)),),
    ),
    Paper(
        "lebenslauf_hoelzl",
        "Jürgen Hölzl",
        "Zimmermannmeister",
        ("j.hoelzl@posteo.example", "+49 89 1234567", "Rosenheim"),
        "Zimmerermeister mit Schwerpunkt Dachstuhlsanierung denkmalgeschützter Gebäude.",
        (
            Job(
                "Bauleiter Holzbau",
                "Alpenholz Wimmer GmbH",
                "Rosenheim",
                "04/2016 – heute",
                (
                    "Leitung von bis zu zwölf Mitarbeitern auf der Baustelle.",
                    "Sanierung des Dachstuhls der Pfarrkirche Sankt Jakob.",
                    "Kalkulation und Angebotserstellung.",
                ),
            ),
            Job("Zimmerergeselle", "Zimmerei Brandstetter", "Bad Aibling", "09/2008 – 03/2016", ("Abbund mit CNC-Maschine.",)),
        ),
        (
            Job("Meisterprüfung im Zimmererhandwerk", "Handwerkskammer München", "München", "2014 – 2015", ()),
            Job("Ausbildung zum Zimmerer", "Berufsschule Rosenheim", "Rosenheim", "2005 – 2008", ()),
        ),
        ("AutoCAD", "Abbund", "Denkmalpflege", "Führerschein Klasse C"),
        ("Deutsch: Muttersprache", "Italienisch: Grundkenntnisse"),
        titles=_DE,
    ),
    Paper(
        "cv-lefevre",
        "Élodie Lefèvre",
        "Cheffe pâtissière",
        ("elodie.lefevre@courriel.example", "06 12 34 56 78", "Lyon"),
        "Pâtissière formée chez un meilleur ouvrier de France, spécialiste des entremets et du chocolat.",
        (
            Job(
                "Cheffe pâtissière",
                "Maison Bellecombe",
                "Lyon",
                "janv. 2018 – aujourd’hui",
                (
                    "Création de la carte des desserts, renouvelée chaque saison.",
                    "Encadrement d’une brigade de six personnes.",
                    "Baisse du gaspillage alimentaire d’un tiers.",
                ),
            ),
            Job("Pâtissière", "Hôtel du Lac Bleu", "Annecy", "sept. 2013 – déc. 2017", ("Pièces montées pour les mariages.",)),
        ),
        (Job("CAP Pâtissier", "Lycée hôtelier de Tain", "Tain-l’Hermitage", "2010 – 2012", ()),),
        ("Chocolaterie", "Tempérage", "HACCP", "Sucre tiré"),
        ("Français: langue maternelle", "Anglais: B2", "Japonais: A2"),
        titles=_FR,
        more=(("Centres d’intérêt", ("Escalade et aquarelle",)),),
    ),
    Paper(
        "resume_final_v3",
        "Tomasz Wójcik",
        "Marine Biologist & Science Diver",
        ("t.wojcik@oceanlab.example", "(+48) 601-234-567", "Gdańsk, Poland"),
        "Studies seagrass meadows in the Baltic; equally at home under water and in R.",
        (
            Job(
                "Research Associate",
                "Institute of Coastal Ecology",
                "Gdynia",
                "2019-02 – present",
                (
                    "Leads underwater surveys with a team of five divers.",
                    "Published eight papers on eelgrass recovery.",
                    "Raised a grant of 400,000 euros.",
                ),
            ),
            Job(
                "Field Technician",
                "BlueShelf Surveys",
                "Bergen, Norway",
                "2016-05 – 2018-12",
                ("Side-scan sonar mapping of cold-water corals.",),
            ),
        ),
        (
            Job(
                "PhD in Marine Biology",
                "University of Gdańsk",
                "Gdańsk",
                "2012 – 2016",
                ("Thesis: carbon storage in Zostera marina sediments.",),
            ),
        ),
        ("R", "QGIS", "Scientific diving", "Statistics", "Sonar"),
        ("Polish: native", "English: C1", "Norwegian: B1"),
        more=(("Publications", ("Eelgrass returns to Puck Bay, Journal of Baltic Research, 2022",)),),
    ),
    Paper(
        "priya_raghunathan",
        "PRIYA RAGHUNATHAN",
        "Employment Lawyer",
        ("priya@raghunathan.example", "+353 1 555 0199", "Dublin, Ireland"),
        "Acts for workers and unions; before the bar she negotiated for a union herself.",
        (
            Job(
                "Associate Solicitor",
                "Halloran & Pike LLP",
                "Dublin",
                "September 2018 to present",
                ("Represented 300 warehouse staff in a collective redundancy case.", "Advises on data protection in the workplace."),
            ),
            Job(
                "Union Negotiator",
                "Irish Transport Workers Union",
                "Cork",
                "January 2014 to August 2018",
                ("Settled pay agreements for bus drivers.",),
            ),
        ),
        (
            Job("LLM in Labour Law", "Trinity College Dublin", "Dublin", "2012 – 2013", ()),
            Job("BA Philosophy", "University College Cork", "Cork", "2009 – 2012", ()),
        ),
        ("Litigation", "Mediation", "Collective bargaining", "GDPR"),
        ("English: native", "Tamil: native", "French: B2"),
    ),
    Paper(
        "hugo_alcantara",
        "Hugo Alcántara de la Vega",
        "Analista financiero",
        ("hugo.alcantara@finanzas.example", "+52 55 1234 5678", "Ciudad de México"),
        "Analista de riesgo de crédito que automatiza todo lo que se repite más de dos veces.",
        (
            Job(
                "Analista sénior de riesgos",
                "Banco Meridional",
                "Ciudad de México",
                "ene. 2019 – presente",
                ("Construyó el modelo de puntuación de pymes en Python y SQL.", "Redujo la morosidad de la cartera un 18 %."),
            ),
            Job(
                "Auditor júnior",
                "Consultores Ibarra y Asociados",
                "Puebla",
                "feb. 2016 – dic. 2018",
                ("Auditoría de inventarios de una cadena de supermercados.",),
            ),
        ),
        (Job("Licenciatura en Economía", "Universidad Autónoma de Puebla", "Puebla", "2011 – 2015", ()),),
        ("Python (5 años)", "SQL (6 años)", "Excel avanzado", "Power BI", "Modelos de riesgo"),
        ("Español: nativo", "Inglés: C1", "Portugués: B1"),
        titles=_ES,
    ),
    Paper(
        "cv_ingrid_s",
        "Ingrid Solheim",
        "Head of Logistics",
        ("ingrid.solheim@frakt.example", "+47 22 12 34 56", "Oslo, Norway"),
        "Runs warehouses and cold chains across Scandinavia.",
        (
            Job(
                "Head of Logistics",
                "Nordkjøl AS",
                "Oslo",
                "Aug 2017 – Present",
                (
                    "Responsible for three warehouses and 85 staff.",
                    "Opened a cold chain for vaccines in 2021.",
                    "Replaced the old warehouse software with SAP EWM.",
                ),
            ),
            Job("Supply Planner", "Fjordfisk Group", "Bergen", "Jan 2011 – Jul 2017", ("Forecasting for fresh salmon exports to Japan.",)),
        ),
        (Job("MSc Industrial Economics", "Norwegian University of Science and Technology", "Trondheim", "2005 – 2010", ()),),
        ("SAP EWM (4 years)", "Forecasting", "Negotiation", "Lean", "Excel"),
        ("Norwegian: native", "English: C2", "German: B2"),
    ),
)
