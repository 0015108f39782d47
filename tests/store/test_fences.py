"""Known time in the store: a heartbeat counts once everything that stood before it is merged."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Engine

from monitor import store
from monitor.contract.topics import Topic
from monitor.store import BrokerEnds, open_store, tables
from monitor.store.stops import stop_partition
from monitor.store.verdicts import unsettled
from tests.builders import FORCE, crime, decision, heartbeat, incident, reason
from tests.store.desk import JUDGE, Desk, clock


def test_without_heartbeats_known_time_is_the_clock(desk: Desk) -> None:
    desk.receive(incident())
    desk.review(hours=23)
    assert desk.known() == clock(23)
    assert desk.status() == "awaiting_record"
    desk.review(hours=25)
    assert desk.known() == clock(25)
    assert desk.status() == "unrecorded"


def test_a_heartbeat_says_up_to_when_the_crimes_are_known(desk: Desk) -> None:
    desk.receive(incident(), heartbeat(23))
    desk.review(hours=30)
    assert desk.known() == clock(23)
    assert desk.status() == "feed_behind"
    desk.receive(heartbeat(25))
    desk.review(hours=30)
    assert desk.known() == clock(25)
    assert desk.status() == "unrecorded"


def test_a_heartbeat_counts_only_once_what_stood_before_it_is_merged(desk: Desk) -> None:
    desk.receive(heartbeat(19))
    desk.review(hours=30)
    before = desk.send(crime(), hours=29)
    desk.merge(desk.send(incident(), heartbeat(26), hours=29))
    desk.review(hours=30)
    assert desk.known() == clock(19)
    assert desk.status() == "feed_behind"
    assert desk.alerts() == []

    desk.merge(before)
    desk.review(hours=30)
    assert desk.known() == clock(26)
    assert desk.status() == "recorded_in_time"
    assert desk.alerts() == []


def test_every_partition_must_pass_the_fence(desk: Desk) -> None:
    desk.receive(heartbeat(19))
    desk.review(hours=30)
    one = desk.send(crime("C8", incident_refs=[]), hours=29)
    other = desk.send(crime("C9", incident_refs=[]), partition=1, hours=29)
    desk.merge(desk.send(incident(), heartbeat(26), hours=29))
    desk.merge(one)
    desk.review(hours=30)
    assert desk.known() == clock(19)
    desk.merge(other)
    desk.review(hours=30)
    assert desk.known() == clock(26)


def test_what_comes_after_the_heartbeat_does_not_hold_it(desk: Desk) -> None:
    desk.receive(crime("C8", incident_refs=[]), hours=28)
    desk.merge(desk.send(incident(), heartbeat(26), hours=29))
    desk.ask(hours=29)
    desk.send(crime("C9", incident_refs=[]), hours=29.5)
    desk.review(hours=30)
    assert desk.known() == clock(26)  # held at 28 by the catching up, and the heartbeat is older


def test_fences_outlive_a_restart(desk: Desk) -> None:
    before = desk.send(crime(), hours=29)
    desk.merge(desk.send(incident(), heartbeat(26), hours=29))
    desk.review(hours=30)

    desk.engine = reopened(desk.engine)
    desk.review(hours=30)
    assert desk.status() == "feed_behind"
    desk.merge(before)
    desk.engine = reopened(desk.engine)
    desk.review(hours=30)
    assert desk.known() == clock(26)
    assert desk.status() == "recorded_in_time"


def reopened(engine: Engine) -> Engine:
    engine.dispose()
    return open_store(engine.url.render_as_string(hide_password=False))


def test_a_first_heartbeat_that_is_not_passed_holds_known_time_already(desk: Desk) -> None:
    desk.receive(incident(), hours=1)
    desk.review(hours=22)
    desk.send(crime(), hours=22)
    desk.merge(desk.send(heartbeat(21), hours=22))
    desk.review(hours=30)
    assert desk.known() == clock(21)
    assert desk.status() == "feed_behind"


def test_a_repeated_heartbeat_keeps_the_fence_that_it_had(desk: Desk) -> None:
    desk.receive(heartbeat(20))
    before = desk.send(crime(), hours=22)
    beat = desk.send(heartbeat(26), hours=22)
    desk.ask(hours=22)
    desk.merge(beat)
    desk.send(crime("C2"), hours=23)
    desk.merge(beat)
    desk.merge(before)
    desk.review(hours=30)
    assert desk.known() == clock(22)  # the catching up; its fence is passed
    desk.merge()
    desk.review(hours=30)
    assert desk.known() == clock(26)


def test_known_time_never_falls_while_catching_up(desk: Desk) -> None:
    desk.receive(incident(), crime("C8", incident_refs=[]), hours=1)
    desk.review(hours=30)
    assert desk.known() == clock(30)
    desk.send(crime("C9", incident_refs=[]), hours=2)
    desk.review(hours=31)
    assert desk.known() == clock(30)
    desk.merge()
    desk.review(hours=31)
    assert desk.known() == clock(31)


def test_the_first_heartbeat_of_all_takes_known_time_back_and_the_verdicts_with_it(desk: Desk) -> None:
    desk.receive(incident())
    desk.review(hours=30)
    assert (desk.status(), desk.changes()) == ("unrecorded", ["raised"])
    desk.receive(heartbeat(10))
    desk.review(hours=30)
    assert desk.known() == clock(10)
    assert (desk.status(), desk.changes()) == ("feed_behind", ["raised", "resolved"])
    desk.receive(heartbeat(9))
    desk.review(hours=30)
    assert desk.known() == clock(10)


def test_a_heartbeat_of_incidents_bears_on_nothing(desk: Desk) -> None:
    desk.receive(incident(), heartbeat(10, "incidents"))
    desk.review(hours=30)
    assert desk.known() == clock(30)
    assert store.heartbeats(desk.engine) == {(FORCE, "incidents"): clock(10)}


def test_a_heartbeat_far_ahead_waits_for_the_clock(desk: Desk) -> None:
    desk.receive(incident(), heartbeat(20), heartbeat(40))
    desk.review(hours=30)
    assert desk.known() == clock(20)
    soon = clock(40) - timedelta(minutes=10)
    assert store.next_due(desk.engine, clock(30)) == soon
    desk.review(now=soon)
    assert desk.known() == soon
    assert desk.status() == "unrecorded"


def test_a_backlog_raises_no_false_alarm(desk: Desk) -> None:
    """The worker comes back after a night: heartbeats and logs are read long before the records."""
    backlog = [crime(f"C{n}", incident_refs=[f"INC-{n}"]) for n in range(20)]
    for number, record in enumerate(backlog):
        desk.send(record, partition=number % 4, hours=12 + number / 10)
    logs = [incident(f"INC-{n}") for n in range(20)]
    desk.merge(desk.send(*logs, heartbeat(40), heartbeat(41), hours=13))
    desk.review(hours=48)
    while desk.unmerged:
        desk.merge(desk.unmerged[:3])
        desk.review(hours=48)
        assert "unrecorded" not in {verdict["status"] for verdict in desk.verdicts().values()}
    assert {verdict["status"] for verdict in desk.verdicts().values()} == {"recorded_in_time"}
    assert desk.alerts() == []
    assert desk.known() == clock(41)


def test_an_alert_is_raised_by_no_log_whose_next_revision_waits(desk: Desk) -> None:
    """Also where the broker took all of it just now: it may be a month that somebody sent in one go."""
    closed = incident(revision=2, status="closed", no_crime_reason=reason("not_notifiable"))
    opened, _ = desk.send(incident(), closed, hours=48)
    desk.merge([opened, *desk.send(heartbeat(48), hours=48)])
    desk.review(hours=48)
    assert desk.status() == "feed_behind"
    desk.merge()
    desk.review(hours=48.01)
    assert (desk.status(), desk.alerts()) == ("no_crime_justified", [])


def test_an_alert_is_raised_by_no_log_on_which_a_decision_waits(desk: Desk) -> None:
    desk.send(decision("no_crime", 3, code="not_notifiable"), hours=3)
    desk.merge(desk.send(incident(), heartbeat(48), hours=1))
    desk.review(hours=48)
    assert desk.status() == "feed_behind"
    desk.merge()
    desk.review(hours=48)
    assert desk.changes() == []


def test_a_first_heartbeat_that_waits_keeps_the_clock_from_being_taken_for_known(desk: Desk) -> None:
    waiting = desk.send(heartbeat(3), hours=4)
    desk.merge(desk.send(incident(), hours=1))
    desk.review(hours=48)
    assert desk.status() == "feed_behind"
    desk.merge(waiting)
    desk.review(hours=48)
    assert (desk.status(), desk.known(), desk.alerts()) == ("feed_behind", clock(3), [])


def test_of_stopped_partitions_only_those_of_crime_records_hold_known_time(desk: Desk) -> None:
    desk.receive(incident())
    desk.send(incident("INC-2"), hours=1)
    stop_partition(desk.engine, (Topic.INCIDENTS, 0), 1, "run", 50)
    desk.review(hours=48)
    assert (desk.known(), desk.changes()) == (clock(48), ["raised"])
    desk.send(crime("C9", incident_refs=[]), hours=2)
    stop_partition(desk.engine, (Topic.CRIME_RECORDS, 0), 0, "run", 50)
    desk.review(hours=49)
    assert desk.known() == clock(48)


def test_without_heartbeats_a_backlog_is_judged_up_to_what_was_merged(desk: Desk) -> None:
    desk.receive(incident(), incident("INC-2", reported_at=clock(5).isoformat()), hours=1)
    desk.send(crime(), hours=12)
    desk.ask(hours=12)
    desk.send(crime("C2", incident_refs=["INC-2"]), hours=28)
    desk.review(hours=48)
    assert desk.known() is None
    assert desk.status() == "feed_behind"
    desk.merge(desk.unmerged[:1])
    desk.review(hours=48)
    assert desk.known() == clock(12)
    assert [desk.status(), desk.status("INC-2")] == ["recorded_in_time", "feed_behind"]
    desk.merge()
    desk.review(hours=48)
    assert desk.known() == clock(48)
    assert desk.status("INC-2") == "recorded_in_time"
    assert desk.alerts() == []


def test_before_the_broker_was_asked_nothing_is_said_to_be_missing(desk: Desk) -> None:
    desk.receive(incident())
    store.review_due(desk.engine, JUDGE, clock(48), None)
    assert desk.known() is None
    assert desk.status() == "feed_behind"


def test_ends_that_are_old_hold_known_time_at_when_they_were_asked_for(desk: Desk) -> None:
    desk.receive(incident())
    store.review_due(desk.engine, JUDGE, clock(48), BrokerEnds({(Topic.CRIME_RECORDS, 0): 0}, clock(23)))
    assert desk.known() == clock(23)
    assert desk.status() == "feed_behind"


def test_known_time_that_stands_still_is_not_written_again(desk: Desk) -> None:
    desk.receive(incident(), heartbeat(20))
    desk.review(hours=30)
    before = desk.rows(tables.known_times)
    assert desk.review(hours=31).taken == 0
    assert desk.rows(tables.known_times) == before


def test_fences_that_matter_no_more_are_dropped(desk: Desk) -> None:
    desk.receive(*(heartbeat(hours) for hours in range(10)), heartbeat(90))
    desk.review(hours=30)
    assert [row[1] for row in desk.rows(tables.fences)] == [clock(90)]


def test_a_topic_that_was_made_anew_does_not_leave_a_fence_that_never_passes(desk: Desk) -> None:
    sent: list[Any] = desk.send(*(crime(f"C{n}", incident_refs=[]) for n in range(5)), hours=1)
    desk.merge(desk.send(incident(), heartbeat(26), hours=2))
    desk.topics[Topic.CRIME_RECORDS, 0] = sent[:1]
    store.place(desk.engine, {(Topic.CRIME_RECORDS, 0): 0}, {0: 1})
    assert unsettled(desk.engine, desk.ends(), clock(30)) != []
    desk.merge(sent[:1])
    desk.review(hours=30)
    assert desk.known() == clock(26)
    assert unsettled(desk.engine, desk.ends(), clock(30)) == []
