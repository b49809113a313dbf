from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.answering.conversation import Conversation, NoDocuments, Said, subject_of
from rag.tokenizer import SudachiWords

WORDS = SudachiWords()
TEXTS = {
    "jido": "児童手当 支給額は月10,000円。申請の期限。公務員は勤務先。振り込みます。",
    "fuyo": "児童扶養手当 ひとり親 支給日は奇数月の11日。",
    "akiya": "空き家の改修補助 補助率は2分の1。上限は80万円。受付は終了します。市町村。",
    "suido": "水道の開始停止 水道料金 納入期限 検針。",
}
TITLES = (
    "児童手当",
    "児童扶養手当（ひとり親家庭の手当）",
    "空き家・移住の補助",
    "水道の開始停止・料金の支払い",
)


class Documents:
    def titles(self):
        return TITLES

    def words_of(self, document_id):
        return frozenset(WORDS.tokenize(TEXTS.get(document_id, "")))

    def is_known(self, word):
        return any(word in self.words_of(each) for each in TEXTS)


TALK = Conversation(WORDS, Documents())
JIDO = Said("児童手当はいくらですか", "児童手当はいくらですか", ("jido",))
AKIYA = Said("空き家の改修補助の補助率を教えて", "空き家の改修補助の補助率を教えて", ("akiya",))


@pytest.mark.parametrize(
    ("last", "typed", "query"),
    [
        (JIDO, "じゃあ期限は？", "児童手当の期限は?"),
        (JIDO, "支給日はいつ？", "児童手当の支給日はいつ?"),
        (JIDO, "公務員の場合は？", "児童手当の公務員の場合は?"),
        (JIDO, "いつ振り込まれますか", "児童手当について、いつ振り込まれますか"),
        (AKIYA, "じゃあ上限は？", "空き家の改修補助の上限は?"),
        (AKIYA, "その締切は？", "空き家の改修補助の締切は?"),
        (AKIYA, "市町村の場合は？", "空き家の改修補助の補助率の市町村の場合は?"),
        (AKIYA, "それはいつまで？", "空き家の改修補助はいつまで?"),
        (AKIYA, "ちなみに担当課は", "空き家の改修補助の担当課は"),
        (AKIYA, "必要書類は？", "空き家の改修補助の必要書類は?"),
    ],
)
def test_follow_up_gets_the_subject_of_the_turn_before(last, typed, query):
    understood = TALK.understand(typed, [last])

    assert understood.query == query
    assert understood.subject in query


@pytest.mark.parametrize(
    ("last", "typed"),
    [
        (JIDO, "児童扶養手当の支給日は？"),
        (JIDO, "水道料金の納入期限はいつですか"),
        (JIDO, "では、水道料金の納入期限は？"),
        (AKIYA, "児童手当の期限は？"),
        (AKIYA, "検針はいつですか"),
        (JIDO, "児童手当の期限は？"),
        (JIDO, ""),
        (JIDO, "長い質問です。" * 20),
    ],
)
def test_question_that_stands_by_itself_is_left_as_it_was_typed(last, typed):
    understood = TALK.understand(typed, [last])

    assert (understood.query, understood.subject) == (typed, "")


def test_first_question_is_never_touched():
    assert TALK.understand("その締切は？", []).query == "その締切は？"


def test_subject_is_carried_on_from_turn_to_turn():
    earlier = [JIDO, Said("じゃあ期限は？", "児童手当の期限は?", ("jido",), "児童手当")]

    assert TALK.understand("窓口は？", earlier).query == "児童手当の窓口は?"


def test_form_alone_decides_where_nothing_is_known_of_the_documents():
    talk = Conversation(WORDS, NoDocuments())

    assert talk.understand("その締切は？", [JIDO]).subject == "児童手当"


@pytest.mark.parametrize(
    ("question", "subject"),
    [
        ("児童手当の支給日はいつですか", "児童手当"),
        ("児童手当の申請の期限は？", "児童手当"),
        ("空き家の改修補助の補助率を教えて", "空き家の改修補助"),
        ("高額療養費に食事代は含まれますか", "高額療養費"),
        ("転出届は郵送でできますか", "転出届"),
        ("移住支援金について教えて", "移住支援金"),
        ("就学援助", "就学援助"),
    ],
)
def test_subject_of_a_question(question, subject):
    assert subject_of(question) == subject


def test_golden_dialogues_are_what_they_say():
    folder = Path(__file__).parents[3] / "evals" / "golden" / "conversations"
    dialogues = [
        json.loads(line)
        for file in sorted(folder.glob("*.dev.jsonl"))
        for line in file.read_text(encoding="utf-8").splitlines()
    ]

    assert len(dialogues) >= 80
    assert len({each["id"] for each in dialogues}) == len(dialogues)
    for each in dialogues:
        kinds = [turn["kind"] for turn in each["turns"]]
        assert kinds[0] == "first"
        assert 2 <= len(kinds) <= 3
        assert set(kinds[1:]) <= {"follow", "topic"}
