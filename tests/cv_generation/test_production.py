"""Making datasets: kept work is kept, broken work is made anew, failures are told, a kill at any moment leaves whole files."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from pathlib import Path

import psutil
import pytest

from cv_generation.briefs import Brief
from cv_generation.production import Order, Outcome, Production, Step
from cv_generation.profiles import Profile, Provenance
from cv_generation.render.pdf import RendererMissing
from cv_generation.shelf import Shelf
from cv_generation.writer import WritingFailed
from cv_generation.writer.offline import OfflineWriter, compose
from tests.cv_generation.people import briefs
from tests.cv_generation.test_render import BARE, SLEEPER

ROOT = Path(__file__).parents[2]

_INSTANT = """
import json, sys
for line in sys.stdin:
    page = json.loads(line)
    open(page["pdf"], "w").write("%PDF-1.7 " + page["identifier"] + "x" * 6000 + " %%EOF")
    print('{"pages": 1}', flush=True)
"""
INSTANT = (sys.executable, "-c", _INSTANT)
"""A renderer that needs no time. The kill test and `test_render.py` use the real one."""


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    shelf = Shelf(tmp_path / "cvs")
    shelf.prepare()
    return shelf


async def make(shelf: Shelf, order: Order | None = None, chosen: list[Brief] | None = None) -> Outcome:
    return await Production(shelf, order or Order(child=INSTANT), lambda step, cv_id: None).make(chosen or briefs(count=3), OfflineWriter())


def snapshot(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {path.name: (path.stat().st_mtime_ns, path.read_bytes()) for path in folder.iterdir()}


async def test_a_second_run_touches_nothing(shelf: Shelf) -> None:
    first = await make(shelf)
    assert (first.counts[Step.WRITTEN], first.counts[Step.PRINTED]) == (3, 3)
    before = snapshot(shelf.folder)
    second = await make(shelf)
    assert (second.counts[Step.KEPT], second.counts[Step.PRINT_KEPT]) == (3, 3)
    assert snapshot(shelf.folder) == before


async def test_what_is_missing_or_broken_is_made_anew(shelf: Shelf) -> None:
    await make(shelf)
    before = {name: content for name, (_, content) in snapshot(shelf.folder).items()}
    one, two, three = (brief.cv_id for brief in briefs(count=3))
    shelf.json_path(one).write_text("{")
    shelf.pdf_path(two).unlink()
    shelf.pdf_path(three).write_bytes(shelf.pdf_path(three).read_bytes()[:5000])
    outcome = await make(shelf)
    assert outcome.counts[Step.WRITTEN] == 1
    assert outcome.counts[Step.PRINTED] == 2
    assert {name: content for name, (_, content) in snapshot(shelf.folder).items()} == before


async def test_an_edited_profile_is_kept_and_printed(shelf: Shelf) -> None:
    await make(shelf)
    profile = shelf.read(briefs(count=3)[0].cv_id)
    assert profile is not None
    shelf.save(profile.model_copy(update={"headline": "Edited by hand"}))
    outcome = await make(shelf)
    assert (outcome.counts[Step.KEPT], outcome.counts[Step.PRINTED]) == (3, 1)
    edited = shelf.read(profile.cv_id)
    assert edited is not None
    assert edited.headline == "Edited by hand"


async def test_another_look_needs_no_new_text(shelf: Shelf) -> None:
    class Never(OfflineWriter):
        async def write(self, brief: Brief) -> Profile:
            raise AssertionError(brief.cv_id)

    await make(shelf)
    from cv_generation.briefs import DEFAULT_SEED, Wishes, plan

    cards = plan(Wishes(DEFAULT_SEED, 3, ("cards",)))
    await Production(shelf, Order(child=INSTANT), lambda step, cv_id: None).make(cards, Never())
    assert {profile.presentation.template for profile in shelf.profiles()} == {"cards"}


async def test_force_makes_everything(shelf: Shelf) -> None:
    await make(shelf)
    outcome = await make(shelf, Order(redo=True, child=INSTANT))
    assert (outcome.counts[Step.WRITTEN], outcome.counts[Step.PRINTED]) == (3, 3)


async def test_one_failure_does_not_stop_the_others(shelf: Shelf) -> None:
    class Moody:
        def provenance(self, brief: Brief) -> Provenance:
            return Provenance(writer="offline", seed=brief.seed, number=brief.number)

        async def write(self, brief: Brief) -> Profile:
            if brief.number == 2:
                raise WritingFailed("no usable JSON")
            profile = compose(brief)
            unknown = profile.presentation.model_copy(update={"template": "gothic"})
            return profile.model_copy(update={"presentation": unknown}) if brief.number == 3 else profile

    notices: list[tuple[Step, str]] = []
    outcome = await Production(shelf, Order(child=INSTANT), lambda step, cv_id: notices.append((step, cv_id))).make(
        briefs(count=4), Moody()
    )
    ids = [brief.cv_id for brief in briefs(count=4)]
    assert outcome.failures[ids[1]] == "no usable JSON"
    assert "gothic" in outcome.failures[ids[2]]
    assert shelf.pdf_path(ids[0]).exists()
    assert shelf.pdf_path(ids[3]).exists()
    assert (Step.FAILED, ids[1]) in notices


async def test_a_renderer_that_hangs_leaves_no_file(shelf: Shelf) -> None:
    outcome = await make(shelf, Order(limit=0.2, child=SLEEPER))
    assert len(outcome.failures) == 3
    assert sorted(path.suffix for path in shelf.folder.iterdir()) == [".json"] * 3


async def test_missing_libraries_stop_the_printing_at_once(shelf: Shelf) -> None:
    with pytest.raises(RendererMissing):
        await make(shelf, Order(child=BARE))


async def test_a_full_disk_leaves_the_old_file(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    await make(shelf)
    before = snapshot(shelf.folder)

    def full(self: Path, *args: object, **kwargs: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    outcome = await make(shelf, Order(redo=True, child=INSTANT))
    assert all("No space left" in reason for reason in outcome.failures.values())
    assert len(outcome.failures) == 3
    assert snapshot(shelf.folder) == before


def test_leftovers_of_a_killed_run_are_cleared(shelf: Shelf) -> None:
    left = shelf.folder / ".unfinished-abc.pdf"
    left.write_bytes(b"half")
    shelf.prepare()
    assert not left.exists()


@pytest.mark.usefixtures("pdf_renderer")
def test_kill_9_then_resume(tmp_path: Path) -> None:
    folder = tmp_path / "killed"
    command = [sys.executable, "-m", "cv_generation", "all", "--writer", "offline", "--count", "12", "--out", str(folder)]
    running = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_for(lambda: len(list(folder.glob("*.pdf"))) >= 2)
    children = psutil.Process(running.pid).children(recursive=True)
    os.kill(running.pid, signal.SIGKILL)
    running.wait()
    for path in folder.glob("[!.]*.json"):
        Profile.model_validate_json(path.read_bytes())
    for path in folder.glob("[!.]*.pdf"):
        assert path.read_bytes().rstrip().endswith(b"%%EOF")
    finished = {path.name: path.stat().st_mtime_ns for path in folder.glob("[!.]*.pdf")}
    assert len(finished) < 12
    wait_for(lambda: not any(child.is_running() and child.status() != psutil.STATUS_ZOMBIE for child in children))

    shelf = Shelf(folder)
    shelf.prepare()
    outcome = asyncio.run(make(shelf, Order(), briefs(count=12)))
    assert outcome.counts[Step.PRINT_KEPT] == len(finished)
    assert {path.name: path.stat().st_mtime_ns for path in folder.glob("*.pdf") if path.name in finished} == finished
    whole = Shelf(tmp_path / "whole")
    whole.prepare()
    asyncio.run(make(whole, Order(), briefs(count=12)))
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {path.name: path.read_bytes() for path in whole.folder.iterdir()}


@pytest.fixture
def ctrl_c() -> Generator[None]:
    """Heard by what is started: a shell's background job ignores it, and hands that on to its children."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("pdf_renderer", "ctrl_c")
def test_ctrl_c_says_how_to_go_on(tmp_path: Path) -> None:
    folder = tmp_path / "interrupted"
    command = [sys.executable, "-m", "cv_generation", "all", "--writer", "offline", "--count", "200", "--out", str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as running:
        try:
            wait_for(lambda: len(list(folder.glob("*.pdf"))) >= 2)
            running.send_signal(signal.SIGINT)
            _, said = running.communicate(timeout=20)
        finally:
            running.kill()
    assert running.returncode == 130
    assert b"the same command goes on from there" in said
    assert not list(folder.glob(".unfinished-*"))


def wait_for(fact: Callable[[], bool], seconds: float = 30) -> None:
    limit = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < limit
        time.sleep(0.02)
