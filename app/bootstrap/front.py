"""Where the built front is. Used by `process.py`."""

from pathlib import Path

PACKAGE = Path(__file__).parents[1]


def built_front() -> Path | None:
    """The page: in a checkout where `make front` leaves it, in a wheel inside the package. None if nobody has built it."""
    places = (PACKAGE.parent / "front" / "dist", PACKAGE / "_front")
    return next((place for place in places if (place / "index.html").is_file()), None)
