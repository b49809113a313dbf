import json

import pytest

from evals.errors import GoldenError
from evals.guardrails.cases import MaskCase, OutputCase, has_cases, load_cases
from evals.guardrails.mask import OURS, PEER, mask_misses, mask_sections, run_mask
from evals.guardrails.spans import MaskResult, Predicted, prose_places
from evals.place import Place

TEXT = "佐藤花子です。電話は090-0000-1234です。"
NAME, PHONE = (0, 4), (10, 23)


def case(text=TEXT, spans=(("PERSON", *NAME), ("PHONE", *PHONE)), **changes):
    findings = [{"type": type_, "start": start, "end": end} for type_, start, end in spans]
    fields = {"id": "m-1", "text": text, "source": "resident", "findings": findings}
    return MaskCase.model_validate(fields | changes)


def result(*predicted, of=None):
    return MaskResult(of or case(), tuple(Predicted(*each) for each in predicted))


class TestOneFinding:
    @pytest.mark.parametrize(
        ("predicted", "is_found", "is_hidden"),
        [
            (("PHONE", *PHONE), True, True),
            (("PHONE", 8, 24), True, True),
            (("PHONE", 10, 22), False, False),
            (("MY_NUMBER", *PHONE), False, True),
            (("PERSON", *NAME), False, False),
        ],
    )
    def test_counts_when_one_of_its_type_covers_it(self, predicted, is_found, is_hidden):
        found, span = result(predicted), case().findings[1]
        assert (found.is_found(span), found.is_hidden(span)) == (is_found, is_hidden)

    def test_two_halves_hide_a_name_but_do_not_find_it(self):
        found, span = result(("PERSON", 0, 2), ("PERSON", 2, 4)), case().findings[0]
        assert (found.is_found(span), found.is_hidden(span)) == (False, True)

    def test_a_gap_between_two_names_need_not_be_hidden(self):
        gapped = case("佐藤 花子です", [("PERSON", 0, 5)])
        found = result(("PERSON", 0, 2), ("PERSON", 3, 5), of=gapped)
        assert found.is_hidden(gapped.findings[0])


@pytest.mark.parametrize(
    ("predicted", "is_right"),
    [
        (("PERSON", 0, 6), True),
        (("PERSON", 0, 9), False),
        (("ADDRESS", *NAME), False),
        (("PERSON", *PHONE), False),
    ],
)
def test_what_was_found_is_right_when_most_of_it_is(predicted, is_right):
    assert result(predicted).is_right(Predicted(*predicted)) is is_right


def test_marks_are_none_of_the_identifiers():
    marked = case("部外秘 佐藤です", [("CLASSIFICATION_MARK", 0, 3), ("PERSON", 4, 6)])
    assert [each.type for each in marked.identifiers] == ["PERSON"]


@pytest.mark.parametrize(
    ("text", "is_prose"),
    [
        ("担当の佐藤さんから、折り返しの電話がありました。", True),
        ("氏名\t佐藤花子\t住所 山形市緑町のほう", False),
        ("申請者氏名 佐藤花子 生年月日", False),
        ("佐藤です", False),
    ],
)
def test_prose_is_what_reads_as_a_sentence(text, is_prose):
    assert bool(prose_places(text)) is is_prose


def test_places_of_prose_are_those_of_its_lines():
    text = "氏名 佐藤花子\nきのう窓口に来て、手続きを終えました。"
    assert prose_places(text) == set(range(8, len(text)))


class Finder:
    """Finds what it is told to, and remembers when it was asked."""

    def __init__(self, name, asked, *found):
        self.name, self.asked, self.found = name, asked, found

    def __call__(self, text):
        self.asked.append((self.name, text))
        return [Predicted(*each) for each in self.found]


@pytest.fixture
def runs():
    clean = case("補助率は1/2です。", [], id="m-2")
    asked: list[tuple[str, str]] = []
    ours = Finder("ours", asked, ("PERSON", *NAME), ("PHONE", 5, 7))
    run = run_mask({OURS: ours, PEER: Finder("peer", asked)}, [case(), clean])
    return run, asked


def test_who_goes_first_changes_with_every_message(runs):
    assert [name for name, _ in runs[1]][2:] == ["ours", "peer", "peer", "ours"]


def figures(runs, split):
    sections = mask_sections(Place("guardrails", split), runs)
    cells = [cell for section in sections for row in section.rows for cell in row.cells]
    listed = [figure for section in sections for figure in section.figures]
    return {each.key: each for each in [*cells, *listed] if not isinstance(each, str)}


def test_figures_stand_beside_those_of_the_peer(runs):
    found = figures(runs[0], "dev")
    start = "guardrails/dev/mask"
    assert found[f"{start}/recall"].value == 0.5
    assert found[f"{start}/recall"].target == 0.97
    assert found[f"{start}/peer/recall"].value == 0
    assert found[f"{start}/peer/recall"].target is None
    assert found[f"{start}/precision"].value == 0.25  # two right ones of four, in both messages
    assert found[f"{start}/flagged"].value == 1
    assert found[f"{start}/fully"].value == 0
    assert found[f"{start}/type/PERSON"].value == 1
    assert found[f"{start}/type/PHONE"].is_met is False
    assert found[f"{start}/least_type"].value == 0


def test_of_held_messages_no_type_is_named(runs):
    assert not [key for key in figures(runs[0], "held") if "/type/" in key]


def test_misses_show_what_was_expected_and_found(runs):
    first, second = mask_misses(runs[0][OURS])
    assert first.problem == "見つけていない 1 件、誤って見つけた 1 件"
    assert "PHONE「090-0000-1234」" in first.expected
    assert (second.id, second.problem) == ("m-2", "誤って見つけた 2 件")


class TestFiles:
    def test_a_line_that_cannot_be_read_is_not_quoted(self, tmp_path):
        (tmp_path / "guardrails").mkdir()
        bad = {"id": "x", "text": "秘密", "source": "resident", "findings": [{"type": "NAME"}]}
        file = tmp_path / "guardrails" / "mask.a.dev.jsonl"
        file.write_text(json.dumps(bad, ensure_ascii=False), encoding="utf-8")
        with pytest.raises(GoldenError) as raised:
            load_cases(MaskCase, "dev", tmp_path)
        assert raised.value.message == "mask.a.dev.jsonl の1行目を読めません。"

    def test_missing_ones_are_said(self, tmp_path):
        assert not has_cases(OutputCase, "held", tmp_path)
        with pytest.raises(GoldenError, match="output"):
            load_cases(OutputCase, "held", tmp_path)

    def test_spans_lie_within_their_texts(self):
        with pytest.raises(ValueError, match="範囲が文の外"):
            case("佐藤", [("PERSON", 0, 3)])
