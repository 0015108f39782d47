"""The jars that make up Kafka: each by Maven coordinates and SHA-256 sum, from `kafka.lock`."""

import hashlib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

KAFKA_VERSION = "4.3.1"


@dataclass(frozen=True)
class Jar:
    group: str
    artifact: str
    version: str
    sha256: str

    def path(self, repository: Path) -> Path:
        """Where Maven's layout puts it."""
        folder = repository.joinpath(*self.group.split("."), self.artifact, self.version)
        return folder / f"{self.artifact}-{self.version}.jar"

    def is_intact(self, repository: Path) -> bool:
        path = self.path(repository)
        return path.is_file() and sha256_of(path) == self.sha256

    def __str__(self) -> str:
        return f"{self.group}:{self.artifact}:{self.version} sha256:{self.sha256}"


def locked_jars() -> tuple[Jar, ...]:
    lines = files("monitor.broker").joinpath("kafka.lock").read_text(encoding="utf-8").splitlines()
    return tuple(_parse(line) for line in lines if line and not line.startswith("#"))


def _parse(line: str) -> Jar:
    coordinates, sha256 = line.split(" sha256:")
    group, artifact, version = coordinates.split(":")
    return Jar(group, artifact, version, sha256)


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
