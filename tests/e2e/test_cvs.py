"""Questions about the sample CVs through the whole product: what is cited stands on the page that the link opens, and an index that is rebuilt
under a running server costs nobody an answer."""

import asyncio
import re
import shutil
from collections.abc import Generator
from pathlib import Path
from typing import Any

import httpx
import pypdfium2  # pyright: ignore[reportMissingTypeStubs]
import pytest
from sqlalchemy import URL

from tests.processes import SAMPLE_CVS, Process, Processes, build_index
from tests.reader import Reader, Seen
from tests.talk import new_thread, post, run

OFFLINE = {"LLM_PROVIDER": "offline", "OFFLINE_TOKENS_PER_SECOND": "0"}
MARKER = re.compile(r"\[(\d+)\]")


@pytest.fixture
def offline(database_url: URL, tmp_path: Path) -> Generator[Processes, None, None]:
    """Processes with the offline model, whose answers rest on nothing but what retrieval gave it."""
    started = Processes(database_url, tmp_path, OFFLINE)
    yield started
    started.stop()


@pytest.fixture
def server(offline: Processes) -> Process:
    return offline.serve()


async def asked(client: httpx.AsyncClient, url: str, thread_id: str, question: str) -> tuple[Seen, dict[str, Any]]:
    """The frames of an answer, as `curl -N` would print them, and its run."""
    posted = await post(client, url, thread_id, question)
    seen = await Reader(client, posted["run_id"]).read_to_the_end(url)
    return seen, await run(client, url, posted["run_id"])


def data(seen: Seen, event: str) -> dict[str, Any]:
    return next(frame.data for frame in seen.frames if frame.event == event)


async def assert_sources_open(client: httpx.AsyncClient, url: str, seen: Seen) -> list[dict[str, Any]]:
    """Every link opens a PDF, in parts too, at a page on which the snippet's words stand; every marker is bound to a source."""
    sources = data(seen, "sources")["sources"]
    assert data(seen, "final")["sources"] == sources
    assert [source["n"] for source in sources] == list(range(1, len(sources) + 1))
    assert {int(n) for n in MARKER.findall(seen.text)} <= {source["n"] for source in sources}
    for source in sources:
        path, _, page = source["url"].partition("#page=")
        whole = (await client.get(url + path)).raise_for_status()
        part = await client.get(url + path, headers={"Range": "bytes=0-99"})
        assert (part.status_code, part.content) == (206, whole.content[:100])
        assert part.headers["content-range"] == f"bytes 0-99/{len(whole.content)}"
        assert int(page) == source["page"]
        on_page = words_of_page(whole.content, source["page"])
        said = words(source["snippet"])
        assert len(said & on_page) >= 0.9 * len(said), (source, said - on_page)
    return sources


def words(text: str) -> set[str]:
    return {word for word in re.findall(r"\w+", text.casefold()) if len(word) > 2}


def words_of_page(pdf: bytes, page: int) -> set[str]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return words(document[page - 1].get_textpage().get_text_range())
    finally:
        document.close()


async def test_an_answer_ends_with_links_that_open_the_right_page(server: Process, client: httpx.AsyncClient) -> None:
    thread_id = await new_thread(client, server.url)
    seen, ran = await asked(client, server.url, thread_id, "Who knows Kubernetes?")
    sources = await assert_sources_open(client, server.url, seen)
    assert seen.status == "done"
    assert [frame.event for frame in seen.frames][-2:] == ["final", "done"]
    assert "Marco Ossani" in {source["candidate"] for source in sources}
    assert ran["generation"]
    assert MARKER.search(seen.text)


async def test_a_person_and_what_follows_about_them(server: Process, client: httpx.AsyncClient) -> None:
    thread_id = await new_thread(client, server.url)
    seen, _ = await asked(client, server.url, thread_id, "What did Marco Ossani do at Peyrolles Numérique?")
    assert {source["candidate"] for source in await assert_sources_open(client, server.url, seen)} == {"Marco Ossani"}
    seen, ran = await asked(client, server.url, thread_id, "and where did he study?")
    sources = await assert_sources_open(client, server.url, seen)
    assert {source["candidate"] for source in sources} == {"Marco Ossani"}
    assert "Université de Rochefontaine" in seen.text
    assert ran["cached"] is False


async def test_a_question_about_everybody_gets_everybody_in_another_language_too(server: Process, client: httpx.AsyncClient) -> None:
    cvs = (await client.get(f"{server.url}/api/cvs", params={"limit": 100})).json()["cvs"]
    speakers = {cv["candidate"] for cv in cvs if "italian" in cv["spoken"]}
    assert len(speakers) > 5
    for question in ("Who speaks Italian?", "¿Quién habla italiano?", "Wer spricht Italienisch?"):
        seen, _ = await asked(client, server.url, await new_thread(client, server.url), question)
        assert {source["candidate"] for source in await assert_sources_open(client, server.url, seen)} == speakers
        assert all(speaker in seen.text for speaker in speakers)


