"""Alerts of single incidents to Alertmanager, beside those that Prometheus raises by force.

What ought to stand there is what fires in the store; what does stand there, Alertmanager is asked. So neither a worker
nor an Alertmanager that starts anew loses an alert, leaves one standing, or tells of one twice.
"""

import time
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from http.client import HTTPException
from typing import Any, Protocol
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import orjson

from monitor.settings import Settings
from monitor.store.bulk import Key
from monitor.store.firing import FiringIncident, firing_incidents
from monitor.store.queue import latest_version
from monitor.stream.alert_texts import Post, Wording, key_of, resolved, worst_first
from monitor.stream.loops import Loop
from monitor.stream.outages import Outage
from monitor.telemetry.metrics import POSTS

IDLE_SECONDS = 0.5
REFRESH_SECONDS = 60.0  # one that started anew has forgotten all alerts
AFTER_FAILURE = 5.0
_TIMEOUT = 10.0  # seconds
_AT_ONCE = 500  # alerts a request


class AlertmanagerAway(Exception):  # noqa: N818 - a state to wait out, not a mistake
    """It does not answer, or refuses what is posted."""


class Alerts(Protocol):
    """What there is to be asked and told of Alertmanager. Both raise AlertmanagerAway."""

    def standing(self) -> list[Post]:
        """The alerts of this monitor that stand there."""
        ...

    def post(self, alerts: Sequence[Post]) -> None: ...


class Alertmanager:
    """By its API, version 2."""

    def __init__(self, url: str, monitor: str) -> None:
        self._alerts = f"{url}/api/v2/alerts"
        self._ours = urlencode({"filter": f'monitor="{monitor}"'})

    def standing(self) -> list[Post]:
        answer = self._ask(f"{self._alerts}?{self._ours}")
        try:
            found: list[Post] = orjson.loads(answer)
        except orjson.JSONDecodeError as error:
            raise AlertmanagerAway(f"its answer is not JSON: {error}") from None
        return found

    def post(self, alerts: Sequence[Post]) -> None:
        for start in range(0, len(alerts), _AT_ONCE):
            self._ask(self._alerts, orjson.dumps(alerts[start : start + _AT_ONCE]))

    def _ask(self, url: str, body: bytes | None = None) -> bytes:
        request = Request(url, body, {"Content-Type": "application/json"})  # noqa: S310 - the settings allow http(s) only
        try:
            with urlopen(request, timeout=_TIMEOUT) as response:  # noqa: S310
                return bytes(response.read())
        except (OSError, HTTPException, ValueError) as error:  # HTTPError is an OSError; one cut short an HTTPException
            raise AlertmanagerAway(str(error) or repr(error)) from None


class IncidentAlerts(Loop):
    """Posts what changes at once, and all that stands every so often."""

    def __init__(self, engine: Any, alerts: Alerts, wording: Wording) -> None:
        super().__init__("alertmanager")
        self._engine, self._alerts, self._wording = engine, alerts, wording
        self._outage = Outage("alertmanager")
        self._leads = False
        for outcome in ("taken", "failed"):
            POSTS.labels(outcome)  # so that the first is an increase
        self._posted: dict[Key, Post] = {}
        self._version = 0
        self._refresh_at = 0.0

    @classmethod
    def of(cls, engine: Any, settings: Settings) -> "IncidentAlerts | None":
        """None where no Alertmanager is set, and in a shadow."""
        if settings.alertmanager_url is None or settings.shadow:
            return None
        web = settings.web_address or f"http://{settings.web_host}:{settings.web_port}"
        monitor = settings.consumer_group
        wording = Wording(monitor, web, settings.runbooks_url)
        return cls(engine, Alertmanager(settings.alertmanager_url, monitor), wording)

    def lead(self, leads: bool) -> None:
        """Whether it is this worker, of all in the group, that posts."""
        if leads != self._leads:
            self._leads, self._refresh_at = leads, 0.0
            self.wake()

    def step(self) -> float:
        if not self._leads:
            return IDLE_SECONDS
        try:
            self._refresh() if time.monotonic() >= self._refresh_at else self._post_changes()
        except AlertmanagerAway as away:
            POSTS.labels("failed").inc()
            self._outage.failed(away)
            self._refresh_at = 0.0  # what could not be told is found again
            return AFTER_FAILURE
        self._outage.over()
        return IDLE_SECONDS

    def _refresh(self) -> None:
        version = latest_version(self._engine)  # before what fires is read: nothing falls between
        firing = self._alerts_of(firing_incidents(self._engine))
        self._post(firing.values(), self._alerts.standing())
        self._posted, self._version = firing, version
        self._refresh_at = time.monotonic() + REFRESH_SECONDS

    def _post_changes(self) -> None:
        if latest_version(self._engine) == self._version:
            return
        changed = firing_incidents(self._engine, self._version)
        firing = self._alerts_of(each for each in changed if each.fires)
        before = [self._posted.pop(each.key) for each in changed if each.key in self._posted]
        self._posted |= firing
        self._post(firing.values(), before)
        self._version = max((each.version for each in changed), default=self._version)

    def _alerts_of(self, incidents: Iterable[FiringIncident]) -> dict[Key, Post]:
        now = datetime.now(UTC)
        return {each.key: self._wording.firing(each, now) for each in sorted(incidents, key=worst_first)}

    def _post(self, firing: Collection[Post], before: Iterable[Post]) -> None:
        """What fires, and that of what stood before the rest is over."""
        standing = set(map(key_of, firing))
        over = [resolved(each, datetime.now(UTC)) for each in before if key_of(each) not in standing]
        if over or firing:
            self._alerts.post([*over, *firing])
            POSTS.labels("taken").inc()
