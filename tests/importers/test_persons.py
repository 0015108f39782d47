"""Persons become pseudonyms, and their names go nowhere."""

from pathlib import Path

import orjson
import pytest

from monitor.errors import UserError
from monitor.importers.persons import VARIABLE, Pseudonyms, read_secret
from tests.importers.exports import MAPPING, SECRET, Desk, row


def test_a_victim_and_a_suspect_are_told_apart_by_role_and_named_by_pseudonym_only(desk: Desk) -> None:
    made = desk.run(row(surname="Madeup", born="1990", role="vic"), row(surname="Bogus", born="1980", role="SUSP"))
    key = Pseudonyms(SECRET, "testshire").of(["Madeup", "1990"])
    assert made.incident["victims"] == [{"person_key": key, "confirmed": True}]
    assert len(made.incident["suspects"]) == 1
    assert b"Madeup" not in orjson.dumps(made.lines)
    assert b"Bogus" not in orjson.dumps(made.lines)


def test_a_person_has_one_pseudonym_however_the_name_is_spaced_and_cased() -> None:
    made = Pseudonyms(SECRET, "testshire")
    assert made.of(["Ó  Madeup ", "1990"]) == made.of(["ó madeup", "1990"]) != made.of(["Madeup", "1990"])
    assert made.of(["ab", "c"]) != made.of(["a", "bc"])


def test_another_secret_or_another_force_gives_another_pseudonym() -> None:
    known = {Pseudonyms(SECRET, "testshire").of(["Madeup"]), Pseudonyms(SECRET, "other").of(["Madeup"])}
    assert len({*known, Pseudonyms(SECRET + b"!", "testshire").of(["Madeup"])}) == 3


def test_nobody_has_no_pseudonym(desk: Desk) -> None:
    desk.mapping = MAPPING.replace("[times]", '[persons]\nunknown = ["Unknown", "N/K"]\n[times]')
    made = desk.run(row("A1", role="VIC"), row("A2", surname="UNKNOWN", born="n/k", role="VIC"))
    assert [value["victims"] for value in made.values("incidents")] == [[], []]


def test_the_same_person_in_two_rows_is_one_victim(desk: Desk) -> None:
    made = desk.run(row(surname="Madeup", role="VIC"), row(surname="MADEUP", role="VIC"))
    assert len(made.incident["victims"]) == 1


def test_the_secret_comes_from_the_file_or_the_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "key").write_bytes(SECRET + b"\n")
    monkeypatch.setenv(VARIABLE, "v" * 32)
    assert read_secret(tmp_path / "key") == SECRET
    assert read_secret(None) == b"v" * 32


def test_no_secret_and_a_short_one_are_refused_without_repeating_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UserError, match=f"set {VARIABLE} or give --key-file"):
        read_secret(None)
    monkeypatch.setenv(VARIABLE, "hunter2")
    with pytest.raises(UserError, match="7 bytes; it needs at least 32") as refused:
        read_secret(None)
    assert "hunter2" not in str(refused.value)
