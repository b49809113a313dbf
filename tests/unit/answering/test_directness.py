import pytest

from app.answering.directness import indirection
from guardrails.output.grounding import Reason
from rag.tokenizer import SudachiWords

_WORDS = SudachiWords()


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        pytest.param("補助率はいくつですか", "補助率は2分の1です。", id="a ratio"),
        pytest.param("手数料はいくらですか", "手数料はかかりません。", id="there is none"),
        pytest.param("いつまでに申請しますか", "期限はありません。", id="no time"),
        pytest.param("何回使えますか", "年に5回まで使えます。", id="a count"),
        pytest.param("誰が申請できますか", "市内に住む方が申請できます。", id="no form to check"),
        pytest.param("借上料は対象ですか", "購入費は対象外ですが、借上料は対象です。", id="yes"),
    ],
)
def test_a_sentence_that_answers_is_direct(question, sentence):
    assert indirection(sentence, question, _WORDS) is None


@pytest.mark.parametrize(
    ("question", "sentence", "reason"),
    [
        pytest.param(
            "上限額はいくらですか", "申請は窓口でできます。", Reason.INDIRECT, id="no amount"
        ),
        pytest.param(
            "締切は何月何日ですか", "対象経費は7割です。", Reason.INDIRECT, id="another figure"
        ),
        pytest.param(
            "ベトナム語で相談したいです。窓口はありますか",
            "ベトナム語で相談したいです。",
            Reason.EMPTY,
            id="the question again",
        ),
    ],
)
def test_what_is_beside_the_question_is_not(question, sentence, reason):
    assert indirection(sentence, question, _WORDS) is reason
