"""No container engine runs here: compose.yaml is held to a schema, to the files it mounts, and to the code."""

import json
import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

import jsonschema
import pytest
import yaml

from monitor.broker.server_properties import server_properties
from monitor.cli import COMMANDS
from monitor.observability.configuration import load_configuration
from monitor.observability.grafana_sources import DASHBOARDS
from monitor.settings import PREFIX, Settings
from monitor.web.app import check
from tests.observability.promql import selected
from tests.observability.world import ROOT, shipped_rules

DEPLOY = ROOT / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = [name for name, service in SERVICES.items() if service["image"] == "recording-compliance-monitor"]
ADDRESSES = load_configuration(DEPLOY / "observability.toml").addresses
_VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")


def example() -> dict[str, str]:
    lines = (DEPLOY / "compose.env.example").read_text("utf-8").splitlines()
    return dict(line.lstrip("#").split("=", 1) for line in lines if re.match(r"#?[A-Z_]+=", line))


def filled_in(text: str, **given: str) -> str:
    """As compose would, where a variable is empty or left out."""
    return _VARIABLE.sub(lambda found: given.get(found[1], found[3] if found[2] == "-" else "secret"), text)


def mounts(name: str) -> Iterator[tuple[str, str]]:
    for volume in SERVICES[name].get("volumes", []):
        source, target = filled_in(volume).removesuffix(":ro").rsplit(":", 1)
        yield source, target


def settings_of(name: str, **given: str) -> Settings:
    values = {
        key.removeprefix(PREFIX).lower(): filled_in(value, **given)
        for key, value in SERVICES[name]["environment"].items()
        if filled_in(value, **given)
    }
    del values["force_mappings"]  # a path in the container
    return Settings.model_validate(values)


def test_it_holds_what_compose_reads_and_nothing_misspelt() -> None:
    schema = json.loads((ROOT / "tests/observability/schemas/compose.schema.json").read_text("utf-8"))
    jsonschema.validate(COMPOSE, schema)
    SERVICES["worker"]["enviroment"] = {}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(COMPOSE, schema)
    del SERVICES["worker"]["enviroment"]


@pytest.mark.parametrize("name", SERVICES)
def test_every_mount_exists_and_every_volume_is_declared(name: str) -> None:
    for source, _ in mounts(name):
        if source.startswith("."):
            assert (DEPLOY / source).exists(), source
        else:
            assert source in COMPOSE["volumes"]


def test_no_volume_is_declared_in_vain() -> None:
    used = {source for name in SERVICES for source, _ in mounts(name) if not source.startswith(".")}
    assert used == set(COMPOSE["volumes"])


@pytest.mark.parametrize("name", SERVICES)
def test_what_runs_on_is_watched_and_starts_again(name: str) -> None:
    if name in {"topics", "simulator"}:  # the one ends, the other listens to nobody
        return
    assert SERVICES[name]["healthcheck"]["test"][1]
    assert SERVICES[name]["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", SERVICES)
def test_it_waits_for_services_that_can_be_waited_for(name: str) -> None:
    for other, how in SERVICES[name].get("depends_on", {}).items():
        assert (how["condition"] == "service_healthy") is ("healthcheck" in SERVICES[other])
        assert not SERVICES[other].get("profiles")


@pytest.mark.parametrize("name", OURS)
def test_our_services_run_commands_that_exist_with_settings_that_are_valid(name: str) -> None:
    command, *rest = SERVICES[name]["command"]
    assert command in COMMANDS
    if rest and rest[0].startswith("--"):
        assert rest[0].removeprefix("--") in _options(COMMANDS[command].module)
    variables = {key.removeprefix(PREFIX).lower() for key in SERVICES[name]["environment"]}
    assert variables <= set(Settings.model_fields)
    assert settings_of(name).broker in {"kafka:9092", "127.0.0.1:19092"}


def _options(module: str) -> set[str]:
    return {name.replace("_", "-") for name in import_module(module).command.__annotations__}


def test_every_variable_is_in_the_example_and_needed() -> None:
    text = (DEPLOY / "compose.yaml").read_text("utf-8")
    assert {found[0] for found in _VARIABLE.findall(text)} == set(example())


def test_passwords_have_no_default() -> None:
    for name, sign, _ in _VARIABLE.findall((DEPLOY / "compose.yaml").read_text("utf-8")):
        assert sign == "?" or not name.endswith("PASSWORD")


def test_nothing_is_open_beyond_this_machine() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_the_pages_start_with_a_provider_and_refuse_to_without_one() -> None:
    provider = {"MONITOR_OIDC_ISSUER": "https://sign-in.example.org", "MONITOR_OIDC_CLIENT_ID": "monitor"}
    address = {"MONITOR_WEB_ADDRESS": "https://monitor.example.org"}
    check(settings_of("web", **provider, **address))
    with pytest.raises(Exception, match=r"development-sign-in|OIDC"):
        check(settings_of("web", **address))


def test_the_development_sign_in_stays_on_this_machine() -> None:
    synthetic = settings_of("web-synthetic")
    assert SERVICES["web-synthetic"]["network_mode"] == "host"
    check(synthetic.model_copy(update={"development_sign_in": True}))
    assert "--development-sign-in" not in SERVICES["web"]["command"]


