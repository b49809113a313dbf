"""Texts without personal data that look as if they held some: figures, numbers, offices."""

from collections.abc import Callable
from random import Random

from evals.guardrails.numbers import corporate_number, digits, wide

_HOTLINES = (
    "よりそいホットライン 0120-279-338", "いのちの電話 0120-783-556", "DV相談ナビ #8008",
    "児童相談所虐待対応ダイヤル 189", "こころの健康相談統一ダイヤル 0570-064-556", "消費者ホットライン 188",
)  # fmt: skip
_OFFICES = ("福祉課", "こども家庭課", "税務課", "市民課", "建設課", "総務課 行政係")
_WITH_NUMBER = (
    "申請番号 {12} の審査は終わりました。", "受付番号：{10} で照会してください。", "整理番号{8}の書類を再送します。",
    "問い合わせ番号 {11} をお手元にご用意ください。", "文書番号 {4}-{6} を参照。", "管理番号 {4}-{4}-{4} の備品を廃棄する。",
    "お知らせ番号 {7} の内容です。", "JANコード 49{11}、価格は{3}円。", "型番 AB-{7}、製造番号 {8} が対象です。",
    "予算額は{3},{3},{3}円です。", "対象者は{3},{3}人、世帯数は{2},{3}世帯。", "チケット {12} の対応状況は？",
    "全国地方公共団体コード 06{4} を入力する。", "事業所番号 06{8} の指定を更新した。", "保険者番号 06{4} は本市です。",
)  # fmt: skip
_PLAIN = (
    "令和{era}年度当初予算額は{a},{b}億円（対前年度比＋{c}.{d}％）です。", "補助率は1/2以内、上限{c}0万円とする。",
    "R{era}の実績は{b}団体、前年度は{a}団体だった。", "要綱（令和{era}年3月{c}日告示第{b}号）第{c}条第{d}項による。",
    "申込期間は令和{era}年{c}月{d}日から{c}月2{d}日までです。", "開催日 202{d}年1{d}月2{d}日、定員{b}名。",
    "昭和5{d}年5月31日以前に建てられた木造住宅が対象です。", "第{c}回審議会は{c}月1{d}日{c}時30分から。",
    "{a}円×{b}人分を{c}月{d}日までに支払います。", "区分\t令和5年度\t令和6年度\n件数\t{a}\t{b}\n金額\t{b},{a}\t{a},{b}",
    "バスは{c}:{d}5と{c}:{d}8に来ます。", "試合は{c}-{d}で勝ちました。", "3か月で体重が{d}キロ減りました。つらいです。",
    "公式サイト https://www.city.example.lg.jp/page/{a}.html をご覧ください。", "地方自治法第{b}条の{c}の解釈を教えて。",
    "市長は、必要と認めるときは報告を求めることができる。", "山形市と天童市の制度の違いを知りたい。", "千葉県や石川県の例を参考にする。",
    "森林の整備と原っぱの保全に取り組む団体を支援します。", "人口{b},{a}人、高齢化率{c}{d}.{d}％の町です。",
    "家族は夫と子ども{d}人です。家賃が払えません。", "マイナンバーの番号は何桁ですか？ 12桁だと聞きました。",
    "生年月日の書き方は西暦でも和暦でもかまいません。", "郵便番号は7桁で記入してください。", "免許証の番号の見方を教えてください。",
    "在留カードの更新は何日前からできますか。", "パスポートを忘れました。ほかの書類でもいいですか。",
    "口座番号を間違えたときの手順は？", "介護保険の要介護{d}から変わることはありますか。",
)  # fmt: skip


def negative(random: Random) -> str:
    """One text, nothing in which is to be masked."""
    text = random.choice([_numbered, _numbered, _plain, _plain, _office, _company])(random)
    return wide(text) if random.random() < 0.05 and "http" not in text else text


def _numbered(random: Random) -> str:
    text = random.choice(_WITH_NUMBER)
    for count in range(2, 13):
        while f"{{{count}}}" in text:
            text = text.replace(f"{{{count}}}", digits(random, count), 1)
    return text


def _plain(random: Random) -> str:
    parts = {
        "era": random.randint(5, 8), "a": random.randint(100, 999), "b": random.randint(10, 999),
        "c": random.randint(1, 9), "d": random.randint(1, 9),
    }  # fmt: skip
    return random.choice(_PLAIN).format(**parts)


def _office(random: Random) -> str:
    if random.random() < 0.5:
        return f"ひとりで悩まず、{random.choice(_HOTLINES)} へお電話ください。"
    office, number = random.choice(_OFFICES), f"023-000-{digits(random, 4)}"
    return random.choice([
        f"【問い合わせ】山形市役所 {office} 電話 {number}（代表）", f"担当：{office} TEL {number} 内線 {digits(random, 3)}",
        f"お問い合わせ先 {office} {number} FAX 023-000-{digits(random, 4)}",
    ])  # fmt: skip


def _company(random: Random) -> str:
    number = corporate_number(random)
    return random.choice([
        f"法人番号 {number} の事業者が対象です。", f"登録番号 T{number} を請求書に記載してください。",
        f"法人番号：{number}（株式会社あおば）から申請があった。",
    ])  # fmt: skip


