"""The LLM writer against a scripted model: good answers, broken ones that get repaired, stubborn ones, and a second model for the tone."""

import json
from collections.abc import Sequence

import pytest

from app.application.ports import Completion, Prompt
from app.domain.chat.errors import ModelError
from app.settings import Provider, Settings
from cv_generation.briefs import Brief
from cv_generation.profiles import Profile
from cv_generation.settings import CvSettings
from cv_generation.writer import WritingFailed
from cv_generation.writer.app_model import AppModel, open_writer
from cv_generation.writer.json_model import JsonPrompt, JsonSchema, ModelFailed
from cv_generation.writer.llm import Draft, LlmWriter
from cv_generation.writer.offline import compose
from tests.cv_generation.people import briefs, people

BRIEF: Brief = next(brief for brief in briefs(count=30) if brief.seniority == "senior")


class ScriptedModel:
    """Gives the answers one after another, and remembers what it was asked."""

    name = "scripted:one"

    def __init__(self, *answers: str | Exception) -> None:
        self._answers = list(answers)
        self.asked: list[JsonPrompt] = []
        self.schemas: list[JsonSchema] = []

    async def complete_json(self, prompt: JsonPrompt, schema: JsonSchema) -> str:
        self.asked.append(prompt)
        self.schemas.append(schema)
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def draft(**changes: object) -> str:
    """An answer a model could give: the offline writer's facts."""
    raw = json.loads(compose(BRIEF).to_json())
    return json.dumps({**{name: raw[name] for name in Draft.model_fields}, **changes}, ensure_ascii=False)


def restyled(profile: Profile, bullets: Sequence[Sequence[str]] | None = None) -> str:
    reworded = bullets or [[f"In short: {bullet}" for bullet in entry.bullets] for entry in profile.experience]
    projects = [f"Told anew: {project.description}" for project in profile.projects]
    return json.dumps({"summary": f"Hello. {profile.summary}", "bullets": reworded, "projects": projects})


async def test_a_good_answer_becomes_the_profile() -> None:
    model = ScriptedModel(draft(headline="Somebody else"))
    profile = await LlmWriter(model).write(BRIEF)
    assert profile.headline == "Somebody else"
    assert (profile.name, profile.contact, profile.presentation) == (BRIEF.name, BRIEF.contact, BRIEF.presentation)
    assert profile.provenance.writer_model == "scripted:one"
    assert BRIEF.name in model.asked[0].request
    assert set(model.schemas[0]["properties"]) == set(Draft.model_fields)


async def test_fences_and_chatter_are_taken_off() -> None:
    await LlmWriter(ScriptedModel(f"Here it is:\n```json\n{draft()}\n```\nEnjoy!")).write(BRIEF)


@pytest.mark.parametrize(
    ("bad", "complaint"),
    [
        ("I would rather not.", "Invalid JSON"),
        (draft()[:200], "Invalid JSON"),
        (draft(summary=""), "summary"),
        (draft(skills=[]), "skills"),
        (draft(skills=[{"name": name, "canonical": name, "years": None} for name in "abc"]), "not in skills"),
        (draft(certifications=[{"name": "Board exam", "issuer": "B", "year": 2040}]), "Board exam lies after"),
    ],
)
async def test_a_bad_answer_goes_back_with_the_complaint(bad: str, complaint: str) -> None:
    model = ScriptedModel(bad, draft())
    await LlmWriter(model).write(BRIEF)
    assert len(model.asked) == 2
    assert complaint in model.asked[1].request
    assert bad in model.asked[1].request
    assert model.asked[1].request.startswith(model.asked[0].request)


async def test_overlapping_jobs_are_a_complaint_too() -> None:
    raw = json.loads(draft())
    raw["experience"][1]["end"] = None
    model = ScriptedModel(json.dumps(raw), draft())
    await LlmWriter(model).write(BRIEF)
    assert "overlaps" in model.asked[1].request


async def test_gives_up_after_three_attempts() -> None:
    with pytest.raises(WritingFailed, match=r"scripted:one gave no usable JSON in 3 attempts; .*Invalid JSON"):
        await LlmWriter(ScriptedModel("no", "no", "no")).write(BRIEF)


