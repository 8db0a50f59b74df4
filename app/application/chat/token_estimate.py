"""How many tokens a text will be, guessed without a tokenizer. Pure; microseconds a page.

Rather too many than too few: a prompt that is a little shorter than it could be costs nothing, one that is too long costs a round trip. The figures
are rough averages of byte-pair tokenizers: 3.5 ASCII characters a token (prose has more than four, code and digits fewer), under two letters of Greek,
Cyrillic, Hebrew, Arabic or accented Latin, one token a character of East Asia, two a character beyond (emoji). Where a provider counts itself, its count
decides near the limit: see `prompt_window.py`.
"""

from app.application.ports import Prompt

MESSAGE_TOKENS = 6
"""What a message costs beside its text: its role and its bounds."""

_ASCII = bytes(range(0x80))
_CONTINUATION = bytes(range(0x80, 0xC0))
_TWO_BYTES = bytes(range(0xC0, 0xE0))
_THREE_BYTES = bytes(range(0xE0, 0xF0))


def estimated_tokens(text: str) -> int:
    """Tokens of a text, by its kinds of characters."""
    if text.isascii():
        return round(len(text) / 3.5 + 0.5)
    rest = text.encode(errors="replace").translate(None, _CONTINUATION)
    total = len(rest)
    rest = rest.translate(None, _ASCII)
    ascii_characters = total - len(rest)
    longer = rest.translate(None, _TWO_BYTES)
    longest = longer.translate(None, _THREE_BYTES)
    return round(ascii_characters / 3.5 + (len(rest) - len(longer)) / 1.8 + (len(longer) - len(longest)) + 2 * len(longest) + 0.5)


def estimated_prompt_tokens(prompt: Prompt) -> int:
    """Tokens of everything that is sent."""
    return estimated_tokens(prompt.system) + sum(estimated_tokens(turn.content) + MESSAGE_TOKENS for turn in prompt.turns)
