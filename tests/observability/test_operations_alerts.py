"""When the alerts of operations fire, and when they must not."""

import pytest

from tests.observability.world import NORTH, SOUTH, World

RESTART = "1x30 0 1x30"


def test_the_watchdog_always_fires(world: World) -> None:
    words = "Prometheus evaluates its rules and Alertmanager passes them on."
    for at in ("0m", "5m", "60m"):
        world.fires("Watchdog", at, words)
    world.holds()


def test_metrics_are_absent_when_no_worker_answers(world: World) -> None:
    world.worker(up="1x10 0x20").silent("MetricsAbsent", "10m", "11m")
    words = "No worker answers: no event is merged and no deadline is watched."
    world.fires("MetricsAbsent", "13m", words).holds()


def test_metrics_are_absent_where_no_worker_was_ever_reached(world: World) -> None:
    world.fires("MetricsAbsent", "2m", "No worker answers: no event is merged and no deadline is watched.").holds()


def test_one_failed_scrape_or_one_worker_of_two_is_not_absence(world: World) -> None:
    world.worker(up="1x10 0 1x20").silent("MetricsAbsent", "10m", "11m", "12m")
    world.worker(up="0x40", name="w2").silent("MetricsAbsent", "30m").holds()


def test_metrics_that_come_back_resolve_their_absence_after_a_while(world: World) -> None:
    world.worker(up="1x10 0x5 1x30").silent("MetricsAbsent", "24m").holds()


def test_a_worker_that_is_down_fires_by_its_name(world: World) -> None:
    world.worker().worker(up="1x10 0x20", name="w2").silent("WorkerDown", "12m", "15m")
    labels = {"job": "recording-monitor", "instance": "w2"}
    world.fires("WorkerDown", "17m", "The worker w2 does not answer.", **labels).holds()


def test_a_restart_is_no_worker_down_and_no_series_of_restarts(world: World) -> None:
    world.worker(up=RESTART, started="0x30 stale 1900x30").silent("WorkerDown", "31m", "36m").silent(
        "WorkerRestarting", "40m"
    )
    world.holds()


def test_a_worker_that_begins_anew_again_and_again_fires(world: World) -> None:
    world.worker(started="0x10 600x5 900x5 1200x5 1500x5 1800x60")
    words = "The worker w1 began anew again and again in 1 hour: 5 times."
    world.fires("WorkerRestarting", "40m", words, job="recording-monitor", instance="w1").holds()


def test_an_unexpected_error_fires_by_its_loop(world: World) -> None:
    world.worker(started="-90000x100").metric("loop_errors_total", "0x10 1x60", loop="review").metric(
        "loop_errors_total", "4x70", loop="relay"
    )
    words = "The review loop of a worker met an error that it does not know."
    world.fires("UnexpectedErrors", "13m", words, loop="review").silent("UnexpectedErrors", "9m", "40m").holds()


def test_the_first_error_of_a_young_worker_is_seen(world: World) -> None:
    """Its series begins at one: `increase` alone would take that for how things have always been."""
    world.worker(started="0x60").metric("loop_errors_total", "_x3 1x60", loop="review")
    world.fires(
        "UnexpectedErrors", "5m", "The review loop of a worker met an error that it does not know.", loop="review"
    )
    world.holds()


def place(world: World, lag: str, merged: str, partition: str = "0") -> World:
    where = {"topic": "incidents", "partition": partition}
    world.metric("partition_lag_messages", lag, **where)
    return world.metric("last_merged_broker_timestamp_seconds", merged, **where)


STALLED = "Nothing is merged of incidents, partition {}, though messages wait."


def test_a_partition_stalls_alone(world: World) -> None:
    place(place(world.worker(), "0x10 20+5x30", "600x40", "0"), "3x40", "0+60x40", "1").silent("WorkerStalled", "10m")
    world.fires("WorkerStalled", "13m", STALLED.format(0), topic="incidents", partition="0").holds()


