"""A bad row is counted, with where it stands and why, and stops nothing."""

import csv
import io
from pathlib import Path

import pytest

from monitor.importers.persons import Pseudonyms
from monitor.importers.reader import Export
from monitor.importers.rejects import Rejects
from monitor.importers.run import Import
from tests.importers.exports import MAPPING, SECRET, Desk, row


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (row(""), "incident_ref_missing"),
        (row(call=""), "reported_at_missing"),
        (row(call="yesterday"), "reported_at_is_in_none_of_the_formats"),
        (row(call="14/01/0001 00:00"), "updated_at_out_of_range"),
        ("A1,14/01/2026 21:02", "wrong_number_of_fields"),
        (row() + ",one more", "wrong_number_of_fields"),
        (row("A\x01"), "incident_ref_bad_name"),
        (row("A" * 300), "incident_ref_bad_name"),
    ],
)
def test_an_unusable_row_is_counted_and_the_next_is_used(desk: Desk, bad: str, reason: str) -> None:
    made = desk.run(bad, row("A2"))
    assert {name: rows.first for name, rows in made.tally.unusable.items()} == {reason: [2]}
    assert made.incident["incident_ref"] == "A2"
    assert (made.tally.rows, made.tally.used, made.tally.complete) == (2, 1, False)


def test_only_the_first_few_rows_of_a_kind_are_named(desk: Desk) -> None:
    rows = desk.run(*[row(call="")] * 9).tally.unusable["reported_at_missing"]
    assert (rows.count, rows.first) == (9, [2, 3, 4, 5, 6])


def test_an_incident_is_used_though_its_crime_record_is_not(desk: Desk) -> None:
    made = desk.run(row(crime="C1", at="soon"))
    assert made.incident["incident_ref"] == "A1"
    assert made.values("crime-records") == []
    assert made.tally.without_crime["recorded_at_is_in_none_of_the_formats"].first == [2]
    assert not made.tally.complete


def test_an_optional_time_that_cannot_be_read_is_left_out_and_counted(desk: Desk) -> None:
    made = desk.run(row(closed="later"))
    assert (made.incident["closed_at"], made.incident["status"]) == (None, "open")
    assert made.tally.left_out["closed_at"].first == [2]
    assert made.tally.complete


def test_blank_lines_and_empty_columns_at_the_end_are_nothing(desk: Desk) -> None:
    made = desk.run("", row() + ",,", "")
    assert made.incident["incident_ref"] == "A1"
    assert made.tally.rows == 1


def test_a_quotation_mark_that_never_ends_costs_only_what_it_swallows(desk: Desk) -> None:
    endless = row("A1", notes='"' + "x" * 140_000)
    made = desk.run(endless, row("A2"))
    assert made.tally.unusable["not_csv"].first == [2]
    assert made.incident["incident_ref"] == "A2"


def test_a_status_that_no_table_has_makes_a_row_unusable(desk: Desk) -> None:
    desk.mapping = (
        MAPPING.replace('channel]\ncolumn = "How"', 'status]\ncolumn = "How"')
        .replace('"101"', '"open"')
        .replace('"999"', '"closed"')
    )
    made = desk.run(row("A1", how="TEL"), row("A2", how="PENDING"))
    assert [value["incident_ref"] for value in made.values("incidents")] == ["A1"]
    assert made.tally.unusable["status_unknown_value"].first == [3]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_what_encoding_it_is_in_is_seen_by_its_mark(desk: Desk, encoding: str) -> None:
    made = desk.run(row(opened="Überfall"), encoding=encoding)
    assert made.incident["opening_type"] == "Überfall"


def test_an_encoding_can_be_given(desk: Desk) -> None:
    made = desk.run(row(opened="Überfall"), encoding="cp1252", read_as="cp1252")
    assert made.incident["opening_type"] == "Überfall"


def test_bytes_that_are_not_in_the_encoding_cost_their_row_only_and_only_where_they_are_used(desk: Desk) -> None:
    made = desk.run(row("A1", opened="Überfall"), row("A2", notes="Überfall"), encoding="cp1252")
    assert made.incident["incident_ref"] == "A2"
    assert made.tally.unusable["not_in_this_encoding"].first == [2]


def test_rejects_keep_reason_and_mapped_columns_with_persons_as_pseudonyms(desk: Desk, tmp_path: Path) -> None:
    path = desk.write(row(call="", surname="Madeup", born="1990", notes="call 555"), "torn,Madeup")
    kept = io.StringIO()
    given, pseudonyms = desk.given(), Pseudonyms(SECRET, "testshire")
    with Export(path, None, ",") as export:
        list(Import(given, export, "x", pseudonyms, rejects=Rejects(kept, given, pseudonyms)).lines())
    first, second = csv.DictReader(io.StringIO(kept.getvalue()))
    assert (first["row"], first["reason"], first["Ref"]) == ("2", "reported_at_missing", "A1")
    assert first["Surname"] == pseudonyms.of(["Madeup"])
    assert second["reason"] == "wrong_number_of_fields"
    assert second["Ref"] is None, "its columns cannot be told apart"
    assert "Madeup" not in kept.getvalue()
    assert "555" not in kept.getvalue()
