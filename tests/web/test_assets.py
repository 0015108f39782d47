"""What `make setup` builds for browsers."""

import re
from pathlib import Path

import orjson
import pytest

from monitor.errors import UserError
from monitor.web.assets import MANIFEST, STATIC, load_assets
from monitor.web.build_assets import FRONTEND

TEMPLATES = Path(__file__).parents[2] / "monitor" / "web" / "templates"


def style() -> str:
    return (STATIC / load_assets().names["app.css"]).read_text(encoding="utf-8")


def test_neither_crown_nor_crest_nor_the_transport_font_is_among_them() -> None:
    for file in STATIC.iterdir():
        assert not re.search(r"crown|crest|transport|\.woff|govuk-icon", file.name, re.IGNORECASE)
    assert not re.search(r"crown|crest|Transport|@font-face", style())


def test_whatever_the_style_sheet_and_the_scripts_name_is_there() -> None:
    named = re.findall(r"url\(\"?(?!data:)([^)\"]+)", style())
    for script in STATIC.glob("*.mjs"):
        named += re.findall(r'from "\./([^"]+)"', script.read_text(encoding="utf-8"))
    assert named
    assert [name for name in named if not (STATIC / name).exists()] == []


def test_whatever_the_templates_ask_for_was_built() -> None:
    asked = {
        name
        for template in TEMPLATES.glob("*.html")
        for name in re.findall(r"asset\(['\"]([^'\"]+)", template.read_text(encoding="utf-8"))
    }
    assert {"app.css", "app.mjs"} <= asked
    assert asked <= set(load_assets().names)


def test_names_change_with_the_content() -> None:
    for name, hashed in orjson.loads((STATIC / MANIFEST).read_bytes()).items():
        stem, _, ending = name.rpartition(".")
        assert re.fullmatch(rf"{re.escape(stem)}-[0-9a-f]{{12}}\.{ending}", hashed)


def test_where_they_were_not_built_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="run make setup"):
        load_assets(tmp_path)


def test_the_lock_names_no_registry_and_holds_every_package_by_its_hash() -> None:
    lock = orjson.loads((FRONTEND / "package-lock.json").read_bytes())
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert {"node_modules/govuk-frontend", "node_modules/htmx.org"} <= set(packages)
    assert [name for name, package in packages.items() if "integrity" not in package] == []
    assert [name for name, package in packages.items() if "resolved" in package] == []


def test_templates_run_no_script_and_set_no_style_of_their_own() -> None:
    for template in TEMPLATES.glob("*.html"):
        text = template.read_text(encoding="utf-8")
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", text), template


def test_templates_escape_all_but_what_stands_in_them() -> None:
    for template in TEMPLATES.glob("*.html"):
        text = template.read_text(encoding="utf-8")
        assert "autoescape" not in text, template
        assert re.findall(r"(?<!['\"] )\|\s*safe\b", text) == [], template
