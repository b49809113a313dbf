import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals import metrics
from evals.metrics import Found

RANKS = st.lists(st.none() | st.integers(1, 20), min_size=1, max_size=40)
TEXTS = st.text("0123456789,.円年月あい\n\t 　", max_size=30)


class TestSays:
    @pytest.mark.parametrize(
        ("text", "fact"),
        [
            pytest.param("手数料は500円です", "500円", id="plain"),
            pytest.param("手数料は５００円です", "500円", id="full width"),
            pytest.param("合計1,500円", "1500円", id="comma in the text"),
            pytest.param("合計1500円", "1,500円", id="comma in the fact"),
            pytest.param("5 0 0 円", "500円", id="spaced out"),
            pytest.param("令和7年\n500円", "500円", id="line after a figure"),
            pytest.param("合計12\t500円", "500円", id="cell after a figure"),
            pytest.param("合計12\u3000500円", "500円", id="wide space after a figure"),
            pytest.param("9時30分から", "30分", id="after a unit"),
            pytest.param("率は0.7です", "0.7", id="end of a decimal"),
            pytest.param("0.7。次の文", "0.7", id="end of a sentence"),
            pytest.param("2027年4月 1 日", "4月1日", id="space within a date"),
            pytest.param("補助率 １／２", "1/2", id="fraction"),
        ],
    )
    def test_said(self, text, fact):
        assert metrics.says(text, [fact])

    @pytest.mark.parametrize(
        ("text", "fact"),
        [
            pytest.param("1,500円", "500円", id="end of a larger amount"),
            pytest.param("1500円", "500円", id="the same without comma"),
            pytest.param("1万500円", "500円", id="after a Japanese multiplier"),
            pytest.param("2億500円", "500円", id="after another"),
            pytest.param("0.75", "0.7", id="longer decimal"),
            pytest.param("2.5倍", "5倍", id="decimals of another"),
            pytest.param("110分の7", "10分の7", id="larger denominator"),
            pytest.param("1/20", "1/2", id="longer denominator"),
            pytest.param("12か所", "2か所", id="two digits"),
            pytest.param("5,000,000円", "5,000円", id="start of a larger amount"),
            pytest.param("手数料はかかりません", "500円", id="not there"),
            pytest.param("", "500円", id="nothing"),
        ],
    )
    def test_not_said(self, text, fact):
        assert not metrics.says(text, [fact])

    def test_one_way_is_enough(self):
        assert metrics.says("半額を補助", ["1/2", "半額"])

    def test_all_facts_are_needed(self, question):
        asked = question(facts=[["1/2"], ["上限なし"]], evidence=["a", "b"])
        assert metrics.says_all("1/2、上限なし", asked)
        assert not metrics.says_all("1/2", asked)


class TestHits:
    def test_evidence_is_found_across_lines_and_widths(self, question):
        assert metrics.is_hit(Found("d", 1, "補助率は\n１/２ です。"), question())

    def test_part_of_the_evidence_is_no_hit(self, question):
        assert not metrics.is_hit(Found("d", 1, "補助率は1/"), question())

    def test_any_evidence_will_do(self, question):
        asked = question(facts=[["a"], ["b"]], evidence=["どこにもない", "ここにある"])
        assert metrics.is_hit(Found("d", 1, "ここにある"), asked)

    def test_right_words_in_the_wrong_document_are_no_hit(self, question):
        asked = question(document="city/teate", pages=[])
        assert not metrics.is_hit(Found("city/hoiku", None, "補助率は1/2です"), asked)
        assert metrics.is_hit(Found("corpus/city/teate", None, "補助率は1/2です"), asked)

    def test_first_rank_counts_from_one(self, question):
        passages = [Found("d", 1, "x"), Found("d", 1, "補助率は1/2です")]
        assert metrics.first_rank(passages, question()) == 2
        assert metrics.first_rank(passages[:1], question()) is None

    def test_pages_are_judged_where_hits_name_one(self, question):
        text = "補助率は1/2です"
        passages = [Found("d", 19, text), Found("d", 20, text), Found("d", None, text)]
        assert metrics.page_of_hits([*passages, Found("d", 19, "x")], question()) == [True, False]


