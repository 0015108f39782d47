from collections.abc import Iterator
from urllib.parse import urlsplit

from monitor.doctor.facts import Facts
from monitor.doctor.finding import Finding, fail, ok, warn
from monitor.doctor.gather import alertmanager_address, issuer_address
from monitor.settings_web import is_loopback


def check_settings(facts: Facts) -> Iterator[Finding]:
    settings = facts.settings
    prefix = f", topics begin with {settings.topic_prefix!r}" if settings.topic_prefix else ""
    yield ok("settings", f"Broker {settings.broker}, database {facts.database.name}, group {settings.group}{prefix}.")
    if settings.clock is not None:
        sentence = f"The clock stands at {settings.clock:%Y-%m-%d %H:%M} UTC: no deadline ever passes."
        yield warn("settings", sentence, "Take MONITOR_CLOCK away, unless this is a test.")
    if settings.dead_letter_run == 0 and settings.dead_letter_share == 1:
        sentence = "There is no limit to dead letters: a bad release upstream diverts everything it sends."
        yield warn("settings", sentence, "Set MONITOR_DEAD_LETTER_RUN or MONITOR_DEAD_LETTER_SHARE.")
    if not is_loopback(settings.metrics_host):
        sentence = f"Metrics are served at {settings.metrics_host} to anybody who can reach it."
        yield warn("settings", sentence, "Let only Prometheus and the probes through, or set MONITOR_METRICS_HOST.")


def check_web(facts: Facts) -> Iterator[Finding]:
    settings = facts.settings
    if settings.development_sign_in:
        sentence = "Anybody on this machine may sign in to the pages as whoever they say they are."
        yield warn("web", sentence, "Take MONITOR_DEVELOPMENT_SIGN_IN away, unless this is a demonstration.")
    given = (settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret)
    if any(given) and not all(given):
        sentence = "The sign-in is set in part: it needs an issuer, a client id and a client secret."
        yield fail("web", sentence, "Set MONITOR_OIDC_ISSUER, MONITOR_OIDC_CLIENT_ID and MONITOR_OIDC_CLIENT_SECRET.")
    if settings.oidc_api_audience and (
        not settings.oidc_issuer or settings.oidc_api_audience == settings.oidc_client_id
    ):
        sentence = (
            "The API has an audience, and no provider or the pages' own client id for it: `monitor web` will not start."
        )
        yield fail("web", sentence, "Set MONITOR_OIDC_ISSUER, and an audience of its own in MONITOR_OIDC_API_AUDIENCE.")
    if settings.oidc_issuer and settings.web_address is None and not is_loopback(settings.web_host):
        sentence = "Users are sent back from the sign-in to an address that is not set."
        yield fail("web", sentence, "Set MONITOR_WEB_ADDRESS to how users reach the pages.")
    yield from _answers(facts, "web", "The sign-in's provider", issuer_address(settings), "MONITOR_OIDC_ISSUER")
    yield from _answers(
        facts, "alertmanager", "Alertmanager", alertmanager_address(settings), "MONITOR_ALERTMANAGER_URL"
    )


def _answers(facts: Facts, check: str, who: str, address: str | None, variable: str) -> Iterator[Finding]:
    if address is None:
        return
    host = urlsplit(address).netloc
    if why := facts.answers.get(address):
        yield fail(check, f"{who} at {host} does not answer as it should: {why}.", f"See to it, or mend {variable}.")
    else:
        yield ok(check, f"{who} at {host} answers.")
