"""How people bring an identifier into a text: labels, joints, and what follows it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from evals.guardrails import numbers, people
from guardrails.verdict import FindingType as T


@dataclass(frozen=True)
class Value:
    """An identifier in a text, bare: no label, no honorific."""

    type: T
    text: str


Piece = str | Value
Pieces = list[Piece]


def fill(template: str, **parts: Piece | Pieces) -> Pieces:
    """A template with `{name}` places, as pieces. Braces stand for nothing else in it."""
    pieces: Pieces = []
    for section in template.split("{"):
        name, closed, rest = section.rpartition("}")
        if closed:
            part = parts[name]
            pieces += part if isinstance(part, list) else [part]
        pieces.append(rest)
    return pieces


@dataclass(frozen=True)
class Kind:
    """One type: how it is made, what it is called, and what stands around it besides.

    `own` are whole phrases in which it needs no label.
    """

    value: Callable[[Random], Pieces]
    labels: Sequence[str]
    own: Sequence[str] = ()
    own_share: float = 0.0


_IN_SENTENCE = (
    "{label}は{value}です", "{label}は{value}でした", "{label}は「{value}」です",
    "{label}が{value}なのですが", "{label}（{value}）を見ながら書いています", "{label}:{value}です",
    "{label} {value} です", "{value}が{label}です", "{label}、{value}で合っていますか",
    "{label}に{value}と書いてあります", "{label}{value}で手続きしました",
)  # fmt: skip
_IN_FIELD = (
    "{label}:{value}", "{label}：{value}", "{label} {value}", "{label}　{value}",
    "{label}\t{value}", "{label}\n{value}", "■{label}　{value}", "{label}（{value}）",
)  # fmt: skip


def _single(type_: T, make: Callable[[Random], str]) -> Callable[[Random], Pieces]:
    return lambda random: [Value(type_, make(random))]


def _insurance(random: Random) -> Pieces:
    """Symbol and number are findings of their own, unless they run together."""
    symbol = random.choice(["山", "鶴", "庄内", "米", "", "", ""]) or numbers.digits(
        random, random.choice([2, 3, 4, 8])
    )
    number = numbers.digits(random, random.choice([3, 5, 6, 7]))
    if random.random() < 0.15:
        symbol, number = numbers.wide(symbol), numbers.wide(number)
    template = random.choice([
        "記号{s}番号{n}", "記号 {s} 番号 {n}", "記号：{s}　番号：{n}", "記号は{s}、番号は{n}",
        "記号「{s}」番号「{n}」", "記号・番号 {both}", "記号番号{both}", "記号 {s}\n番号 {n}",
    ])  # fmt: skip
    both = Value(T.HEALTH_INSURANCE, random.choice("・-－").join([symbol, number]))
    s, n = Value(T.HEALTH_INSURANCE, symbol), Value(T.HEALTH_INSURANCE, number)
    pieces = fill(template, s=s, n=n, both=both)
    if random.random() < 0.2:
        branch = Value(T.HEALTH_INSURANCE, f"0{random.randint(0, 9)}")
        pieces += fill(random.choice(["（枝番{b}）", " 枝番 {b}", "、枝番は{b}"]), b=branch)
    return pieces


def _account(random: Random) -> Pieces:
    number = numbers.digits(random, 7)
    if random.random() < 0.3:
        return _postal_account(random, number)
    if random.random() < 0.2:
        number = numbers.wide(number)
    template = random.choice([
        "{bank}{branch} 普通 {n}", "{bank} {branch} 普通預金 口座番号 {n}", "{bank}{branch}（普通）{n}",
        "{bank}の{branch}、普通の{n}", "{bank}{branch} 当座{n}", "{bank} 支店番号{code} 普通 口座番号：{n}",
    ])  # fmt: skip
    bank = random.choice(["みどり銀行", "北国信用金庫", "さくら信用組合", "JAやまなみ", "あけぼの銀行"])
    branch = random.choice(["本店", "駅前支店", "城南支店", "東出張所"])
    return fill(template, bank=bank, branch=branch, code=numbers.digits(random, 3),
                n=Value(T.BANK_ACCOUNT, number))  # fmt: skip


def _postal_account(random: Random, number: str) -> Pieces:
    symbol, tail = f"1{numbers.digits(random, 3)}0", f"{number}1"
    s, n = Value(T.BANK_ACCOUNT, symbol), Value(T.BANK_ACCOUNT, tail)
    both = Value(T.BANK_ACCOUNT, f"{symbol}-{tail}")
    return fill(random.choice(["ゆうちょ銀行 記号{s} 番号{n}", "ゆうちょの記号は{s}、番号は{n}",
                               "ゆうちょ {both}"]), s=s, n=n, both=both)  # fmt: skip


def _line_id(random: Random) -> Pieces:
    if random.random() < 0.35:
        return fill(random.choice(["LINEのユーザーID {v}", "userId={v}", "LINE userIdは{v}"]),
                    v=Value(T.LINE_ID, numbers.line_user(random)))  # fmt: skip
    return fill(random.choice(["LINE ID：{v}", "LINEのIDは{v}", "ラインのID {v}", "LINE ID「{v}」"]),
                v=Value(T.LINE_ID, numbers.line_name(random)))  # fmt: skip


KINDS: Mapping[T, Kind] = {
    T.MY_NUMBER: Kind(
        _single(T.MY_NUMBER, numbers.my_number),
        ["マイナンバー", "個人番号", "私の個人番号", "マイナンバーカードの番号", "12桁のマイナンバー", "通知カードの個人番号"],
    ),
    T.RESIDENT_CODE: Kind(
        _single(T.RESIDENT_CODE, numbers.resident_code),
        ["住民票コード", "住基コード", "母の住民票コード", "住民票コード（11桁）"],
    ),
    T.PENSION_NUMBER: Kind(
        _single(T.PENSION_NUMBER, numbers.pension_number),
        ["基礎年金番号", "年金番号", "年金手帳の番号", "年金の番号"],
    ),
    T.HEALTH_INSURANCE: Kind(
        _insurance, ["国民健康保険証", "保険証", "資格確認書", "被保険者証", "健康保険"],
    ),
    T.LTC_INSURANCE: Kind(
        _single(T.LTC_INSURANCE, numbers.ltc_number),
        ["介護保険の被保険者番号", "介護保険 被保険者番号", "介護保険証の番号", "介護の被保険者番号"],
    ),
    T.LATE_ELDERLY_INSURANCE: Kind(
        _single(T.LATE_ELDERLY_INSURANCE, numbers.late_elderly_number),
        ["後期高齢者医療の被保険者番号", "後期高齢者医療被保険者番号", "後期高齢の保険証の番号"],
    ),
    T.DRIVERS_LICENSE: Kind(
        _single(T.DRIVERS_LICENSE, numbers.licence),
        ["運転免許証番号", "免許証の番号", "運転免許の番号", "免許番号"],
    ),
    T.PASSPORT: Kind(
        _single(T.PASSPORT, numbers.passport), ["旅券番号", "パスポート番号", "パスポート", "旅券の番号"],
    ),
    T.RESIDENCE_CARD: Kind(
        _single(T.RESIDENCE_CARD, numbers.residence_card),
        ["在留カード番号", "在留カード", "在留カードの番号", "特別永住者証明書の番号"],
    ),
    T.BANK_ACCOUNT: Kind(_account, ["振込先", "還付金の口座", "引落口座", "口座"]),
    T.CREDIT_CARD: Kind(
        _single(T.CREDIT_CARD, numbers.credit_card),
        ["カード番号", "クレジットカード", "クレカの番号", "決済に使ったカード"],
    ),
    T.PHONE: Kind(
        _single(T.PHONE, numbers.phone),
        ["電話番号", "電話", "携帯", "連絡先", "TEL", "緊急連絡先", "自宅の電話"],
        ["{value}に電話をください", "{value}まで折り返しお願いします", "さっき{value}からかけました"],
        0.3,
    ),
    T.POSTAL_CODE: Kind(
        _single(T.POSTAL_CODE, numbers.postal_code),
        ["郵便番号", "〒", "送付先の郵便番号", "〒"], ["〒{value} に住んでいます"], 0.15,
    ),
    T.EMAIL: Kind(
        _single(T.EMAIL, numbers.email), ["メール", "メールアドレス", "E-mail", "メアド", "連絡先"],
        ["{value}に送ってください", "{value}あてにお願いします", "返事は{value}へ"], 0.35,
    ),
    T.URL: Kind(
        _single(T.URL, numbers.personal_url),
        ["届いたリンク", "申請者ページのURL", "マイページ", "ログイン用URL"],
        ["{value} が開けません", "このリンク {value} は本物ですか"], 0.35,
    ),
    T.IP_ADDRESS: Kind(
        _single(T.IP_ADDRESS, numbers.network_address),
        ["IPアドレス", "接続元", "端末のアドレス", "アクセス元"],
        ["{value}から何度もログインがあります"], 0.2,
    ),
    T.LINE_ID: Kind(_line_id, ["連絡手段", "追加してほしいもの", "友だち登録"], ["{value}で探してください"], 0.4),
    T.VEHICLE_NUMBER: Kind(
        _single(T.VEHICLE_NUMBER, numbers.plate), ["ナンバー", "車両番号", "車のナンバー", "登録番号"],
        ["{value}の車がずっと停まっています", "軽トラは{value}です"], 0.35,
    ),
    T.DATE_OF_BIRTH: Kind(
        _single(T.DATE_OF_BIRTH, numbers.birthday), ["生年月日", "誕生日", "生まれた日"],
        ["{value}生まれです", "息子は{value}生まれ", "{value}生の母のことです"], 0.4,
    ),
    T.ADDRESS: Kind(
        _single(T.ADDRESS, people.address), ["住所", "現住所", "住まい", "引っ越し先", "本籍", "送付先"],
        ["{value}に住んでいます", "{value}から引っ越してきました", "うちは{value}です"], 0.4,
    ),
    T.PERSON: Kind(
        _single(T.PERSON, people.full_name),
        ["氏名", "名前", "申請者", "世帯主", "受給者", "お名前", "届出人", "保護者氏名"],
        ["{value}と申します", "{value}といいます", "{value}です", "私は{value}です", "{value}さんのことです"], 0.5,
    ),
}  # fmt: skip

_FAMILY_PHRASES = (
    "{family}です", "{family}と申します", "担当の{family}さんに聞きました", "{family}様から電話",
    "夫の{given}が働けません", "娘の{given}のことです", "{family}さん宅の件です", "隣の{family}氏の話です",
    "長男 {given}、妻 {given2}と暮らしています", "母（{given}）が入院しました", "民生委員の{family}さんから相談",
)  # fmt: skip


def phrase(random: Random, type_: T) -> Pieces:
    """Words for the middle of a sentence that hold one identifier of the type."""
    if type_ is T.PERSON and random.random() < 0.5:
        return name_phrase(random)
    kind = KINDS[type_]
    if random.random() < kind.own_share:
        return fill(random.choice(kind.own), value=kind.value(random))
    template = random.choice(_IN_SENTENCE)
    return fill(template, label=random.choice(kind.labels), value=kind.value(random))


def name_phrase(random: Random) -> Pieces:
    """A family or given name alone, as people use them."""
    family = Value(T.PERSON, people.family_name(random))
    given, given2 = (Value(T.PERSON, people.given_name(random)) for _ in range(2))
    return fill(random.choice(_FAMILY_PHRASES), family=family, given=given, given2=given2)


def field(random: Random, type_: T) -> Pieces:
    """A line of a form."""
    kind = KINDS[type_]
    template = random.choice(_IN_FIELD)
    return fill(template, label=random.choice(kind.labels), value=kind.value(random))
