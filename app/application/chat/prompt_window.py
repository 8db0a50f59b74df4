"""What of a conversation fits into the model's window: everything if it does, else what matters most.

Asked by the executor before each call of the model. Left out, in this order, until the rest fits: an earlier message that alone would fill half of the
window; the oldest turns; the passages that fit the question least. Never the question, the instructions, the text so far of an answer that is
continued, or the last passage. If even those do not fit, the prompt is refused with the limit in the sentence: the executor then asks for the answer
anew, without the text so far; without one the run fails, and the thread can go on: the next question does not need this one.

Tokens are estimated (`token_estimate.py`). The provider's own counter is asked only when the estimate comes near the limit, once, and with a time
limit: it corrects the estimate, and the prompt is cut again by the corrected measure. A model that all the same says that the prompt was too long gets one
that is a third shorter, once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.application.chat.prompt import build_prompt
from app.application.chat.token_estimate import MESSAGE_TOKENS, estimated_prompt_tokens, estimated_tokens
from app.application.ports import Context, Prompt, TokenCounter
from app.domain.chat.entities import Assistant, Message, PromptRecord, Role
from app.domain.chat.errors import ModelError

TOO_LONG = "context_too_long"
"""The code of a prompt that does not fit, whoever found out."""

NEAR = 0.75
"""From this part of the room on an estimate is not enough."""

GIANT = 0.5
"""The part of the room above which a single earlier message is left out before any other."""

MARKS_TOKENS = 16
"""More than the marks around a passage cost: rather one look more than one passage less."""

HARDER = 2 / 3
SLACK = 0.98


@dataclass(frozen=True, slots=True)
class Window:
    """What the model takes: `tokens` for prompt and answer together, of which `answer_tokens` are kept for the answer.

    `tokens_per_estimate` corrects the estimate for the model's tokenizer.
    """

    tokens: int = 1_000_000
    answer_tokens: int = 4096
    tokens_per_estimate: float = 1.0

    @property
    def room(self) -> int:
        """Tokens that a prompt may have. At least half of the window, whatever an answer may have."""
        return max(self.tokens - self.answer_tokens, self.tokens // 2)


@dataclass(frozen=True, slots=True)
class Fitted:
    """A prompt that fits, the context as far as it is in it, and what to write down about it."""

    prompt: Prompt
    context: Context
    record: PromptRecord


@dataclass(frozen=True, slots=True)
class _Material:
    """What a prompt could be made of."""

    assistant: Assistant
    context: Context
    branch: Sequence[Message]
    partial: str


class PromptWindow:
    """Fits prompts into one model's window. `counter` is the provider's own, where it has one."""

    def __init__(self, window: Window, counter: TokenCounter | None = None) -> None:
        self._window = window
        self._counter = counter

    async def fit(self, assistant: Assistant, context: Context, branch: Sequence[Message], partial: str) -> Fitted:
        """The prompt for the last message of `branch`. Raises `ModelError` with the code `context_too_long`."""
        material = _Material(assistant, context, branch, partial)
        measure = self._window.tokens_per_estimate
        fitted = self._cut(material, measure, self._window.room)
        record = fitted.record
        left_out = record.turns_left_out or record.passages_left_out
        if self._counter is None or not (left_out or record.estimated_tokens > NEAR * self._window.room):
            return fitted
        counted = await self._counter.count_tokens(fitted.prompt)
        if not counted:
            return fitted
        measure *= counted / max(1, record.estimated_tokens)
        if counted > self._window.room or left_out:
            fitted = self._cut(material, measure, int(self._window.room * SLACK))
        return replace(fitted, record=replace(fitted.record, counted_tokens=counted))

    def harder(self, fitted: Fitted, assistant: Assistant, branch: Sequence[Message], partial: str) -> Fitted | None:
        """A shorter prompt than one that the model found too long; None if nothing can be left out any more."""
        material = _Material(assistant, fitted.context, branch, partial)
        room = int(min(fitted.record.estimated_tokens, self._window.room) * HARDER)
        try:
            shorter = self._cut(material, self._window.tokens_per_estimate, room)
        except ModelError:
            return None
        passages = fitted.record.passages_left_out + shorter.record.passages_left_out
        return replace(shorter, record=replace(shorter.record, passages_left_out=passages, refused_once=True))

    def _cut(self, material: _Material, measure: float, room: int) -> Fitted:
        """Leave out what must be, by the measure. Raises `ModelError` if what must stay does not fit."""
        *earlier, question = material.branch
        spoken = [message for message in earlier if message.content.strip()]
        bare = _build(material, material.context, [question])
        size = _tokens(bare, measure)
        context = material.context
        while size > room and len(context.passages) > 1:
            context = _without_the_weakest(context, excess=(size - room) / measure)
            bare = _build(material, context, [question])
            size = _tokens(bare, measure)
        if size > room:
            raise self._too_long(size, room, question)
        kept = _newest([message for message in spoken if _size(message, measure) <= GIANT * room], room - size, measure)
        prompt = _build(material, context, [*kept, question]) if kept else bare
        record = PromptRecord(
            window_tokens=self._window.tokens,
            estimated_tokens=_tokens(prompt, measure),
            turns_sent=len(kept),
            turns_left_out=len(spoken) - len(kept),
            passages_sent=len(context.passages),
            passages_left_out=len(material.context.passages) - len(context.passages),
        )
        return Fitted(prompt, context, record)

    def _too_long(self, size: int, room: int, question: Message) -> ModelError:
        asked = estimated_tokens(question.content)
        sentence = (
            f"The question is too long: with what it needs beside it, it comes to about {size} tokens ({asked} of them its own), and this model takes "
            f"{room} with a prompt. Shorten the question, or choose a model with a larger window."
        )
        return ModelError(TOO_LONG, sentence, retryable=False)


def _build(material: _Material, context: Context, branch: Sequence[Message]) -> Prompt:
    return build_prompt(material.assistant, context, branch, material.partial)


def _tokens(prompt: Prompt, measure: float) -> int:
    return round(estimated_prompt_tokens(prompt) * measure)


def _size(message: Message, measure: float) -> float:
    return (estimated_tokens(message.content) + MESSAGE_TOKENS) * measure


def _newest(messages: Sequence[Message], room: float, measure: float) -> list[Message]:
    """The newest messages that fit, beginning with a user's: an answer without its question says nothing."""
    kept: list[Message] = []
    for message in reversed(messages):
        room -= _size(message, measure)
        if room < 0:
            break
        kept.append(message)
    kept.reverse()
    first = next((place for place, message in enumerate(kept) if message.role is Role.USER), len(kept))
    return kept[first:]


def _without_the_weakest(context: Context, excess: float) -> Context:
    """The context less the passages that fit the question least, as many as make up for the excess; one stays."""
    scores = {source.n: source.score for source in context.sources}
    weakest = sorted(context.passages, key=lambda passage: (scores.get(passage.n, 0.0), -passage.n))
    gone: set[int] = set()
    for passage in weakest[:-1]:
        if excess <= 0:
            break
        gone.add(passage.n)
        excess -= estimated_tokens(f"{passage.title}{passage.text}") + MARKS_TOKENS
    return replace(
        context,
        passages=tuple(passage for passage in context.passages if passage.n not in gone),
        sources=tuple(source for source in context.sources if source.n not in gone),
    )
