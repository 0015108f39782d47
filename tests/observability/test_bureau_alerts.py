"""When the bureau's alerts fire, and when they must not."""

import pytest

from tests.observability.world import EAST, NORTH, SOUTH, World, shipped_rules

UNRECORDED = f"{NORTH}: reports of critical severity with no crime record after 24 hours: 1."
DUE_SOON = f"{NORTH}: incidents due within four hours that nobody has taken: 2."


def test_a_critical_incident_past_its_deadline_fires_at_once_and_resolves_with_the_record(world: World) -> None:
    world.worker().incidents("_x10 1x20 stale").incidents("1x60", status="recorded_in_time")
    world.silent("SeriousCrimeUnrecorded", "9m")
    world.fires("SeriousCrimeUnrecorded", "12m", UNRECORDED, force=NORTH, severity="critical")
    world.silent("SeriousCrimeUnrecorded", "33m").holds()


def test_too_few_crimes_are_told_of_apart_and_each_severity_fires_for_itself(world: World) -> None:
    world.worker().incidents("1x20").incidents("2x20", "partly_recorded").incidents("4x20", severity="high")
    words = f"{NORTH}: reports of {{}} severity with {{}} after 24 hours: {{}}."
    world.fire(
        "SeriousCrimeUnrecorded",
        "5m",
        {"force": NORTH, "severity": "critical", "summary": words.format("critical", "no crime record", 1)},
        {"force": NORTH, "severity": "high", "summary": words.format("high", "no crime record", 4)},
    )
    words = words.format("critical", "too few crime records", 2)
    world.fires("SeriousCrimePartlyRecorded", "5m", words, force=NORTH, severity="critical").holds()


def test_too_few_crimes_stand_while_nothing_is_known_and_resolve_with_the_last_record(world: World) -> None:
    world.worker(tells="1x10 0x60 1x20").incidents("1x10 stale _x59 1x5 stale", "partly_recorded")
    words = f"{NORTH}: reports of critical severity with too few crime records after 24 hours: 1."
    for at in ("5m", "60m", "73m"):
        world.fires("SeriousCrimePartlyRecorded", at, words, force=NORTH, severity="critical")
    world.silent("SeriousCrimePartlyRecorded", "78m").holds()


def test_two_workers_that_tell_of_one_incident_are_not_two_incidents(world: World) -> None:
    world.worker().worker(name="w2")
    for worker in ("w1", "w2"):
        world.metric("incidents", "1x9", worker, force=NORTH, severity="critical", status="unrecorded")
    world.fires("SeriousCrimeUnrecorded", "5m", UNRECORDED, force=NORTH, severity="critical").holds()


@pytest.mark.parametrize(
    ("status", "severity"),
    [
        ("feed_behind", "critical"),
        ("awaiting_record", "critical"),
        ("no_crime_justified", "high"),
        ("unrecorded", "medium"),
    ],
)
def test_what_is_not_known_or_not_serious_does_not_fire(world: World, status: str, severity: str) -> None:
    world.worker().incidents("3x20", status=status, severity=severity)
    world.silent("SeriousCrimeUnrecorded", "0m", "10m", "20m")
    world.silent("SeriousCrimePartlyRecorded", "10m").holds()


def test_a_failed_scrape_neither_resolves_nor_repeats_it(world: World) -> None:
    world.worker(up="1x10 0 0 1x10", tells="1x10 stale stale 1x10").incidents("1x10 stale stale 1x10")
    for at in ("10m", "11m", "12m", "13m"):
        world.fires("SeriousCrimeUnrecorded", at, UNRECORDED, force=NORTH, severity="critical")
    world.holds()


def test_it_stands_however_long_nothing_is_known_and_resolves_with_the_first_answer(world: World) -> None:
    """The worker is killed, or its database is away: neither has recorded a crime."""
    world.worker(up="1x10 0x300 1x10", tells="1x10 stale _x299 1x10").incidents("1x10 stale")
    for at in ("20m", "21m", "26m", "60m", "310m"):
        world.fires("SeriousCrimeUnrecorded", at, UNRECORDED, force=NORTH, severity="critical")
    world.silent("SeriousCrimeUnrecorded", "312m").holds()


def test_a_database_that_is_away_does_not_resolve_it_and_fewer_after_it_are_told_at_once(world: World) -> None:
    world.worker(tells="1x10 0x60 1x10").incidents("3x10 stale _x59 1x10")
    words = UNRECORDED.replace(": 1.", ": 3.")
    world.fires("SeriousCrimeUnrecorded", "70m", words, force=NORTH, severity="critical")
    world.fires("SeriousCrimeUnrecorded", "72m", UNRECORDED, force=NORTH, severity="critical").holds()


