import socket
from pathlib import Path

import httpx2
import pytest

from monitor.cli.pages import pages
from monitor.errors import UserError
from monitor.settings import Settings


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


def test_pages_beside_other_things_answer_and_end_with_them(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, web_port=free_port())
    with pages(settings) as address:
        assert "Development sign-in" in httpx2.get(f"{address}/sign-in").text
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(address)


def test_with_a_provider_nobody_is_let_in_without_it(tmp_path: Path) -> None:
    settings = Settings(
        data_dir=tmp_path, web_port=free_port(), oidc_issuer="https://id.example", oidc_client_id="monitor"
    )
    with pages(settings) as address:
        assert "Development sign-in" not in httpx2.get(f"{address}/sign-in").text


def test_pages_that_cannot_be_served_are_told_of(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, web_port=free_port(), web_host="203.0.113.7")
    with pytest.raises(UserError, match="could not be served"), pages(settings):
        pytest.fail("nothing is served")


def test_a_port_that_something_else_serves_is_not_taken_for_the_pages(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, web_port=free_port())
    with pages(settings) as address:
        with pytest.raises(UserError, match=r"Something is served at .* already"), pages(settings):
            pytest.fail("nothing is served")
        assert httpx2.get(f"{address}/health/live").status_code == 200
