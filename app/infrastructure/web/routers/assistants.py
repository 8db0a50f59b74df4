"""`/api/assistants`: what a page shows before the first message."""

from typing import Annotated, Literal, Self

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from app.application.assistants.describe_assistants import AssistantDescription
from app.application.assistants.language import Language
from app.application.service import ServiceInfo
from app.domain.chat.entities import Assistant
from app.infrastructure.web.dependencies import Cases
from app.infrastructure.web.guarded_route import GuardedRoute

router = APIRouter(prefix="/api/assistants", tags=["assistants"], route_class=GuardedRoute)


class AssistantOut(BaseModel):
    """Whether one can be asked now, and what about."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"assistant": "resume", "available": True, "reason": "", "documents": 1, "examples": ["Which skills stand out?"]},
            ]
        }
    )

    assistant: Assistant
    available: bool
    reason: str = Field(description="Why it cannot answer now, and what to do; empty if it can.")
    documents: int = Field(description="Documents it answers from; 100 also stands for more.")
    examples: list[str] = Field(description="Questions that these documents can answer.")

    @classmethod
    def of(cls, description: AssistantDescription) -> Self:
        """The description with `unavailable` in two: whether, and why not."""
        return cls(
            assistant=description.assistant,
            available=description.unavailable is None,
            reason=description.unavailable or "",
            documents=description.documents,
            examples=list(description.examples),
        )


class AssistantsOut(BaseModel):
    """The assistants, the default one first, and the model that writes their answers."""

    provider: str = Field(examples=["offline"])
    model: str = Field(examples=["offline-quotes"])
    offline: bool = Field(
        description="True while no language model is connected: answers are sentences of the documents. Clients should say so."
    )
    assistants: list[AssistantOut]


@router.get("", summary="List the assistants")
async def list_assistants(
    cases: Cases, request: Request, lang: Annotated[Literal["en", "es"], Query(description="Language of the example questions.")] = "en"
) -> AssistantsOut:
    """What each answers from, whether it can now, and questions to begin with."""
    info: ServiceInfo = request.app.state.info
    described = await cases.describe_assistants.execute(Language(lang))
    return AssistantsOut(
        provider=info.provider,
        model=info.model,
        offline=info.provider == "offline",
        assistants=[AssistantOut.of(description) for description in described],
    )
