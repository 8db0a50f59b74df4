"""Unit tests reach no network: a socket that leaves the process is an error (the event loop's own pair may be)."""

from collections.abc import Generator

import pytest
import pytest_socket


@pytest.fixture(autouse=True)
def _no_network() -> Generator[None, None, None]:
    pytest_socket.disable_socket(allow_unix_socket=True)
    yield
    pytest_socket.enable_socket()
