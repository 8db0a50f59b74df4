"""A folder of CVs as context: numbering, sources, reloading, limits, and files that are not as they should be."""

import os
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from app.application.ports import Context
from app.domain.chat.entities import Assistant
from app.infrastructure.context.document_files import UnreadableDocument
from app.infrastructure.context.whole_documents import WholeDocuments

ADA = (
    "# Ada Example\n\nLondon · ada@example.org\n\n## Profile\n\nI know Kubernetes. I write Go. I also cook.\n\n## Skills\n\n- I know SQL.\n"
)
BEA = "# Bea Ejemplo\n\n## Perfil\n\nHablo catalán.\n"


async def find(documents: WholeDocuments) -> Context:
    return await documents.find("Who knows Kubernetes?", [], Assistant.CVS)


async def test_every_document_is_one_passage_and_one_source_in_file_name_order(tmp_path: Path) -> None:
    (tmp_path / "b-bea.txt").write_text(BEA, "utf-8")
    (tmp_path / "a-ada.md").write_text(ADA, "utf-8")
    context = await find(WholeDocuments(tmp_path))
    assert [(passage.n, passage.title, passage.text) for passage in context.passages] == [(1, "Ada Example", ADA), (2, "Bea Ejemplo", BEA)]
    ada, bea = context.sources
    assert (ada.n, ada.cv_id, ada.candidate, ada.page, ada.section, ada.url) == (1, "a-ada", "Ada Example", 1, "CV", None)
    assert ada.snippet == "I know Kubernetes. I write Go."
    assert (bea.n, bea.snippet) == (2, "Hablo catalán.")


async def test_other_files_hidden_files_and_folders_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "ada.MD").write_text(ADA, "utf-8")
    (tmp_path / ".draft.md").write_text(BEA, "utf-8")
    (tmp_path / "photo.png").write_bytes(b"\x89PNG")
    (tmp_path / "old.md").mkdir()
    assert [source.cv_id for source in (await find(WholeDocuments(tmp_path))).sources] == ["ada"]


async def test_unchanged_files_are_not_read_again(tmp_path: Path) -> None:
    (tmp_path / "ada.md").write_text(ADA, "utf-8")
    documents = WholeDocuments(tmp_path)
    assert await find(documents) is await find(documents)


async def test_a_changed_an_added_and_a_removed_file_are_noticed(tmp_path: Path) -> None:
    ada = tmp_path / "ada.md"
    ada.write_text(ADA, "utf-8")
    documents = WholeDocuments(tmp_path)
    await find(documents)

    ada.write_text(ADA.replace("Go", "C#"), "utf-8")  # the same size: only the time tells
    os.utime(ada, ns=(1, 1))
    assert "I write C#." in (await find(documents)).sources[0].snippet

    (tmp_path / "bea.md").write_text(BEA, "utf-8")
    assert len((await find(documents)).passages) == 2

    ada.unlink()
    assert [passage.title for passage in (await find(documents)).passages] == ["Bea Ejemplo"]


@pytest.mark.parametrize("folder", ["empty", "missing"])
async def test_nothing_to_answer_from_is_said_once(tmp_path: Path, folder: str) -> None:
    (tmp_path / "empty").mkdir()
    documents = WholeDocuments(tmp_path / folder)
    with capture_logs() as lines:
        assert await find(documents) == Context()
        assert await find(documents) == Context()
    assert [line["event"] for line in lines] == ["no documents to answer from"]


async def test_a_folder_that_appears_later_is_found(tmp_path: Path) -> None:
    documents = WholeDocuments(tmp_path / "cvs")
    await find(documents)
    (tmp_path / "cvs").mkdir()
    (tmp_path / "cvs" / "ada.md").write_text(ADA, "utf-8")
    assert len((await find(documents)).passages) == 1


async def test_bad_utf8_is_read_all_the_same_and_reported_by_name_and_line(tmp_path: Path) -> None:
    (tmp_path / "ada.md").write_bytes(b"# Ada Example\n\nI live in M\xe1laga.\n")
    with capture_logs() as lines:
        context = await find(WholeDocuments(tmp_path))
    assert "I live in M\ufffdlaga." in context.passages[0].text
    warning = next(line for line in lines if line["log_level"] == "warning")
    assert (warning["event"], Path(warning["file"]).name, warning["line"]) == ("document is not UTF-8", "ada.md", 3)


async def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    (tmp_path / "ada.md").write_text(ADA, "utf-8-sig")
    assert (await find(WholeDocuments(tmp_path))).passages[0].text == ADA


async def test_a_file_too_large_is_named(tmp_path: Path) -> None:
    (tmp_path / "ada.md").write_text(ADA, "utf-8")
    with pytest.raises(UnreadableDocument, match=r"ada\.md has \d+ bytes, but a document may have at most 20\."):
        await find(WholeDocuments(tmp_path, max_bytes=20))


async def test_too_many_files_are_counted_and_mending_it_helps(tmp_path: Path) -> None:
    for name in ("a.md", "b.md", "c.md"):
        (tmp_path / name).write_text(ADA, "utf-8")
    documents = WholeDocuments(tmp_path, max_files=2)
    with pytest.raises(UnreadableDocument, match="has 3 documents, but at most 2"):
        await find(documents)
    (tmp_path / "c.md").unlink()
    assert len((await find(documents)).passages) == 2


async def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ada.md").write_text(ADA, "utf-8")

    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", refuse)  # root may read everything, so a mode cannot stand for this
    with pytest.raises(UnreadableDocument, match=r"ada\.md cannot be read: Permission denied\."):
        await find(WholeDocuments(tmp_path))


async def test_the_cvs_that_come_with_the_product() -> None:
    context = await find(WholeDocuments(Path(__file__).parents[3] / "data" / "cvs"))
    assert [passage.n for passage in context.passages] == [1, 2, 3]
    assert all(
        source.snippet and source.candidate == passage.title for source, passage in zip(context.sources, context.passages, strict=True)
    )
    everything = "\n".join(passage.text for passage in context.passages)
    assert "Kubernetes" in everything
    assert "catalán" in everything
