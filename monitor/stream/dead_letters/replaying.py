"""Letters are sent to their topics again, to the byte, each under a header that names the first letter of it.

To the partition where the message was, whatever its key: its producer may spread keys otherwise than we do.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from kafka.errors import KafkaError

from monitor.settings import Settings
from monitor.store.dead_letters import REPLAY, content_digest
from monitor.store.letter_questions import LetterStanding
from monitor.store.letters import mark_replayed
from monitor.stream.dead_letters.letters import Letter
from monitor.stream.dead_letters.reading import read_message
from monitor.stream.outages import BrokerAway
from monitor.stream.producing import make_producer

_TIMEOUT = 20  # seconds


@dataclass
class Replayed:
    sent: list[Letter] = field(default_factory=list)
    gone: list[Letter] = field(default_factory=list)  # cut short, and the message is not kept any more


class Replayer:
    """Sends what it is given, part by part, and notes it as sent. Close it at the end."""

    def __init__(self, engine: Any, settings: Settings, by: str) -> None:
        self._engine, self._settings, self._by = engine, settings, by
        self._producer = make_producer(settings)
        self.outcome = Replayed()

    def replay(self, letters: Sequence[tuple[Letter, LetterStanding]]) -> None:
        """Returns when the broker has them all and that is noted.

        Raises BrokerAway and DatabaseAway; then some may have been sent and not noted, which does no harm: sent again,
        they are merged again. The state is noted only where nobody has settled the letter meanwhile.
        """
        messages = {letter.id: self._message(letter) for letter, _ in letters}
        whole = [(letter, standing) for letter, standing in letters if messages[letter.id] is not None]
        self._send((letter, messages[letter.id]) for letter, _ in whole)
        mark_replayed(self._engine, {letter.id: standing.changes for letter, standing in whole}, self._by)
        self.outcome.sent += [letter for letter, _ in whole]
        self.outcome.gone += [letter for letter, _ in letters if messages[letter.id] is None]

    def close(self) -> None:
        self._producer.close(timeout=_TIMEOUT)

    def _message(self, letter: Letter) -> bytes | None:
        """The value of the message. Where the letter was too large for its own topic, it is read where it was."""
        if letter.is_whole:
            return letter.value
        found = read_message(self._settings, letter.topic, letter.partition, letter.offset)
        is_it = found is not None and content_digest(found.key, found.value) == letter.digest
        return found.value if found is not None and is_it else None

    def _send(self, messages: Iterable[tuple[Letter, bytes | None]]) -> None:
        try:
            futures = [self._hand_over(letter, value) for letter, value in messages]
            self._producer.flush(timeout=_TIMEOUT)
            for future in futures:
                future.get(timeout=1)
        except KafkaError as error:
            raise BrokerAway(f"{self._settings.broker}: {error}") from None

    def _hand_over(self, letter: Letter, value: bytes | None) -> Any:
        return self._producer.send(
            self._settings.topic(letter.topic),
            key=letter.key,
            value=value,
            headers=[*letter.headers, (REPLAY, (letter.first or letter.id).encode())],
            partition=letter.partition,
        )