def test_a_partition_of_which_nothing_was_ever_merged_stalls_too(world: World) -> None:
    world.worker().metric("partition_lag_messages", "9x30", topic="incidents", partition="2")
    world.fires("WorkerStalled", "5m", STALLED.format(2), topic="incidents", partition="2").holds()


@pytest.mark.parametrize(
    ("lag", "merged"),
    [
        ("0x300", "60x300"),  # a quiet night: nothing came for hours
        ("900-10x90", "0+60x90"),  # it catches up
        ("0x100 1 0x100", "60x100 6060x100"),  # the first message after long
        ("5x60", "0+60x30 1740+60x30"),  # the broker's clock was set back
    ],
)
def test_quiet_and_busy_partitions_do_not_stall(world: World, lag: str, merged: str) -> None:
    place(world.worker(), lag, merged).silent("WorkerStalled", "20m", "60m", "101m", "104m", "190m").holds()


def lag(world: World, values: str) -> World:
    return world.worker().metric("partition_lag_messages", values, topic="crime-records", partition="1")


def test_lag_that_grows_for_long_fires(world: World) -> None:
    words = "Messages that wait to be merged become more and more: 30000."
    lag(world, "0x10 0+1000x60").silent("LagGrowing", "16m", "24m").fires("LagGrowing", "41m", words).holds()


@pytest.mark.parametrize("values", ["0+100x60", "50000-500x90", "0x20 20000 15000 10000 5000 0x60", "9000x90"])
def test_a_burst_a_backlog_that_shrinks_and_a_small_lag_do_not_fire(world: World, values: str) -> None:
    lag(world, values).silent("LagGrowing", "15m", "22m", "30m", "45m", "60m").holds()


def test_dead_letters_fire_by_topic_with_how_many(world: World) -> None:
    world.worker(started="-90000x100")
    for topic, values in (("incidents", "0x10 3x60"), ("crime-records", "7x70")):
        world.metric("messages_merged_total", values, topic=topic, outcome="unreadable")
        world.metric("messages_merged_total", "0+50x70", topic=topic, outcome="merged")
    world.silent("DeadLetters", "9m", "40m").fires(
        "DeadLetters", "14m", "Messages of incidents that could not be read: 3.", topic="incidents"
    ).holds()


def test_a_restart_does_not_make_old_dead_letters_new(world: World) -> None:
    world.worker(up=RESTART, started="-90000x30 stale 1860x30")
    world.metric("messages_merged_total", "7x30 stale 0x30", topic="incidents", outcome="unreadable")
    world.silent("DeadLetters", "30m", "32m", "45m").holds()


def waiting(world: World, values: str, reason: str = "not_json", force: str = NORTH) -> World:
    return world.metric("dead_letters_waiting", values, force=force, reason=reason)


WAIT = "Dead letters that nobody has settled: {}."


def test_letters_that_wait_are_told_of_after_an_hour_and_until_they_are_settled(world: World) -> None:
    waiting(waiting(world.worker(), "_x20 80x200 stale"), "2x260 stale", "bad_time", "")
    world.silent("DeadLettersWaiting", "59m").fires("DeadLettersWaiting", "62m", WAIT.format(82))
    world.fires("DeadLettersWaiting", "200m", WAIT.format(82)).fires("DeadLettersWaiting", "250m", WAIT.format(2))
    world.silent("DeadLettersWaiting", "270m").holds()


def test_letters_that_wait_are_not_forgotten_while_nothing_is_known(world: World) -> None:
    waiting(world.worker(tells="1x90 0x60 1x60"), "3x90 stale _x59 3x60")
    for at in ("80m", "120m", "155m", "200m"):
        world.fires("DeadLettersWaiting", at, WAIT.format(3))
    world.holds()


@pytest.mark.parametrize("values", ["_x90", "_x10 5x40 stale", "_x10 5x40 stale _x20 4x30"])
def test_letters_that_are_settled_within_the_hour_do_not_fire(world: World, values: str) -> None:
    waiting(world.worker(), values).silent("DeadLettersWaiting", "30m", "60m", "90m").holds()


