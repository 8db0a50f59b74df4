"""Each assistant has its own context: this picks the provider by the thread's assistant. Made in `bootstrap`, asked by the executor."""

from collections.abc import Mapping, Sequence

from app.application.ports import Context, ContextProvider
from app.domain.chat.entities import Assistant, Message


class ContextByAssistant:
    """A `ContextProvider` that asks the assistant's own. Every assistant must have one."""

    def __init__(self, providers: Mapping[Assistant, ContextProvider]) -> None:
        missing = [assistant.value for assistant in Assistant if assistant not in providers]
        if missing:
            raise ValueError(f"No context provider for: {', '.join(missing)}.")
        self._providers = dict(providers)

    async def find(self, question: str, history: Sequence[Message], assistant: Assistant) -> Context:
        """What the assistant's provider finds."""
        return await self._providers[assistant].find(question, history, assistant)
