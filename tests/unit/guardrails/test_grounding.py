"""Situation -> verdict. The sentences are made up here and stand in no golden set."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardrails.output.grounding import REASON_SENTENCES, EvidenceUnit, Reason, Verifier

_VERIFIER = Verifier()
_DOC = "沢渡町 住宅用設備導入補助金"
_EVIDENCE = (
    EvidenceUnit("太陽光発電設備 補助率 1/3 上限 12万円", (_DOC, "補助の内容")),
    EvidenceUnit("蓄電池 補助率 1/2 上限 20万円", (_DOC, "補助の内容")),
    EvidenceUnit("申請書は、工事着手の14日前までに環境課へ提出してください。", (_DOC, "申請")),
    EvidenceUnit("郵送での受付はしていません。", (_DOC, "申請")),
    EvidenceUnit("リース契約の設備は対象外です。", (_DOC, "対象")),
    EvidenceUnit("予算に達した場合は、受付を終了することがあります。", (_DOC, "申請")),
    EvidenceUnit("見積書の写しが必要です。", (_DOC, "申請")),
    EvidenceUnit("環境課 電話 000-555-0123", (_DOC, "問い合わせ")),
    EvidenceUnit("令和7年度の交付件数は86件でした。", (_DOC, "実績")),
)
_QUESTION = "蓄電池を付けるときの補助はいくらですか。"


def _verdict(sentence, question=_QUESTION, **more):
    return _VERIFIER.verify(sentence, _EVIDENCE, question, **more)


@pytest.mark.parametrize(
    ("sentence", "supporting"),
    [
        pytest.param("蓄電池の補助率は2分の1です。", (1,), id="label"),
        pytest.param("補助率は50%です。", (1,), id="the question says the subject"),
        pytest.param(
            "太陽光発電設備は補助率3分の1、上限12万円です。", (0,), id="two facts of a row"
        ),
        pytest.param("蓄電池の上限は200,000円です。", (1,), id="equal figures"),
        pytest.param("工事着手の14日前までに、申請書を環境課に提出します。", (2,), id="reordered"),
        pytest.param("郵送では受け付けていません。", (3,), id="denied"),
        pytest.param("リース契約の設備は補助の対象になりません。", (4,), id="対象外"),
        pytest.param("予算に達した場合、受付を終了することがあります。", (5,), id="hedged"),
        pytest.param("2025年度には86件が交付されました。", (8,), id="era"),
        pytest.param("お問い合わせは環境課（000-555-0123）です。", (7,), id="telephone"),
    ],
)
def test_what_is_borne_is_kept(sentence, supporting):
    verdict = _verdict(sentence)
    assert (verdict.is_kept, verdict.reason) == (True, Reason.SUPPORTED)
    assert verdict.supporting == supporting


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        pytest.param("蓄電池の補助率は3分の1です。", Reason.SUBJECT, id="of another row"),
        pytest.param(
            "太陽光発電設備の上限は20万円です。", Reason.SUBJECT, id="limit of another row"
        ),
        pytest.param("蓄電池の補助率は3分の2です。", Reason.FIGURE, id="in no unit"),
        pytest.param(
            "申請書は工事着手の14日後までに提出します。", Reason.FIGURE, id="after for before"
        ),
        pytest.param("令和6年度の交付件数は86件でした。", Reason.FIGURE, id="another year"),
        pytest.param("環境課の電話は000-555-0132です。", Reason.FIGURE, id="telephone"),
        pytest.param("郵送でも受け付けています。", None, id="affirms what is denied"),
        pytest.param("リース契約の設備も対象です。", Reason.POLARITY, id="対象 for 対象外"),
        pytest.param("見積書の写しは不要です。", Reason.POLARITY, id="denies what is affirmed"),
        pytest.param("予算に達した場合は、受付を終了します。", Reason.MODALITY, id="not hedged"),
        pytest.param("申請書は広報課へ提出してください。", Reason.NAME, id="another office"),
        pytest.param(
            "国税庁の認定を受けた見積書の写しが必要です。", None, id="a name from nowhere"
        ),
        pytest.param("はい。", Reason.BARE_REPLY, id="bare yes"),
        pytest.param("あなたは補助の対象です。", Reason.PROMISE, id="promise"),
        pytest.param("詳しくは資料をご覧ください。", Reason.EMPTY, id="refers to documents"),
        pytest.param("蓄電池の補助についてのご質問ですね。", Reason.EMPTY, id="restates"),
        pytest.param("抽選で町内の温泉宿泊券を贈呈します。", Reason.UNSEEN, id="invented"),
    ],
)
def test_what_is_not_borne_is_dropped(sentence, reason):
    verdict = _verdict(sentence)
    assert not verdict.is_kept
    assert not verdict.supporting
    assert reason in {None, verdict.reason}


def test_yes_to_a_false_premise_is_dropped():
    question = "郵送で出せますよね。"
    assert _verdict("はい、郵送で提出できます。", question, premise_contradicted=True).reason == (
        Reason.PREMISE
    )
    assert _verdict(
        "いいえ、郵送での受付はしていません。", question, premise_contradicted=True
    ).is_kept


_CHANGES = (
    EvidenceUnit(
        "令和8年4月1日から、大人の入場料を300円から500円に改定します。小学生以下は無料です。",
        ("沢渡町 温水プール", "料金"),
    ),
    EvidenceUnit("大会議室は1時間1,200円、和室は1時間600円です。", ("沢渡町 温水プール", "貸室")),
    EvidenceUnit("区分:団体|平日 4,000円|休日 6,000円", ("沢渡町 温水プール", "貸切り")),
    EvidenceUnit("区分:個人|平日 2,000円|休日 3,500円", ("沢渡町 温水プール", "貸切り")),
    EvidenceUnit(
        "受付開始 令和8年2月2日(月)/受付締切 令和8年2月27日(金)",
        ("沢渡町 温水プール", "貸切り"),
    ),
)


@pytest.mark.parametrize(
    ("sentence", "is_kept"),
    [
        pytest.param("和室は1時間600円です。", True, id="one of two in a sentence"),
        pytest.param("和室は1時間1,200円です。", False, id="the other one's"),
        pytest.param("団体の休日は6,000円です。", True, id="row and column"),
        pytest.param("個人の休日は6,000円です。", False, id="of another row"),
        pytest.param("団体の平日は6,000円です。", False, id="of another column"),
        pytest.param("受付は2月2日に始まります。", True, id="label in other words"),
        pytest.param("受付は2月27日に始まります。", False, id="the end for the beginning"),
    ],
)
def test_what_stands_beside_a_figure_says_whose_it_is(sentence, is_kept):
    assert _VERIFIER.verify(sentence, _CHANGES, "教えてください。").is_kept == is_kept


@pytest.mark.parametrize(
    ("sentence", "is_kept"),
    [
        pytest.param("はい、4月から無料になります。", False, id="agrees"),
        pytest.param("無料にはならず、大人の入場料は500円になります。", True, id="puts it right"),
        pytest.param("無料にはならず、大人の入場料は700円になります。", False, id="wrongly"),
    ],
)
def test_a_false_premise_is_put_right_not_confirmed(sentence, is_kept):
    question = "大人の入場料は4月から無料になりますよね。"
    verdict = _VERIFIER.verify(sentence, _CHANGES, question, premise_contradicted=True)
    assert verdict.is_kept == is_kept


@pytest.mark.parametrize(
    ("sentence", "unit"),
    [
        pytest.param(
            "事務費は対象の0.5%以内です。", "事務費は、対象の1,000分の5以内とする。", id="share"
        ),
        pytest.param("利用は4万1,825件でした。", "利用は41,825件でした。", id="man"),
        pytest.param(
            "受付は5月6日から17日までです。", "受付は5月6日から5月17日までです。", id="same month"
        ),
        pytest.param("受付は9月末までです。", "受付は9月30日までです。", id="end of a month"),
        pytest.param(
            "負担は1㎡あたり320円です。", "負担は1平方メートル当たり320円です。", id="area"
        ),
    ],
)
def test_equal_figures_are_equal_however_they_are_spelled(sentence, unit):
    assert _VERIFIER.verify(sentence, [EvidenceUnit(unit)], "教えてください。").is_kept


_GRANTS = (
    EvidenceUnit("・入学準備金 小学校 41,000円、中学校 47,500円(2月に支給)", ("沢渡町 就学援助",)),
    EvidenceUnit("・見守り手当 単身 月額8千円、夫婦 月額2万円", ("沢渡町 見守り",)),
    EvidenceUnit("牧場は、町有牧場540ha、組合牧場910ha、私有牧場75haである。", ("沢渡町 概況",)),
    EvidenceUnit("会議室の使用は、社会福祉の団体については、使用料を免除する。", ("沢渡町 会館",)),
    EvidenceUnit("会館の使用者は延べ3,400人で、前年から2%増となった。", ("沢渡町 会館",)),
    EvidenceUnit("使用者が多いのは、順に体育室、和室である。", ("沢渡町 会館",)),
    EvidenceUnit(
        "| 館名 | 開館時間 | 休館日 |\n| 本館 | 9:00～20:00 | 月曜日 |\n| 山の館 | 10:00～17:00 | 水曜日 |",
        ("沢渡町 図書館",),
    ),
)


@pytest.mark.parametrize(
    ("sentence", "question", "is_kept"),
    [
        pytest.param("中学校の入学準備金は47,500円です。", "", True, id="label before the value"),
        pytest.param("中学校の入学準備金は41,000円です。", "", False, id="the other label's"),
        pytest.param("月額2万円です。", "夫婦の見守り手当は月いくら", True, id="asked label"),
        pytest.param("月額8千円です。", "夫婦の見守り手当は月いくら", False, id="not asked label"),
        pytest.param("組合牧場は910haです。", "", True, id="unit in letters"),
        pytest.param("組合牧場は540haです。", "", False, id="unit in letters, the label before"),
        pytest.param(
            "社会福祉の団体は、使用料がかかりません。", "", True, id="免除 in other words"
        ),
        pytest.param("会館の使用者は、前年を下回りました。", "", False, id="falls for rises"),
        pytest.param("使用者が最も少ないのは和室です。", "", False, id="a rank nobody gave"),
        pytest.param("本館は午前9時から午後8時まで開いています。", "", True, id="clock of a row"),
        pytest.param(
            "山の館は午前9時から午後8時まで開いています。", "", False, id="of another row"
        ),
        pytest.param(
            "入学準備金は5万円ではなく、小学校が41,000円です。",
            "入学準備金は5万円ですよね。",
            True,
            id="denies the figure of the question",
        ),
        pytest.param(
            "会館が使えるのは、町民憲章が改正されたからです。",
            "会館が使えるのは、町民憲章が改正されたからですよね。",
            False,
            id="a reason that only the question says",
        ),
        pytest.param(
            "母は骨折して入院しました。",
            "母は骨折して入院しました。会館は使えますか。",
            False,
            id="echo of the asker",
        ),
    ],
)
def test_what_is_said_of_lists_rows_and_questions(sentence, question, is_kept):
    verdict = _VERIFIER.verify(sentence, _GRANTS, question or "教えてください。")
    assert verdict.is_kept == is_kept


def test_a_row_of_a_table_in_one_text_is_reported_as_its_unit():
    verdict = _VERIFIER.verify("山の館の休館日は水曜日です。", _GRANTS, "休館日は")
    assert verdict.supporting == (6,)


def test_a_heading_among_the_units_takes_nothing_from_what_stands_below_it():
    evidence = [
        EvidenceUnit("・上限(月額) 単身 31,000円、2人 37,000円", ("家賃の支援", "家賃給付金")),
        EvidenceUnit("■家賃給付金", ("家賃の支援", "家賃給付金")),
    ]
    sentence = "家賃給付金の上限は、単身で月31,000円です。"
    assert _VERIFIER.verify(sentence, evidence, "単身の家賃給付金の上限は").is_kept


def test_a_wrong_citation_is_corrected():
    assert _verdict("蓄電池の補助率は2分の1です。[1]", cited=(0,)).supporting == (1,)


def test_a_citation_that_nothing_bears_saves_no_sentence():
    assert not _verdict("蓄電池の補助率は3分の1です。", cited=(0,)).is_kept


def test_without_evidence_nothing_is_kept():
    assert _VERIFIER.verify("補助率は2分の1です。", (), _QUESTION).reason == Reason.NO_EVIDENCE


def test_columns_say_what_a_cell_is():
    header = "| 区分 | 町民 | 町外の方 |"
    unit = EvidenceUnit("| 大人 | 300円 | 500円 |", ("プール", header))
    held = _VERIFIER.verify("町外の方は大人500円です。", [unit], "プールの料金は")
    swapped = _VERIFIER.verify("町外の方は大人300円です。", [unit], "プールの料金は")
    assert (held.is_kept, swapped.is_kept) == (True, False)


def test_every_reason_has_one_sentence():
    assert set(REASON_SENTENCES) == set(Reason)
    assert all(re.fullmatch(r"[^\n]+。", text) for text in REASON_SENTENCES.values())


@given(st.sampled_from(_EVIDENCE))
def test_a_verbatim_unit_is_kept(unit):
    assert _verdict(unit.text).is_kept


def test_a_verbatim_unit_is_kept_whatever_the_rules_make_of_it():
    unit = EvidenceUnit("満80歳から自動的に対象となり、届出はいりません。", ("敬老乗車証",))
    assert _VERIFIER.verify(unit.text, [unit], "届出は").is_kept


@given(
    st.sampled_from([unit for unit in _EVIDENCE if "。" in unit.text]),
    st.integers(1_000, 9_000_000),
)
def test_a_figure_that_no_unit_says_drops_the_sentence(unit, number):
    text = unit.text.rstrip("。")
    assert not _verdict(f"{text}が、手数料は{number + 0.5}円です。").is_kept


@given(st.text(max_size=200))
def test_any_text_gets_a_verdict(text):
    assert _verdict(text).reason in Reason
