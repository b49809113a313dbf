import pytest

from app.answering.evidence import EvidenceLimits, view_units
from app.answering.premise import find_contradiction
from app.answering.question import checked, read
from rag.passage import DocumentInfo, SearchScope

_TEXT = """推進体制構築支援

都道府県が管内の１市区町村以上と連携して申請すること。

支援期間は３ヶ月程度とする。

指針を示すのは総務大臣である。

派遣に係る旅費の自治体負担はなし。

メールマガジンの配信は年４回。
"""


@pytest.fixture
def judge(index, words):
    def _judge(question):
        retriever = index((DocumentInfo("d", "推進体制構築支援", "staff"), _TEXT))
        passages = retriever.search(checked(question), SearchScope("staff"), 5)
        asked = read(checked(question), words, lambda word: retriever.idf(word, "staff"))
        views = view_units(asked, passages, words, EvidenceLimits())
        return find_contradiction(asked, passages, views, words)

    return _judge


@pytest.mark.parametrize(
    ("question", "actual"),
    [
        pytest.param("推進体制構築支援の支援期間は6か月ですよね", "3ヶ月", id="a figure"),
        pytest.param(
            "推進体制構築支援の指針を示すのはデジタル大臣ですよね", "総務大臣", id="an actor"
        ),
        pytest.param("推進体制構築支援は市町村が単独で申請するんですよね", "", id="an opposite"),
    ],
)
def test_what_the_evidence_contradicts_is_corrected(judge, question, actual):
    correction = judge(question)
    assert correction is not None
    assert correction.actual == actual


@pytest.mark.parametrize(
    "question",
    [
        pytest.param("推進体制構築支援の支援期間は3か月ですよね", id="right, in another spelling"),
        pytest.param("推進体制構築支援の指針を示すのは総務大臣ですよね", id="the right actor"),
        pytest.param(
            "推進体制構築支援の支援期間はどのくらいですか", id="nothing taken for granted"
        ),
        pytest.param("推進体制構築支援の予算は5億円ですよね", id="the evidence is silent"),
    ],
)
def test_what_is_right_or_unknown_is_not_corrected(judge, question):
    assert judge(question) is None
