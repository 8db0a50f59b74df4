"""How many tokens the known models take, prompt and answer together, and how their tokenizers compare with our estimate.

`bootstrap` asks; LLM_CONTEXT_TOKENS overrides the window. Read in November 2026 from the providers' pages on models: platform.claude.com/docs (1M from the 4.6
generation on, 200k before; the tokenizer since Sonnet 5 makes about 30 % more of the same text), ai.google.dev/gemini-api/docs/models,
platform.openai.com/docs/models, the model cards of Llama, Mistral and Qwen. A model that is not here is taken for a small one: what is left
out by mistake can be mended by the setting, and a window believed too large costs one refused request.
"""

import re
from dataclasses import dataclass

UNKNOWN = 32_768


@dataclass(frozen=True, slots=True)
class ContextWindow:
    """`tokens` the model takes; `tokens_per_estimate` what `estimated_tokens` is multiplied with."""

    tokens: int
    tokens_per_estimate: float = 1.0


_KNOWN: tuple[tuple[str, ContextWindow], ...] = (
    (r"claude-(fable|mythos|opus|sonnet|haiku)-([6-9]|5-[5-9])", ContextWindow(1_000_000, 1.3)),
    (r"claude-(fable|mythos|opus|sonnet)-5", ContextWindow(1_000_000, 1.3)),
    (r"claude-(opus|sonnet)-4[-.][6-9]", ContextWindow(1_000_000, 1.1)),
    (r"claude", ContextWindow(200_000, 1.1)),
    (r"gemini-1\.5-pro", ContextWindow(2_097_152)),
    (r"gemini", ContextWindow(1_048_576)),
    (r"gpt-4\.1", ContextWindow(1_047_576)),
    (r"gpt-5", ContextWindow(400_000)),
    (r"gpt-4o|chatgpt-4o", ContextWindow(128_000)),
    (r"\bo[134](-|$)", ContextWindow(200_000)),
    (r"gpt-oss", ContextWindow(131_072)),
    (r"llama-?3\.[123]|llama-?4", ContextWindow(131_072)),
    (r"mistral-(large|medium|small)|ministral|magistral", ContextWindow(128_000)),
    (r"qwen-?[23]", ContextWindow(32_768, 1.1)),
    (r"deepseek", ContextWindow(128_000)),
    (r"offline", ContextWindow(1_000_000)),
)


def window_of(model: str) -> ContextWindow:
    """The window of a model, by its name as any provider spells it (`anthropic/claude-sonnet-5.5`, `llama3.1:8b`)."""
    name = model.lower().replace("5.5", "5-5")
    return next((window for pattern, window in _KNOWN if re.search(pattern, name)), ContextWindow(UNKNOWN, 1.1))
