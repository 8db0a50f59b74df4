"""Contextual chunking: a language model says what each passage of a CV is about, in a typed form; the rules' passages stay what is quoted.

Optional. The model never writes what is cited: it names section, employer, role, and one sentence of context, which go into the header line. So
a model that errs can misfile a passage, but not put words into a CV. Whoever wires a provider brings a `CvReader`.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from pydantic import BaseModel, ConfigDict, Field

from rag.chunk import Chunk
from rag.headings import Section
from rag.positions import Position


class PassageView(BaseModel):
    """What the model says of one passage. Numbers are those of the passages it was given, from 1."""

    model_config = ConfigDict(extra="forbid")

    number: int = Field(ge=1)
    section: Section
    employer: str = Field(
        default="", max_length=120, description="Employer or school that the passage is about, as printed; empty if none."
    )
    role: str = Field(default="", max_length=120, description="Role or degree, as printed; empty if none.")
    context: str = Field(default="", max_length=240, description="One sentence that places the passage in the career.")


class CvView(BaseModel):
    """The whole CV, as the model sees it."""

    model_config = ConfigDict(extra="forbid")

    passages: tuple[PassageView, ...]


class CvReader(Protocol):
    """A model that reads a CV cut into passages and answers in the schema. Retries with validation errors are inside."""

    def read(self, passages: Sequence[str]) -> CvView:
        """Raises any `Exception` if there is no valid answer: the rules' view is used then."""
        ...


def chunks_by_model(chunks: Sequence[Chunk], reader: CvReader) -> tuple[Chunk, ...]:
    """The passages with the model's headers; as they were, where the model fails or says nothing."""
    try:
        view = reader.read([chunk.text for chunk in chunks])
    except Exception:  # noqa: BLE001 - a provider's failure must not stop an index of thousands of CVs
        return tuple(chunks)
    said = {passage.number: passage for passage in view.passages}
    return tuple(_seen(chunk, said.get(number)) for number, chunk in enumerate(chunks, start=1))


def _seen(chunk: Chunk, view: PassageView | None) -> Chunk:
    if view is None:
        return chunk
    position = Position(
        role=view.role or chunk.position.role, employer=view.employer or chunk.position.employer, place=chunk.position.place
    )
    return replace(chunk, section=view.section, position=position, context=view.context)
