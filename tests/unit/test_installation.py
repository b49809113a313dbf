"""Whose installation it is: the demo without a file, a real one with it, nothing in between."""

from __future__ import annotations

import pytest

from app.errors import BadInputError, StoreUnavailableError
from app.installation import (
    DEMO,
    FILE_NAME,
    Desk,
    Installation,
    load_installation,
    save_installation,
)

REAL = Installation(
    municipality="霧島市",
    phone="0995-00-0000",
    hours="平日 8:15〜17:00",
    desks=(Desk(name="こども課", phone="0995-00-0001"),),
)


def test_without_a_file_it_is_the_demo(tmp_path):
    assert load_installation(tmp_path) == DEMO
    assert DEMO.demo


def test_what_was_saved_is_loaded_and_is_no_demo(tmp_path):
    path = save_installation(tmp_path / "new", REAL)

    assert load_installation(tmp_path / "new") == REAL
    assert "霧島市" in path.read_text(encoding="utf-8")
    assert not REAL.demo


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param("municipality: [", "YAML", id="no YAML"),
        pytest.param(b"\xff\xfe\x00", "YAML", id="no text"),
        pytest.param("- 霧島市", "全体の形", id="no mapping"),
        pytest.param("", "全体の形", id="empty"),
        pytest.param("municipality: ''", "municipality", id="no name"),
        pytest.param("municipality: 霧島市\ndemoo: true", "demoo", id="misspelt"),
        pytest.param("municipality: 霧島市\ndesks: [{phone: '1'}]", "desks.0.name", id="desk"),
    ],
)
def test_broken_file_is_refused_rather_than_taken_for_the_demo(tmp_path, content, said):
    data = content if isinstance(content, bytes) else content.encode()
    (tmp_path / FILE_NAME).write_bytes(data)

    with pytest.raises(BadInputError, match=said):
        load_installation(tmp_path)


def test_file_that_cannot_be_read_is_told(tmp_path):
    (tmp_path / FILE_NAME).mkdir()

    with pytest.raises(StoreUnavailableError):
        load_installation(tmp_path)


def test_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")

    with pytest.raises(StoreUnavailableError):
        save_installation(tmp_path / "file", REAL)


@pytest.mark.parametrize(
    ("installation", "said"),
    [
        (REAL, "こども課（電話 0995-00-0001、平日 8:15〜17:00）"),
        (REAL.model_copy(update={"desks": ()}), "霧島市（電話 0995-00-0000、平日 8:15〜17:00）"),
        (Installation(municipality="霧島市"), "霧島市"),
    ],
)
def test_people_are_sent_to_the_first_desk(installation, said):
    assert installation.first_desk == said
