"""Signing in with OpenID Connect, against a provider that can be made to lie."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from monitor.settings import Settings
from monitor.store import open_store
from monitor.web.app import create_app
from tests.builders import incident
from tests.store.desk import Desk
from tests.web.browsing import Visitor, cookies_set, text_of
from tests.web.identity import CLIENT, NEXT_KEY, OTHER_KEY, SECRET, Identity, running


@pytest.fixture
def identity() -> Iterator[Identity]:
    with running() as provider:
        yield provider


@pytest.fixture
def settings(tmp_path: Path, identity: Identity) -> Settings:
    return Settings(
        data_dir=tmp_path,
        oidc_issuer=identity.issuer,
        oidc_client_id=CLIENT,
        oidc_client_secret=SECRET,
        oidc_role_names="fcr-team=registrar, control-room=bureau",
    )


def come_back(visitor: Visitor, wanted: str = "/") -> httpx2.Response:
    """To the provider and back, as a browser is led."""
    left = visitor.get(f"/sign-in/start?next={wanted}")
    assert left.status_code == 303, text_of(left.text)
    back = httpx2.get(left.headers["location"], follow_redirects=False).headers["location"]
    parts = urlsplit(back)
    return visitor.get(f"{parts.path}?{parts.query}")


def test_who_the_provider_knows_is_signed_in_and_led_on(visitor: Visitor) -> None:
    answer = come_back(visitor, "/%3Fseverity%3Dhigh")
    assert (answer.status_code, answer.headers["location"]) == (303, "/?severity=high")
    assert "Priya Example (Registrar)" in text_of(visitor.get("/").text)


def test_there_is_no_other_way_in(visitor: Visitor) -> None:
    page = visitor.get("/sign-in")
    assert "Sign in with your force account" in page.text
    assert "development" not in page.text
    token = visitor.get("/sign-in").text.partition('name="csrf_token" value="')[2].partition('"')[0]
    answer = visitor.post("/sign-in/development", {"name": "Sam", "role": "registrar"}, **{"x-csrf-token": token})
    assert answer.status_code in {403, 404}
    assert visitor.get("/").status_code == 303


def test_roles_go_by_the_providers_names_too(visitor: Visitor, identity: Identity) -> None:
    identity.claims["roles"] = ["control-room", "somebody-elses-role"]
    come_back(visitor)
    assert "Priya Example (Bureau)" in text_of(visitor.get("/").text)


def test_claims_may_be_nested_written_as_text_and_told_by_the_user_info(settings: Settings, identity: Identity) -> None:
    del identity.claims["roles"], identity.claims["forces"]
    identity.user_info = {
        "sub": "u-17",
        "realm_access": {"roles": "auditor"},
        "area": "Synthetic-Northshire , synthetic-b",
    }
    other = settings.model_copy(update={"oidc_roles_claim": "realm_access.roles", "oidc_forces_claim": "area"})
    visitor = Visitor(create_app(other, open_store(settings.database_url)))
    come_back(visitor)
    assert "Priya Example (Auditor)" in text_of(visitor.get("/").text)


def test_only_the_forces_of_the_account_are_seen(visitor: Visitor, site: object, settings: Settings) -> None:
    desk = Desk(open_store(settings.database_url))
    desk.receive(incident("INC-1"), incident("INC-2", force="synthetic-elsewhere"))
    desk.review()
    come_back(visitor)
    page = text_of(visitor.get("/").text)
    assert "INC-1" in page
    assert "INC-2" not in page


def no_role(identity: Identity) -> None:
    identity.claims["roles"] = ["somebody-elses-role"]


def no_force(identity: Identity) -> None:
    identity.claims["forces"] = []


def impossible_force(identity: Identity) -> None:
    identity.claims["forces"] = ["x" * 1000]


def other_key(identity: Identity) -> None:
    identity.signs_with = OTHER_KEY


def other_audience(identity: Identity) -> None:
    identity.claims["aud"] = "another-application"


def other_party(identity: Identity) -> None:
    identity.claims["azp"] = "another-application"


def other_nonce(identity: Identity) -> None:
    identity.claims["nonce"] = "of-another-sign-in"


def expired(identity: Identity) -> None:
    identity.claims["exp"] = int(time.time()) - 3600


def other_issuer(identity: Identity) -> None:
    identity.claims["iss"] = "https://elsewhere.example"


def nobody(identity: Identity) -> None:
    identity.claims["sub"] = ""


def info_of_another(identity: Identity) -> None:
    identity.user_info = {"sub": "u-18", "name": "Somebody Else"}


def refusing(identity: Identity) -> None:
    identity.refuses = True


@pytest.mark.parametrize(
    "lie",
    [no_role, no_force, impossible_force, other_key, other_audience, other_party, other_nonce, expired, other_issuer,
     nobody, info_of_another, refusing],
)  # fmt: skip
def test_nobody_is_let_in_on_what_cannot_be_trusted(
    visitor: Visitor, identity: Identity, lie: Callable[[Identity], None]
) -> None:
    lie(identity)
    answer = come_back(visitor)
    assert answer.status_code == 403
    assert "You could not be signed in" in text_of(answer.text)
    assert visitor.get("/").status_code == 303


def test_an_answer_that_this_browser_did_not_ask_for_is_refused(
    visitor: Visitor, site: object, settings: Settings
) -> None:
    left = visitor.get("/sign-in/start")
    back = urlsplit(httpx2.get(left.headers["location"]).headers["location"])
    stranger = Visitor(visitor.app)
    assert stranger.get(f"{back.path}?{back.query}").status_code == 403
    stranger.get("/sign-in/start")
    assert stranger.get(f"{back.path}?{back.query}").status_code == 403
    assert stranger.get("/").status_code == 303


def test_a_code_is_good_for_one_sign_in(visitor: Visitor) -> None:
    left = visitor.get("/sign-in/start")
    back = urlsplit(httpx2.get(left.headers["location"]).headers["location"])
    assert visitor.get(f"{back.path}?{back.query}").status_code == 303
    assert visitor.get(f"{back.path}?{back.query}").status_code == 403


def test_the_provider_may_change_its_keys(visitor: Visitor, identity: Identity) -> None:
    come_back(visitor)
    identity.key = NEXT_KEY
    again = Visitor(visitor.app)
    assert come_back(again).status_code == 303


def test_a_provider_that_calls_itself_otherwise_is_not_gone_to(visitor: Visitor, identity: Identity) -> None:
    identity.names_itself = "https://elsewhere.example"
    assert visitor.get("/sign-in/start").status_code == 403


def test_a_provider_that_is_away_is_said_to_be(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, oidc_issuer="http://127.0.0.1:9/realm", oidc_client_id=CLIENT)
    visitor = Visitor(create_app(settings, open_store(settings.database_url)))
    answer = visitor.get("/sign-in/start")
    assert answer.status_code == 503
    assert "The sign-in service does not answer" in text_of(answer.text)


def test_behind_an_address_of_its_own_the_cookie_travels_over_tls_only(settings: Settings) -> None:
    other = settings.model_copy(update={"web_address": "https://monitor.example"})
    visitor = Visitor(create_app(other, open_store(settings.database_url)))
    left = visitor.get("/sign-in/start")
    (cookie,) = cookies_set(left)
    assert cookie.startswith("__Host-monitor=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
    query = parse_qs(urlsplit(left.headers["location"]).query)
    assert query["redirect_uri"] == ["https://monitor.example/sign-in/back"]
    assert left.headers["strict-transport-security"].startswith("max-age=")


def test_signing_out_ends_the_session_and_names_the_providers_own_way_out(visitor: Visitor, identity: Identity) -> None:
    come_back(visitor)
    kept = visitor.client.cookies["monitor"]
    assert visitor.send(visitor.get("/"), "/sign-out").headers["location"] == "/signed-out"
    assert f"{identity.issuer}/leave" in visitor.get("/signed-out").text
    visitor.client.cookies.set("monitor", kept)
    assert visitor.get("/").status_code == 303  # who copied the cookie has nothing in it


def test_a_signed_in_person_cannot_be_led_out_of_the_session(visitor: Visitor) -> None:
    come_back(visitor)
    assert visitor.get("/sign-in/start").headers["location"] == "/"
    assert visitor.get("/").status_code == 200