def test_a_stopped_partition_fires_until_it_is_lifted(world: World) -> None:
    world.worker().metric("partition_stopped", "_x5 1x10 stale", topic="incidents", partition="3").silent(
        "DeadLetterStop", "4m"
    )
    words = "incidents, partition 3, is not read on: too many of its messages could not be read."
    world.fires("DeadLetterStop", "7m", words, topic="incidents", partition="3")
    world.fires("DeadLetterStop", "18m", words, topic="incidents", partition="3")  # lest one failed scrape resolves it
    world.silent("DeadLetterStop", "23m").holds()


def test_a_relay_that_sends_nothing_fires(world: World) -> None:
    world.worker(started="-90000x100").metric("outbox_messages", "0x10 4x40", kind="alert").metric(
        "sent_total", "90x60", kind="alert"
    )
    words = "Messages of the kind alert wait and none is sent: 4."
    world.silent("RelayFailing", "10m", "11m").fires("RelayFailing", "14m", words, kind="alert").holds()


def test_a_topic_that_takes_nothing_fires_though_others_do(world: World) -> None:
    world.worker(started="-90000x100")
    world.metric("outbox_messages", "2x60", kind="alert").metric("sent_total", "0+9x60", kind="alert")
    world.metric("outbox_messages", "0x10 4x40", kind="audit_head")
    words = "Messages of the kind audit_head wait and none is sent: 4."
    world.silent("RelayFailing", "10m", "11m").fires("RelayFailing", "14m", words, kind="audit_head").holds()


@pytest.mark.parametrize(("waiting", "sent"), [("4x60", "0+9x60"), ("0x60", "9x60"), ("0x20 3 0x40", "9x20 12x40")])
def test_a_relay_that_sends_or_has_nothing_to_send_does_not_fire(world: World, waiting: str, sent: str) -> None:
    world.worker(started="-90000x100").metric("outbox_messages", waiting, kind="alert").metric(
        "sent_total", sent, kind="alert"
    )
    world.silent("RelayFailing", "10m", "21m", "24m", "50m").holds()


def test_posts_that_all_fail_fire(world: World) -> None:
    world.worker(started="-90000x100").metric("alertmanager_posts_total", "0x10 0+2x60", outcome="failed")
    world.metric("alertmanager_posts_total", "0+1x10 10x60", outcome="taken").silent("IncidentAlertsNotPosted", "12m")
    words = "Alertmanager takes no alert of single incidents from the worker."
    world.fires("IncidentAlertsNotPosted", "24m", words).holds()


def test_a_post_that_failed_and_then_went_does_not_fire(world: World) -> None:
    world.worker(started="-90000x100").metric("alertmanager_posts_total", "0x10 2x60", outcome="failed")
    world.metric("alertmanager_posts_total", "0+1x70", outcome="taken")
    world.silent("IncidentAlertsNotPosted", "12m", "24m").holds()


def known(world: World, values: str, beats: str | None, force: str = NORTH) -> World:
    if beats:
        world.metric("heartbeat_timestamp_seconds", beats, force=force, feed="crime_records")
    return world.metric("known_time_timestamp_seconds", values, force=force)


HELD = "{}: crime records are known only up to {} ago, though the feed speaks."


def test_known_time_that_stays_behind_its_heartbeats_fires_by_force(world: World) -> None:
    known(known(world.worker(), "0+60x10 600x50", "0+60x60"), "0+60x60", "0+60x60", SOUTH)
    world.silent("KnownTimeHeldBack", "25m", "29m").fires(
        "KnownTimeHeldBack", "32m", HELD.format(NORTH, "22m 0s"), force=NORTH
    )
    world.holds()


def test_known_time_of_a_force_without_heartbeats_fires_when_it_stands_still(world: World) -> None:
    known(world.worker(), "0+60x10 600x50", None).fires(
        "KnownTimeHeldBack", "32m", HELD.format(NORTH, "22m 0s"), force=NORTH
    )
    world.holds()


