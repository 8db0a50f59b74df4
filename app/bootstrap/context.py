"""What answers rest on: the resume, the CVs and their index, as the settings name them. Called by `process.py` and by the command line."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from app.application.ports import ContextProvider
from app.bootstrap.models import make_model
from app.domain.chat.entities import Assistant
from app.infrastructure.context.by_assistant import ContextByAssistant
from app.infrastructure.context.contextual_index import build_with_model
from app.infrastructure.context.cv_index_place import CvIndexPlace
from app.infrastructure.context.document_files import UnreadableDocument
from app.infrastructure.context.follow_ups import FollowUps
from app.infrastructure.context.full_resume import FullResume
from app.settings import Provider, Settings


class CannotStart(Exception):
    """Something that the settings name cannot be used. One sentence, for whoever starts the process."""


def make_resume(settings: Settings) -> FullResume:
    """The resume that the assistant `resume` answers from."""
    return FullResume(settings.resume_path or _data_folder() / "resume.json")


async def check_resume(resume: FullResume) -> None:
    """Load the resume. Raises `CannotStart`."""
    try:
        await resume.check()
    except UnreadableDocument as error:
        raise CannotStart(f"RESUME_PATH: {error.message}") from error


def check_cvs(settings: Settings) -> None:
    """A folder of CVs that is named and not there is a slip, unless its index is: PDFs may lie elsewhere. Raises `CannotStart`."""
    folder = settings.cvs_pdf_dir
    if folder is not None and not folder.is_dir() and not settings.rag_store_dir.is_dir():
        raise CannotStart(f"CVS_PDF_DIR: there is no folder {folder}. Name the folder of the CVs, or leave it empty for the sample CVs.")


async def resume_note(resume: FullResume) -> Mapping[str, str]:
    """A note for `/ready` while the resume's file cannot be used: looked at now, though nobody may have asked since it was changed."""
    with suppress(UnreadableDocument):
        await resume.check()
    return {"resume": resume.problem} if resume.problem else {}


def make_context(cvs: ContextProvider, resume: ContextProvider) -> ContextProvider:
    """What the assistants answer from."""
    return ContextByAssistant({Assistant.CVS: cvs, Assistant.RESUME: resume})


def make_follow_ups(settings: Settings) -> FollowUps | None:
    """The small model that rewrites follow-up questions, if one is wanted. The offline model only quotes: rules serve better."""
    if not settings.query_model or settings.provider is Provider.OFFLINE:
        return None
    return FollowUps(make_model(settings.model_copy(update={"llm_model": settings.query_model})))


def cv_index_place(settings: Settings) -> CvIndexPlace:
    """Where the CVs are, and their index."""
    return CvIndexPlace(
        store=settings.rag_store_dir,
        pdf_dir=settings.cvs_pdf_dir or _sample_cvs(),
        wanted_pdf_dir=settings.cvs_pdf_dir,
        embedder=settings.embedding_model,
    )


async def index_with_model(settings: Settings, tell: Callable[[str], None]) -> None:
    """Build the index with the configured model's view of each CV. `tell` hears what was done. Raises `BuildFailed`."""
    model = make_model(settings)
    try:
        await build_with_model(cv_index_place(settings), model, tell)
    finally:
        await model.close()


def _sample_cvs() -> Path:
    """The PDFs that lie in the generator's package, which is found but not imported."""
    spec = find_spec("cv_generation")
    package = Path(spec.origin).parent if spec and spec.origin else Path("cv_generation")
    return package / "data" / "cvs"


def _data_folder() -> Path:
    """The examples that come along: in a checkout beside the package, in a wheel inside it."""
    package = Path(__file__).parents[1]
    return next(place for place in (package.parent / "data", package / "_data") if place.is_dir())
