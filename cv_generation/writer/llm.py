"""Writes CVs with language models: one for structure and facts, and optionally a second one that changes the tone and no fact.

Contact data, looks, name and place are the brief's, so that a model can neither invent a real address nor spoil the variety of the dataset.
An answer that isn't valid or coherent goes back with the complaint (`repair.py`). If the stylist won't keep to the facts, the plain text
stays: a dull CV is better than a false one.
"""

from re import findall

from pydantic import BaseModel, ConfigDict, Field

from cv_generation.briefs import Brief
from cv_generation.profiles import Certification, Education, Experience, Profile, Project, Provenance, Skill, SpokenLanguage, Text
from cv_generation.writer import WritingFailed
from cv_generation.writer.json_model import JsonModel
from cv_generation.writer.prompts import stylist_prompt, writer_prompt
from cv_generation.writer.repair import Unacceptable, ask


class Draft(BaseModel):
    """What the writing model fills in."""

    model_config = ConfigDict(extra="forbid")

    headline: Text
    summary: Text
    experience: tuple[Experience, ...] = Field(min_length=1)
    education: tuple[Education, ...] = Field(min_length=1)
    skills: tuple[Skill, ...] = Field(min_length=3)
    languages: tuple[SpokenLanguage, ...] = Field(min_length=1)
    certifications: tuple[Certification, ...] = ()
    projects: tuple[Project, ...] = ()


class Restyled(BaseModel):
    """What the stylist gives back: the same texts in the same order. `bullets` has one list for each entry of experience."""

    model_config = ConfigDict(extra="forbid")

    summary: Text
    bullets: tuple[tuple[Text, ...], ...]
    projects: tuple[Text, ...] = ()


class LlmWriter:
    """The `ProfileWriter` over one or two models."""

    def __init__(self, model: JsonModel, stylist: JsonModel | None = None) -> None:
        self._model = model
        self._stylist = stylist

    def provenance(self, brief: Brief) -> Provenance:
        """See `ProfileWriter.provenance`. Names the models: with others a profile counts as not written yet."""
        return Provenance(
            writer="llm",
            seed=brief.seed,
            number=brief.number,
            writer_model=self._model.name,
            stylist_model=None if self._stylist is None else self._stylist.name,
        )

    async def write(self, brief: Brief) -> Profile:
        """See `ProfileWriter.write`. Never fails for the stylist: the plain text stays then."""
        profile = await ask(self._model, writer_prompt(brief), Draft, lambda draft: self._assembled(brief, draft))
        return profile if self._stylist is None else await self._restyled(self._stylist, brief, profile)

    def _assembled(self, brief: Brief, draft: Draft) -> Profile:
        """The draft with what the brief settles. Raises a `ValidationError` if the career is incoherent, `Unacceptable` if skills don't match."""
        _check_skills(draft)
        return Profile(
            cv_id=brief.cv_id,
            language=brief.language,
            name=brief.name,
            pronoun=brief.pronoun,
            profession=brief.profession,
            seniority=brief.seniority,
            contact=brief.contact,
            location=brief.location,
            as_of=brief.as_of,
            presentation=brief.presentation,
            provenance=self.provenance(brief),
            **{name: getattr(draft, name) for name in Draft.model_fields},
        )

    async def _restyled(self, stylist: JsonModel, brief: Brief, profile: Profile) -> Profile:
        try:
            return await ask(stylist, stylist_prompt(brief, profile), Restyled, lambda restyled: _in_new_words(profile, restyled))
        except WritingFailed:
            return profile


def _check_skills(draft: Draft) -> None:
    known = {skill.name for skill in draft.skills}
    used = [name for item in (*draft.experience, *draft.projects) for name in item.technologies]
    strange = sorted({name for name in used if name not in known})
    if strange:
        raise Unacceptable(f"- technologies that are not in skills, or are spelled differently there: {', '.join(strange)}")


def _in_new_words(profile: Profile, restyled: Restyled) -> Profile:
    """The profile with the new texts. Raises `Unacceptable` where their number or the figures in them changed."""
    if [len(bullets) for bullets in restyled.bullets] != [len(entry.bullets) for entry in profile.experience]:
        raise Unacceptable("- bullets: the number of entries, or of bullets in an entry, is not that of the original")
    if len(restyled.projects) != len(profile.projects):
        raise Unacceptable(f"- projects: {len(profile.projects)} descriptions are expected")
    _check_figures(profile.summary, restyled.summary)
    for entry, bullets in zip(profile.experience, restyled.bullets, strict=True):
        for before, after in zip(entry.bullets, bullets, strict=True):
            _check_figures(before, after)
    for project, description in zip(profile.projects, restyled.projects, strict=True):
        _check_figures(project.description, description)
    return profile.model_copy(
        update={
            "summary": restyled.summary,
            "experience": tuple(
                entry.model_copy(update={"bullets": bullets}) for entry, bullets in zip(profile.experience, restyled.bullets, strict=True)
            ),
            "projects": tuple(
                project.model_copy(update={"description": text}) for project, text in zip(profile.projects, restyled.projects, strict=True)
            ),
        }
    )


def _check_figures(before: str, after: str) -> None:
    if sorted(findall(r"\d+", before)) != sorted(findall(r"\d+", after)):
        raise Unacceptable(f"- the figures changed: {before!r} became {after!r}")
