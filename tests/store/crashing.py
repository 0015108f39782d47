"""Run as a program: merges and reviews what a file of lines holds, until somebody kills it. It says how far it is."""

import sys
from pathlib import Path

import orjson

from monitor import store
from monitor.contract.topics import Topic
from tests.store.desk import Desk

BATCH = 20


def work(database_url: str, lines: Path) -> None:
    """Goes on behind what the database says was merged last, as a worker does."""
    desk = Desk(store.open_store(database_url))
    for line in lines.read_bytes().splitlines():
        desk.send(orjson.loads(line))
    merged = store.progress(desk.engine)
    rest = [each for each in desk.unmerged if not _is_merged(each, merged)]
    while rest:
        desk.merge(rest[:BATCH])
        rest = rest[BATCH:]
        desk.review(hours=60, limit=50)
        print(len(rest), flush=True)
    desk.review(hours=60)
    desk.engine.dispose()


def _is_merged(message: store.Received, merged: dict[tuple[Topic, int], store.Progress]) -> bool:
    place = merged.get((message.topic, message.partition))
    return place is not None and message.offset < place.next_offset


if __name__ == "__main__":
    work(sys.argv[1], Path(sys.argv[2]))