def test_tables_of_another_version_do_not_resolve_it_and_the_bureau_is_told(world: World) -> None:
    """The database answers, and nothing is read of it."""
    world.worker(tables="1x10 0x60").incidents("1x10 stale")
    world.fires("SeriousCrimeUnrecorded", "60m", UNRECORDED, force=NORTH, severity="critical")
    world.silent("MonitorSilent", "10m", "19m").fires("MonitorSilent", "22m", SILENT).holds()


def test_what_ended_before_an_outage_does_not_come_back_with_it(world: World) -> None:
    world.worker(tells="1x10 0x60").incidents("1x5 stale").silent("SeriousCrimeUnrecorded", "8m", "12m", "40m").holds()


def test_a_force_that_was_removed_is_gone_at_once_and_another_stands(world: World) -> None:
    world.worker().incidents("1x10 stale", force=SOUTH).incidents("1x60")
    world.fires("SeriousCrimeUnrecorded", "12m", UNRECORDED, force=NORTH, severity="critical").holds()


@pytest.mark.parametrize("gone", ["stale", "0x200"])
def test_the_monitor_is_silent_before_anything_by_force_ends(world: World, gone: str) -> None:
    weekly(world.worker(up="1x80 0x200", tells=f"1x80 {gone}"), NORTH, in_time=40, late=60, minutes=80)
    feed(world, "0x80 stale")
    for at in ("80m", "95m", "270m"):
        words = f"{NORTH}: 40% of a week's crimes were recorded within 24 hours."
        world.fires("RecordedInTimeBelowThreshold", at, words, force=NORTH, threshold="85 %")
        words = f"{NORTH}: the crime system has said nothing for 1h 20m 0s, so verdicts are held."
        world.fires("CrimeFeedSilent", at, words, force=NORTH, feed="crime_records")
    world.fires("MonitorSilent", "92m", SILENT).holds()


def test_a_force_with_no_incidents_and_a_quiet_night_fire_nothing(world: World) -> None:
    """Every alert but the watchdog: feeds beat, nothing comes in, and nothing is wrong."""
    world.worker().metric("broker_answered_timestamp_seconds", "0+60x300")
    world.metric("known_time_timestamp_seconds", "0+60x300", force=NORTH)
    for feed_name in ("crime_records", "incidents"):
        world.metric("heartbeat_timestamp_seconds", "0+60x300", force=NORTH, feed=feed_name)
    for counter in ("loop_errors_total", "review_failures_total", "alertmanager_posts_total", "sent_total"):
        world.metric(counter, "0x300")
    for rule in shipped_rules():
        if "alert" in rule and rule["alert"] != "Watchdog":
            world.silent(rule["alert"], "1m", "300m")
    world.holds()


def test_due_soon_fires_only_after_nobody_took_it_for_a_quarter_of_an_hour(world: World) -> None:
    world.worker().incidents("9x60", "awaiting_record").metric(
        "due_soon_unattended", "_x10 2x50", force=NORTH, severity="high"
    )
    world.silent("DueSoonUnattended", "11m", "24m")
    world.fires("DueSoonUnattended", "26m", DUE_SOON, force=NORTH).holds()


def test_due_soon_does_not_fire_for_what_somebody_took_in_time(world: World) -> None:
    world.worker().incidents("9x60", "awaiting_record").metric(
        "due_soon_unattended", "2x12 0x50", force=NORTH, severity="high"
    )
    world.silent("DueSoonUnattended", "12m", "16m", "40m").holds()


def test_due_soon_goes_on_firing_over_a_restart(world: World) -> None:
    gap = "2x30 stale _x3 2x30"
    world.worker(up="1x30 0x3 1x30", tells="1x30 stale _x3 1x30", started="0x30 stale _x3 2000x30")
    world.incidents("9x30 stale _x3 9x30", "awaiting_record").metric(
        "due_soon_unattended", gap, force=NORTH, severity="high"
    )
    for at in ("30m", "33m", "36m"):
        world.fires("DueSoonUnattended", at, DUE_SOON, force=NORTH)
    world.holds()


