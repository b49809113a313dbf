"""Situation -> result. The sentences are made up here and stand in no golden set."""

import pytest

from app.answering.evidence import EvidenceLimits, view_units
from app.answering.premise import find_contradiction
from app.answering.premise.claims import find_claims
from app.answering.premise.confidence import load_confidence
from app.answering.question import checked, read
from rag.passage import DocumentInfo, SearchScope
from rag.polarity import denial, ends_denied, is_denied, neutralised
from rag.values import load_alternatives, read_values

_TEXT = """推進体制構築支援

都道府県が管内の１市区町村以上と連携して申請すること。

支援期間は３ヶ月程度とする。

指針を示すのは総務大臣である。

派遣に係る旅費の自治体負担はなし。

メールマガジンの配信は年４回。

報告書の様式は郵送での受付はしていません。電子申請で提出すること。

旅費の領収書の添付は不要です。

謝金の単価は 9,000円 → 7,000円 に見直した。

研修の対象は４年目から８年目の職員とする。

交流会の参加費は無料です。

再交付の手数料は1,000円です。

相談員は53名です。

令和6年度の採択は32団体です。

機材の貸出しは先着順ではなく、抽選で決めます。

講師への連絡は本人または家族がします。

助成額に上限はありません。

人手が足りないことを踏まえ、研修旅費の措置を延長する。
"""


@pytest.fixture
def judge(index, words):
    def _judge(question):
        retriever = index((DocumentInfo("d", "推進体制構築支援", "staff"), _TEXT))
        passages = retriever.search(checked(question), SearchScope("staff"), 5)
        asked = read(checked(question), words, lambda word: retriever.idf(word, "staff"))
        views = view_units(asked, passages, words, EvidenceLimits())
        return find_contradiction(asked, views, words)

    return _judge


@pytest.mark.parametrize(
    ("question", "actual"),
    [
        pytest.param("推進体制構築支援の支援期間は6か月ですよね", "3ヶ月", id="a figure"),
        pytest.param(
            "推進体制構築支援の指針を示すのはデジタル大臣ですよね", "総務大臣", id="an actor"
        ),
        pytest.param("推進体制構築支援は市町村が単独で申請するんですよね", "", id="an alternative"),
        pytest.param(
            "メールマガジンの配信は毎月と聞きましたが、いつ届きますか", "年4回", id="a frequency"
        ),
        pytest.param(
            "報告書の様式は郵送で出せると聞きましたが、宛先はどこですか", "", id="an excluded way"
        ),
        pytest.param(
            "旅費の領収書の添付が必要とのことですが、何枚でしょう", "", id="a word denied"
        ),
        pytest.param("謝金の単価は9,000円ですよね", "7,000円", id="a figure replaced since"),
        pytest.param("交流会の参加費は有料だそうですが、いくらですか", "", id="free, not paid"),
        pytest.param("再交付の手数料は無料ですよね", "", id="paid, not free"),
        pytest.param("機材の貸出しは早い者順ですよね", "", id="drawn, not first come"),
        pytest.param("講師への連絡は本人だけですよね", "", id="not alone"),
        pytest.param("助成額の上限は5万円ですよね", "", id="there is no limit"),
        pytest.param(
            "謝金の単価は9,000円という前提などの話は、どこかで聞きました。謝金の単価は9,000円ですよね",
            "7,000円",
            id="など and どこか ask nothing",
        ),
    ],
)
def test_what_the_evidence_contradicts_is_corrected(judge, question, actual):
    correction = judge(question)
    assert correction is not None
    assert correction.actual == actual
    assert load_confidence().threshold <= correction.confidence <= 1


@pytest.mark.parametrize(
    "question",
    [
        pytest.param("推進体制構築支援の支援期間は3か月ですよね", id="right, in another spelling"),
        pytest.param("推進体制構築支援の指針を示すのは総務大臣ですよね", id="the right actor"),
        pytest.param(
            "推進体制構築支援の支援期間はどのくらいですか", id="nothing taken for granted"
        ),
        pytest.param("推進体制構築支援の予算は5億円ですよね", id="the evidence is silent"),
        pytest.param("宿泊費の上限は12,000円ですよね", id="a figure of something else"),
        pytest.param("研修の対象は5年目の職員も入りますよね", id="within a range"),
        pytest.param("報告書の様式は電子申請で出すと聞きました。合っていますか", id="a right way"),
        pytest.param("旅費の領収書はいらないんですよね", id="rightly denied"),
        pytest.param("交流会の参加費はタダですよね", id="free, in another word"),
        pytest.param("支援を受けたいのですが、どこに相談すればいいですか", id="a wish"),
        pytest.param("旅費の領収書の添付はいりませんよね", id="rightly denied, politely"),
        pytest.param("相談員は50人を超えているそうですね", id="more than is claimed"),
        pytest.param("令和5年度の採択は14団体ですよね", id="a figure of another year"),
        pytest.param("1回の派遣で相談員は53人ですよね", id="what a figure is counted by"),
        pytest.param("研修旅費の措置は延長されたんですよね", id="denied in a side clause"),
        pytest.param(
            "報告書の様式は電子申請か窓口で出せるんですよね", id="one of two ways is right"
        ),
    ],
)
def test_what_is_right_or_unknown_is_not_corrected(judge, question):
    assert judge(question) is None


