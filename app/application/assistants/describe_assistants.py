"""Tell what each assistant answers from, whether it can now, and what one could ask it: what a page shows before the first message."""

from dataclasses import dataclass

from app.application.assistants.example_questions import questions_about_cvs
from app.application.assistants.language import Language
from app.application.cvs.library import CvLibrary
from app.domain.chat.entities import Assistant
from app.domain.chat.errors import Unavailable

CARDS = 100
"""CVs looked at for example questions."""

ABOUT_THE_RESUME = {
    Language.ENGLISH: (
        "What is the most recent position?",
        "Which skills stand out?",
        "How has the career developed?",
        "What was studied, and where?",
    ),
    Language.SPANISH: (
        "¿Cuál es el puesto más reciente?",
        "¿Qué habilidades destacan?",
        "¿Cómo ha sido su trayectoria?",
        "¿Qué estudió y dónde?",
    ),
}


@dataclass(frozen=True, slots=True)
class AssistantDescription:
    """`unavailable` says in a sentence why it cannot answer now; None if it can. `documents` counts what it answers from, up to `CARDS`."""

    assistant: Assistant
    examples: tuple[str, ...]
    documents: int
    unavailable: str | None = None


class DescribeAssistants:
    """Asks the library alone: no model and no conversation has to be there."""

    def __init__(self, library: CvLibrary) -> None:
        self._library = library

    async def execute(self, language: Language) -> tuple[AssistantDescription, ...]:
        """All assistants, the default one first. An index that cannot be read now is a reason, not an error."""
        resume = AssistantDescription(Assistant.RESUME, ABOUT_THE_RESUME[language], documents=1)
        return await self._cvs(language), resume

    async def _cvs(self, language: Language) -> AssistantDescription:
        try:
            page = await self._library.page("", CARDS)
        except Unavailable as reason:
            return AssistantDescription(Assistant.CVS, (), documents=0, unavailable=str(reason))
        return AssistantDescription(Assistant.CVS, questions_about_cvs(page.cards, language), documents=len(page.cards))
