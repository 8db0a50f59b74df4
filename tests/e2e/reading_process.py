"""`python -m tests.e2e.reading_process URL RUN_ID...`: a reader in a process of its own. Prints, for each run, what it saw as one JSON line."""

import asyncio
import json
import sys
from dataclasses import asdict

import httpx

from tests.processes import ROOT
from tests.reader import Frame, Reader, Seen


async def seen_elsewhere(base_url: str, run_ids: list[str]) -> list[Seen]:
    """Start such a process, and what it saw when it is done."""
    arguments = ["-m", "tests.e2e.reading_process", base_url, *run_ids]
    process = await asyncio.create_subprocess_exec(sys.executable, *arguments, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    output, _ = await process.communicate()
    assert process.returncode == 0
    return [Seen([Frame(**frame) for frame in json.loads(line)]) for line in output.splitlines()]


async def main(base_url: str, run_ids: list[str]) -> None:
    async with httpx.AsyncClient(limits=httpx.Limits(max_connections=None)) as client:
        for seen in await asyncio.gather(*(Reader(client, run_id).read_to_the_end(base_url) for run_id in run_ids)):
            print(json.dumps([asdict(frame) for frame in seen.frames]))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2:]))
