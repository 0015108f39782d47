"""What commands print, to a file or to a reader who goes away."""

import subprocess
from pathlib import Path

import orjson
import pytest

from tests.builders import incident
from tests.system.running import MONITOR

LONG = "SYNTHETIC-REFERENCE-OF-SOME-LENGTH-" + "9" * 60


@pytest.fixture
def events(tmp_path: Path) -> Path:
    lines = (orjson.dumps(incident(f"{LONG}-{number}")) for number in range(2000))
    (tmp_path / "events").write_bytes(b"\n".join(lines))
    return tmp_path / "events"


def test_a_table_in_a_file_breaks_no_reference(events: Path) -> None:
    printed = subprocess.run(
        [*MONITOR, "assess", str(events), "--format", "table"], capture_output=True, text=True, check=True
    )
    assert sum(f"{LONG}-42 " in line for line in printed.stdout.splitlines()) == 1


@pytest.mark.parametrize("form", ["ndjson", "table"])
def test_a_reader_who_has_read_enough_is_no_failure_of_ours(events: Path, form: str) -> None:
    with subprocess.Popen(
        [*MONITOR, "assess", str(events), "--format", form], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as printing:
        assert printing.stdout is not None
        assert printing.stderr is not None
        printing.stdout.readline()
        printing.stdout.close()
        assert (printing.wait(60), printing.stderr.read()) == (141, b"")