@pytest.mark.parametrize(
    ("question", "refusal"),
    [("Who has won a Nobel Prize in chemistry?", "Nothing in the sources"), ("¿Quién ha ganado el premio Nobel?", "Nada en las fuentes")],
)
async def test_what_nobody_s_cv_answers_is_refused_in_the_question_s_language(
    server: Process, client: httpx.AsyncClient, question: str, refusal: str
) -> None:
    seen, ran = await asked(client, server.url, await new_thread(client, server.url), question)
    assert refusal in seen.text
    assert data(seen, "final")["sources"] == []
    assert ran["status"] == "done"


async def test_the_same_question_is_answered_from_the_cache_until_it_leans_or_is_asked_anew(
    server: Process, client: httpx.AsyncClient
) -> None:
    thread_id = await new_thread(client, server.url)
    first, ran = await asked(client, server.url, thread_id, "Who knows Kubernetes?")
    assert ran["cached"] is False
    again, ran = await asked(client, server.url, thread_id, "who knows  kubernetes")
    assert (ran["cached"], again.text) == (True, first.text)
    assert [source["url"] for source in data(again, "final")["sources"]] == [source["url"] for source in data(first, "final")["sources"]]
    elsewhere, ran = await asked(client, server.url, await new_thread(client, server.url), "Who knows Kubernetes?")
    assert (ran["cached"], elsewhere.text) == (True, first.text)
    regenerated = (await client.post(f"{server.url}/api/runs/{ran['run_id']}/regenerate")).raise_for_status().json()
    await Reader(client, regenerated["run_id"]).read_to_the_end(server.url)
    assert (await run(client, server.url, regenerated["run_id"]))["cached"] is False
    await asked(client, server.url, thread_id, "What did Marco Ossani do at Peyrolles Numérique?")
    for _ in range(2):
        _, ran = await asked(client, server.url, thread_id, "and where did he study?")
        assert ran["cached"] is False


async def test_a_cancelled_answer_is_not_given_again(database_url: URL, tmp_path: Path, client: httpx.AsyncClient) -> None:
    slow = Processes(database_url, tmp_path, OFFLINE | {"OFFLINE_TOKENS_PER_SECOND": "4"})
    try:
        url = slow.serve().url
        thread_id = await new_thread(client, url)
        posted = await post(client, url, thread_id, "Who knows Kubernetes?")
        (await client.post(f"{url}/api/runs/{posted['run_id']}/cancel")).raise_for_status()
        fast = Processes(database_url, tmp_path, OFFLINE, slow.running).serve().url
        seen, ran = await asked(client, fast, thread_id, "Who knows Kubernetes?")
        assert (seen.status, ran["cached"]) == ("done", False)
    finally:
        slow.stop()


async def test_a_rebuilt_index_is_taken_over_while_questions_run(offline: Processes, tmp_path: Path, client: httpx.AsyncClient) -> None:
    folder, store = tmp_path / "pdfs", tmp_path / "store"
    folder.mkdir()
    pdfs = sorted(SAMPLE_CVS.glob("*.pdf"))
    for pdf in pdfs[:6]:
        shutil.copy(pdf, folder)
    build_index(folder, store)
    url = offline.serve(RAG_STORE=str(store)).url
    cvs = (await client.get(f"{url}/api/cvs")).json()
    assert len(cvs["cvs"]) == 6
    before, ran = await asked(client, url, await new_thread(client, url), "Who knows Kubernetes?")
    assert ran["generation"] == cvs["generation"]

    shutil.copy(pdfs[6], folder)
    building = asyncio.create_task(asyncio.to_thread(build_index, folder, store))
    names = [cv["candidate"] for cv in cvs["cvs"]]
    seen: list[tuple[Seen, dict[str, Any]]] = []
    while not building.done() or len(seen) < 20:
        threads = [await new_thread(client, url) for _ in range(4)]
        questions = [f"What did {names[(len(seen) + n) % len(names)]} study, and where? ({len(seen) + n})" for n in range(4)]
        pairs = zip(threads, questions, strict=True)
        seen += await asyncio.gather(*(asked(client, url, thread_id, question) for thread_id, question in pairs))
    await building

    assert {(frames.status, answer["status"]) for frames, answer in seen} == {("done", "done")}
    after, ran = await asked(client, url, await new_thread(client, url), "Who knows Kubernetes?")
    assert ran["generation"] != cvs["generation"]
    assert ran["cached"] is False
    assert {answer["generation"] for _, answer in seen} <= {cvs["generation"], ran["generation"]}
    assert len((await client.get(f"{url}/api/cvs")).json()["cvs"]) == 7
    assert before.text == after.text


