"""CVs and questions kept apart: written without a look at the rules, and run only to judge them. Don't tune to these; write others for that.

`ASKED` is (question, ids of all who answer it); an empty set must be refused.
"""

from tests.rag.papers import Job, Paper

_ES = ("Sobre mí", "Trayectoria laboral", "Estudios", "Conocimientos", "Idiomas")
_IT = ("Profilo", "Esperienza lavorativa", "Istruzione", "Competenze", "Lingue")

PAPERS = (
    Paper(
        "h-oduya",
        "Wanjiru Oduya",
        "Veterinary surgeon",
        ("w.oduya@vets.example", "+254 722 000111", "Nakuru, Kenya"),
        "Large-animal vet who also runs a mobile clinic for smallholders.",
        (
            Job(
                "Veterinary Surgeon",
                "Rift Valley Animal Health",
                "Nakuru",
                "05/2017 – present",
                (
                    "Vaccinates 9,000 head of cattle a year against foot-and-mouth disease.",
                    "Started a mobile clinic that visits 40 villages.",
                ),
            ),
            Job(
                "Junior Vet", "Karen Small Animal Hospital", "Nairobi", "01/2014 – 04/2017", ("Performed orthopaedic operations on dogs.",)
            ),
        ),
        (Job("Bachelor of Veterinary Medicine", "University of Nairobi", "Nairobi", "2008 – 2013", ()),),
        ("Herd management", "Ultrasound", "Anaesthesia", "Swahili radio programmes"),
        ("English: fluent", "Swahili: native", "French: A2"),
    ),
    Paper(
        "h-castellanos",
        "Iñaki Castellanos Urrutia",
        "Técnico de sonido",
        ("inaki@directo.example", "+34 699 111 222", "Vitoria-Gasteiz"),
        "Sonido en directo desde 2009, de festivales de jazz a teatro de calle.",
        (
            Job(
                "Jefe de sonido",
                "Teatro Principal Antzokia",
                "Vitoria-Gasteiz",
                "octubre 2016 – actualidad",
                ("Mezcla de más de 200 funciones al año.", "Renovó la microfonía inalámbrica del teatro."),
            ),
            Job(
                "Técnico de monitores",
                "Sonora Rental",
                "Logroño",
                "marzo 2009 – septiembre 2016",
                ("Giras con grupos de rock por toda Europa.",),
            ),
        ),
        (Job("Técnico Superior en Sonido", "Instituto Andra Mari", "Galdakao", "2006 – 2008", ()),),
        ("Pro Tools", "Dante", "Mesas Yamaha CL", "Soldadura de cables"),
        ("Español: nativo", "Euskera: C1", "Inglés: B1"),
        titles=_ES,
    ),
    Paper(
        "h-bianchi",
        "Chiara Bianchi",
        "Restauratrice di dipinti",
        ("chiara.bianchi@restauro.example", "+39 055 1234567", "Firenze"),
        "Restauro di dipinti su tela e su tavola, con quindici anni di cantiere.",
        (
            Job(
                "Restauratrice",
                "Studio Lungarno Restauri",
                "Firenze",
                "settembre 2012 – oggi",
                ("Pulitura di una pala d'altare del Quattrocento.", "Coordinamento di quattro collaboratori."),
            ),
            Job(
                "Collaboratrice", "Museo Civico di Prato", "Prato", "febbraio 2009 – agosto 2012", ("Schedatura della collezione tessile.",)
            ),
        ),
        (Job("Diploma di restauro", "Opificio delle Pietre Dure", "Firenze", "2004 – 2008", ()),),
        ("Pulitura laser", "Fotografia a infrarossi", "Doratura"),
        ("Italiano: madrelingua", "Inglese: B2", "Tedesco: B1"),
        titles=_IT,
    ),
    Paper(
        "h-nakamura-lee",
        "Dana Nakamura-Lee",
        "Actuary",
        ("dana.nl@risk.example", "+1 617 555 0142", "Boston, MA"),
        "Prices flood and wildfire cover; explains it to boards without Greek letters.",
        (
            Job(
                "Pricing Actuary",
                "Harborlight Mutual Insurance",
                "Boston",
                "June 2018 to present",
                ("Built the wildfire premium model used in three states.", "Halved quarterly reserving time with R scripts."),
            ),
            Job(
                "Actuarial Analyst",
                "Pell & Crane Consulting",
                "Hartford",
                "July 2013 to May 2018",
                ("Valued pension plans of manufacturers.",),
            ),
        ),
        (Job("BA Mathematics", "Oberlin College", "Oberlin", "2009 – 2013", ()),),
        ("R (9 years)", "SQL (7 years)", "VBA (3 years)", "Reserving", "Catastrophe models"),
        ("English: native", "Japanese: C1"),
        more=(("Certifications", ("Fellow of the Casualty Actuarial Society, 2019",)),),
    ),
    Paper(
        "h-vandermeer",
        "Joost van der Meer",
        "Greenhouse manager",
        ("joost@kas.example", "+31 6 12345678", "Naaldwijk, Netherlands"),
        "Grows tomatoes under glass with a third of the gas that it took before.",
        (
            Job(
                "Greenhouse Manager",
                "Westland Tomaten BV",
                "Naaldwijk",
                "2015-03 – present",
                ("Installed geothermal heating on 12 hectares.", "Supervises 60 seasonal pickers.", "Uses biological pest control only."),
            ),
            Job("Crop Advisor", "Delphy Agro", "Bleiswijk", "2010-09 – 2015-02", ("Advised 35 pepper growers on irrigation.",)),
        ),
        (Job("BSc Horticulture", "HAS Den Bosch", "Den Bosch", "2006 – 2010", ()),),
        ("Irrigation", "Pest control", "Geothermal heating", "Climate computers"),
        ("Dutch: native", "English: C1", "Polish: B1"),
    ),
)