def test_ports_agree_with_the_settings_the_scrape_and_the_addresses() -> None:
    prometheus = yaml.safe_load((DEPLOY / "prometheus/prometheus.yml").read_text("utf-8"))
    (job,) = prometheus["scrape_configs"]
    (found,) = job["dns_sd_configs"]
    worker = settings_of("worker")
    assert (found["names"], found["port"]) == (["worker"], worker.metrics_port)
    assert f"127.0.0.1:{worker.metrics_port}/live" in SERVICES["worker"]["healthcheck"]["test"][-1]
    assert _published("web") == settings_of("web").web_port == urlsplit(ADDRESSES.web).port
    assert settings_of("web-synthetic").web_port == urlsplit(ADDRESSES.web).port
    assert _published("grafana") == urlsplit(ADDRESSES.grafana).port
    assert _published("prometheus") == urlsplit(ADDRESSES.runbooks).port
    assert worker.alertmanager_url == f"http://alertmanager:{_published('alertmanager')}"
    assert prometheus["alerting"]["alertmanagers"][0]["static_configs"][0]["targets"] == ["alertmanager:9093"]


def _published(name: str) -> int:
    (port,) = SERVICES[name]["ports"]
    _, outside, inside = port.split(":")
    assert outside == inside
    return int(outside)


def test_the_worker_links_to_the_pages_and_runbooks_that_the_rules_link_to() -> None:
    worker = settings_of("worker")
    assert (worker.web_address, worker.runbooks_url) == (ADDRESSES.web, ADDRESSES.runbooks)


def test_prometheus_serves_the_runbooks_where_alerts_look_for_them() -> None:
    flags = dict(flag.removeprefix("--").split("=", 1) for flag in SERVICES["prometheus"]["command"])
    mounted = {target: source for source, target in mounts("prometheus")}
    assert mounted[flags["web.user-assets"]] == "../docs/runbooks"
    assert urlsplit(ADDRESSES.runbooks).path == "/user"
    assert flags["config.file"] in mounted
    assert mounted["/etc/prometheus/rules"] == "./prometheus/rules"
    assert flags["storage.tsdb.path"] in mounted


def test_the_rules_name_the_job_that_is_scraped() -> None:
    text = (DEPLOY / "prometheus/prometheus.yml").read_text("utf-8")
    (job,) = yaml.safe_load(text)["scrape_configs"]
    of_targets = [
        rule["expr"] for rule in shipped_rules() if selected(rule["expr"]) & {"up", "process_start_time_seconds"}
    ]
    assert of_targets
    assert all(f'job="{job["job_name"]}"' in expr for expr in of_targets)


def test_the_shipped_times_fit_each_other() -> None:
    """A rule that looks back must see several scrapes, and Alertmanager must not forget between two evaluations."""
    config = yaml.safe_load((DEPLOY / "prometheus/prometheus.yml").read_text("utf-8"))["global"]
    assert (config["scrape_interval"], config["evaluation_interval"]) == ("15s", "30s")
    windows = {int(number) for rule in shipped_rules() for number in re.findall(r"\[(\d+)m\]", rule["expr"])}
    assert min(windows) * 60 >= 4 * 15


def test_grafana_finds_its_files_and_every_variable_they_expand() -> None:
    mounted = {target: source for source, target in mounts("grafana")}
    assert mounted[DASHBOARDS] == "../grafana/dashboards"
    assert mounted["/etc/grafana/provisioning"] == "../grafana/provisioning"
    sources = (ROOT / "grafana/provisioning/datasources/recording-monitor.yaml").read_text("utf-8")
    needed = set(re.findall(r"\$([A-Z_]+)", sources))
    given = SERVICES["grafana"]["environment"]
    assert needed <= set(given)
    home = given["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    assert (ROOT / "grafana/dashboards" / home.removeprefix(f"{DASHBOARDS}/")).is_file()


def test_grafana_reads_the_database_with_a_role_that_can_only_read() -> None:
    script = (DEPLOY / "postgres/10-reader.sh").read_text("utf-8")
    grafana, postgres = SERVICES["grafana"]["environment"], SERVICES["postgres"]["environment"]
    assert f"CREATE ROLE {grafana['DATABASE_READER']} LOGIN" in script
    assert "GRANT SELECT" in script
    assert not re.search(r"GRANT (ALL|INSERT|UPDATE|DELETE)", script)
    assert grafana["DATABASE_NAME"] == postgres["POSTGRES_DB"]
    assert grafana["DATABASE_READER_PASSWORD"] == postgres["READER_PASSWORD"]


def test_kafka_keeps_messages_as_the_embedded_one_does() -> None:
    embedded = dict(line.split("=", 1) for line in server_properties(9092, 9093).splitlines())
    given = SERVICES["kafka"]["environment"]
    for name in (
        "auto.create.topics.enable", "message.max.bytes", "log.message.timestamp.type", "log.retention.ms",
        "process.roles", "node.id", "offsets.topic.replication.factor",
    ):  # fmt: skip
        assert given[f"KAFKA_{name.replace('.', '_').upper()}"] == embedded[name], name


def test_the_image_is_built_from_the_lock_and_from_files_that_exist() -> None:
    build = SERVICES["worker"]["build"]
    dockerfile = (DEPLOY / build["context"] / build["dockerfile"]).read_text("utf-8")
    assert "--require-hashes -r requirements.lock" in dockerfile
    assert re.search(r"^FROM python:3\.(11|12|13)-slim$", dockerfile, re.MULTILINE)
    assert re.search(r"^USER monitor$", dockerfile, re.MULTILINE)
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text("utf-8").splitlines()
    for line in re.findall(r"^COPY (.*)$", dockerfile, re.MULTILINE):
        for source in line.split()[:-1]:
            assert (ROOT / source).exists(), source
            assert f"!{source}" in ignored
    exposed = re.findall(r"^EXPOSE (.*)$", dockerfile, re.MULTILINE)[0].split()
    assert {int(port) for port in exposed} == {Settings().web_port, Settings().metrics_port}