def weekly(world: World, force: str, in_time: int, late: int, minutes: int = 200) -> World:
    for outcome, number in (("in_time", in_time), ("late", late)):
        world.metric("deadlines_7d", f"{number}x{minutes}", force=force, severity="high", outcome=outcome)
    return world.incidents(f"{in_time}x{minutes}", "recorded_in_time", "high", force)


def test_each_force_is_held_to_its_own_share(world: World) -> None:
    for force in (NORTH, SOUTH, EAST):
        weekly(world.worker(name=force), force, in_time=82, late=18)
    words = "{}: 82% of a week's crimes were recorded within 24 hours."
    world.silent("RecordedInTimeBelowThreshold", "59m").fire(
        "RecordedInTimeBelowThreshold",
        "62m",
        {"force": NORTH, "threshold": "85 %", "summary": words.format(NORTH)},
        {"force": SOUTH, "threshold": "85 %", "summary": words.format(SOUTH)},
    ).holds()


def test_the_share_of_a_force_without_one_of_its_own_is_the_default(world: World) -> None:
    weekly(world.worker(), EAST, in_time=79, late=21)
    words = f"{EAST}: 79% of a week's crimes were recorded within 24 hours."
    world.fires("RecordedInTimeBelowThreshold", "62m", words, force=EAST, threshold="80 %").holds()


@pytest.mark.parametrize(("in_time", "late"), [(85, 15), (100, 0), (10, 19), (0, 29)])
def test_a_share_at_the_threshold_or_of_too_few_reports_does_not_fire(world: World, in_time: int, late: int) -> None:
    weekly(world.worker(), NORTH, in_time, late).silent("RecordedInTimeBelowThreshold", "62m", "190m").holds()


def test_none_recorded_in_time_is_a_share_of_nought(world: World) -> None:
    world.worker().metric("deadlines_7d", "40x99", force=NORTH, severity="high", outcome="missing").incidents("40x99")
    words = f"{NORTH}: 0% of a week's crimes were recorded within 24 hours."
    world.fires("RecordedInTimeBelowThreshold", "62m", words, force=NORTH, threshold="85 %").holds()


def closed(world: World, values: str) -> World:
    world.worker().incidents("50x3000", "recorded_in_time")
    return world.metric("incidents_with_finding", values, force=NORTH, severity="high", finding="closed_without_crime")


def test_closures_fire_when_they_are_far_more_than_usual(long_world: World) -> None:
    words = f"{NORTH}: crime-type logs closed without a crime record, far more than usual: 14."
    closed(long_world, "3x500 14x200").silent("ClosuresWithoutCrimeRising", "2000m", "2028m")
    long_world.fires("ClosuresWithoutCrimeRising", "2040m", words, force=NORTH).holds()


@pytest.mark.parametrize("values", ["3x500 7x200", "20x700", "20x500 24x200", "3x500 14x5 3x200", "0x500 4x200"])
def test_closures_do_not_fire_when_many_are_usual_or_more_are_few(long_world: World, values: str) -> None:
    closed(long_world, values).silent("ClosuresWithoutCrimeRising", "2000m", "2012m", "2100m", "2400m").holds()


def test_closures_do_not_fire_on_the_first_day_of_a_force(long_world: World) -> None:
    closed(long_world, "0x15 40x400").silent("ClosuresWithoutCrimeRising", "64m", "600m", "1300m").holds()


def feed(world: World, beats: str, name: str = "crime_records", force: str = NORTH) -> World:
    return world.metric("heartbeat_timestamp_seconds", beats, force=force, feed=name)


def test_a_silent_crime_feed_fires_for_its_force_alone_and_resolves_with_a_heartbeat(world: World) -> None:
    feed(feed(world.worker(), "0+60x10 600x40 3060+60x30"), "0+60x90", force=SOUTH)
    world.silent("CrimeFeedSilent", "39m")
    words = f"{NORTH}: the crime system has said nothing for 33m 0s, so verdicts are held."
    world.fires("CrimeFeedSilent", "43m", words, force=NORTH, feed="crime_records")
    world.silent("CrimeFeedSilent", "55m").holds()


@pytest.mark.parametrize(
    "beats",
    [
        "0+60x10 600x28 2340+60x60",  # late, but not by so much
        "3600+60x100",  # the source's clock is an hour ahead
        "0+60x30 5400+60x60",  # it was set forward by an hour
    ],
)
def test_a_late_feed_or_a_clock_that_is_ahead_does_not_fire(world: World, beats: str) -> None:
    feed(world.worker(), beats).silent("CrimeFeedSilent", "10m", "39m", "45m", "90m").holds()


