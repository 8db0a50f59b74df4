"""The product's adapters, pointed at the fake providers: what tests and benches of all of them share."""

from dataclasses import dataclass, field

from app.application.ports import Completion, LanguageModel, Prompt, Turn
from app.domain.chat.entities import Role
from app.infrastructure.llm.anthropic import anthropic_model
from app.infrastructure.llm.google import google_model
from app.infrastructure.llm.openai_compatible import openai_compatible_model, openrouter_model
from app.infrastructure.llm.streaming import Retries, Timeouts

NAMES = ("anthropic", "google", "openrouter", "openai_compatible")

KEY = "sk-secret-0123456789"


@dataclass(slots=True)
class Naps:
    """Remembers the waits between tries instead of sleeping."""

    taken: list[float] = field(default_factory=list)

    async def sleep(self, seconds: float) -> None:
        self.taken.append(seconds)


def make(
    name: str,
    url: str,
    *,
    model: str = "fake-model",
    api_key: str = KEY,
    timeouts: Timeouts | None = None,
    retries: Retries | None = None,
    max_output_tokens: int = 1000,
) -> LanguageModel:
    """The adapter of that name, talking to the fake providers at `url`."""
    timeouts = timeouts or Timeouts(connect=2, first_token=2, between_tokens=2)
    retries = retries or Retries(times=0)
    match name:
        case "anthropic":
            return anthropic_model(
                model=model, api_key=api_key, base_url=url, timeouts=timeouts, retries=retries, max_output_tokens=max_output_tokens
            )
        case "google":
            return google_model(
                model=model, api_key=api_key, base_url=url, timeouts=timeouts, retries=retries, max_output_tokens=max_output_tokens
            )
        case "openrouter":
            return openrouter_model(
                model=model,
                api_key=api_key,
                base_url=f"{url}/api/v1",
                timeouts=timeouts,
                retries=retries,
                max_output_tokens=max_output_tokens,
            )
        case _:
            return openai_compatible_model(
                model=model, api_key=api_key, base_url=f"{url}/v1", timeouts=timeouts, retries=retries, max_output_tokens=max_output_tokens
            )


def prompt(question: str, *before: str, system: str = "You are a test.", partial: str = "") -> Prompt:
    """A prompt that asks `question` after an exchange (user first, then in turn)."""
    roles = (Role.USER, Role.ASSISTANT)
    turns = [Turn(roles[index % 2], text) for index, text in enumerate(before)]
    turns.append(Turn(Role.USER, question))
    if partial:
        turns += [Turn(Role.ASSISTANT, partial), Turn(Role.USER, "Continue exactly where your answer was interrupted.")]
    return Prompt(system, tuple(turns), question, partial=partial)


@dataclass(slots=True)
class Heard:
    """What came out of a stream."""

    pieces: list[str] = field(default_factory=list)
    completions: list[Completion] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.pieces)

    def take(self, piece: str | Completion) -> None:
        if isinstance(piece, Completion):
            self.completions.append(piece)
        else:
            self.pieces.append(piece)


async def listen(model: LanguageModel, asked: Prompt, heard: Heard | None = None) -> Heard:
    """Take a whole answer. What came before an error is in `heard`, if the caller gave one."""
    heard = heard or Heard()
    async for piece in model.stream(asked):
        heard.take(piece)
    return heard
