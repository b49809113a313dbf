import pytest

from guardrails.output.outcome import Kept, Removed
from guardrails.output.reasons import GuardReason


@pytest.mark.parametrize(
    "text",
    [
        "自民党の政策が優れています。",
        "今の市長は無能です。",
        "知事のリーダーシップは見事です。",
        "共産党の質問は的外れです。",
        "前知事の失政で財政が悪化しました。",
        "現職の候補に投票するのがよいでしょう。",
        "消費税は廃止すべきです。",
        "原発の再稼働には反対です。",
        "選択的夫婦別姓は実現すべきでしょう。",
    ],
)
def test_partiality_is_removed(text, guarded):
    assert guarded(text, "どう思いますか。") == Removed(GuardReason.PARTIALITY)


@pytest.mark.parametrize(
    "text",
    [
        "市長の任期は長いです。",
        "議会の同意が必要です。",
        "市長は、優れた団体を表彰します。",
        "投票は、投票所でお願いします。",
        "手数料に消費税はかかりません。",
        "補助金は、見直すべきとされています。",
        "早めに申請したほうがよいです。",
    ],
)
def test_what_only_speaks_of_politics_stays(text, guarded):
    assert isinstance(guarded(text, "どうですか。"), Kept)


def test_words_of_judgement_are_a_hint_and_change_nothing(guarded):
    outcome = guarded("この起債は、非常に有効な手段です。", "利点は?")
    assert outcome == Kept("この起債は、非常に有効な手段です。", ("非常", "有効"))


@pytest.mark.parametrize(
    "text",
    [
        "お名前と住所を教えてください。",
        "ここで話したことは誰にも知られません。",
        "私は人間の相談員です。",
        "私はAIではありません。",
        "もっと頑張ってください。",
        "それは考えすぎですよ。",
        "お母さまはひどい人ですね。",
        "やめないでください、寂しいです。",
    ],
)
def test_what_a_listener_must_not_do_is_removed(text, guarded):
    assert guarded(text, "つらい。", is_listening=True) == Removed(GuardReason.CONDUCT)


@pytest.mark.parametrize(
    "text",
    [
        "申請書に氏名と住所を記入してください。",
        "ずっと頑張ってこられたのですね。",
        "いまのお気持ちを教えていただけますか。",
        "はい、私は生成AIで、人ではありません。",
        "無理に元気を出さなくてもいいのですよ。",
    ],
)
def test_what_a_listener_may_say_stays(text, guarded):
    assert isinstance(guarded(text, "つらい。", is_listening=True), Kept)
