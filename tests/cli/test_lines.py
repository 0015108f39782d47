"""Files of lines, as the commands read them."""

from pathlib import Path

import pytest

from monitor.cli.lines import opened
from monitor.errors import UserError


def test_lines_that_hold_something_come_with_their_numbers_and_without_a_mark(tmp_path: Path) -> None:
    (tmp_path / "events").write_bytes(b"\xef\xbb\xbf{}\n \n[]")
    with opened(tmp_path / "events") as lines:
        assert [*lines] == [(1, b"{}\n"), (3, b"[]")]


def test_a_mark_alone_is_nothing(tmp_path: Path) -> None:
    (tmp_path / "events").write_bytes(b"\xef\xbb\xbf\n")
    with opened(tmp_path / "events") as lines:
        assert [*lines] == []


def test_what_is_no_file_is_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be read: Is a directory"), opened(tmp_path):
        pass
