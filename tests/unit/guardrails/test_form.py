import pytest

from guardrails.output.form import is_well_formed


@pytest.mark.parametrize(
    "sentence",
    [
        "補助率は、補助対象経費の1/2です。",
        "上限はありません。",
        "申請の受付は6月30日までです。",
        "対象は市町村であり、都道府県は対象外である。",
        "派遣は年に5回まで受けられます。",
        "Wi-Fi と LPWA の整備費用を補助します。",
        "令和7年度までに検討するとされています。",
        "窓口に電話してください。",
        "窓口は1つで、相談は無料のようです。",
        "申請できるのは県内の市町村だけです。",
    ],
)
def test_a_sentence_with_a_predicate_is_well_formed(sentence):
    assert is_well_formed(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        pytest.param("交付税措置、100万円 R7年度まで使えます。", id="cells side by side"),
        pytest.param("計画づくり支援、ア1計画づくり支援です。", id="said twice"),
        pytest.param("遠隔監視による安全確保を検証。", id="a row of nouns"),
        pytest.param("補助率 2分の1です。", id="a gap between words"),
        pytest.param("維持費は増加しているです。", id="a verb and a copula"),
        pytest.param("受付は終わりましたです。", id="two ends"),
        pytest.param("上限", id="a bare word"),
        pytest.param("", id="nothing"),
    ],
)
def test_what_nobody_can_read_is_not(sentence):
    assert not is_well_formed(sentence)
