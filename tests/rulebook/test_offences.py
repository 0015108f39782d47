"""What the list says of an offence: groups, marks, and how a code is filled in."""

import pytest

from monitor.contract.codec import read_offence
from monitor.contract.events import Offence
from monitor.rulebook import load_rulebook
from monitor.rulebook.offences import OffenceFacts, OffenceTable, Row


def facts(ho_code: str | None = None, category: str | None = None) -> OffenceFacts:
    return load_rulebook().offences.facts(read_offence(ho_code, category))


@pytest.mark.parametrize(
    ("ho_code", "category", "groups"),
    [
        ("8/6", None, {"actual_bodily_harm", "injury", "violent"}),  # 8N, 8S and 8T are all injury
        ("8/77", "8N", {"injury", "violent", "strangulation"}),
        ("19/8", None, {"rape", "sexual"}),
        ("100/01", None, {"n100", "sexual"}),
        ("200/05", None, {"left_aside"}),
        ("300/02", None, {"left_aside"}),
        ("8/31", None, {"breach", "conduct", "harassment", "violent"}),
        ("66/39", None, {"breach", "public_order"}),
        ("8/73", None, {"self_defence", "violent"}),
        ("999/99", "8L", {"conduct", "harassment", "violent"}),  # off the list: by its category
        (None, "4/10", {"homicide", "violent"}),
        (None, "106", {"slavery", "violent"}),
        ("53/40", None, set()),  # on the list without a category
        ("999/99", None, set()),
        ("nonsense", None, set()),
    ],
)
def test_an_offence_is_in_its_groups(ho_code: str | None, category: str | None, groups: set[str]) -> None:
    assert facts(ho_code, category).groups == groups


@pytest.mark.parametrize(
    ("ho_code", "category", "filled"),
    [
        ("49/10", None, "49"),
        ("49/10", "zz9", "49"),  # unknown is the same as missing
        ("8/6", None, None),  # three to choose from
        ("8/6", "8s", "8S"),
        ("100/09", None, "N100"),
        (None, "nfib 17", "NFIB17"),
    ],
)
def test_a_category_is_filled_in_only_where_there_is_one(
    ho_code: str | None, category: str | None, filled: str | None
) -> None:
    assert facts(ho_code, category).category == filled


@pytest.mark.parametrize(
    ("ho_code", "category", "on_list", "odd", "unknown"),
    [
        ("8/6", None, True, False, False),
        ("999/99", None, False, False, False),
        ("999/99", "8L", True, False, False),
        ("100/01", None, True, False, False),
        ("200/01", None, False, False, False),
        ("assault", None, False, True, True),
        ("8/6", "ZZ9", True, False, True),
    ],
)
def test_what_is_on_the_list_and_what_is_unknown(
    ho_code: str | None, category: str | None, on_list: bool, odd: bool, unknown: bool
) -> None:
    found = facts(ho_code, category)
    assert (found.on_list, found.odd_code, found.unknown) == (on_list, odd, unknown)


def test_offences_against_the_state_have_nobody_to_tell() -> None:
    assert facts("66/39").state_only
    assert not facts("66/39").has_victim
    assert facts("8/6").has_victim
    assert not facts("8/6").state_only
    assert not facts("999/99").state_only, "the list marks nothing that it does not hold"


def test_old_rows_speak_only_where_no_current_one_does() -> None:
    rows = [
        Row("001/01", "A1", "robbery", "then", "S", current=False),
        Row("001/01", "A1", "robbery", "now", "V", current=True),
        Row("002/01", "A1", "robbery", "once", "S", current=False),
    ]
    table = OffenceTable(rows)
    assert table.facts(Offence(ho_code="001/01")).has_victim
    assert table.facts(Offence(ho_code="002/01")).on_list
    assert table.facts(Offence(ho_code="002/01")).state_only


def test_the_table_holds_every_row_and_each_verdict_can_name_it() -> None:
    rulebook = load_rulebook()
    assert len(rulebook.offences.by_code) == 1374
    assert rulebook.edition in rulebook.name
    assert rulebook.source in rulebook.name
    assert rulebook.sha256[:16] in rulebook.name


def test_the_hash_is_the_same_in_every_process() -> None:
    import subprocess
    import sys

    told = {
        subprocess.run(
            [sys.executable, "-c", "from monitor.rulebook import load_rulebook; print(load_rulebook().sha256)"],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert told == {load_rulebook().sha256 + "\n"}
