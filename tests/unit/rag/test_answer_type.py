import pytest

from rag.answer_type import AnswerType, answer_type, expectation, holds


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("児童手当はいくらもらえますか", AnswerType.AMOUNT),
        ("補助事業の補助率はいくつですか", AnswerType.RATIO),
        ("標準化の対象業務は全部でいくつありますか", AnswerType.COUNT),
        ("ひとり親の手当て、満額だといくら?", AnswerType.AMOUNT),
        ("費用の何割が補助されますか", AnswerType.RATIO),
        ("申込みの締切はいつ", AnswerType.DATE),
        ("申し込んでから何日くらいで決まりますか", AnswerType.DURATION),
        ("推進体制を構築した団体は何団体", AnswerType.COUNT),
        ("相談窓口の電話番号を教えて", AnswerType.CONTACT),
        ("実施主体は誰ですか", AnswerType.WHO),
        ("どこに相談すればいいですか", AnswerType.WHERE),
        ("連続して受けられますか", AnswerType.YES_NO),
        ("HAPSとは何ですか", AnswerType.OTHER),
        ("古い管を取り替える事業の交付率を教えてほしい", AnswerType.RATIO),
        ("技術者の日当は税込みですか", AnswerType.AMOUNT),
        ("公募の締切日を知りたい", AnswerType.DATE),
        ("令和6年度 運営助成 か所数", AnswerType.COUNT),
        ("前年度 モデル事業 採択件数", AnswerType.COUNT),
        ("福祉基盤課 内線番号", AnswerType.CONTACT),
        ("家賃補助の対象年数", AnswerType.DURATION),
        ("施設改修 令和8年度 予算額", AnswerType.AMOUNT),
        ("補助金の申請の流れ", AnswerType.HOW),
        ("補助率の対象になる経費の一覧", AnswerType.LIST),
    ],
)
def test_the_form_of_a_question_tells_what_it_asks_for(question, kind):
    assert answer_type(question) is kind


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        (AnswerType.AMOUNT, "月額 10,000円です", True),
        (AnswerType.AMOUNT, "補助金額に上限はありません", True),
        (AnswerType.AMOUNT, "窓口で申請します", False),
        (AnswerType.RATIO, "補助対象経費の 1/2", True),
        (AnswerType.DATE, "R8.9開始", True),
        (AnswerType.CONTACT, "電話 000-000-0101", True),
        (AnswerType.CONTACT, "担当課に連絡", False),
        (AnswerType.OTHER, "何でもよい", True),
    ],
)
def test_a_text_holds_an_answer_of_a_kind_or_not(kind, text, expected):
    assert holds(kind, text) is expected


@pytest.mark.parametrize(
    ("question", "text", "met"),
    [
        ("何団体が構築しましたか", "32団体(令和6年度末)", True),
        ("何団体が構築しましたか", "令和6年度に3回開催", False),
        ("何泊すれば対象ですか", "1万円/泊・人", False),
        ("何名まで対象ですか", "上限は3人", True),
        ("何割が補助されますか", "補助率 1/2", True),
    ],
)
def test_what_is_counted_must_stand_behind_the_figure(question, text, met):
    assert expectation(question).is_met_by(text) is met
