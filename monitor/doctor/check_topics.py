from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

from monitor.broker.server_properties import MAX_MESSAGE_BYTES
from monitor.contract.codec import LARGEST
from monitor.contract.topics import INPUT_TOPICS, Topic
from monitor.doctor.amounts import number_of, size, span
from monitor.doctor.facts import Facts, TopicFacts
from monitor.doctor.finding import Finding, fail, ok, unless, warn

KEPT_AT_LEAST = timedelta(days=7)  # a long weekend without a worker, and the days to notice
KEPT_WELL = timedelta(days=30)
KEPT = (*INPUT_TOPICS, Topic.DEAD_LETTERS)  # what is lost with their messages is lost


def check_topics(facts: Facts) -> list[Finding]:
    if facts.broker.away is not None:
        return []
    topics = facts.broker.topics
    shapes = Counter(topics[topic.value].partitions for topic in INPUT_TOPICS if topic.value in topics)
    partitions = " or ".join(number_of(number, "partition") for number in sorted(shapes))
    well = ok("topics", f"All {len(Topic)} topics are there, with {partitions} for each that is read.")
    return unless(_faults(facts), well)


def _faults(facts: Facts) -> Iterator[Finding]:
    for topic in Topic:
        name, found = facts.settings.topic(topic), facts.broker.topics.get(topic.value)
        if found is None:
            yield fail("topics", f"{name} is missing.", "`monitor topics create` makes what is missing.")
        else:
            yield from _copies(name, found, facts.broker.brokers)
            yield from _times(topic, name, found)
            yield from _keeping(topic, name, found)
            yield from _sizes(name, found)
    yield from _unequal(facts)


def _unequal(facts: Facts) -> Iterator[Finding]:
    counts = {topic: facts.broker.topics[topic].partitions for topic in INPUT_TOPICS if topic in facts.broker.topics}
    if len(set(counts.values())) > 1:
        named = ", ".join(f"{facts.settings.topic(topic)} {number}" for topic, number in counts.items())
        advice = "Give them equally many (kafka-topics --alter), so that workers share the load evenly."
        yield warn("topics", f"The topics differ in their partitions: {named}.", advice)


def _copies(name: str, found: TopicFacts, brokers: int) -> Iterator[Finding]:
    if found.leaderless:
        sentence = f"{name} has {number_of(found.leaderless, 'partition')} without a leader: they cannot be read."
        yield fail("topics", sentence, "Start the brokers that hold them.")
    elif found.out_of_step:
        sentence = f"{name} has {number_of(found.out_of_step, 'partition')} with a copy that is not up to date."
        yield warn("topics", sentence, "See to the brokers that hold the copies.")
    if brokers > 1 and found.copies < 2:
        sentence = f"{name} is kept by one broker only: its messages are lost with that disk."
        yield warn("topics", sentence, "Raise its replication to 3 (kafka-reassign-partitions).")
    wanted = int(found.configs.get("min.insync.replicas", "1"))
    if wanted > found.copies:
        sentence = f"{name} wants {wanted} copies in step and has {found.copies}: nothing can be written to it."
        yield fail("topics", sentence, f"Set its min.insync.replicas to {max(1, found.copies - 1)}.")


def _times(topic: Topic, name: str, found: TopicFacts) -> Iterator[Finding]:
    stamped = found.configs.get("message.timestamp.type")
    if topic in INPUT_TOPICS and stamped != "LogAppendTime":
        sentence = f"{name} bears the producers' times ({stamped}): known time cannot rest on them."
        yield fail("topics", sentence, _alter(name, "message.timestamp.type=LogAppendTime"))


def _keeping(topic: Topic, name: str, found: TopicFacts) -> Iterator[Finding]:
    if "compact" in found.configs.get("cleanup.policy", ""):
        sentence = f"{name} is compacted: revisions that verdicts rest on are thrown away."
        yield fail("topics", sentence, _alter(name, "cleanup.policy=delete"))
    if topic not in KEPT:
        return
    kept = timedelta(milliseconds=min(int(found.configs.get("retention.ms", "-1")), 10**14))
    if timedelta(0) <= kept < KEPT_WELL:
        sentence = f"{name} keeps messages for {span(kept)}: what is not merged by then is lost."
        report = fail if kept < KEPT_AT_LEAST else warn
        yield report("topics", sentence, _alter(name, "retention.ms=-1"))
    if int(found.configs.get("retention.bytes", "-1")) >= 0:
        most = size(int(found.configs["retention.bytes"]))
        sentence = f"{name} keeps {most} a partition: a burst deletes what is not merged yet."
        yield warn("topics", sentence, _alter(name, "retention.bytes=-1"))


def _sizes(name: str, found: TopicFacts) -> Iterator[Finding]:
    most = int(found.configs.get("max.message.bytes", MAX_MESSAGE_BYTES))
    if most < LARGEST:
        sentence = f"{name} takes messages up to {size(most)}, and sources may send up to {size(LARGEST)}."
        yield fail("topics", sentence, _alter(name, f"max.message.bytes={MAX_MESSAGE_BYTES}"))
    elif most < MAX_MESSAGE_BYTES:
        sentence = f"{name} takes messages up to {size(most)}: a larger one fails at its source and is no dead letter."
        yield warn("topics", sentence, _alter(name, f"max.message.bytes={MAX_MESSAGE_BYTES}"))


def _alter(name: str, setting: str) -> str:
    return f"kafka-configs --alter --topic {name} --add-config {setting}"