async def test_a_failing_provider_is_not_asked_again() -> None:
    model = ScriptedModel(ModelFailed("the key is wrong"), draft())
    with pytest.raises(WritingFailed, match="scripted:one: the key is wrong"):
        await LlmWriter(model).write(BRIEF)
    assert len(model.asked) == 1


async def test_the_stylist_changes_words_and_no_facts() -> None:
    plain = compose(BRIEF)
    stylist = ScriptedModel(restyled(plain))
    profile = await LlmWriter(ScriptedModel(draft()), stylist).write(BRIEF)
    assert profile.summary == f"Hello. {plain.summary}"
    assert [len(entry.bullets) for entry in profile.experience] == [len(entry.bullets) for entry in plain.experience]
    assert all(bullet.startswith("In short: ") for entry in profile.experience for bullet in entry.bullets)
    assert profile.provenance.stylist_model == "scripted:one"
    assert Profile.model_validate_json(profile.to_json()) == profile


async def test_a_stylist_that_invents_figures_is_corrected_then_ignored() -> None:
    plain = compose(BRIEF)
    lies = restyled(plain, [[f"{bullet} and 99999 more" for bullet in entry.bullets] for entry in plain.experience])
    corrected = await LlmWriter(ScriptedModel(draft()), ScriptedModel(lies, restyled(plain))).write(BRIEF)
    assert corrected.summary.startswith("Hello.")
    stubborn = ScriptedModel(lies, lies, lies)
    kept = await LlmWriter(ScriptedModel(draft()), stubborn).write(BRIEF)
    assert kept.summary == plain.summary
    assert "the figures changed" in stubborn.asked[1].request


async def test_prompts_vary_and_repeat() -> None:
    from cv_generation.writer.prompts import writer_prompt

    requests = [writer_prompt(brief).request for brief in briefs(count=30)]
    assert len({request.split("Shape: ")[1].splitlines()[0] for request in requests}) >= 12
    assert requests == [writer_prompt(brief).request for brief in briefs(count=30)]


class StreamingModel:
    """The server's kind of model, with one scripted stream."""

    provider = "fake"
    model = "one"
    continues_exactly = False

    def __init__(self, *pieces: str | Completion | Exception) -> None:
        self._pieces = pieces
        self.prompts: list[Prompt] = []
        self.closed = False

    async def stream(self, prompt: Prompt):
        self.prompts.append(prompt)
        for piece in self._pieces:
            if isinstance(piece, Exception):
                raise piece
            yield piece

    async def close(self) -> None:
        self.closed = True


async def test_the_servers_models_can_write() -> None:
    text = draft()
    model = StreamingModel(text[:50], text[50:], Completion("stop", None))
    profile = await LlmWriter(AppModel(model)).write(BRIEF)
    assert profile.provenance.writer_model == "fake:one"
    assert '"experience"' in model.prompts[0].system
    assert BRIEF.name in model.prompts[0].turns[-1].content


@pytest.mark.parametrize(
    ("end", "words"),
    [
        (ModelError("provider_auth", "The provider refused the key.", retryable=False), "refused the key"),
        (Completion("refusal", None), "refused"),
    ],
)
async def test_what_a_provider_does_wrong_is_said(end: Completion | Exception, words: str) -> None:
    with pytest.raises(WritingFailed, match=words):
        await LlmWriter(AppModel(StreamingModel("{", end))).write(BRIEF)


async def test_settings_choose_the_models() -> None:
    settings = Settings.model_validate({"llm_provider": Provider.OFFLINE, "openrouter_api_key": "k"})
    chosen = CvSettings.model_validate({"cv_writer_model": "openrouter:maker/big:free", "cv_stylist_model": "small"})
    async with open_writer(settings, chosen) as writer:
        provenance = writer.provenance(BRIEF)
    assert provenance.writer_model == "openrouter:maker/big:free"
    assert provenance.stylist_model == "offline:small"


def test_drafts_cover_what_people_have() -> None:
    assert all(Draft.model_validate({name: getattr(one, name) for name in Draft.model_fields}) for one in people(count=3))
