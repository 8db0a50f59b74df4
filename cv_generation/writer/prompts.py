"""What the models are told. The writer gets the brief and one of several angles, so that careers differ; the stylist gets text and a voice."""

from random import Random

from cv_generation.briefs import Angle, Brief
from cv_generation.profiles import Language, Profile, Seniority
from cv_generation.writer.json_model import JsonPrompt

_LANGUAGE = {Language.ENGLISH: "English", Language.SPANISH: "Spanish", Language.GERMAN: "German", Language.FRENCH: "French"}

_WRITER = """You write curricula vitae of people who do not exist, for testing a search engine. Answer with one JSON object that fits the schema \
you are given, and nothing else.
Rules:
- Everything a reader sees is in the CV's language, idiomatic, with that country's job titles and degrees.
- Invent all employers, universities and issuers; name no real organisation and no real person.
- Dates are YYYY-MM. Positions come newest first and do not overlap, except entries marked "concurrent". The present position has "end": null. \
Nothing lies after the month the CV was written in.
- Each position lists in "technologies" the skills it used, spelled exactly as in "skills".
- "years" of a skill never exceeds the time in positions that used it; null if the CV would not say.
- "canonical" is the skill's usual English name.
- Bullets are concrete: what was done, with which result, one fact each, no two beginning alike."""

_ANGLES = {
    Angle.STEADY: "An even path through a few employers, each step with a little more responsibility.",
    Angle.CLIMBER: "Someone who rose within one employer: at least two consecutive positions there with different titles.",
    Angle.MOVER: "Many shorter positions in different surroundings; what holds them together is the trade.",
    Angle.RETURNER: "A gap of about a year somewhere in the middle, and a confident return.",
    Angle.SIDE_WORK: "A main career and, beside its later half, one freelance or voluntary entry marked concurrent.",
}
_LENGTH = {
    Seniority.JUNIOR: "one or two positions within the last three years, two to four bullets each",
    Seniority.MID: "two or three positions over four to eight years, two to four bullets each",
    Seniority.SENIOR: "three or four positions over ten to sixteen years, three or four bullets each",
    Seniority.LEAD: "four or five positions over seventeen to twenty-five years, three to five bullets each",
}
_FOCUS = (
    "Let numbers carry the story.",
    "Let the places and the people served carry the story.",
    "Stress craft and method over results.",
    "Stress working with others, without phrases such as 'team player'.",
    "Mention one thing that failed and what came of it.",
    "Keep sentences short and plain.",
)
_VOICES = (
    "dry and exact, as few adjectives as possible",
    "warm and personal, in complete sentences",
    "brisk, each bullet beginning with a strong verb",
    "modest and factual, as an older craftsman would write",
    "vivid, with one unexpected concrete detail in each bullet",
)
_STYLIST = """You edit the wording of a CV. Rewrite the summary, every bullet and every project description in the voice you are given, in the \
same language. Keep every fact: each number, name, product and result stays as it is, none is added. Keep the number and order of the entries \
and of their bullets. Answer with one JSON object that fits the schema, and nothing else."""


def writer_prompt(brief: Brief) -> JsonPrompt:
    """Asks for one person's CV."""
    dice = Random(f"{brief.seed}:prompt:{brief.number}")
    return JsonPrompt(
        _WRITER,
        "\n".join(
            (
                f"Write the CV of {brief.name} ({brief.pronoun}), living in {brief.location.city}, {brief.location.country}.",
                f"CV's language: {_LANGUAGE[brief.language]}. Mother tongue: {brief.mother_tongue}.",
                f"Profession: {brief.profession.replace('-', ' ')}. Seniority: {brief.seniority}. Written in: {brief.as_of}.",
                f"Extent: {_LENGTH[brief.seniority]}.",
                f"Shape: {_ANGLES[brief.angle]} {dice.choice(_FOCUS)}",
                f"Skills: six to nine, {'most with years' if brief.states_years else 'none with years'}.",
            )
        ),
    )


def stylist_prompt(brief: Brief, profile: Profile) -> JsonPrompt:
    """Asks for the same CV in another voice."""
    voice = Random(f"{brief.seed}:voice:{brief.number}").choice(_VOICES)
    parts = [f"Summary: {profile.summary}"]
    for number, entry in enumerate(profile.experience, start=1):
        parts += [f"Entry {number}, {entry.role} at {entry.employer}:", *(f"- {bullet}" for bullet in entry.bullets)]
    parts += [f"Project {number}: {project.description}" for number, project in enumerate(profile.projects, start=1)]
    return JsonPrompt(_STYLIST, f"Voice: {voice}.\n\n" + "\n".join(parts))
