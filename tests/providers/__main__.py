"""`python -m tests.providers --port 0`: the fake providers as a process. Prints `listening on http://127.0.0.1:PORT` and runs until SIGTERM."""

import argparse

import uvicorn

from tests.providers.running import bind, config_of
from tests.providers.server import FakeProviders


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.providers", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 picks a free one")
    listening = bind(parser.parse_args().port)
    print(f"listening on http://127.0.0.1:{listening.getsockname()[1]}", flush=True)
    uvicorn.Server(config_of(FakeProviders())).run([listening])


main()
