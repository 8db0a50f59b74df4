"""A question about somebody named: is it about what CVs tell, or about what none does?

None of these sentences stands in `vocabulary/private_life.txt`, which was not changed after they were tried.
"""

from rag.library import Library
from rag.private_life import sentences

TOLD = (
    "Strengths of {}",
    "I have an interview with {} tomorrow, what should I know?",
    "Walk me through {}'s working life",
    "brief me on {} before my call at three",
    "sum up {} in three sentences",
    "what would {} bring to our company",
    "¿Por qué deberíamos contratar a {}?",
    "Was wissen wir über {}?",
    "Stärken und Schwächen von {}",
    "Pourquoi devrions-nous embaucher {} ?",
    "fale sobre {}",
    "has {} ever managed people",
    "Does {} have experience leading a team?",
    "Has {} any teaching experience?",
    "¿{} ha trabajado en el extranjero?",
    "Hat {} Führungserfahrung?",
    "{} a-t-il déjà géré une équipe ?",
    "Can {} start a project from scratch?",
    "Is there anything on {} in our files",
    "Have we received anything from {}?",
    "Is {} in the database, and what does he do?",
    "Is {} available?",
    "Is {} more of a hands-on person or a manager?",
    "How senior is {}?",
    "would you say {} is technical",
    "Does {} have any gaps in the CV?",
    "Why did {} change jobs so often?",
    "Could {} handle clients?",
    "Has {} dealt with budgets?",
    "How good is {}'s English?",
    "Did {} finish a degree?",
    "is {} qualified for a management post",
    "Which companies has {} worked for?",
    "How long did {} stay in the last job?",
    "does {} still work there",
    "What would {} be suited for?",
    "¿Tiene {} don de gentes?",
    "¿Ha dirigido equipos {}?",
    "¿En qué destaca {}?",
    "Kann {} mit Kunden umgehen?",
    "Wie lange ist {} schon im Beruf?",
    "Was hat {} zuletzt gemacht?",
    "{} sait-il travailler en équipe ?",
    "Quel est le niveau d'études de {} ?",
    "{} ha esperienza con i clienti?",
    "O que {} sabe fazer?",
    "I heard {} applied, is that true",
    "Please open {}'s file",
    "when did {} graduate",
    "is {} any good",
    "Does {} have international experience?",
    "Has {} been promoted?",
    "How many languages does {} speak?",
    "Where has {} lived?",
    "Has {} worked with children?",
    "Does {} know how to use a computer?",
    "Is {} creative?",
    "Has {} worked under pressure?",
    "what's the story with {}",
    "How can I get in touch with {}?",
    "{} heeft ervaring met leidinggeven?",
    "¿Cuántos años lleva {} en su puesto?",
    "What's the latest on {}?",
    "Compare {} to what we need",
    "could {} mentor juniors",
)

PRIVATE = (
    "What does {} earn?",
    "How many kids does {} have?",
    "What is the maiden name of {}?",
    "Which shoe size has {}?",
    "Is {} vegetarian?",
    "¿Cuánto gana {}?",
    "Ist {} verheiratet?",
    "Quelle est la religion de {} ?",
    "Has {} climbed Everest?",
    "What salary does {} expect?",
    "Is {} married?",
    "What notice period does {} have?",
    "How many children does {} have?",
    "¿Cuál es el número de pasaporte de {}?",
    "Welche Schuhgröße hat {}?",
    "What is {}'s favourite film?",
    "¿Cuántos hijos tiene {}?",
    "¿En qué año nació {}?",
    "When is {}'s birthday?",
    "Does {} have a girlfriend?",
    "who does {} vote for",
    "is {} pregnant",
    "What is {}'s social security number?",
    "Welche Gehaltsvorstellung hat {}?",
    "Quel âge a {} ?",
    "Combien gagne {} ?",
    "Hat {} Kinder?",
    "¿Está casado {}?",
    "Quanto guadagna {}?",
    "{} ha figli?",
    "Does {} have any health problems?",
    "Does {} have a criminal record?",
    "what's {}'s IBAN",
    "How much does {} weigh?",
    "What is the name of {}'s husband?",
    "¿Cuándo puede incorporarse {}?",
    "What does {} eat for lunch?",
    "Is {} gay?",
    "Wann hat {} Geburtstag?",
    "Quel est le salaire souhaité par {} ?",
    "Qual é o salário de {}?",
    "Does {} own a dog?",
    "Which church does {} go to?",
    "What colour are {}'s eyes?",
    "Does {} drink?",
    "Does {} know how to fly helicopters?",
)

NOT_ALL = 0.05
"""The share that may fall on the other side."""


def test_what_cvs_are_about_is_answered_by_the_cv_of_whoever_is_named(library: Library) -> None:
    found = {question: library.search(question.format("Ingrid Solheim")) for question in TOLD}
    assert all({hit.cv_id for hit in answer.hits} <= {"cv_ingrid_s"} for answer in found.values())
    refused = [question for question, answer in found.items() if not answer.answerable]
    assert len(refused) <= NOT_ALL * len(TOLD), refused


def test_what_no_cv_tells_of_a_person_is_refused(library: Library) -> None:
    answered = [question for question in PRIVATE if library.search(question.format("Ingrid Solheim")).answerable]
    assert len(answered) <= NOT_ALL * len(PRIVATE), answered


def test_no_sentence_stands_twice_and_none_is_tested_with_itself() -> None:
    told, private = sentences()
    assert len({*told, *private}) == len(told) + len(private)
    assert all("this person" in sentence for sentence in (*told, *private))
    tried = {question.format("this person").lower().rstrip(" ?") for question in (*TOLD, *PRIVATE)}
    assert not tried & {sentence.lower() for sentence in (*told, *private)}
