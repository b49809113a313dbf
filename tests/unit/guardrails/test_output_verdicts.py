import pytest

from guardrails.output.outcome import Kept, Removed
from guardrails.output.reasons import GuardReason


@pytest.mark.parametrize(
    "text",
    [
        "それはうつ病の症状です。",
        "適応障害かもしれません。",
        "お母さまは認知症だと思われます。",
        "熱中症と判断されます。",
        "ADHDに当てはまります。",
        "食中毒に間違いありません。",
        "お薬はやめてもかまいません。",
        "睡眠薬を飲んでみてください。",
        "受診しなくても大丈夫です。",
        "病院に行く必要はありません。",
        "持病があっても接種して問題ありません。",
        "軽い症状なので、様子を見て大丈夫です。",
        "必ず治ります。",
        "要介護3に相当します。",
    ],
)
def test_a_medical_verdict_is_removed(text, guarded):
    assert guarded(text, "体のことです。") == Removed(GuardReason.MEDICAL)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("お薬のことは、主治医に相談してください。", id="sent to a physician"),
        pytest.param("対象となる疾病は、うつ病です。", id="a list"),
        pytest.param("うつ病の方は、窓口で相談できます。", id="a group"),
        pytest.param("認知症の相談は、センターで受け付けています。", id="a desk"),
        pytest.param("お薬手帳をお持ちください。", id="a thing to bring"),
        pytest.param("インフルエンザの予防接種の費用を助成します。", id="a vaccination"),
        pytest.param("結核と診断した医師は、届け出ます。", id="told of a physician"),
    ],
)
def test_what_only_speaks_of_illness_stays(text, guarded):
    assert isinstance(guarded(text, "制度のことです。", audience="staff"), Kept)


def test_an_illness_that_the_person_named_may_be_said_back(guarded):
    text = "うつ病と診断されて、戸惑っていらっしゃるのですね。"
    assert isinstance(guarded(text, "うつ病と診断されました。", is_listening=True), Kept)
    assert guarded(text, "眠れません。", is_listening=True) == Removed(GuardReason.MEDICAL)


@pytest.mark.parametrize(
    "text",
    [
        "大家さんの対応は違法です。",
        "それは窃盗罪に当たります。",
        "裁判で勝てます。",
        "相手を訴えられます。",
        "慰謝料を請求できます。",
        "その解雇は無効です。",
        "借金を返す必要はありません。",
        "会社に賠償責任があります。",
        "相手は逮捕されます。",
    ],
)
def test_a_legal_verdict_is_removed(text, guarded):
    assert guarded(text, "もめています。") == Removed(GuardReason.LEGAL)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("発行から3か月以内の証明書が有効です。", id="a certificate"),
        pytest.param("利用料を支払う必要はありません。", id="a fee"),
        pytest.param("離婚の相談は、弁護士が受け付けます。", id="sent to a lawyer"),
        pytest.param("訴えたいほど、おつらいのですね。", id="said back"),
        pytest.param("補助金の返還を求めることがあります。", id="a procedure"),
    ],
)
def test_what_only_speaks_of_law_stays(text, guarded):
    assert isinstance(guarded(text, "制度のことです。", ("発行から3か月以内",)), Kept)


def test_a_verdict_of_the_document_may_be_quoted(guarded):
    text = "許可を受けずに営業することは違法です。"
    assert isinstance(guarded(text, "営業は?", (f"{text}罰則があります。",)), Kept)
    assert guarded(text, "営業は?", ("営業の許可",)) == Removed(GuardReason.LEGAL)
