"""What is logged, and in which form."""

import io
import json
import logging
import re
from collections.abc import Iterator

import pytest
import structlog

from monitor.telemetry.logs import Mode, Sparing, get_logger, set_up_logs


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def logged(mode: Mode, stream: io.StringIO) -> str:
    set_up_logs(mode, stream)
    get_logger("monitor.test").info("A thing happened.", topic="incidents", messages=3)
    get_logger("monitor.test").debug("Nobody asked for this.")
    return stream.getvalue()


@pytest.mark.parametrize("mode", ["json", "auto"])
def test_without_a_terminal_each_line_is_one_json_object(mode: Mode) -> None:
    (line,) = logged(mode, io.StringIO()).splitlines()
    said = json.loads(line)
    assert list(said)[:4] == ["timestamp", "level", "logger", "event"]
    assert said["event"] == "A thing happened."
    assert (said["level"], said["logger"], said["topic"], said["messages"]) == ("info", "monitor.test", "incidents", 3)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", said["timestamp"])


@pytest.mark.parametrize(("mode", "stream"), [("auto", Terminal()), ("text", io.StringIO())])
def test_at_a_terminal_it_is_text(mode: Mode, stream: io.StringIO) -> None:
    text = logged(mode, stream)
    assert "A thing happened." in text
    assert "{" not in text


@pytest.mark.parametrize("mode", ["json", "text"])
def test_a_traceback_shows_no_values_of_variables(mode: Mode) -> None:
    stream = io.StringIO()
    set_up_logs(mode, stream)

    def judge(victim: str) -> None:
        raise ValueError("it did not work")

    try:
        judge("a person" + " who is nobody's business")
    except ValueError:
        get_logger("monitor.test").exception("An error.")
    assert "ValueError: it did not work" in stream.getvalue()
    assert "business" not in stream.getvalue().replace('"a person" + " who is nobody\'s business"', "").replace(
        r"\"a person\" + \" who is nobody's business\"", ""
    )


def test_libraries_take_the_same_way_and_those_that_repeat_themselves_speak_seldom() -> None:
    stream = io.StringIO()
    set_up_logs("json", stream)
    for number in range(50):
        logging.getLogger("aiokafka.consumer").error("no broker %s", number)
        logging.getLogger("faust.app").error("a thing of Faust %s", number)
        logging.getLogger("faust.app").info("Faust starts")
        logging.getLogger("elsewhere").warning("number %s", number)
    events = [json.loads(line)["event"] for line in stream.getvalue().splitlines()]
    assert events == ["a thing of Faust 0", *(f"number {number}" for number in range(50))]


def test_a_library_may_speak_again_after_a_while() -> None:
    now = [0.0]
    sparing = Sparing(10, lambda: now[0])
    record = logging.makeLogRecord({"name": "faust.worker"})
    passed = []
    for now[0] in (0, 5, 9.9, 10, 19.9, 20):
        passed.append(bool(sparing.filter(record)))
    assert passed == [True, False, False, True, False, True]
    assert sparing.filter(logging.makeLogRecord({"name": "monitor.stream"}))
