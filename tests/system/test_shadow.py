"""A shadow judges and counts, and tells nobody; workers beside it tell as ever."""

from pathlib import Path

from monitor.contract.topics import Topic
from monitor.settings import Settings
from tests.builders import at, crime, incident
from tests.system.running import messages, metric, send, settled, until, worker


def test_a_shadow_raises_nothing_and_takes_nothing_from_those_that_do(kafka_settings: Settings, tmp_path: Path) -> None:
    values = kafka_settings.model_dump(exclude={"database_url"}) | {"clock": at(60)}
    shadow, live = (Settings.model_validate(values | {"shadow": is_shadow}) for is_shadow in (True, False))
    assert (shadow.database_url == live.database_url, shadow.consumer_group == live.consumer_group) == (False, False)
    send([incident("INC-1"), incident("INC-2"), crime("C-2", incident_refs=["INC-2"])], live)
    with worker(shadow, tmp_path / "shadow") as running:
        verdicts = settled(shadow)
        until(lambda: metric(running.metrics(), "outbox_messages") == 0, 30, "nothing waits to be sent")
        assert metric(running.metrics(), "alerts_firing") == 1
        assert running.stop() == 0
    assert [each["alert"] for each in verdicts] == ["firing", "none"]
    assert messages(live, Topic.ALERTS) == []
    with worker(live, tmp_path / "live") as running:
        assert settled(live) == verdicts
        until(lambda: len(messages(live, Topic.ALERTS)) == 1, 30, "the alert is sent")
        assert running.stop() == 0


def test_a_letter_that_a_shadow_cannot_read_is_kept(kafka_settings: Settings, tmp_path: Path) -> None:
    values = kafka_settings.model_dump(exclude={"database_url"}) | {"clock": at(60), "shadow": True}
    settings = Settings.model_validate(values)
    send([incident("INC-1", status="nonsense")], settings)
    with worker(settings, tmp_path / "log") as running:
        until(lambda: len(messages(settings, Topic.DEAD_LETTERS)) == 1, 30, "the dead letter is sent")
        assert running.stop() == 0
