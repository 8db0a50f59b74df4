"""How people ask: wordings by language for every kind of question. Professions described without naming them are in `descriptions.py`."""

LANGUAGES = ("en", "es", "de", "fr")

STUDIED = {
    "en": "Where did {name} study?",
    "es": "¿Dónde estudió {name}?",
    "de": "Wo hat {name} studiert?",
    "fr": "Où {name} a-t-il fait ses études ?",
}
NOW = {
    "en": "Where does {name} work at the moment?",
    "es": "¿Dónde trabaja {name} actualmente?",
    "de": "Wo arbeitet {name} derzeit?",
    "fr": "Où travaille {name} actuellement ?",
}
EMAIL = {
    "en": "What is {name}'s e-mail address?",
    "es": "¿Cuál es el correo electrónico de {name}?",
    "de": "Wie lautet die E-Mail-Adresse von {name}?",
    "fr": "Quelle est l'adresse e-mail de {name} ?",
}
ROLE_AT = {
    "en": "What was {name}'s job at {employer}?",
    "es": "¿Qué puesto tuvo {name} en {employer}?",
    "de": "Welche Stelle hatte {name} bei {employer}?",
    "fr": "Quel poste {name} occupait-il chez {employer} ?",
}
SPEAKS_WHAT = {
    "en": "Which languages does {name} speak?",
    "es": "¿Qué idiomas habla {name}?",
    "de": "Welche Sprachen spricht {name}?",
    "fr": "Quelles langues parle {name} ?",
}
KNOWS = {
    "en": ("Who knows {skill}?", "Which candidates have experience with {skill}?", "List everyone who has worked with {skill}."),
    "es": ("¿Quién sabe de {skill}?", "¿Qué candidatos tienen experiencia en {skill}?"),
    "de": ("Wer kennt sich mit {skill} aus?", "Welche Kandidaten haben Erfahrung mit {skill}?"),
    "fr": ("Qui connaît {skill} ?", "Quels candidats ont de l'expérience en {skill} ?"),
}
WORKED_AT = {
    "en": ("Who worked at {employer}?", "Which candidates have been employed by {employer}?"),
    "es": ("¿Quién ha trabajado en {employer}?",),
    "de": ("Wer hat bei {employer} gearbeitet?",),
    "fr": ("Qui a travaillé chez {employer} ?",),
}
SPEAKS = {
    "en": ("Who speaks {language}?", "Which candidates speak {language}?"),
    "es": ("¿Quién habla {language}?",),
    "de": ("Wer spricht {language}?",),
    "fr": ("Qui parle {language} ?",),
}
YEARS_OF = {
    "en": "Who has more than {n} years of experience with {skill}?",
    "es": "¿Quién tiene más de {n} años de experiencia con {skill}?",
    "de": "Wer hat mehr als {n} Jahre Erfahrung mit {skill}?",
    "fr": "Qui a plus de {n} ans d'expérience en {skill} ?",
}
FOLLOW_UPS = {
    "en": {"she": "And where did she study?", "he": "And where did he study?"},
    "es": {"she": "¿Y dónde estudió?", "he": "¿Y dónde estudió?"},
    "de": {"she": "Und wo hat sie studiert?", "he": "Und wo hat er studiert?"},
    "fr": {"she": "Et où a-t-elle étudié ?", "he": "Et où a-t-il étudié ?"},
}
FOLLOW_UP_LANGUAGES = {"en": "What languages does {pronoun} speak?", "es": "¿Qué idiomas habla?"}

LANGUAGE_NAMES = {
    "en": {"en": "English", "es": "inglés", "de": "Englisch", "fr": "anglais"},
    "es": {"en": "Spanish", "es": "español", "de": "Spanisch", "fr": "espagnol"},
    "de": {"en": "German", "es": "alemán", "de": "Deutsch", "fr": "allemand"},
    "fr": {"en": "French", "es": "francés", "de": "Französisch", "fr": "français"},
    "it": {"en": "Italian", "es": "italiano", "de": "Italienisch", "fr": "italien"},
    "pt": {"en": "Portuguese", "es": "portugués", "de": "Portugiesisch", "fr": "portugais"},
    "nl": {"en": "Dutch", "es": "neerlandés", "de": "Niederländisch", "fr": "néerlandais"},
    "pl": {"en": "Polish", "es": "polaco", "de": "Polnisch", "fr": "polonais"},
    "ar": {"en": "Arabic", "es": "árabe", "de": "Arabisch", "fr": "arabe"},
    "zh": {"en": "Chinese", "es": "chino", "de": "Chinesisch", "fr": "chinois"},
    "ja": {"en": "Japanese", "es": "japonés", "de": "Japanisch", "fr": "japonais"},
    "ru": {"en": "Russian", "es": "ruso", "de": "Russisch", "fr": "russe"},
    "sv": {"en": "Swedish", "es": "sueco", "de": "Schwedisch", "fr": "suédois"},
    "tr": {"en": "Turkish", "es": "turco", "de": "Türkisch", "fr": "turc"},
    "ca": {"en": "Catalan", "es": "catalán", "de": "Katalanisch", "fr": "catalan"},
}

NOBODY = (
    "What is the capital of Mongolia?",
    "How do I bake sourdough bread at home?",
    "What will the weather be like tomorrow?",
    "Who won the football World Cup in 1998?",
    "Who has walked on the moon?",
    "¿Quién ha viajado a la Luna?",
    "Who holds a commercial helicopter pilot licence?",
    "Which candidates know COBOL?",
    "Who is fluent in Klingon?",
    "Who has worked at the International Space Station?",
    "Who trained as a violin maker?",
    "¿Quién ha trabajado como torero?",
    "¿Quién sabe pilotar submarinos?",
    "¿Qué candidato ha ganado un premio Nobel?",
    "Wer hat als Bestatter gearbeitet?",
    "Wer kann Hubschrauber fliegen?",
    "Qui a travaillé comme dompteur de lions ?",
    "Quel candidat parle le quechua ?",
    "Who studied at Hogwarts?",
    "Who has experience with nuclear reactor decommissioning?",
    "Which candidate was an Olympic swimmer?",
)
NOT_IN_A_CV = (
    "What is {name}'s salary?",
    "How many children does {name} have?",
    "What is {name}'s blood type?",
    "¿Cuál es el número de pasaporte de {name}?",
    "Welche Schuhgröße hat {name}?",
    "What is {name}'s favourite film?",
    "Does {name} have experience flying helicopters?",
)
STRANGERS = (
    "Where did {stranger} study?",
    "¿Dónde trabaja {stranger}?",
    "What is {stranger}'s e-mail address?",
    "Welche Sprachen spricht {stranger}?",
)
STRANGER_NAMES = ("Bartholomew Quigglesworth", "Xiomara Thistlewood", "Odalric Brannigan-Vey", "Zephyrine Oldcastle")
