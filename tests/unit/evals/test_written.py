from dataclasses import replace

import pytest

from app.answering.answer import Completed, Dropped, Evidence, Failed, Retrieved, Sentence
from app.answering.writing import FAILED
from evals.errors import MeasurementError
from evals.place import Place
from evals.written import follow, run_pairs
from evals.written_section import written_misses, written_section

SOURCES = {"guide": "補助率は1/2です。上限は100万円です。"}
RIGHT, WRONG = "補助率は半分の1/2です。", "補助率は2/3です。"


@pytest.fixture
def events(answer):
    """The events of a walk in which a model wrote `sentences` and lost `dropped`."""

    def make(*sentences, dropped=(), **changes):
        evidence = answer(**changes)
        finished = replace(evidence, sentences=sentences, generated=len(sentences))
        kept = [Sentence(text, (0,)) for text in sentences]
        lost = [Dropped(reason) for reason in dropped]
        return [Retrieved((), 1.0), Evidence(evidence), *kept, *lost, Completed(finished)]

    return make


@pytest.fixture
def pairs_of(events, question):
    """Pairs of one question each: what a model wrote to it, and what the question is."""

    def make(*cases):
        questions = [
            question(id=f"t-{number}", question=f"問い{number}", **asked)
            for number, (_, asked) in enumerate(cases)
        ]
        walks = {each.question: case for each, (case, _) in zip(questions, cases, strict=True)}

        def walk(text, writes):
            sentences, dropped, changes = walks[text]
            return iter(events(*sentences, dropped=dropped, **changes) if writes else plain(text))

        def plain(text):
            return events(**walks[text][2])

        return run_pairs(walk, questions, SOURCES)

    return make


ABSTAINED = {"status": "abstained", "text": "ありません", "citations": ()}
NO_ANSWER = {
    "style": "unanswerable", "answerable": False, "facts": [], "evidence": [], "pages": [],
}  # fmt: skip


class TestFollowing:
    def test_times_are_in_order(self, events):
        walked = follow(iter(events(RIGHT, "上限は100万円です。")))
        assert 0 <= walked.evidence_ms <= walked.first_ms <= walked.total_ms
        assert [each.text for each in walked.sentences] == [RIGHT, "上限は100万円です。"]

    def test_without_a_kept_sentence_there_is_no_first(self, events):
        assert follow(iter(events(dropped=("figure",)))).first_ms is None

    def test_failure_is_an_error(self):
        with pytest.raises(MeasurementError, match="索引"):
            follow(iter([Retrieved((), 1.0), Failed("索引がありません。")]))

    def test_walk_without_an_end_is_an_error(self, events):
        with pytest.raises(MeasurementError):
            follow(iter(events()[:-1]))


class TestPairs:
    def test_both_arms_are_asked_and_who_goes_first_changes(self, events, question):
        asked, done = [], []

        def walk(text, writes):
            asked.append((text, writes))
            return iter(events())

        questions = [question(id="1", question="一"), question(id="2", question="二")]
        run_pairs(walk, questions, SOURCES, done.append)
        assert asked == [("一", True), ("一", False), ("二", False), ("二", True)]
        assert done == [1, 2]

    def test_a_fact_in_a_sentence_makes_an_answer_right(self, pairs_of):
        """The sentences and the evidence below them are what a reader is shown."""
        (pair,) = pairs_of((([RIGHT], (), {"text": "下のとおりです"}), {}))
        assert (pair.plain.judged.is_right, pair.written.judged.is_right) == (False, True)
        assert pair.written.judged.chars > pair.plain.judged.chars
        assert pair.holds_facts

    def test_evidence_below_a_sentence_still_counts(self, pairs_of):
        (pair,) = pairs_of(((["補助があります。"], (), {}), {}))
        assert pair.written.judged.is_right
        assert not pair.holds_facts

    def test_figure_outside_the_cited_quote_is_found(self, pairs_of):
        (pair,) = pairs_of(((["上限は100万円です。"], (), {}), {}))
        assert pair.kept[0].unsupported == ("100万円",)

    def test_failures_of_the_model_are_no_sentences(self, pairs_of):
        (pair,) = pairs_of((([RIGHT], ("figure", FAILED), {}), {}))
        assert (pair.sentences, pair.failures) == (2, 1)


class TestSection:
    @pytest.fixture
    def pairs(self, pairs_of):
        false_premise = {"style": "false_premise", "premise": "contradicted"}
        return pairs_of(
            (([RIGHT], ("form",), {}), {}),
            (([WRONG], (), {}), {}),
            (([], ("figure", "figure", FAILED), {"premise": "contradicted"}), false_premise),
            (([], (), ABSTAINED), NO_ANSWER),
            ((["補助があります。"], (), {}), NO_ANSWER),
        )

    def test_figures(self, pairs):
        section = written_section(Place("seed", "dev"), pairs, "fake")
        cells = [cell for row in section.rows for cell in row.cells if not isinstance(cell, str)]
        values = {
            each.key.removeprefix("seed/dev/llm-fake/"): each.value
            for each in (*cells, *section.figures)
        }
        expected = {
            "right": 1,
            "plain/right": 1,
            "lead/right": 0,
            "refused": 0.5,
            "premise_corrected": 1,
            "premise_false_alarm": 0,
            "kept_share": 0.75,
            "alone": 1 / 3,
            "alone_of_kept": 0.5,
            "unsupported": 1,
            "unsupported_share": 1 / 3,
            "at_odds": 1,
            "sound": 2 / 3,
            "written_unanswerable": 0.5,
            "written": 6,
            "kept": 3,
            "failures": 1,
            "dropped/figure": 2,
            "dropped/form": 1,
        }
        assert {name: values[name] for name in expected} == pytest.approx(expected)

    def test_targets_hold_for_the_arm_with_the_model_only(self, pairs):
        section = written_section(Place("residents", "held"), pairs, "fake")
        cells = [cell for row in section.rows for cell in row.cells if not isinstance(cell, str)]
        promised = {each.key: each.is_met for each in (*cells, *section.figures)}
        assert promised["residents/held/llm-fake/unsupported"] is False
        assert promised["residents/held/llm-fake/kept_share"] is True
        assert promised["residents/held/llm-fake/lead/right"] is True
        assert promised["residents/held/llm-fake/premise_corrected"] is True
        assert promised["residents/held/llm-fake/plain/premise_corrected"] is None

    def test_times_of_writing_are_of_answers_only(self, pairs):
        rows = written_section(Place("seed", "dev"), pairs, "fake").rows
        counts = {row.label: row.cells[0] for row in rows}
        assert counts["根拠が出るまで（p95）"] == "5"
        assert counts["残した最初の文が出るまで（p95）"] == "3"
        assert counts["答え終わるまで（p95）"] == "4"

    def test_misses_are_sentences_that_should_not_stand(self, pairs):
        problems = {miss.id: miss.problem for miss in written_misses(pairs)}
        assert set(problems) == {"t-1", "t-4"}
        assert "2/3" in problems["t-1"]
        assert "食い違う" in problems["t-1"]
        assert "答えのない質問" in problems["t-4"]

    def test_a_set_without_unanswerable_questions_has_no_such_figures(self, pairs):
        section = written_section(Place("seed", "dev"), pairs[:2], "fake")
        names = {figure.key.removeprefix("seed/dev/llm-fake/") for figure in section.figures}
        assert names.isdisjoint({"written_unanswerable", "lead/refused", "alone_premise"})
