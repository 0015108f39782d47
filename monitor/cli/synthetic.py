"""The synthetic force of `monitor run`: fed live in a thread, and continued where the last run ended."""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import dropwhile
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import Any

from monitor.errors import UserError
from monitor.settings import Settings
from monitor.simulator import demo_events, mapping_path
from monitor.simulator.live import as_time_passes

Say = Callable[[str], None]

SEED = 1
_OVERLAP = timedelta(minutes=2)  # sent again after a restart: repeats do no harm, holes would
_TOO_OLD = timedelta(days=30)  # more than that is not caught up with: a new force begins
_NOTE_EVERY = 20  # events


@dataclass
class Story:
    """When the force began and how far its events were sent; a file keeps it between runs."""

    file: Path
    began: datetime
    sent_until: datetime | None = None

    @classmethod
    def of(cls, file: Path, now: datetime) -> "Story":
        with suppress(OSError, ValueError, KeyError, TypeError):
            kept = json.loads(file.read_text("utf-8"))
            story = cls(file, datetime.fromisoformat(kept["began"]), datetime.fromisoformat(kept["sent_until"]))
            if now - _TOO_OLD < story.began and story.sent_until:
                return story
        return cls(file, now)

    def lines(self, now: Callable[[], datetime], stop: Event) -> Iterator[dict[str, Any]]:
        """What is not sent yet, as its time comes."""
        for number, line in enumerate(as_time_passes(self._left(), now, stop.wait, stop.is_set)):
            yield line
            if number % _NOTE_EVERY == 0:
                self._note()

    def _left(self) -> Iterator[tuple[datetime, dict[str, Any]]]:
        resume_at = self.sent_until - _OVERLAP if self.sent_until else self.began - _TOO_OLD
        for at, line in dropwhile(lambda sent: sent[0] < resume_at, demo_events(SEED, self.began)):
            self.sent_until = at
            yield at, line

    def _note(self) -> None:
        assert self.sent_until is not None
        text = json.dumps({"began": self.began.isoformat(), "sent_until": self.sent_until.isoformat()})
        self.file.write_text(text + "\n", "utf-8")


class Feeder(Thread):
    def __init__(self, settings: Settings, story: Story, say: Say) -> None:
        super().__init__(name="synthetic", daemon=True)
        self._settings, self._story, self._say = settings, story, say
        self._stopping = Event()

    def run(self) -> None:
        from monitor.stream.publishing import publish

        try:
            publish(self._story.lines(lambda: datetime.now(UTC), self._stopping), self._settings)
        except UserError as error:
            self._say(f"The synthetic force has stopped: {error}")

    def stop(self) -> None:
        self._stopping.set()
        self.join(timeout=3)


@contextmanager
def mappings_with(own: Path | None) -> Iterator[Path]:
    """The synthetic forces' mapping, and the user's own beside it."""
    if own is None:
        yield mapping_path()
        return
    files = [mapping_path(), *(sorted(own.glob("*.toml")) if own.is_dir() else [own])]
    with TemporaryDirectory(prefix="monitor-mappings-") as folder:
        for number, file in enumerate(files):
            shutil.copyfile(file, Path(folder) / f"{number:04}-{file.name}")
        yield Path(folder)
