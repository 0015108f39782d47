"""The two mappings in examples/, on made-up rows of the shape of the real exports."""

from pathlib import Path

import pytest

from monitor.importers.load import MappingFile
from monitor.importers.reader import Export
from monitor.importers.run import Import
from monitor.rulebook.mapping import load_mappings
from tests.importers.exports import Imported

EXAMPLES = Path(__file__).parents[2] / "examples"
MONTGOMERY = (
    "Incident_ID,Crime_Reports,Crash_Reports,Start_Time,End_Time,Initial_Type,Close_Type,Police_District_Number,Beat,"
    "Disposition_Desc"
)
DALLAS = (
    "Incident Number w/ Year,Service Number ID,Call (911) Problem,Type of Incident,Division,Beat,"
    "Call Received Date Time,Call Date Time,Call Cleared Date Time,Update Date,offense_entered_dt"
)


def run(example: str, folder: Path, header: str, *rows: str) -> Imported:
    path = folder / "export.csv"
    path.write_text("\n".join([header, *rows]) + "\n", "utf-8")
    with Export(path, None, ",") as export:
        work = Import(MappingFile(EXAMPLES / example / "import.toml"), export, "export.csv")
        return Imported(list(work.lines()), work.tally)


def test_a_dispatched_incident_of_montgomery_with_two_reports(tmp_path: Path) -> None:
    made = run(
        "montgomery", tmp_path, MONTGOMERY,
        'P1,"24001, 24002",,03/17/2022 09:50:17 PM,03/17/2022 11:03:37 PM,ASSAULT,ASSAULT,6D,P3,ASSAULT&BATTERY-CITIZN',
    )  # fmt: skip
    assert made.incident["reported_at"] == "2022-03-18T01:50:17Z"
    assert made.incident["crime_refs"] == ["24001", "24002"]
    assert [crime["offence"] for crime in made.values("crime-records")] == [{"category": "105A"}] * 2
    assert made.tally.unmapped["types"].total() == 0


def test_a_report_of_montgomery_that_is_no_crime_makes_no_record(tmp_path: Path) -> None:
    made = run(
        "montgomery", tmp_path, MONTGOMERY,
        "P1,24001,,01/31/2024 06:24:44 PM,01/31/2024 06:26:46 PM,ASSAULT,ASSAULT,6D,P3,MENTALTRANSPORT",
    )  # fmt: skip
    assert made.values("crime-records") == []
    assert made.tally.not_crimes == 1


def test_domestic_violence_in_montgomery_is_domestic_abuse_however_it_is_closed(tmp_path: Path) -> None:
    made = run(
        "montgomery", tmp_path, MONTGOMERY,
        "P1,,,01/31/2024 06:24:44 PM,01/31/2024 06:26:46 PM,DOMESTIC VIOLENCE,ASSIST/STANDBY,6D,P3,FOLLOW-UP",
        "P2,,,01/31/2024 06:24:44 PM,01/31/2024 06:26:46 PM,ASSIST/STANDBY,ASSIST/STANDBY,6D,P3,FOLLOW-UP",
    )  # fmt: skip
    assert [value["qualifiers"] for value in made.values("incidents")] == [["domestic_abuse"], []]


def test_the_rows_of_an_incident_of_dallas_are_one_log_with_a_record_each(tmp_path: Path) -> None:
    opened, times = (
        "6X - MAJOR DIST (VIOLENCE)",
        "12/31/16 23:48,12/31/16 23:48,1/1/17 03:16,1/9/17 14:10,2017-01-01 00:04:00",
    )
    made = run(
        "dallas", tmp_path, DALLAS,
        f"1-2017,1-2017-01,{opened},ASSAULT -BODILY INJURY ONLY,Central,113,{times}",
        f"2-2017,2-2017-01,{opened},FOUND PROPERTY (NO OFFENSE),Central,113,{times}",
        f"1-2017,1-2017-02,{opened},CRIM MISCHIEF <$100,Central,113,{times}",
    )  # fmt: skip
    crimes = {crime["crime_ref"]: crime["offence"]["category"] for crime in made.values("crime-records")}
    assert crimes == {"1-2017-01": "8N", "1-2017-02": "58D"}
    logs = [(log["incident_ref"], log["closing_type"]) for log in made.values("incidents")]
    assert logs == [
        ("1-2017", "CRIM MISCHIEF <$100"), ("1-2017", "ASSAULT -BODILY INJURY ONLY"),
        ("2-2017", "FOUND PROPERTY (NO OFFENSE)"),
    ]  # fmt: skip
    assert made.values("incidents")[1]["crime_refs"] == ["1-2017-01", "1-2017-02"]
    assert {beat["as_of"] for beat in made.values("feed-heartbeats")} == {"2017-01-09T20:10:00Z"}


@pytest.mark.parametrize(("example", "codes"), [("montgomery", 106), ("dallas", 143)])
def test_every_code_of_the_force_means_a_canonical_type(example: str, codes: int) -> None:
    types = load_mappings(EXAMPLES / example / "types.toml").of(example)
    assert len(types.types) == codes
