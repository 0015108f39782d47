"""Run as a program: `dying BOUNDARY TIMES worker …` is `monitor worker …`, killed the n-th time that it comes there."""

import os
import signal
import sys
from collections.abc import Callable
from itertools import count
from typing import Any

from monitor import store
from monitor.cli import main
from monitor.stream import consumer
from monitor.stream.outgoing import Outgoing

Any_ = Callable[..., Any]


def _before(work: Any_, die: Callable[[], None]) -> Any_:
    def dying(*arguments: Any, **named: Any) -> Any:
        die()
        return work(*arguments, **named)

    return dying


def _after(work: Any_, die: Callable[[], None]) -> Any_:
    def dying(*arguments: Any, **named: Any) -> Any:
        done = work(*arguments, **named)
        die()
        return done

    return dying


# Where a worker is killed: the owner of a function, its name, and whether before or after it.
BOUNDARIES: dict[str, tuple[Any, str, Callable[[Any_, Callable[[], None]], Any_]]] = {
    "before the merge": (store, "merge", _before),
    "within the merge": (sys.modules["monitor.store.merge"], "note_progress", _after),
    "after the commit, before the ack": (store, "merge", _after),
    "after the ack, before the offsets": (consumer.ConsumerThread, "_commit", _before),
    "within the review": (sys.modules["monitor.store.review"], "record", _after),
    "before the relay sends": (Outgoing, "send", _before),
    "after the relay has sent": (Outgoing, "send", _after),
}


def kill_at(boundary: str, times: int) -> None:
    owner, name, wrap = BOUNDARIES[boundary]
    calls = count(1)

    def die() -> None:
        if next(calls) == times:
            os.kill(os.getpid(), signal.SIGKILL)

    setattr(owner, name, wrap(getattr(owner, name), die))


if __name__ == "__main__":
    kill_at(sys.argv[1], int(sys.argv[2]))
    main(sys.argv[3:])
