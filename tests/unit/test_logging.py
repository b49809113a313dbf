"""One line a record, with what an operator needs and nothing that a person wrote."""

import io
import logging
import re
import warnings

import pytest

from app.errors import BadInputError
from app.logging import OUR_PACKAGES, configure_logging, request_id


@pytest.fixture
def lines():
    """The lines written so far, as a function; logging is put back as it was."""
    root = logging.getLogger()
    loggers = [root, *(logging.getLogger(name) for name in OUR_PACKAGES)]
    levels = [logger.level for logger in loggers]
    handlers = root.handlers[:]
    stream = io.StringIO()
    configure_logging("INFO", stream)
    yield lambda: stream.getvalue().splitlines()
    logging.captureWarnings(capture=False)
    root.handlers[:] = handlers
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)


def test_a_record_is_one_line_of_named_fields(lines):
    logging.getLogger("app.boundary").info("GET %s", "/questions")

    [line] = lines()
    assert re.fullmatch(
        r"time=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+09:00 level=INFO logger=app\.boundary "
        r'message="GET /questions"',
        line,
    )


def test_the_request_being_served_is_named(lines):
    token = request_id.set("4f1d")
    try:
        logging.getLogger("app").info("inside")
    finally:
        request_id.reset(token)
    logging.getLogger("app").info("outside")

    inside, outside = lines()
    assert " request=4f1d " in inside
    assert "request=" not in outside


@pytest.mark.parametrize("separator", ["\n", "\r\n", "\x0b", "\x1c", "\x85", "\u2028", "\u2029"])
def test_a_message_cannot_begin_a_line_of_its_own(lines, separator):
    logging.getLogger("app").info('first%ssecond " level=ERROR', separator)

    [line] = lines()
    assert line.endswith(r'second \" level=ERROR"')


def test_of_an_exception_the_place_is_written_and_not_its_message(lines):
    try:
        raise ValueError("山田太郎さんの相談")
    except ValueError:
        logging.getLogger("app").exception("unexpected")

    [line] = lines()
    assert 'fault="ValueError at test_logging.py:' in line
    assert "山田" not in line


def test_libraries_are_silent_below_warning_whatever_our_level(lines):
    configure_logging("DEBUG", logging.getLogger().handlers[0].stream)
    chatty = logging.getLogger("openai._base_client")
    chatty.setLevel(logging.DEBUG)
    chatty.debug("the whole request")
    logging.getLogger("openai").warning("a rate limit")
    logging.getLogger("rag.retriever").debug("ours")

    library, ours = lines()
    assert "a rate limit" in library
    assert "ours" in ours


def test_ours_are_silent_below_the_level(lines):
    configure_logging("error", logging.getLogger().handlers[0].stream)
    logging.getLogger("app").warning("too quiet")

    assert lines() == []


def test_warnings_of_python_are_records_too(lines):
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=True)
        warnings.warn("old", DeprecationWarning, stacklevel=1)
        logging.captureWarnings(capture=False)

    [line] = lines()
    assert "logger=py.warnings" in line


def test_configuring_twice_does_not_write_twice(lines):
    configure_logging("INFO", logging.getLogger().handlers[0].stream)
    logging.getLogger("app").info("once")

    assert len(lines()) == 1


def test_an_unknown_level_is_refused_with_the_names_of_the_known():
    with pytest.raises(BadInputError, match="YORISOI_LOG_LEVEL は DEBUG、INFO"):
        configure_logging("loud")
