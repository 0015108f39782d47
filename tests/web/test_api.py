"""The API for programs: tokens, problems, pages, decisions."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import orjson
import pytest
import schemathesis
from hypothesis import Phase, assume, given
from hypothesis import settings as examples
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import positive_data_acceptance
from starlette.testclient import TestClient

from monitor.contract.topics import Topic
from monitor.errors import UserError
from monitor.settings import Settings
from monitor.store import DatabaseAway, Kind, unsent
from monitor.store.audit import entries
from monitor.web.app import create_app
from tests.builders import FORCE, Line, at, crime, decision, incident
from tests.web.conftest import Served, Site
from tests.web.identity import AUDIENCE, CLIENT, OTHER_KEY, SECRET, Identity, access_token, running

CASE = f"/api/v1/incidents/{FORCE}/INC-1"
PROBLEM = "application/problem+json"


@pytest.fixture(scope="module")
def provider() -> Iterator[Identity]:
    with running() as running_provider:
        yield running_provider


@pytest.fixture
def settings(tmp_path: Path, provider: Identity) -> Settings:
    return Settings(
        data_dir=tmp_path,
        oidc_issuer=provider.issuer,
        oidc_client_id=CLIENT,
        oidc_client_secret=SECRET,
        oidc_api_audience=AUDIENCE,
    )


class Program:
    """A caller with a token."""

    def __init__(self, site: Site, token: str) -> None:
        self._client = TestClient(site.app, "http://127.0.0.1:8080", raise_server_exceptions=False)
        self._headers = {"authorization": f"Bearer {token}"}

    def get(self, path: str, **query: Any) -> httpx2.Response:
        return self._client.get(path, params=query, headers=self._headers)

    def post(self, path: str, body: Any, **headers: str) -> httpx2.Response:
        return self._client.post(path, json=body, headers={**self._headers, **headers})

    def walk(self, path: str, name: str, **query: Any) -> Iterator[Any]:
        cursor = None
        while True:
            page = self.get(path, **query, **({"cursor": cursor} if cursor else {})).json()
            yield from page[name]
            cursor = page["next"]
            if cursor is None:
                return

    def decide(self, body: dict[str, Any], key: str = "key-00001", path: str = CASE, **query: str) -> httpx2.Response:
        version = self.get(path).json()["version"]
        asked = "?" + "&".join(f"{name}={value}" for name, value in query.items()) if query else ""
        return self.post(f"{path}/decisions{asked}", body, **{"if-match": version, "idempotency-key": key})


@pytest.fixture
def program(site: Site, provider: Identity) -> Program:
    return Program(site, access_token(provider))


def filled(site: Site, *lines: Line) -> None:
    site.desk.receive(*lines)
    site.desk.review(now=site.clock.at)


def problem(answer: httpx2.Response, status: int) -> dict[str, Any]:
    assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM), answer.text
    found: dict[str, Any] = answer.json()
    assert found["status"] == status
    return found


def test_an_incident_is_told_whole_and_the_look_is_entered(site: Site, program: Program) -> None:
    filled(site, incident(), crime("C1", incident_refs=["INC-1"]))
    answer = program.get(CASE)
    told = answer.json()
    assert answer.headers["etag"] == f'"{told["version"]}"'
    assert told["verdict"]["status"] == "recorded_in_time"
    assert told["log"]["incident_ref"] == "INC-1"
    assert [each["crime_ref"] for each in told["crimes"]] == ["C1"]
    (entry,) = entries(site.store, FORCE)
    content = orjson.loads(entry.content)
    assert (content["action"], entry.incident_ref, content["by"]) == ("looked", "INC-1", "reports")


def test_what_could_not_be_read_about_an_incident_stands_beside_it(site: Site, program: Program) -> None:
    filled(site, incident(), incident(revision=2, updated_at=None))
    (unread,) = program.get(f"/api/v1/incidents/{FORCE}/INC-1").json()["unread"]
    assert (unread["letter"], unread["ref"], unread["reason"], unread["field"], unread["read_since"]) == (
        "incidents/0/1", "INC-1", "missing_field", "updated_at", False,
    )  # fmt: skip


def test_the_queue_is_filtered_as_the_page_filters_it(site: Site, program: Program) -> None:
    filled(
        site, incident(), incident("INC-2", unit="North"), incident("INC-3", unit="North", opening_type="crime.rape")
    )
    assert [row["incident_ref"] for row in program.walk("/api/v1/queue", "incidents")] == ["INC-1", "INC-2", "INC-3"]
    north = {"unit": "North", "severity": "critical", "concern": "firing"}
    assert [row["incident_ref"] for row in program.walk("/api/v1/queue", "incidents", **north)] == ["INC-3"]


def test_a_filter_that_the_queue_does_not_have_is_refused(program: Program) -> None:
    told = problem(program.get("/api/v1/queue", filter="firing"), 422)
    assert told["errors"] == [{"at": ["query", "filter"], "says": "Extra inputs are not permitted"}]


@pytest.mark.parametrize(("path", "name"), [("/api/v1/queue", "incidents"), ("/api/v1/verdicts", "verdicts")])
def test_a_walk_meets_each_incident_once_while_others_arrive(
    site: Site, program: Program, path: str, name: str
) -> None:
    filled(site, *(incident(f"INC-{number:04}") for number in range(0, 1000, 2)))
    met, cursor, late = list[str](), None, iter(range(1, 1000, 2))
    while True:
        page = program.get(path, limit=100, **({"cursor": cursor} if cursor else {})).json()
        met += [row["incident_ref"] for row in page[name]]
        filled(site, *(incident(f"INC-{next(late):04}") for _ in range(20)))
        cursor = page["next"]
        if cursor is None:
            break
    assert len(met) == len(set(met))
    assert {f"INC-{number:04}" for number in range(0, 1000, 2)} <= set(met)
    assert met == sorted(met)


def test_history_is_told_in_pages(site: Site, program: Program) -> None:
    filled(site, incident())
    filled(site, crime())
    filled(site, decision("reject_link", crime_ref="C1"))
    filled(site, incident(revision=2, opening_type="crime.rape"))
    whole = list(program.walk(f"{CASE}/history", "changes", limit=1))
    assert len(whole) == 4
    assert [each["number"] for each in whole] == sorted(each["number"] for each in whole)
    assert whole[0]["cause"] == "incidents"


def test_verdicts_are_exported_as_lines_and_that_is_entered(site: Site, program: Program) -> None:
    filled(site, incident(), incident("INC-2"))
    lines = program.get(f"/api/v1/exports/verdicts/{FORCE}").text.splitlines()
    assert [orjson.loads(line)["incident_ref"] for line in lines] == ["INC-1", "INC-2"]
    assert [orjson.loads(entry.content)["action"] for entry in entries(site.store, FORCE)] == ["exported verdicts"]


@pytest.mark.parametrize(
    "path", [CASE, f"{CASE}/history", f"{CASE}/decisions", f"/api/v1/exports/verdicts/{FORCE}", f"{CASE}-NONE"]
)
def test_another_force_is_as_if_it_were_not_there(site: Site, provider: Identity, path: str) -> None:
    filled(site, incident())
    stranger = Program(site, access_token(provider, forces=["synthetic-elsewhere"]))
    problem(stranger.get(path), 404)
    assert stranger.get("/api/v1/queue").json() == {"incidents": [], "next": None}
    assert stranger.get("/api/v1/verdicts").json() == {"verdicts": [], "next": None}
    assert list(entries(site.store, FORCE)) == []


def test_decisions_of_another_force_are_not_made(site: Site, provider: Identity) -> None:
    filled(site, incident())
    stranger = Program(site, access_token(provider, forces=["synthetic-elsewhere"]))
    headers = {"if-match": "1.0.1", "idempotency-key": "key-00001"}
    problem(stranger.post(f"{CASE}/decisions", {"action": "note", "text": "Seen."}, **headers), 404)


BAD_TOKENS: dict[str, dict[str, Any]] = {
    "over": {"exp": int(time.time()) - 3600},
    "for a person": {"aud": CLIENT},
    "for another application": {"aud": "another"},
    "of another provider": {"iss": "https://elsewhere.example"},
    "without an end": {"exp": None},
    "of nobody": {"sub": None},
}


@pytest.mark.parametrize("wrong", BAD_TOKENS)
def test_a_token_that_is_not_for_this_opens_nothing(site: Site, provider: Identity, wrong: str) -> None:
    answer = Program(site, access_token(provider, **BAD_TOKENS[wrong])).get("/api/v1/queue")
    problem(answer, 401)
    assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'


def test_nor_does_one_that_somebody_else_signed_or_nobody(site: Site, provider: Identity) -> None:
    problem(Program(site, access_token(provider, OTHER_KEY)).get("/api/v1/queue"), 401)
    header, body, _ = access_token(provider).split(".")
    unsigned = "eyJhbGciOiJub25lIn0"  # {"alg":"none"}
    for token in (f"{unsigned}.{body}.", f"{header}.{body}.", "nonsense", "a.b.c"):
        problem(Program(site, token).get("/api/v1/queue"), 401)


def test_without_a_token_one_is_asked_for(site: Site) -> None:
    answer = TestClient(site.app, "http://127.0.0.1:8080").get("/api/v1/queue")
    problem(answer, 401)
    assert answer.headers["www-authenticate"] == "Bearer"


def test_one_bad_token_after_the_other_is_refused_for_a_while(site: Site, program: Program) -> None:
    bad = Program(site, "nonsense")
    for _ in range(30):
        problem(bad.get("/api/v1/queue"), 401)
    answer = bad.get("/api/v1/queue")
    problem(answer, 429)
    assert int(answer.headers["retry-after"]) > 0
    assert program.get("/api/v1/queue").status_code == 200


def test_a_role_may_what_it_may_on_the_pages(site: Site, provider: Identity) -> None:
    filled(site, incident())
    auditor = Program(site, access_token(provider, roles=["auditor"]))
    assert auditor.get(CASE).status_code == 200
    problem(auditor.decide({"action": "note", "text": "Seen."}), 403)
    operations = Program(site, access_token(provider, roles=["operations"]))
    problem(operations.get("/api/v1/queue"), 403)
    bureau = Program(site, access_token(provider, roles=["bureau"]))
    problem(bureau.decide({"action": "set_reported_at", "reported_at": at(1), "rationale": "Said so."}), 403)
    problem(Program(site, access_token(provider, roles=[])).get(CASE), 403)


def test_a_decision_is_made_once_with_its_entry_and_its_message(site: Site, program: Program) -> None:
    filled(site, incident())
    body = {"action": "no_crime", "code": "not_notifiable", "rationale": "No offence on the list.",
            "supervisor_reviewed": True, "victim_informed_at": at(2)}  # fmt: skip
    first = program.decide(body)
    assert first.status_code == 201, first.text
    assert (first.json()["again"], first.json()["verdict"]["status"]) == (False, "no_crime_justified")
    again = program.decide(body)
    assert (again.status_code, again.json()) == (200, first.json() | {"again": True})
    assert [each["action"] for each in program.get(f"{CASE}/decisions").json()["decisions"]] == ["no_crime"]
    actions = [orjson.loads(entry.content)["action"] for entry in entries(site.store, FORCE)]
    assert actions.count("decided") == 1
    sent = [each for each in unsent(site.store) if each.kind is Kind.DECISION]
    assert [(each.topic, orjson.loads(each.value or b"")["action"]) for each in sent] == [(Topic.DECISIONS, "no_crime")]


def test_a_key_is_good_for_one_decision(site: Site, program: Program) -> None:
    filled(site, incident())
    assert program.decide({"action": "note", "text": "One."}).status_code == 201
    assert "used before" in problem(program.decide({"action": "note", "text": "Two."}), 422)["title"]


def test_what_has_changed_meanwhile_is_not_decided_on(site: Site, program: Program) -> None:
    filled(site, incident())
    seen = program.get(CASE).json()["version"]
    filled(site, incident(revision=2))
    body = {"action": "require_crime", "rationale": "A punch was thrown."}
    headers = {"if-match": seen, "idempotency-key": "key-00001"}
    problem(program.post(f"{CASE}/decisions", body, **headers), 409)
    problem(program.post(f"{CASE}/decisions", body, **{"idempotency-key": "key-00001"}), 428)
    assert program.get(f"{CASE}/decisions").json() == {"decisions": []}


def test_a_reason_that_the_law_refuses_is_told_and_made_only_if_insisted_on(site: Site, program: Program) -> None:
    filled(site, incident(victims=[{"person_key": "p1", "confirmed": True}]))
    body = {"action": "no_crime", "code": "victim_declined", "rationale": "Would not say.", "supervisor_reviewed": True}
    foreseen = program.post(f"{CASE}/decisions/check", body).json()
    assert foreseen["after"]["status"] == "unrecorded"
    refused = problem(program.decide(body), 422)
    assert refused["against"] == foreseen["against"]
    assert "third party" in refused["against"][0]["sentence"]
    assert program.get(f"{CASE}/decisions").json() == {"decisions": []}
    assert program.decide(body, even_so="true").status_code == 201


def test_what_an_action_needs_is_named(site: Site, program: Program) -> None:
    filled(site, incident())
    told = problem(program.decide({"action": "accept_link"}), 422)
    assert told["errors"] == [{"at": ["body", "crime_ref"], "says": "crime_ref is missing: accept_link needs it"}] or (
        "crime_ref is missing" in told["detail"]
    )
    problem(program.decide({"action": "abolish"}), 422)
    problem(program.decide({"action": "withdraw", "withdraws": "no-such"}), 404)


def test_a_decision_is_withdrawn_by_who_may(site: Site, program: Program, provider: Identity) -> None:
    filled(site, incident(), decision("require_crime", decided_by="somebody-else"))
    (made,) = program.get(f"{CASE}/decisions").json()["decisions"]
    body = {"action": "withdraw", "withdraws": made["decision_id"]}
    bureau = Program(site, access_token(provider, roles=["bureau"]))
    problem(bureau.decide(body), 403)
    assert program.decide(body).status_code == 201
    told = program.get(f"{CASE}/decisions").json()["decisions"]
    assert told[0]["withdrawn_by"] == told[1]["decision_id"]


@pytest.mark.parametrize("cursor", ["nonsense", "W10", "WzEsMl0", "WyJhIiwiYlx1MDAwMCJd", "%ff"])
def test_a_cursor_that_is_none_of_ours_is_a_problem(program: Program, cursor: str) -> None:
    problem(program.get("/api/v1/queue", cursor=cursor), 400)


def test_a_database_that_is_away_is_waited_for(site: Site, program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise DatabaseAway("gone")

    monkeypatch.setattr("monitor.web.api.reading.standing_after", away)
    answer = program.get("/api/v1/queue")
    problem(answer, 503)
    assert answer.headers["retry-after"] == "30"


def test_a_mistake_of_ours_tells_nothing_of_itself(
    site: Site, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a secret")

    monkeypatch.setattr("monitor.web.api.reading.standing_after", broken)
    assert "secret" not in str(problem(program.get("/api/v1/queue"), 500))


def test_headers_guard_it_and_no_cookie_opens_it(site: Site, program: Program) -> None:
    answer = program.get("/api/v1/queue")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "set-cookie" not in answer.headers
    problem(program.get("/api/v1/nothing"), 404)
    problem(program.post("/api/v1/queue", {}), 405)


def test_without_its_setting_there_is_no_api(site: Site, settings: Settings, provider: Identity) -> None:
    app = create_app(settings.model_copy(update={"oidc_api_audience": None}), site.store)
    answer = TestClient(app, "http://127.0.0.1:8080").get(
        "/api/v1/queue", headers={"authorization": f"Bearer {access_token(provider)}"}
    )
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"oidc_issuer": None, "development_sign_in": True}, "needs MONITOR_OIDC_ISSUER"),
        ({"oidc_api_audience": CLIENT}, "must not be"),
    ],
)
def test_settings_that_contradict_are_refused(
    site: Site, settings: Settings, changed: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(UserError, match=sentence):
        create_app(settings.model_copy(update=changed), site.store)


def test_its_document_is_served_to_everybody(site: Site) -> None:
    served = TestClient(site.app, "http://127.0.0.1:8080").get("/api/v1/openapi.json").json()
    assert served["info"]["title"] == "Recording compliance monitor"
    assert "/incidents/{force}/{ref}/decisions" in served["paths"]


DOTS = {"", ".", ".."}  # of a path: whoever sends it takes them out, and asks for another


def segments_of(case: schemathesis.Case[Any]) -> set[str]:
    return {segment for value in case.path_parameters.values() for segment in str(value).split("/")}


def test_whatever_is_sent_the_answers_are_as_the_document_says(served: Served, provider: Identity) -> None:
    """With a valid token, on real incidents and on any others.

    What a schema cannot say, such as what a cursor is or what an action needs, may well be refused.
    """
    filled(served.site, incident(), crime("C1", incident_refs=[]), incident("INC-2"), decision("note", text="Seen."))
    served.site.app.state.attempts._most = 100_000  # it sends many a bad token on purpose
    api = schemathesis.openapi.from_url(f"{served.address}/api/v1/openapi.json")
    token = access_token(provider)

    @api.auth()
    class Token:
        def get(self, *_: object) -> str:
            return token

        def set(self, case: schemathesis.Case[Any], data: str, *_: object) -> None:
            case.headers["authorization"] = f"Bearer {data}"

    asked = 0
    for result in api.get_all_operations():
        assert isinstance(result, Ok)

        @given(case=result.ok().as_strategy())
        @examples(max_examples=25, deadline=None, derandomize=True, database=None, phases=(Phase.generate,))
        def send(case: schemathesis.Case[Any]) -> None:
            nonlocal asked
            assume(DOTS.isdisjoint(segments_of(case)))
            asked += 1
            case.call_and_validate(excluded_checks=[positive_data_acceptance])

        send()
    assert asked > 100
