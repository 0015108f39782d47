"""What guards every page."""

from datetime import UTC, datetime, timedelta
from importlib import import_module

import pytest
from fastapi.routing import APIRoute
from sqlalchemy import Table

from monitor.errors import UserError
from monitor.settings import Settings, SettingsError, load_settings
from monitor.store.tables import metadata, web_sessions
from monitor.web.access import Act, Role, User
from monitor.web.app import PAGES, create_app
from monitor.web.errors import TooMany
from monitor.web.security import Attempts
from monitor.web.session import AT_MOST, IDLE, SEEN_AGAIN
from monitor.web.signin import local
from tests.builders import FORCE, incident
from tests.web.browsing import Visitor, cookies_set, forms, text_of
from tests.web.conftest import SetClock, Site

OPEN = {"/sign-in", "/sign-in/start", "/sign-in/back", "/signed-out", "/health/live", "/health/ready"}


def routes(method: str) -> list[str]:
    """The addresses of all pages, with a force and reference that are there."""
    found = (route for module in PAGES for route in import_module(module).router.routes)
    paths = {route.path for route in found if isinstance(route, APIRoute) and method in (route.methods or ())}
    return sorted(path.replace("{force}", FORCE).replace("{ref:path}", "INC-1") for path in paths)


@pytest.mark.parametrize("path", [path for path in routes("GET") if path not in OPEN])
def test_no_page_is_shown_to_somebody_who_is_not_signed_in(visitor: Visitor, path: str) -> None:
    answer = visitor.get(path)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in")


@pytest.mark.parametrize("path", routes("POST"))
def test_no_form_is_taken_without_the_sessions_token(site: Site, path: str) -> None:
    site.desk.receive(incident())
    site.desk.review()
    visitor = site.visitor().sign_in()
    history = site.desk.rows
    before = [history(table) for table in _kept()]
    for data, headers in (({}, {}), ({"csrf_token": "guess"}, {}), ({}, {"x-csrf-token": "guess"})):
        answer = visitor.post(path, data, **headers)
        assert answer.status_code == 403
        assert "This form is no longer valid" in text_of(answer.text)
    assert [history(table) for table in _kept()] == before
    assert visitor.get("/").status_code == 200


def _kept() -> list[Table]:
    return [table for name, table in metadata.tables.items() if name not in {"audit_entries", "audit_heads"}]


def test_a_token_of_another_session_is_not_taken(site: Site) -> None:
    stranger, visitor = site.visitor().sign_in(), site.visitor().sign_in()
    (form,) = forms(stranger.get("/").text)[:1]
    assert visitor.post("/sign-out", {"csrf_token": form.fields["csrf_token"]}).status_code == 403
    assert visitor.get("/").status_code == 200


@pytest.mark.parametrize("path", ["/", "/sign-in", "/no-such-page", "/static/no-such-file", "/health/live"])
def test_every_answer_carries_the_policy(visitor: Visitor, path: str) -> None:
    headers = visitor.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"


def test_no_page_holds_a_script_or_style_of_its_own(site: Site) -> None:
    page = site.visitor().sign_in().get("/").text
    assert " style=" not in page
    assert "<style" not in page
    assert all("src=" in script.partition(">")[0] for script in page.split("<script")[1:])


def test_styles_and_scripts_are_kept_for_good(site: Site) -> None:
    page = site.visitor().get("/sign-in").text
    address = page.partition('<link rel="stylesheet" href="')[2].partition('"')[0]
    answer = site.visitor().get(address)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


def test_another_host_name_is_not_served(visitor: Visitor) -> None:
    for name in ("evil.example", "127.0.0.1.evil.example", "evil.example:8080", ""):
        assert visitor.get("/sign-in", host=name).status_code == 421
    for name in ("127.0.0.1:8080", "localhost", "[::1]:9999"):
        assert visitor.get("/sign-in", host=name).status_code == 200


def test_health_answers_by_any_name_and_tells_nothing(visitor: Visitor) -> None:
    assert (visitor.get("/health/live", host="10.0.0.7").text, visitor.get("/health/ready").text) == (
        "alive\n",
        "ready\n",
    )


def test_it_is_not_ready_while_the_database_is_away(site: Site, visitor: Visitor) -> None:
    with site.store.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE queue_version RENAME TO away")
    assert visitor.get("/health/ready").status_code == 503
    assert visitor.get("/health/live").status_code == 200


# Signing in


def test_the_development_sign_in_is_only_for_this_machine(site: Site) -> None:
    far = site.visitor("10.1.2.3")
    answer = far.send(far.get("/sign-in"), "/sign-in/development", name="Sam", role="registrar")
    assert answer.status_code == 404
    assert far.get("/").status_code == 303