async def test_a_server_without_an_index_builds_one_and_answers(offline: Processes, tmp_path: Path, client: httpx.AsyncClient) -> None:
    folder = tmp_path / "pdfs"
    folder.mkdir()
    shutil.copy(next(SAMPLE_CVS.glob("001-*.pdf")), folder)
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 and no more")
    process = offline.serve(RAG_STORE=str(tmp_path / "store"), CVS_PDF_DIR=str(folder))
    seen, _ = await asked(client, process.url, await new_thread(client, process.url), "Who knows Kubernetes?")
    await assert_sources_open(client, process.url, seen)
    assert "broken.pdf" in process.output
    assert [cv["cv_id"] for cv in (await client.get(f"{process.url}/api/cvs")).json()["cvs"]] == ["001-marco-ossani"]


async def test_an_empty_folder_is_said_and_questions_are_refused(offline: Processes, tmp_path: Path, client: httpx.AsyncClient) -> None:
    (tmp_path / "none").mkdir()
    process = offline.serve(RAG_STORE=str(tmp_path / "store"), CVS_PDF_DIR=str(tmp_path / "none"))
    seen, ran = await asked(client, process.url, await new_thread(client, process.url), "Who knows Kubernetes?")
    assert ("Nothing in the sources" in seen.text, ran["status"], ran["generation"]) == (True, "done", None)
    assert (await client.get(f"{process.url}/api/cvs")).json() == {"cvs": [], "next_cursor": None, "generation": None}
    assert process.output.count("There are no CVs to answer from") == 1


async def test_a_pdf_is_found_by_ids_of_the_index_only(server: Process, client: httpx.AsyncClient) -> None:
    for cv_id in ("..%2F..%2Fpyproject.toml", "%2Fetc%2Fpasswd", "001-marco-ossani.pdf", "nobody", "%00", "a" * 200, ".", "%2e%2e"):
        answer = await client.get(f"{server.url}/api/cvs/{cv_id}/pdf")
        assert answer.status_code in (404, 422), (cv_id, answer.status_code)
        assert answer.json()["error"]["code"] in ("cv_not_found", "not_found", "invalid_request")
    pdf = f"{server.url}/api/cvs/001-marco-ossani/pdf"
    answer = await client.get(pdf)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == 'inline; filename="001-marco-ossani.pdf"'
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    size = len(answer.content)
    assert (await client.head(pdf)).headers["content-length"] == str(size)
    for wanted, status, length in (
        ("bytes=-10", 206, 10), (f"bytes={size - 5}-", 206, 5), ("bytes=0-0", 206, 1), ("bytes=5-2", 200, size), ("pages=1", 200, size),
        ("bytes=0-1,5-6", 200, size),
    ):  # fmt: skip
        part = await client.get(pdf, headers={"Range": wanted})
        assert (part.status_code, len(part.content)) == (status, length), wanted
    beyond = await client.get(pdf, headers={"Range": f"bytes={size}-"})
    assert (beyond.status_code, beyond.json()["error"]["code"]) == (416, "range_not_satisfiable")
    assert beyond.headers["content-range"] == f"bytes */{size}"


async def test_the_list_is_paged(server: Process, client: httpx.AsyncClient) -> None:
    listed: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = (await client.get(f"{server.url}/api/cvs", params={"limit": 7, **({"cursor": cursor} if cursor else {})})).json()
        listed += [cv["cv_id"] for cv in page["cvs"]]
        cursor = page["next_cursor"]
    assert listed == sorted(path.stem for path in SAMPLE_CVS.glob("*.pdf"))
    one = (await client.get(f"{server.url}/api/cvs/{listed[0]}")).json()
    assert (one["candidate"], one["pages"], one["pdf_url"]) == ("Marco Ossani", 2, "/api/cvs/001-marco-ossani/pdf")


async def test_a_marker_that_the_provider_cuts_in_two_reaches_readers_whole(processes: Processes, client: httpx.AsyncClient) -> None:
    server = processes.serve()
    thread_id = await new_thread(client, server.url, assistant="resume")
    posted = await post(client, server.url, thread_id, "Well? [[text=Ada_knows_it_{1|2}_and_more_{|3|}. rate=20]]")
    seen = await Reader(client, posted["run_id"]).read_to_the_end(server.url)
    tokens = [frame.data["text"] for frame in seen.frames if frame.event == "token"]
    assert seen.text == "Ada knows it [12] and more [3]."
    assert len(tokens) > 3
    assert not [token for token in tokens if re.search(r"\[\d*$", token)]
