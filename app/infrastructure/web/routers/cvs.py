"""`/api/cvs`: the CVs behind the sources, and their PDFs."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from app.application.cvs.list_cvs import ListCvsRequest
from app.infrastructure.web.dependencies import Cases, LimitQuery
from app.infrastructure.web.errors import answers
from app.infrastructure.web.guarded_route import GuardedRoute
from app.infrastructure.web.pdf_file import PDF_FILE, PdfResponse
from app.infrastructure.web.schemas import CvListOut, CvOut

router = APIRouter(prefix="/api/cvs", tags=["cvs"], route_class=GuardedRoute)

NO_CV = (404, "cv_not_found", "There is no cv ada-example.")
NO_INDEX = (503, "index_building", "The CVs are still being indexed. Ask again in a moment.")

CvIdPath = Annotated[str, Path(max_length=300, description="The CV, as `cv_id` in sources names it.", examples=["ada-example"])]


@router.get("", summary="List the CVs", responses=answers(NO_INDEX))
async def list_cvs(
    cases: Cases,
    limit: LimitQuery = 30,
    cursor: Annotated[str | None, Query(max_length=300, description="`next_cursor` of the page before.")] = None,
) -> CvListOut:
    """What the assistant `cvs` answers from, in the order of the ids."""
    page = await cases.list_cvs.execute(ListCvsRequest(limit + 1, cursor or ""))
    more = len(page.cards) > limit
    return CvListOut(
        cvs=[CvOut.of(card) for card in page.cards[:limit]],
        next_cursor=page.cards[limit - 1].cv_id if more else None,
        generation=page.generation,
    )


@router.get("/{cv_id}", summary="Read a CV", responses=answers(NO_CV, NO_INDEX))
async def read_cv(cv_id: CvIdPath, cases: Cases) -> CvOut:
    """What the index has read from it. All of it was found by rules, so any of it may be missing."""
    return CvOut.of(await cases.read_cv.execute(cv_id))


@router.get(
    "/{cv_id}/pdf",
    status_code=200,
    summary="Open a CV's PDF",
    response_class=PdfResponse,
    responses={**PDF_FILE, **answers(NO_CV, NO_INDEX)},
)
async def read_cv_pdf(cv_id: CvIdPath, cases: Cases) -> PdfResponse:
    """The file itself, also in parts (`Range`), so that a viewer opens `#page=2` without reading everything."""
    return PdfResponse(await cases.open_cv_pdf.execute(cv_id))