def test_it_refuses_to_start_with_the_development_sign_in_beyond_this_machine(settings: Settings, site: Site) -> None:
    for host in ("0.0.0.0", "::", "10.0.0.1", "monitor.example"):
        with pytest.raises(UserError, match="lets anybody in"):
            create_app(settings.model_copy(update={"web_host": host}), site.store)
    for host in ("127.0.0.1", "::1", "localhost"):
        create_app(settings.model_copy(update={"web_host": host}), site.store)
    with pytest.raises(UserError, match="lets anybody in"):
        create_app(settings.model_copy(update={"web_address": "https://monitor.example"}), site.store)
    create_app(settings.model_copy(update={"web_address": "http://localhost:8080"}), site.store)


def test_the_development_sign_in_is_off_unless_asked_for(settings: Settings) -> None:
    assert Settings().development_sign_in is False


def test_it_refuses_to_start_where_nobody_could_sign_in(settings: Settings, site: Site) -> None:
    with pytest.raises(UserError, match="Nobody could sign in: set MONITOR_OIDC_ISSUER"):
        create_app(settings.model_copy(update={"development_sign_in": False}), site.store)


def test_beyond_this_machine_it_wants_to_know_its_own_address(settings: Settings, site: Site) -> None:
    open_to_all = {
        "development_sign_in": False,
        "oidc_issuer": "https://id.example",
        "oidc_client_id": "monitor",
        "web_host": "0.0.0.0",
    }
    with pytest.raises(UserError, match="Set MONITOR_WEB_ADDRESS"):
        create_app(settings.model_copy(update=open_to_all), site.store)
    app = create_app(settings.model_copy(update=open_to_all | {"web_address": "https://monitor.example"}), site.store)
    assert Visitor(app).get("/sign-in", host="monitor.example").status_code == 200


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("WEB_ADDRESS", "http://monitor.example", "must be https://HOST without a path"),
        ("WEB_ADDRESS", "https://monitor.example/queue", "must be https://HOST without a path"),
        ("OIDC_ISSUER", "http://id.example", "must be the https:// address"),
        ("OIDC_ROLE_NAMES", "fcr-team", "must be NAME=ROLE pairs"),
        ("DEVELOPMENT_SIGN_IN", "perhaps", "must be true or false"),
        ("WEB_PORT", "80800", "must be a whole number from 0 to 65535"),
    ],
)
def test_a_setting_that_cannot_be_is_named(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, sentence: str
) -> None:
    monkeypatch.setenv(f"MONITOR_{variable}", value)
    with pytest.raises(SettingsError, match=f"^MONITOR_{variable} {sentence}"):
        load_settings()


def test_the_secret_is_not_in_what_settings_show() -> None:
    assert "s3cret" not in repr(Settings(oidc_client_secret="s3cret"))


@pytest.mark.parametrize("fields", [{"role": "chief"}, {"name": "  "}, {"role": ""}])
def test_a_development_sign_in_needs_a_name_and_a_role(visitor: Visitor, fields: dict[str, str]) -> None:
    answer = visitor.send(visitor.get("/sign-in"), "/sign-in/development", **fields)
    assert answer.status_code == 400
    assert "Enter a name and choose a role." in text_of(answer.text)
    assert visitor.get("/").status_code == 303


def test_a_session_gets_a_new_token_when_somebody_signs_in(visitor: Visitor) -> None:
    """Whoever planted the first one has nothing in hand."""
    visitor.get("/sign-in")
    before = visitor.client.cookies["monitor"]
    visitor.sign_in()
    after = visitor.client.cookies["monitor"]
    assert before != after
    visitor.client.cookies.set("monitor", before, domain="127.0.0.1.local")
    stranger = Visitor(visitor.app)
    stranger.client.cookies.set("monitor", before)
    assert stranger.get("/").status_code == 303


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(visitor: Visitor) -> None:
    (cookie,) = cookies_set(visitor.get("/sign-in"))
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))


def test_signing_out_ends_the_session_itself(visitor: Visitor) -> None:
    token = visitor.sign_in().client.cookies["monitor"]
    visitor.send(visitor.get("/"), "/sign-out")
    assert visitor.get("/").status_code == 303
    copied = Visitor(visitor.app)
    copied.client.cookies.set("monitor", token)
    assert copied.get("/").status_code == 303


def test_the_database_does_not_hold_what_a_browser_shows(site: Site) -> None:
    token = site.visitor().sign_in().client.cookies["monitor"]
    assert token not in repr(site.desk.rows(web_sessions))