ASKED: tuple[tuple[str, frozenset[str]], ...] = tuple(
    (question, frozenset(cvs.split()))
    for question, cvs in (
        ("Which university did Wanjiru Oduya attend?", "h-oduya"),
        ("What's Dana's phone number?", "h-nakamura-lee"),
        ("Where does Joost van der Meer currently work?", "h-vandermeer"),
        ("¿Qué idiomas habla Chiara Bianchi?", "h-bianchi"),
        ("Wo hat Iñaki Castellanos eine Ausbildung gemacht?", "h-castellanos"),
        ("Who used to be at Pell & Crane?", "h-nakamura-lee"),
        ("Which candidate is a Fellow of the Casualty Actuarial Society?", "h-nakamura-lee"),
        ("Who speaks Japanese?", "h-nakamura-lee"),
        ("¿Quién habla inglés?", "h-oduya h-castellanos h-bianchi h-nakamura-lee h-vandermeer"),
        ("Who speaks French or Polish?", "h-oduya h-vandermeer"),
        ("Does anyone have more than 8 years of R?", "h-nakamura-lee"),
        ("Who is a vet?", "h-oduya"),
        ("Who can treat sick cows?", "h-oduya"),
        ("Who restores old paintings?", "h-bianchi"),
        ("We need somebody to mix a live concert", "h-castellanos"),
        ("Who grows vegetables?", "h-vandermeer"),
        ("Who works in insurance?", "h-nakamura-lee"),
        ("Wer kennt sich mit Bewässerung aus?", "h-vandermeer"),
        ("¿Quién ha trabajado con seguros?", "h-nakamura-lee"),
        ("Qui a travaillé dans un musée ?", "h-bianchi"),
        ("Who has supervised seasonal workers?", "h-vandermeer"),
        ("List candidates who know Pro Tools", "h-castellanos"),
        ("Who can program in Haskell?", ""),
        ("Where did Wanjiru Kamau study?", ""),
        ("How much does Dana Nakamura-Lee earn?", ""),
        ("Who has been an astronaut?", ""),
        ("Who won the league last season?", ""),
        ("Which candidates speak Korean?", ""),
    )
)