def test_a_force_without_heartbeats_and_a_silent_feed_of_incidents_are_not_a_silent_crime_feed(world: World) -> None:
    feed(world.worker().incidents("3x200"), "0x200", "incidents").silent("CrimeFeedSilent", "100m", "200m").holds()


def test_a_worker_that_is_down_does_not_make_the_feed_silent(world: World) -> None:
    feed(world.worker(up="1x30 0x200", tells="1x30 stale"), "0+60x30 stale").silent(
        "CrimeFeedSilent", "41m", "80m", "200m"
    ).holds()


def unmapped(world: World, values: str, of: int = 100_000, tells: str = "1x3000") -> World:
    world.worker(tells=tells).incidents(f"{of}x3000", "recorded_in_time")
    return world.metric("incidents_with_finding", values, force=NORTH, severity="low", finding="unmapped_type")


UNMAPPED = f"{NORTH}: incidents with a code or value that nobody has mapped: {{}}."


def test_many_unmapped_from_the_first_sample_fire_and_stand_until_they_are_mapped(long_world: World) -> None:
    unmapped(long_world, "1397x900 3x100")
    for at in ("4m", "400m", "2000m", "3600m"):
        long_world.fires("UnmappedCodesAppearing", at, UNMAPPED.format(1397), force=NORTH)
    long_world.silent("UnmappedCodesAppearing", "3608m").holds()


def test_codes_that_appear_fire_with_how_many_there_are(long_world: World) -> None:
    unmapped(long_world, "10x25 16x700").silent("UnmappedCodesAppearing", "100m")
    long_world.fires("UnmappedCodesAppearing", "108m", UNMAPPED.format(16), force=NORTH)
    long_world.fires("UnmappedCodesAppearing", "1500m", UNMAPPED.format(16), force=NORTH)
    long_world.silent("UnmappedCodesAppearing", "1560m").holds()  # they are few, and no more came for a day


def test_a_share_of_a_small_forces_incidents_stands(long_world: World) -> None:
    unmapped(long_world, "6x900", of=600)
    for at in ("8m", "3000m"):
        long_world.fires("UnmappedCodesAppearing", at, UNMAPPED.format(6), force=NORTH)
    long_world.holds()


def test_unmapped_codes_stand_while_nothing_is_known(world: World) -> None:
    unmapped(world, "60x30 stale", tells="1x30 0x200")
    for at in ("30m", "90m", "200m"):
        world.fires("UnmappedCodesAppearing", at, UNMAPPED.format(60), force=NORTH)
    world.holds()


@pytest.mark.parametrize(
    ("values", "of"),
    [
        ("40x900", 100_000),  # known, and few of many
        ("10x25 14x900", 100_000),  # some more
        ("40x25 2x900", 100_000),
        ("4x900", 20),  # a handful of a new force's
        ("10x300 11x300 12x300", 100_000),  # one now and then
    ],
)
def test_few_unmapped_codes_do_not_fire(long_world: World, values: str, of: int) -> None:
    unmapped(long_world, values, of).silent("UnmappedCodesAppearing", "8m", "108m", "288m", "1560m", "3000m").holds()


def test_a_failed_scrape_does_not_make_known_codes_new(world: World) -> None:
    unmapped(world, "40x30 stale _x3 40x90", tells="1x30 stale _x3 1x90")
    world.silent("UnmappedCodesAppearing", "30m", "33m", "36m", "90m").holds()


SILENT = "The monitor has told nothing of any force for a while: no alert does not mean no missing crime."


def test_the_bureau_is_told_when_the_monitor_itself_is_silent(world: World) -> None:
    world.worker(up="1x30 0x60", tells="1x30 stale").silent("MonitorSilent", "30m", "40m")
    world.fires("MonitorSilent", "42m", SILENT).holds()


def test_the_bureau_is_told_when_the_database_is_away_for_long(world: World) -> None:
    world.worker(tells="1x30 0x60").fires("MonitorSilent", "42m", SILENT).holds()


def test_one_worker_of_two_that_is_down_is_nothing_to_the_bureau(world: World) -> None:
    world.worker(up="1x30 0x60", tells="1x30 stale").worker(name="w2").silent("MonitorSilent", "47m", "80m").holds()


def test_a_restart_does_not_make_the_monitor_silent(world: World) -> None:
    world.worker(up="1x30 0x5 1x60", tells="1x30 stale _x4 1x60").silent("MonitorSilent", "32m", "36m", "60m").holds()
