"""`python -m monitor.broker.lock` resolves Kafka anew and writes `kafka.lock`."""

from collections.abc import Iterator
from pathlib import Path

import jgo

from monitor.broker.jars import KAFKA_VERSION, Jar, sha256_of

# Kafka's own dependencies bring no binding for SLF4J; without one its log goes nowhere.
ROOTS = (f"org.apache.kafka:kafka_2.13:{KAFKA_VERSION}", "org.apache.logging.log4j:log4j-slf4j-impl:2.25.4")


def resolved() -> Iterator[Jar]:
    for root in ROOTS:
        for artifact in jgo.resolve(root):
            yield Jar(artifact.groupId, artifact.artifactId, artifact.version, sha256_of(artifact.resolve()))


def main() -> None:
    lines = ["# Apache Kafka and what it needs; `make lock` writes this.", *sorted({str(jar) for jar in resolved()})]
    Path(__file__).with_name("kafka.lock").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
