"""What the user can put right: one sentence, exit status 2, no traceback."""

import socket
import subprocess
from pathlib import Path

import pytest

from monitor.settings import Settings
from tests.system.running import MONITOR, environment


def refused(settings: Settings, *arguments: str, **variables: str) -> str:
    done = subprocess.run(
        [*MONITOR, *arguments],
        env={**environment(settings), **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    sentences = [line for line in done.stderr.splitlines() if not line.startswith("{")]
    assert len(sentences) == 1, done.stderr
    return sentences[0]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Nothing answers there, and nothing is asked before the refusal."""
    return Settings(broker="127.0.0.1:1", data_dir=tmp_path, metrics_port=0)


def test_a_taken_port_for_the_metrics(settings: Settings) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        sentence = refused(settings, "worker", "--metrics-port", str(port))
    assert sentence.startswith(f"Metrics cannot be served at 127.0.0.1:{port}")
    assert "MONITOR_METRICS_PORT" in sentence


def test_a_database_that_cannot_be_opened(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no database, and longer than the first hundred bytes of one" * 10)
    for url in (f"sqlite:///{tmp_path}", f"sqlite:///{tmp_path}/file"):
        assert "MONITOR_DATABASE_URL" in refused(settings, "worker", MONITOR_DATABASE_URL=url)
        assert "MONITOR_DATABASE_URL" in refused(settings, "verdicts", MONITOR_DATABASE_URL=url)


def test_a_force_mapping_with_a_mistake_names_file_and_line(settings: Settings, tmp_path: Path) -> None:
    mapping = tmp_path / "types.toml"
    mapping.write_text('[essex.types]\n"A1" = "crime.nonsense"\n')
    assert f"{mapping}" in refused(settings, "worker", MONITOR_FORCE_MAPPINGS=str(mapping))


def test_a_wrong_setting(settings: Settings) -> None:
    assert refused(settings, "worker", MONITOR_METRICS_PORT="many").startswith("MONITOR_METRICS_PORT must be")


def test_verdicts_of_no_force(settings: Settings) -> None:
    assert refused(settings, "verdicts", "--force", "x" * 500).startswith("--force must be")


def test_settling_without_a_broker(settings: Settings) -> None:
    assert "127.0.0.1:1" in refused(settings, "verdicts", "--settle", "0.1")


def test_a_file_to_publish_that_is_not_there(settings: Settings, tmp_path: Path) -> None:
    assert refused(settings, "publish", str(tmp_path / "none")).endswith("No such file or directory.")
