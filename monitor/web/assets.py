"""Style sheets, scripts and images under names that hold their content's hash: browsers may keep them for good.

`build` (run by `make setup`) makes them of `frontend/` and the npm packages that its lock pins.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import orjson

from monitor.errors import UserError

STATIC = Path(__file__).parent / "static"
MANIFEST = "manifest.json"
PREFIX = "/static/"


@dataclass(frozen=True)
class Assets:
    names: Mapping[str, str]  # as templates call them -> with the hash

    def url(self, name: str) -> str:
        return PREFIX + self.names[name]


def load_assets(folder: Path = STATIC) -> Assets:
    """Raises UserError where they were not built."""
    try:
        return Assets(orjson.loads((folder / MANIFEST).read_bytes()))
    except FileNotFoundError:
        raise UserError("The web pages' styles and scripts are not built: run make setup.") from None
