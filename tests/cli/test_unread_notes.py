import pytest

from monitor.cli.unread_notes import print_unread
from tests.builders import FORCE, crime, incident, verdict


def test_incidents_and_their_records_with_unread_messages_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    judged = verdict(incident("INC-1"), crime("C1"))
    unread = {(FORCE, "INC-1"): 2, (FORCE, "C1"): 1, (FORCE, "INC-9"): 1, ("elsewhere", "C1"): 1}
    print_unread(unread, [judged])
    assert capsys.readouterr().out.splitlines()[2:6] == [
        "  elsewhere C1, not in the table: 1 message",
        f"  {FORCE} C1, linked to INC-1: 1 message",
        f"  {FORCE} INC-1: 2 messages",
        f"  {FORCE} INC-9, not in the table: 1 message",
    ]


def test_nothing_unread_prints_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    print_unread({}, [verdict(incident("INC-1"))])
    assert capsys.readouterr().out == ""


def test_no_more_than_a_screen_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    print_unread({(FORCE, f"INC-{number:02}"): 1 for number in range(30)}, [])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 24
    assert lines[-2] == "  … and 10 more"


def test_a_reference_moves_no_cursor(capsys: pytest.CaptureFixture[str]) -> None:
    judged = verdict(incident("INC-1"))._replace(incident_ref="INC\u202e1")
    print_unread({(FORCE, "INC\u202e1"): 1}, [judged])
    assert "INC\\u202e1: 1 message" in capsys.readouterr().out
