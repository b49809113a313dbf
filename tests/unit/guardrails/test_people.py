"""Names and addresses: three tables of messages in many registers, and the rules one by one."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from guardrails.normalization import normalize
from guardrails.pii.nlp import GinzaNlpEngine
from guardrails.pii.recognizers.address import AddressRecognizer, municipality_end
from guardrails.pii.recognizers.person import PersonRecognizer

TABLES = Path(__file__).parent / "people"
_MARK = re.compile(r"<(名|住)\|([^>]*)>")
_TYPES = {"名": "PERSON", "住": "ADDRESS"}


@dataclass(frozen=True)
class Message:
    text: str
    gold: frozenset[tuple[str, int, int]]


def parse(line: str) -> Message:
    """A line of a table, without its marks."""
    text, gold, position = "", set(), 0
    line = line.replace("⏎", "\n")
    for match in _MARK.finditer(line):
        text += line[position : match.start()]
        gold.add((_TYPES[match[1]], len(text), len(text) + len(match[2])))
        text += match[2]
        position = match.end()
    return Message(text + line[position:], frozenset(gold))


def table(name: str) -> list[Message]:
    lines = (TABLES / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return [parse(line) for line in lines if line and not line.startswith("#")]


@pytest.fixture(scope="module")
def engine():
    engine = GinzaNlpEngine()
    engine.load()
    return engine


@pytest.fixture(scope="module")
def find(engine):
    """Types and spans in the original text; an address beats the names inside it."""
    recognizers = [AddressRecognizer(), PersonRecognizer()]

    def find(text: str) -> frozenset[tuple[str, int, int]]:
        normalized = normalize(text)
        artifacts = engine.process_text(normalized.text, "ja")
        spans = []
        for recognizer in recognizers:
            for result in recognizer.analyze(
                normalized.text, recognizer.supported_entities, artifacts
            ):
                span = normalized.original_span(result.start, result.end)
                if all(span[1] <= first or last <= span[0] for _, first, last in spans):
                    spans.append((result.entity_type, *span))
        return frozenset(spans)

    return find


def values(text, spans, kind):
    return [
        text[start:end]
        for type_, start, end in sorted(spans, key=lambda span: span[1])
        if type_ == kind
    ]


@pytest.mark.parametrize(
    ("name", "kind", "recall", "precision"),
    [
        ("first", "PERSON", 0.97, 0.97),
        ("first", "ADDRESS", 0.95, 0.95),
        ("second", "PERSON", 0.92, 0.92),
        ("second", "ADDRESS", 0.95, 0.95),
        ("third", "PERSON", 0.92, 0.95),
        ("third", "ADDRESS", 0.95, 0.95),
    ],
)
def test_a_table_of_messages_is_found_and_little_else(find, name, kind, recall, precision):
    gold, found = set(), set()
    for number, message in enumerate(table(name)):
        gold |= {(number, *span) for span in message.gold if span[0] == kind}
        found |= {(number, *span) for span in find(message.text) if span[0] == kind}
    assert len(gold & found) / len(gold) >= recall
    assert len(gold & found) / len(found) >= precision


def test_messages_without_anybody_are_seldom_flagged(find):
    clean = [
        message
        for name in ("first", "second", "third")
        for message in table(name)
        if not message.gold
    ]
    flagged = [message.text for message in clean if find(message.text)]
    assert len(flagged) / len(clean) <= 0.05


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("森さんと平さんが来ました", ["森", "平"]),
        ("森の整備と平和の集い", []),
        ("千葉さんは千葉県の出身", ["千葉"]),
        ("民生委員 矢口氏、矢口民生委員", ["矢口", "矢口"]),
        ("お客様、皆様、保護者様、事業者様、仏様", []),
        ("お母さん、奥さん、看護師さん、業者さん", []),
        ("佐藤市長と鈴木知事の対談", []),
        ("氏名:ｻﾄｳ ﾊﾅｺ", ["ｻﾄｳ ﾊﾅｺ"]),
        ("YAMADA TAROです", ["YAMADA TARO"]),
        ("長男 翔太、長女 美咲", ["翔太", "美咲"]),
        ("令和7年の4月、昭和の家", []),
        ("さくら保育園とひかり銀行と山田工務店", []),
        ("葛󠄀城 誠様", ["葛󠄀城 誠"]),
    ],
)
def test_who_is_a_person(find, text, names):
    assert values(text, find(text), "PERSON") == names


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("旅篭町二丁目3番25号です", ["旅篭町二丁目3番25号"]),
        ("山形市旅篭町２－３－２５", ["山形市旅篭町２－３－２５"]),
        ("札幌市中央区北3条西6丁目1番地", ["札幌市中央区北3条西6丁目1番地"]),
        ("盛岡市上田第5地割12番地3", ["盛岡市上田第5地割12番地3"]),
        ("京都市中京区烏丸通御池上る二条殿町55番地", ["京都市中京区烏丸通御池上る二条殿町55番地"]),
        ("住所 山形県山形市旅篭町\n二丁目3番25号", ["山形県山形市旅篭町\n二丁目3番25号"]),
        ("天童市大字山元字下原123番地の4 佐藤方", ["天童市大字山元字下原123番地の4 佐藤方"]),
        ("山形市に住んでいます。電話は023-641-1212", []),
        ("第2条の3、様式第3号、3-2、令和6年4月1日", []),
        ("1丁目の公園", []),
        ("山形市5人、天童市3件", []),
    ],
)
def test_what_is_an_address(find, text, addresses):
    assert values(text, find(text), "ADDRESS") == addresses


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("霧島市国分中央三丁目45番1号", "霧島市"),
        ("山形県山形市旅篭町二丁目3番25号", "山形県山形市"),
        ("東置賜郡高畠町大字高畠435番地", "東置賜郡高畠町"),
        ("さいたま市浦和区仲町四丁目99番1号", "さいたま市浦和区"),
        ("東京都千代田区霞が関2-1-2", "東京都千代田区"),
        ("三重県四日市市諏訪町1-5", "三重県四日市市"),
        ("酒田市若浜町一番二号", "酒田市"),
        ("庄内町狩川字大釜22", "庄内町"),
        ("緑町2-5-18", ""),
    ],
)
def test_prefecture_and_municipality_stay_in_the_masked_text(address, kept):
    assert address[: municipality_end(address)] == kept