@pytest.mark.parametrize(
    ("question", "firm", "loose"),
    [
        pytest.param("上限は5万円ですよね", ["上限は5万円"], [], id="wants to hear yes"),
        pytest.param("上限は5万円と聞きましたが、いくらですか", ["上限は5万円"], [], id="hearsay"),
        pytest.param(
            "上限は5万円なので、見積りは何社いりますか", [], ["上限は5万円な"], id="a ground"
        ),
        pytest.param(
            "上限は5万円と案内しました。これで正しいですか",
            [],
            ["上限は5万円と案内しました。"],
            id="said before what is confirmed",
        ),
        pytest.param("上限は5万円でしたっけ", [], ["上限は5万円"], id="half asked"),
        pytest.param("上限はいくらでしたっけ", [], [], id="asked"),
        pytest.param("上限はいくらですか", [], [], id="a plain question"),
        pytest.param("一人暮らしが心配なので、相談先を教えて", [], [], id="one's own affairs"),
    ],
)
def test_clauses_are_told_apart_by_how_they_are_said(question, firm, loose):
    claims = find_claims(question)
    assert [claim.text for claim in claims if claim.is_firm] == firm
    assert [claim.text for claim in claims if not claim.is_firm] == loose
    assert all(question[claim.start : claim.end] == claim.text for claim in claims)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param("毎月届く", "年12回", True, id="a frequency"),
        pytest.param("毎年届く", "2年ごとに届く", False, id="another frequency"),
        pytest.param("1年間", "12か月", True, id="a duration"),
        pytest.param("全額", "10/10", True, id="a whole"),
        pytest.param("全額", "1/2", False, id="a part"),
        pytest.param("文化財保護審議会", "文化財保護審議会", True, id="a name"),
        pytest.param("総務委員会", "文化財保護審議会", False, id="another body"),
        pytest.param("窓口へ", "郵送で", False, id="another way"),
    ],
)
def test_values_of_one_family_exclude_each_other_unless_equal(one, other, same):
    pairs = [(a, b) for a in read_values(one) for b in read_values(other) if a.family == b.family]
    assert pairs
    assert any(a.is_same(b) for a, b in pairs) is same


@pytest.mark.parametrize(
    ("word", "text", "denied"),
    [
        pytest.param("更新", "手帳の更新はありません。", True, id="there is none"),
        pytest.param("領収書", "領収書の写しの添付は不要とする。", True, id="handling denied"),
        pytest.param("加算", "この加算は適用しない。", True, id="over one more word"),
        pytest.param("更新", "更新は窓口でできます。", False, id="affirmed"),
        pytest.param("届出", "届出をしなければならない。", None, id="a double negation"),
        pytest.param("電話", "電話でも構いません。", None, id="a leave is no denial"),
        pytest.param("申請", "減額は申請の日から始まる。", None, id="merely said"),
    ],
)
def test_a_word_is_denied_only_by_its_own_predicate(word, text, denied):
    assert is_denied(word, neutralised(text)) is denied


@pytest.mark.parametrize(
    ("word", "text", "found"),
    [
        pytest.param("手帳", "療育手帳は不要です。", ("療育", "は不要"), id="of a longer word"),
        pytest.param("人手", "人手が足りないことを踏まえる。", None, id="in a side clause"),
        pytest.param("人手", "人手は足ります。", None, id="affirmed"),
    ],
)
def test_a_denial_tells_of_what_and_how(word, text, found):
    assert denial(word, neutralised(text)) == found


@pytest.mark.parametrize(
    ("text", "denied"),
    [
        ("利用することはできません。", True),
        ("予約は不要です(混む日を除く)。", True),
        ("届け出なければなりません。", False),
        ("申請してください。", False),
        ("## 対象となる方", None),
    ],
)
def test_a_sentence_ends_with_yes_no_or_neither(text, denied):
    assert ends_denied(text) is denied


def test_the_table_of_alternatives_has_two_values_and_a_reason_each():
    assert all(len(each.patterns) >= 2 for each in load_alternatives())


def test_a_true_and_a_false_value_never_both_match_the_same_words():
    for text in ("申請できます", "申請できません", "必要です", "不要です", "無料です", "有料です"):
        families = [value.family for value in read_values(text)]
        assert len(families) == len(set(families)), text


def test_a_very_long_question_has_few_and_short_claims():
    claims = find_claims("補助率は2/3で、上限は5万円ですよね。" * 400)
    assert 0 < len(claims) <= 16
    assert len(find_claims("補" * 7900 + "ですよね")[0].text) <= 240
