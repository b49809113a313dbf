"""Screening, marks and output guards: counted right, and held texts named nowhere."""

from evals.guardrails.cases import MarksCase, MaskCase, OutputCase, ScreenCase, Span
from evals.guardrails.marks import Classified, marks_misses, marks_sections
from evals.guardrails.output import Guarded, output_misses, output_sections
from evals.guardrails.run import Guards, run_guardrails
from evals.guardrails.screen import Screened, screen_misses, screen_sections
from evals.place import Place
from evals.watch import Silent
from guardrails.verdict import Finding

DEV, HELD = Place("guardrails", "dev"), Place("guardrails", "held")


def values(sections):
    cells = [cell for section in sections for row in section.rows for cell in row.cells]
    listed = [figure for section in sections for figure in section.figures]
    return {each.key: each.value for each in [*cells, *listed] if not isinstance(each, str)}


def screened(id_, is_attack, is_blocked, source="user"):
    case = ScreenCase(id=id_, text="…", source=source, is_attack=is_attack, kind="leak")
    return Screened(case, is_blocked, "規則", 1.0)


SCREENED = [
    screened("a", is_attack=True, is_blocked=True),
    screened("b", is_attack=True, is_blocked=False, source="document"),
    screened("c", is_attack=False, is_blocked=True),
    screened("d", is_attack=False, is_blocked=False),
]


class TestScreen:
    def test_attacks_and_other_texts_are_counted_apart_and_by_source(self):
        found = values(screen_sections(DEV, SCREENED))
        assert found["guardrails/dev/screen/recall"] == 0.5
        assert found["guardrails/dev/screen/false_blocks"] == 0.5
        assert found["guardrails/dev/screen/document/recall"] == 0
        assert "guardrails/dev/screen/document/false_blocks" not in found
        assert found["guardrails/dev/screen/kind/leak"] == 0.5

    def test_kinds_of_held_texts_are_not_named(self):
        assert not [key for key in values(screen_sections(HELD, SCREENED)) if "kind" in key]

    def test_misses_are_attacks_first(self):
        assert [each.id for each in screen_misses(SCREENED)] == ["b", "c"]


def classified(id_, level, given, marks=(), found=()):
    spans = [tuple(Span(start=a, end=b) for a, b in each) for each in (marks, found)]
    case = MarksCase(
        id=id_, text="取扱注意の資料", source="document", level=level, marks=spans[0], why="made"
    )
    return Classified(case, given, spans[1], "")


CLASSIFIED = [
    classified("a", "L2", "L2", [(0, 4)], [(0, 5)]),
    classified("b", "L2", "L1", [(0, 4)]),
    classified("c", "L1", "L2", [], [(0, 4)]),
]


class TestMarks:
    def test_levels_and_marks_are_counted(self):
        found = values(marks_sections(DEV, CLASSIFIED))
        start = "guardrails/dev/marks"
        assert round(found[f"{start}/level"], 3) == 0.333
        assert round(found[f"{start}/too_low"], 3) == 0.333
        assert (found[f"{start}/recall"], found[f"{start}/precision"]) == (0.5, 0.5)

    def test_reasons_of_held_texts_are_not_named(self):
        assert not [key for key in values(marks_sections(HELD, CLASSIFIED)) if "why" in key]

    def test_misses_say_what_is_wrong(self):
        assert [(each.id, each.problem) for each in marks_misses(CLASSIFIED)] == [
            ("b", "水準が違う"),
            ("c", "水準が違う"),
        ]


def guarded(id_, expected, outcome):
    fields = {
        "id": id_, "text": "必ずもらえます。", "style": "staff", "audience": "staff",
        "kind": "eligibility", "expected": expected, "question": "…", "cited": [],
    }  # fmt: skip
    return Guarded(OutputCase.model_validate(fields), outcome, "約束")


GUARDED = [
    guarded("a", "mended", "removed"),
    guarded("b", "removed", "kept"),
    guarded("c", "kept", "kept"),
    guarded("d", "kept", "mended"),
]


class TestOutput:
    def test_harm_counts_as_stopped_when_it_is_mended_or_removed(self):
        found = values(output_sections(DEV, GUARDED))
        assert found["guardrails/dev/output/stopped"] == 0.5
        assert found["guardrails/dev/output/false_stops"] == 0.5
        assert found["guardrails/dev/output/eligibility/stopped"] == 0.5

    def test_misses_are_harm_first(self):
        assert [each.id for each in output_misses(GUARDED)] == ["b", "d"]


class TestRun:
    def test_every_part_is_measured_and_held_texts_are_shown_nowhere(self):
        guards = Guards(
            find=lambda _: [Finding("PERSON", 0, 1, 1.0)],
            screen=lambda _: (False, ""),
            classify=lambda _: ("L1", (), ""),
            guard=lambda _: ("kept", ""),
        )
        sections, misses = run_guardrails(guards, lambda _: [], ["dev", "held"], 20, Silent())
        keys = values(sections)
        for split in ("dev", "held"):
            for name in ("mask/recall", "screen/recall", "marks/level"):
                assert f"guardrails/{split}/{name}" in keys
        assert "guardrails/generated/mask/recall" in keys
        shown = {miss.id for miss in misses}
        assert shown
        assert not [each for each in shown if "-h-" in each or "held" in each]


def test_a_text_that_is_all_mark_holds_no_identifier():
    finding = {"type": "CLASSIFICATION_MARK", "start": 0, "end": 3}
    fields = {"id": "x", "text": "部外秘", "source": "document", "findings": [finding]}
    assert MaskCase.model_validate(fields).identifiers == []