@pytest.fixture
def wall(site: Site) -> SetClock:
    """The machine's own time, for sessions."""
    clock = SetClock(datetime(2026, 1, 17, 9, tzinfo=UTC))
    object.__setattr__(site.app.state.parts, "wall", clock)
    return clock


def test_a_session_ends_when_it_lies_idle(site: Site, wall: SetClock) -> None:
    visitor = site.visitor().sign_in()
    wall.at += IDLE - timedelta(seconds=1)
    assert visitor.get("/").status_code == 200
    wall.at += IDLE - timedelta(seconds=1)
    assert visitor.get("/").status_code == 200
    wall.at += IDLE
    assert visitor.get("/").status_code == 303


def test_a_session_ends_with_the_shift_however_busy(site: Site, wall: SetClock) -> None:
    visitor, started = site.visitor().sign_in(), wall.at
    while wall.at - started < AT_MOST - IDLE / 2:
        assert visitor.get("/").status_code == 200
        wall.at += IDLE / 2
    wall.at = started + AT_MOST
    assert visitor.get("/").status_code == 303


def test_a_page_that_is_only_left_open_keeps_nobody_signed_in(site: Site, wall: SetClock) -> None:
    visitor = site.visitor().sign_in()
    wall.at += SEEN_AGAIN * 2
    session = visitor.get("/queue.csv", accept="text/html, text/event-stream")
    assert session.status_code == 200
    wall.at += IDLE - SEEN_AGAIN * 2
    assert visitor.get("/").status_code == 303


def test_attempts_are_counted_an_address_a_minute() -> None:
    now = [0.0]
    attempts = Attempts(a_minute=3, clock=lambda: now[0])
    for _ in range(3):
        attempts.count("10.0.0.1")
    with pytest.raises(TooMany):
        attempts.count("10.0.0.1")
    attempts.count("10.0.0.2")
    now[0] = 60.0
    attempts.count("10.0.0.1")


def test_attempts_forget_addresses_that_went_quiet() -> None:
    now = [0.0]
    attempts = Attempts(clock=lambda: now[0])
    for number in range(Attempts.MOST_ADDRESSES):
        attempts.count(str(number))
    now[0] = 61.0
    attempts.count("one more")
    assert len(attempts._made) == 1


def test_too_many_attempts_to_sign_in_are_put_off(site: Site) -> None:
    visitor = site.visitor()
    page = visitor.get("/sign-in")
    answers = [visitor.send(page, "/sign-in/development", role="nobody") for _ in range(40)]
    assert answers[0].status_code == 400
    assert answers[-1].status_code == 429
    assert 0 < int(answers[-1].headers["retry-after"]) <= 61


@pytest.mark.parametrize("wanted", ["/", "/?filter=firing", "/incidents/a/B%2F1"])
def test_after_signing_in_the_way_leads_to_our_own_pages(wanted: str) -> None:
    assert local(wanted) == wanted


@pytest.mark.parametrize(
    "wanted", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "", "/a\nb", "evil"]
)
def test_after_signing_in_nobody_is_led_elsewhere(wanted: str) -> None:
    assert local(wanted) == "/"


# Roles and forces


def test_roles_add_up() -> None:
    user = User("u", "U", frozenset({Role.OPERATIONS, Role.AUDITOR}), None)
    assert user.may(Act.READ_AUDIT)
    assert not user.may(Act.DECIDE)
    assert not User("u", "U", frozenset(), None).may(Act.SEE_OVERVIEW)


def test_an_act_that_no_role_allows_is_refused_by_name(site: Site) -> None:
    answer = site.visitor().sign_in("operations").get("/")
    assert answer.status_code == 403
    assert "None of your roles lets you see the queue." in text_of(answer.text)


def test_a_page_that_is_not_there_is_said_to_be_missing(visitor: Visitor) -> None:
    answer = visitor.get("/no-such-page")
    assert answer.status_code == 404
    assert "Page not found" in text_of(answer.text)


def test_a_mistake_of_ours_shows_no_details(site: Site) -> None:
    site.app.state.queue = None
    answer = site.visitor().sign_in().get("/")
    assert answer.status_code == 500
    assert "Sorry, there is a problem with the service" in text_of(answer.text)
    assert "NoneType" not in answer.text
    assert "content-security-policy" in answer.headers


def test_a_database_that_is_away_is_said_to_be(site: Site) -> None:
    visitor = site.visitor().sign_in()
    with site.store.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE known_times RENAME TO away")
    answer = visitor.get("/")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "30"
    assert "The database does not answer" in text_of(answer.text)
