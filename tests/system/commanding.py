"""Commands run in this process, for tests that run many of them."""

import io
import sys
from contextlib import redirect_stderr
from typing import NamedTuple

import pytest

from monitor.cli import main
from monitor.settings import Settings
from tests.conftest import environment_of


class Outcome(NamedTuple):
    code: int
    raw: bytes
    err: str

    @property
    def out(self) -> str:
        return self.raw.decode()

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


class Commands:
    """`monitor …` as a user of these settings runs it."""

    def __init__(self, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
        self._settings, self._monkeypatch = settings, monkeypatch

    def __call__(self, *arguments: str) -> Outcome:
        buffer, err = io.BytesIO(), io.StringIO()
        out = io.TextIOWrapper(buffer, "utf-8", write_through=True)
        with self._monkeypatch.context() as patched, redirect_stderr(err):
            for name, value in environment_of(self._settings).items():
                patched.setenv(name, value)
            patched.setattr(sys, "stdout", out)
            code = _code(arguments)
            out.flush()
        return Outcome(code, buffer.getvalue(), err.getvalue())


def _code(arguments: tuple[str, ...]) -> int:
    try:
        main(arguments)
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0
