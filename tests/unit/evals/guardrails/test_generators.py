"""The generated messages: valid, varied, the same for a seed; the planted strings: found again."""

import json
import re
import urllib.request
from collections import Counter
from random import Random

import pytest
from stdnum import luhn
from stdnum.jp import cn, in_

from evals.guardrails import numbers
from evals.guardrails.messages import generate
from evals.guardrails.negatives import negative
from evals.guardrails.phrases import KINDS, Value, fill
from evals.guardrails.planting import Planted, plant, secrets_in, secrets_in_file
from evals.guardrails.provider import recording_provider
from evals.guardrails.spans import places_of
from guardrails.verdict import FindingType

_PLAIN = str.maketrans({**{chr(0xFF10 + i): str(i) for i in range(10)},
                        **{kanji: str(i) for i, kanji in enumerate("〇一二三四五六七八九")}})  # fmt: skip


def bare(text):
    return re.sub(r"\D", "", text.translate(_PLAIN))


@pytest.fixture(scope="module")
def cases():
    return generate(per_type=40, clean=50)


class TestMessages:
    def test_there_are_forty_of_each_type(self, cases):
        holding = Counter(kind for case in cases for kind in {each.type for each in case.findings})
        assert set(holding) == set(FindingType) - {FindingType.CLASSIFICATION_MARK}
        assert min(holding.values()) >= 40

    def test_a_seed_gives_the_same_ones_and_another_gives_others(self, cases):
        assert generate(40, 50) == cases
        assert generate(40, 50, seed=7) != cases

    def test_no_two_are_alike(self, cases):
        texts = [case.text for case in cases]
        assert len(set(texts)) > 0.98 * len(texts)

    def test_findings_are_apart_and_hold_no_label(self, cases):
        for case in cases:
            spans = case.findings
            assert sum(each.end - each.start for each in spans) == len(places_of(spans))
            values = [case.text[each.start : each.end] for each in spans]
            assert all(value == value.strip() and "号は" not in value for value in values)

    def test_texts_without_personal_data_hold_none(self, cases):
        clean = [case for case in cases if case.id.startswith("CLEAN")]
        assert len(clean) == 50
        assert not [case for case in clean if case.findings]

    def test_all_places_of_a_template_are_filled(self, cases):
        assert not [case.text for case in cases if re.search(r"\{[a-z_]+\}", case.text)]


class TestNumbers:
    def test_nine_in_ten_individual_numbers_are_valid(self):
        random = Random(1)
        made = [bare(numbers.my_number(random)) for _ in range(300)]
        assert {len(each) for each in made} == {12}
        assert 0.8 < sum(in_.is_valid(each) for each in made) / 300 < 1

    def test_cards_and_companies_are_valid(self):
        random = Random(1)
        assert all(luhn.is_valid(bare(numbers.credit_card(random))) for _ in range(100))
        assert all(cn.is_valid(numbers.corporate_number(random)) for _ in range(100))

    @pytest.mark.parametrize(
        ("make", "example"),
        # Published: a specimen of three, and a worked one.
        [(numbers.resident_code, "24727059608"), (numbers.licence, "309012345620")],
    )
    def test_check_digits_are_those_of_the_published_formulas(self, make, example):
        weights = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)

        def check(number):
            rest = sum(int(a) * b for a, b in zip(number, weights, strict=False)) % 11
            return str(11 - rest)[-1] if rest > 1 else str({0: (0, 1), 1: (0, 0)}[rest])

        random = Random(1)
        for number in [example, *(bare(make(random)) for _ in range(100))]:
            assert number[10] in check(number)

    def test_forms_vary(self):
        random = Random(1)
        made = [numbers.my_number(random) for _ in range(200)]
        forms = ("-", "ー", " ", "　", "\n", "０", "〇")
        assert not [form for form in forms if not any(form in each for each in made)]

    def test_a_date_in_kanji_reads_as_people_say_it(self):
        assert numbers.kanji_numbers("昭和60年4月12日") == "昭和六十年四月十二日"
        assert numbers.kanji_numbers("1985年11月20日") == "一九八五年十一月二十日"


def test_values_keep_their_places_in_a_template():
    value = Value(FindingType.PHONE, "1")
    assert fill("a{x}b{y}", x=value, y=["c", value]) == ["a", value, "b", "c", value, ""]


def test_every_type_is_made():
    assert len(KINDS) == len(FindingType) - 1


def test_numbers_that_are_nobodys_are_there():
    random = Random(1)
    texts = [negative(random) for _ in range(300)]
    for word in ("法人番号", "申請番号", "年度", "告示第", "ホットライン", "問い合わせ"):
        assert any(word in text for text in texts)


class TestPlanting:
    def test_every_question_has_a_string_of_its_own(self):
        planted = plant(["補助率は？"], 110)
        assert len({each.secret for each in planted}) == 110
        assert all(each.secret in each.question for each in planted)

    @pytest.mark.parametrize("sent", ["090-0000-1234", "０９０　００００ー１２３４", "09000001234"])
    def test_a_string_is_found_however_it_is_spelled(self, sent):
        assert secrets_in([f"電話は{sent}です"], [Planted("…", "090-0000-1234")]) == 1
        assert secrets_in(["電話は〔電話番号1〕です"], [Planted("…", "090-0000-1234")]) == 0

    @pytest.mark.parametrize(
        "content",
        ["佐藤花子".encode(), json.dumps("佐藤花子").encode(), "佐藤花子".encode("utf-16-le")],
    )
    def test_a_string_is_found_in_a_file(self, content, tmp_path):
        file = tmp_path / "store.db"
        file.write_bytes(b"\x00" + content + b"\xff")
        assert secrets_in_file(file, [Planted("…", "佐藤花子"), Planted("…", "森健一")]) == 1


def test_the_provider_keeps_what_it_is_sent_and_repeats_a_piece_of_it():
    body = json.dumps({"messages": [{"role": "user", "content": "氏名は〔氏名1〕"}]}).encode()
    with recording_provider() as provider:
        request = urllib.request.Request(f"{provider.address}/chat/completions", body)
        with urllib.request.urlopen(request) as response:
            answered = response.read().decode()
    assert "〔氏名1〕" in answered
    assert "[DONE]" in answered
    assert "氏名は〔氏名1〕" in provider.texts()
