"""What hatchling asks when it builds a wheel: the built front goes along, so that nobody who installs the product needs Node.js.

A wheel without the page is refused, unless WITHOUT_FRONT=1 says that it is meant. An editable installation finds the page in the checkout.
"""

import os
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CarryTheFront(BuildHookInterface[Any]):
    """Puts front/dist into the wheel as app/_front."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """hatchling's hook, before anything is packed. Raises `RuntimeError` for a wheel whose page is not built."""
        if version == "editable" or os.environ.get("WITHOUT_FRONT") == "1":  # noqa: TID251 - not the product's code
            return
        build = Path(self.root) / "front" / "dist"
        if not (build / "index.html").is_file():
            raise RuntimeError("front/dist is not built: run `make front` first, or set WITHOUT_FRONT=1 for a wheel without the page")
        build_data["force_include"][str(build)] = "app/_front"