@pytest.mark.parametrize(
    ("values", "beats"),
    [
        ("0+60x10 600x90", "0+60x10 600x90"),  # the feed is silent: its force is told, and CrimeFeedSilent fires
        ("0+60x10 600x8 1140+60x60", "0+60x90"),  # a restart with a short backlog
        ("0+60x90", "5400x90"),  # a heartbeat from the future
    ],
)
def test_known_time_that_waits_for_the_feed_or_catches_up_does_not_fire(world: World, values: str, beats: str) -> None:
    known(world.worker(), values, beats).silent("KnownTimeHeldBack", "18m", "22m", "32m", "60m", "80m").holds()


def test_a_silent_incident_feed_is_told_to_operations(world: World) -> None:
    world.worker().metric("heartbeat_timestamp_seconds", "0+60x10 600x90", force=NORTH, feed="incidents")
    words = f"{NORTH}: the command-and-control feed has said nothing for 1h 10m 0s."
    world.silent("IncidentFeedSilent", "60m").fires(
        "IncidentFeedSilent", "80m", words, force=NORTH, feed="incidents"
    ).holds()


def due(world: World, values: str) -> World:
    return world.worker().metric("oldest_due_case_timestamp_seconds", values)


def test_a_review_that_is_overdue_fires(world: World) -> None:
    due(world, "_x10 600x40").silent("ReviewOverdue", "12m", "15m")
    world.fires("ReviewOverdue", "20m", "An incident has been due for review for 10m 0s.").holds()


@pytest.mark.parametrize("values", ["0+60x60", "_x60", "_x10 600x4 900+60x60"])
def test_incidents_that_are_judged_soon_do_not_fire(world: World, values: str) -> None:
    due(world, values).silent("ReviewOverdue", "5m", "14m", "20m", "50m").holds()


def test_an_incident_that_cannot_be_judged_fires(world: World) -> None:
    world.worker(started="-90000x100").metric("review_failures_total", "0x10 2x90")
    world.silent("ReviewFailing", "9m").fires("ReviewFailing", "13m", "Incidents that could not be judged: 2.").holds()


def test_a_database_that_is_away_fires_and_an_absent_worker_is_not_that(world: World) -> None:
    world.worker(tells="1x10 0x10 stale").silent("DatabaseAway", "11m")
    world.fires("DatabaseAway", "13m", "The database answers no worker.").silent("DatabaseAway", "40m").holds()


def test_a_database_that_missed_one_scrape_does_not_fire(world: World) -> None:
    world.worker(tells="1x10 0 1x20").silent("DatabaseAway", "11m", "12m", "13m").holds()


def test_a_broker_that_is_away_fires(world: World) -> None:
    world.worker().metric("broker_answered_timestamp_seconds", "0+60x10 600x40")
    world.silent("BrokerAway", "11m").fires("BrokerAway", "15m", "The broker has answered no worker for 5m 0s.").holds()


def test_a_broker_that_never_answered_fires(world: World) -> None:
    world.worker(started="0x30").silent("BrokerAway", "1m").fires(
        "BrokerAway", "5m", "The broker has answered no worker for 5m 0s."
    )
    world.holds()


@pytest.mark.parametrize("answered", ["0+60x60", "0+60x20 stale 1320+60x40"])
def test_a_broker_that_answers_does_not_fire(world: World, answered: str) -> None:
    world.worker(up="1x20 0 1x40", started="-9000x20 stale 1320x40").metric(
        "broker_answered_timestamp_seconds", answered
    )
    world.silent("BrokerAway", "5m", "21m", "22m", "50m").holds()


def test_tables_of_another_version_fire(world: World) -> None:
    world.worker().worker(name="w2", tables="1x10 0x40")
    words = "The tables of the database are not of the version that a worker needs."
    world.silent("MigrationMissing", "11m").fires("MigrationMissing", "14m", words).holds()


def test_tables_that_fit_do_not_fire(world: World) -> None:
    world.worker(up=RESTART, tells="1x30 stale 1x30").silent("MigrationMissing", "10m", "31m", "50m").holds()
