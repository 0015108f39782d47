import hashlib
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from monitor.broker import ensure_kafka, installation
from monitor.broker.jars import Jar, locked_jars
from monitor.errors import UserError

CONTENT = b"as good as a jar"
JAR = Jar("org.example", "thing", "1.0", hashlib.sha256(CONTENT).hexdigest())


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A Maven repository on the loopback interface that holds JAR, named in the user's own jgo.conf."""
    published = tmp_path / "repository"
    JAR.path(published).parent.mkdir(parents=True)
    JAR.path(published).write_bytes(CONTENT)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=str(published))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        (tmp_path / "jgo.conf").write_text(f"[repositories]\ncentral = http://127.0.0.1:{server.server_port}\n")
        monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
        monkeypatch.setattr(installation, "locked_jars", lambda: (JAR,))
        yield published
        server.shutdown()


def cached(tmp_path: Path) -> Path:
    return JAR.path(tmp_path / "cache" / "recording-compliance-monitor" / "maven")


def test_the_lock_names_kafka_and_a_full_sum_for_each_jar() -> None:
    jars = locked_jars()
    assert "org.apache.kafka:kafka_2.13:4.3.1" in {f"{jar.group}:{jar.artifact}:{jar.version}" for jar in jars}
    assert {len(jar.sha256) for jar in jars} == {64}
    assert len({(jar.group, jar.artifact) for jar in jars}) == len(jars)


def test_what_is_missing_is_fetched_once_and_said(repository: Path, tmp_path: Path) -> None:
    said: list[str] = []
    assert ensure_kafka(tmp_path, said.append).jars == (cached(tmp_path),)
    assert cached(tmp_path).read_bytes() == CONTENT
    assert said[-1] == "  1 of 1 files"
    said.clear()
    ensure_kafka(tmp_path, said.append)
    assert said == []


def test_a_download_that_was_cut_short_is_fetched_again(repository: Path, tmp_path: Path) -> None:
    cached(tmp_path).parent.mkdir(parents=True)
    cached(tmp_path).write_bytes(CONTENT[:3])
    ensure_kafka(tmp_path, lambda _: None)
    assert cached(tmp_path).read_bytes() == CONTENT


def test_a_jar_with_another_sum_is_never_used(repository: Path, tmp_path: Path) -> None:
    JAR.path(repository).write_bytes(b"not what was locked")
    with pytest.raises(UserError, match="SHA-256"):
        ensure_kafka(tmp_path, lambda _: None)


def test_a_jar_that_cannot_be_fetched_is_one_sentence(repository: Path, tmp_path: Path) -> None:
    JAR.path(repository).unlink()
    with pytest.raises(UserError, match=r"thing-1\.0\.jar could not be fetched .*; check the network"):
        ensure_kafka(tmp_path, lambda _: None)


def test_without_a_home_to_write_to_the_jars_lie_in_the_data_folder(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "jgo.conf"))  # a file, so that no folder can be made there
    assert ensure_kafka(tmp_path / "data", lambda _: None).jars == (JAR.path(tmp_path / "data" / "cache" / "maven"),)
