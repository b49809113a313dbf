import pytest

from evals.sentences import at_odds, can_be_at_odds, says_every_fact, unsupported

QUOTES = [
    "補助率は、対象経費の1/2です。上限は 1,500千円です。",
    "令和7年4月1日から、電話 000-000-0100 へ。|月額|300円|",
]


@pytest.mark.parametrize(
    "sentence",
    [
        "補助率は1/2です。",
        "補助率は２分の１です。",
        "2025年4月1日から受け付けます。",
        "4月からです。",
        "電話は000-000-0100です。",
        "上限は1,500千円です。",
        "月額は300円です。",
        "補助があります。",
    ],
)
def test_figures_that_stand_in_a_quote_are_supported_however_they_are_written(sentence):
    assert unsupported(sentence, QUOTES) == []


@pytest.mark.parametrize(
    ("sentence", "missing"),
    [
        ("補助率は2/3です。", ["2/3"]),
        ("補助率は1/2、上限は500円です。", ["500円"]),
        ("月額は30円です。", ["30円"]),
        ("令和8年4月1日からです。", ["令和8年4月1日"]),
        ("電話は000-000-0101です。", ["000-000-0101"]),
        ("https://example.jp/a を見ます。", ["https://example.jp/a"]),
        ("様式77を出します。", ["77"]),
        ("7円、7円です。", ["7円"]),
    ],
)
def test_figures_that_stand_in_no_quote_are_told(sentence, missing):
    assert unsupported(sentence, QUOTES) == missing


def test_without_a_quote_no_figure_is_supported():
    assert unsupported("補助率は1/2です。", []) == ["1/2"]


class TestFacts:
    def test_sentences_together_hold_them(self, question):
        both = question(facts=[["1/2"], ["100万円"]], evidence=["1/2", "100万円"])
        assert says_every_fact(["補助率は1/2です。", "上限は100万円です。"], both)
        assert not says_every_fact(["補助率は1/2です。"], both)

    def test_no_sentence_holds_none(self, question):
        assert not says_every_fact([], question())

    def test_nothing_is_held_of_what_cannot_be_answered(self, unanswerable):
        assert not says_every_fact(["補助率は1/2です。"], unanswerable)


class TestAtOdds:
    def test_another_figure_of_the_kind_of_a_fact(self, question):
        assert at_odds(["補助率は2/3です。"], question()) == ["補助率は2/3です。"]

    @pytest.mark.parametrize(
        "sentence",
        [
            pytest.param("補助率は1/2です。", id="the fact"),
            pytest.param("補助率は50%です。", id="the fact in another way"),
            pytest.param("2/3ではなく1/2です。", id="the fact beside another figure"),
            pytest.param("上限は100万円です。", id="a figure of another kind"),
            pytest.param("補助があります。", id="no figure"),
        ],
    )
    def test_what_may_stand(self, question, sentence):
        assert at_odds([sentence], question()) == []

    def test_another_sentence_may_say_the_fact(self, question):
        assert at_odds(["2/3は別の枠です。", "補助率は1/2です。"], question()) == []

    def test_figures_of_the_golden_evidence_and_of_the_question_are_no_contradiction(
        self, question
    ):
        asked = question(question="3/4の枠とは別に？", evidence=["補助率は1/2(先進枠は2/3)です"])
        assert at_odds(["先進枠は2/3です。", "3/4の枠があります。"], asked) == []

    def test_the_figure_of_a_false_premise_is_one(self, question):
        asked = question(question="補助率は3/4ですね？", premise="contradicted")
        assert at_odds(["補助率は3/4です。"], asked) == ["補助率は3/4です。"]

    def test_yes_to_a_false_premise_is_one(self, question):
        asked = question(facts=[["市民課"]], premise="contradicted")
        assert at_odds(["はい、税務課です。", "窓口は市民課です。"], asked) == [
            "はい、税務課です。"
        ]

    def test_facts_without_a_figure_tell_nothing(self, question, unanswerable):
        assert can_be_at_odds(question())
        assert not can_be_at_odds(question(facts=[["市民課"]]))
        assert not can_be_at_odds(unanswerable)