class TestSegments:
    def test_page_of_the_only_holder_is_judged(self, question):
        chunks = [Found("d", 19, "補助率は1/2です"), Found("d", 3, "ほか")]
        assert metrics.page_of_segments(chunks, [question()]) == [True]
        assert metrics.page_of_segments(chunks, [question(pages=[4])]) == [False]

    def test_evidence_in_two_chunks_or_none_is_left_out(self, question):
        chunks = [Found("d", 19, "補助率は1/2です"), Found("d", 3, "補助率は1/2です")]
        assert metrics.page_of_segments(chunks, [question()]) == []
        assert metrics.page_of_segments(chunks[:0], [question()]) == []


class TestRecall:
    def test_counts_ranks_up_to_k(self):
        ranks = [1, 2, None, 5]
        assert [metrics.recall_at(k, ranks) for k in (1, 3, 5)] == [0.25, 0.5, 0.75]

    def test_mean_reciprocal_rank(self):
        assert metrics.mean_reciprocal_rank([1, 2, None]) == pytest.approx(0.5)

    @given(RANKS, st.integers(1, 20))
    def test_more_passages_never_find_less(self, ranks, k):
        assert 0 <= metrics.recall_at(k, ranks) <= metrics.recall_at(k + 1, ranks) <= 1

    @given(RANKS)
    def test_reciprocal_rank_lies_between_recall_at_1_and_at_20(self, ranks):
        reciprocal = metrics.mean_reciprocal_rank(ranks)
        assert metrics.recall_at(1, ranks) <= reciprocal + 1e-9
        assert reciprocal <= metrics.recall_at(20, ranks) + 1e-9


class TestFigures:
    def test_are_read_without_commas_and_widths(self):
        assert metrics.figures("１,５００円、9時30分、0.7") == {"1500", "9", "30", "0.7"}

    @pytest.mark.parametrize(
        ("answer", "sources", "unsourced"),
        [
            pytest.param("500円", ["手数料は500円"], set(), id="in a quote"),
            pytest.param("1500円", ["手数料は1,500円"], set(), id="comma in the quote"),
            pytest.param("1500円", ["手数料は1 5 0 0円"], set(), id="quote spaced out"),
            pytest.param("500円", ["手数料は1,500円"], {"500"}, id="part of another figure"),
            pytest.param("令和8年、500円", ["500円"], {"8"}, id="one of two"),
            pytest.param("12\n34", ["12か所", "34人"], set(), id="figures of two lines"),
            pytest.param("3年", [], {"3"}, id="no source"),
            pytest.param("数字なし", [], set(), id="no figure"),
        ],
    )
    def test_unsourced(self, answer, sources, unsourced):
        assert metrics.unsourced_figures(answer, sources) == unsourced

    @given(TEXTS)
    def test_a_text_is_a_source_of_itself(self, text):
        assert metrics.unsourced_figures(text, [text]) == set()

    @given(TEXTS, TEXTS, TEXTS)
    def test_more_sources_never_leave_more_unsourced(self, text, one, two):
        both = metrics.unsourced_figures(text, [one, two])
        assert both <= metrics.unsourced_figures(text, [one])


class TestQuotes:
    def test_only_white_space_may_differ(self):
        source = "補助率は\n 1/2 です。"
        assert metrics.is_quoted_from(source, "補助率は1/2です")
        assert not metrics.is_quoted_from(source, "補助率は１/２です")
        assert not metrics.is_quoted_from(source, "補助率は1/3です")

    def test_nothing_is_no_quote(self):
        assert not metrics.is_quoted_from("本文", " ")


class TestInterval:
    @given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
    def test_lies_within_the_values_and_is_repeatable(self, values):
        found = metrics.interval(values)
        assert min(values) - 1e-9 <= found.low <= found.high <= max(values) + 1e-9
        assert found == metrics.interval(values)

    def test_narrows_with_more_questions(self):
        few, many = metrics.interval([0.0, 1.0] * 10), metrics.interval([0.0, 1.0] * 200)
        assert many.high - many.low < few.high - few.low
        assert many.low < 0.5 < many.high

    def test_of_a_median(self):
        found = metrics.interval([100.0, 200.0, 300.0] * 20, metrics.median)
        assert 100 <= found.low <= 200 <= found.high <= 300

    def test_of_nothing(self):
        assert metrics.interval([]) == metrics.Interval(0, 0)


def test_statistics_of_nothing_are_zero():
    empty = [metrics.mean([]), metrics.median([]), metrics.percentile([], 95), metrics.share([])]
    assert empty == [0, 0, 0, 0]
