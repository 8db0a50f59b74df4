"""The command line: pure JSON on standard output, sentences on standard error."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from rag.embedders import packaged_e5


def rag(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "rag", *arguments],
        check=False,
        capture_output=True,
        text=True,
        input=stdin,
        timeout=60,
        cwd=Path(__file__).resolve().parents[2],
    )


def test_index_and_search(dev_pdfs: Path, tmp_path: Path) -> None:
    indexed = rag("index", "--pdf-dir", str(dev_pdfs), "--store", str(tmp_path / "s"), "--json")
    assert indexed.returncode == 0, indexed.stderr
    assert json.loads(indexed.stdout)["cvs"] == 8
    history = tmp_path / "history.json"
    history.write_text(
        json.dumps(
            [{"role": "user", "content": "Where does Priya Raghunathan work?"}, {"role": "assistant", "content": "At Halloran & Pike."}]
        )
    )
    asked = rag("search", "And where did she study?", "--history", str(history), "--store", str(tmp_path / "s"), "--top-k", "2", "--json")
    answer = json.loads(asked.stdout)
    assert answer["answerable"] is True
    assert len(answer["results"]) == 2
    assert set(answer["results"][0]) == {"n", "cv_id", "file", "candidate", "page", "section", "text", "score"}
    assert answer["results"][0]["candidate"] == "Priya Raghunathan"
    assert "No CV answers this." in rag("search", "Who knows COBOL?", "--store", str(tmp_path / "s")).stdout


@pytest.mark.skipif(not packaged_e5.can_run(), reason="the index is of the packaged model, which has no build for this machine")
def test_a_batch(dev_store: Path, tmp_path: Path) -> None:
    questions = tmp_path / "questions.jsonl"
    questions.write_text('{"id": "a", "question": "Who knows Kubernetes?"}\n\n{"id": 2, "question": "Who knows COBOL?", "history": []}\n')
    lines = [json.loads(line) for line in rag("search", "--batch", str(questions), "--store", str(dev_store), "--json").stdout.splitlines()]
    assert [(line["id"], line["answerable"], bool(line["results"])) for line in lines] == [("a", True, True), (2, False, False)]


def test_a_question_and_a_batch_are_not_asked_together(dev_store: Path, tmp_path: Path) -> None:
    for arguments in (("x", "--batch", "-"), ("--batch", "-", "--history", str(tmp_path / "h.json")), ()):
        result = rag("search", *arguments, "--store", str(dev_store), "--json")
        assert (result.returncode, result.stdout, result.stderr.count("\n")) == (2, "", 1), arguments


def test_mistakes_are_one_sentence(dev_pdfs: Path, dev_store: Path, tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("no folder")
    cases = [
        (("search", "x", "--store", str(tmp_path / "none"), "--json"), "There is no index at"),
        (("index", "--pdf-dir", str(tmp_path), "--store", str(tmp_path / "s")), "There are no PDFs in"),
        (("search", "x", "--store", str(dev_store), "--embedder", "hashed"), "was built with the embedding model"),
        (("search", "x", "--store", str(dev_store), "--embedder", "nonsense"), "There is no embedding model named"),
        (("search", "--batch", str(tmp_path / "none"), "--store", str(dev_store)), "cannot be read"),
        (("index", "--pdf-dir", str(dev_pdfs), "--store", str(in_the_way)), f"{in_the_way}"),
        (("index", "--pdf-dir", str(dev_pdfs), "--store", "/dev/null/store"), "/dev/null/store"),
    ]
    for arguments, sentence in cases:
        result = rag(*arguments)
        assert result.returncode == 1, arguments
        assert sentence in result.stderr
        assert "Traceback" not in result.stderr
        assert result.stdout == ""
