import pytest

from guardrails.output.outcome import Kept, Mended, Removed
from guardrails.output.reasons import GuardReason

_PUBLIC, _STAFF = "窓口で確認してください。", "所管の部署に確認してください。"


@pytest.mark.parametrize(
    ("question", "text", "mended"),
    [
        ("手当は?", "あなたは対象です。", "あなたは対象となる可能性があります。"),
        ("手当は?", "お客様は対象外です。", "お客様は対象とならない可能性があります。"),
        ("私は?", "はい、必ずもらえます。", "もらえる可能性があります。"),
        ("私は?", "いいえ、受給できません。", "受給できない可能性があります。"),
        ("うちは?", "該当しません。", "該当しない可能性があります。"),
        ("うちは?", "対象になりません。", "対象とならない可能性があります。"),
        (
            "妻は?",
            "奥様は給付を受けることができます。",
            "奥様は給付を受けることができる可能性があります。",
        ),
        ("私は?", "審査に通りますので、ご安心ください。", "審査に通る可能性があります。"),
        (
            "私は?",
            "市内にお住まいですから、対象になります。",
            "市内にお住まいですから、対象となる可能性があります。",
        ),
        (
            "私は?",
            "対象ですので、申請してください。",
            "対象となる可能性がありますので、申請してください。",
        ),
        ("もらえますか。", "申請すれば受け取れます。", "申請すれば受け取れる可能性があります。"),
        ("3級です。", "3級だと対象外です。", "3級だと対象とならない可能性があります。"),
    ],
)
def test_a_promise_becomes_a_possibility_of_the_same_polarity(question, text, mended, guarded):
    cited = ("身体障害者手帳3級は対象としない。",)
    assert guarded(text, question, cited) == Mended(mended + _PUBLIC, (GuardReason.PROMISE,))


def test_staff_are_sent_to_the_office_in_charge(guarded):
    outcome = guarded("貴市は対象です。", "本市は?", audience="staff")
    assert isinstance(outcome, Mended)
    assert outcome.text.endswith(_STAFF)


def test_a_promise_that_cannot_be_mended_is_removed(guarded):
    text = "あなたは対象であるため、来月から振り込まれます。"
    assert guarded(text, "私は?") == Removed(GuardReason.PROMISE)


@pytest.mark.parametrize("audience", ["staff", "public"])
@pytest.mark.parametrize(
    "text",
    [
        pytest.param("対象は、18歳以下の児童です。", id="対象 is the subject"),
        pytest.param("18歳以下の児童が対象です。", id="a group"),
        pytest.param("お子さんが18歳以下の世帯が対象です。", id="a relative in the group"),
        pytest.param("賃貸住宅は対象外です。", id="a thing"),
        pytest.param("18歳以下の子がいる世帯であれば、受給できます。", id="an open condition"),
        pytest.param("児童手当は、18歳以下まで支給されます。", id="what is granted"),
        pytest.param("対象となる可能性があります。", id="a possibility"),
        pytest.param("対象かどうかは、窓口で確かめてください。", id="a question within"),
        pytest.param("対象となる方には、通知が届きます。", id="told of a noun"),
        pytest.param("窓口で相談できます。", id="a procedure"),
        pytest.param("昨年は対象でした。", id="the past"),
        pytest.param("対象になるのか、気がかりなのですね。", id="said back"),
        pytest.param("18歳以下の方が利用できます。", id="an ability of a group"),
    ],
)
def test_a_rule_of_the_programme_stays(text, audience, guarded):
    assert isinstance(guarded(text, "私は18歳です。もらえますか。", ("18歳以下",), audience), Kept)


def test_what_the_document_says_word_for_word_stays(guarded):
    text = "申請すれば、必ず対象になります。"
    assert isinstance(guarded(text, "私は?", (text,)), Kept)
    assert not isinstance(guarded(text, "私は?", ("申請の受付",)), Kept)


def test_an_answer_without_a_subject_decides_only_for_residents(guarded):
    question = "2歳の子がいます。手当はもらえますか。"
    assert isinstance(guarded("受給できます。", question, audience="staff"), Kept)
    assert isinstance(guarded("受給できます。", question, audience="public"), Mended)
    assert isinstance(guarded("受給できます。", "いつから受給できますか。"), Kept)
