"""Invented people and where they live: common parts, put together by chance."""

from random import Random

from evals.guardrails.numbers import kanji, kanji_numbers, wide

# Kanji, hiragana, katakana and how a passport writes it.
_FAMILY = [
    ("佐藤", "さとう", "サトウ", "Sato"), ("高橋", "たかはし", "タカハシ", "Takahashi"),
    ("遠藤", "えんどう", "エンドウ", "Endo"), ("工藤", "くどう", "クドウ", "Kudo"),
    ("五十嵐", "いがらし", "イガラシ", "Igarashi"), ("渡邉", "わたなべ", "ワタナベ", "Watanabe"),
    ("石川", "いしかわ", "イシカワ", "Ishikawa"), ("森", "もり", "モリ", "Mori"),
    ("林", "はやし", "ハヤシ", "Hayashi"), ("原", "はら", "ハラ", "Hara"),
    ("東海林", "しょうじ", "ショウジ", "Shoji"), ("後藤", "ごとう", "ゴトウ", "Goto"),
    ("長谷川", "はせがわ", "ハセガワ", "Hasegawa"), ("今野", "こんの", "コンノ", "Konno"),
    ("齋藤", "さいとう", "サイトウ", "Saito"), ("千葉", "ちば", "チバ", "Chiba"),
    ("金子", "かねこ", "カネコ", "Kaneko"), ("奥山", "おくやま", "オクヤマ", "Okuyama"),
    ("小野寺", "おのでら", "オノデラ", "Onodera"), ("大場", "おおば", "オオバ", "Oba"),
    ("黒田", "くろだ", "クロダ", "Kuroda"), ("松本", "まつもと", "マツモト", "Matsumoto"),
    ("青木", "あおき", "アオキ", "Aoki"), ("宮崎", "みやざき", "ミヤザキ", "Miyazaki"),
    ("武田", "たけだ", "タケダ", "Takeda"), ("阿部", "あべ", "アベ", "Abe"),
]  # fmt: skip
_GIVEN = [
    ("花子", "はなこ", "ハナコ", "Hanako"), ("健一", "けんいち", "ケンイチ", "Kenichi"),
    ("陽菜", "ひな", "ヒナ", "Hina"), ("蓮", "れん", "レン", "Ren"),
    ("美咲", "みさき", "ミサキ", "Misaki"), ("誠", "まこと", "マコト", "Makoto"),
    ("由紀子", "ゆきこ", "ユキコ", "Yukiko"), ("大輔", "だいすけ", "ダイスケ", "Daisuke"),
    ("さくら", "さくら", "サクラ", "Sakura"), ("正", "ただし", "タダシ", "Tadashi"),
    ("トメ", "とめ", "トメ", "Tome"), ("結衣", "ゆい", "ユイ", "Yui"),
    ("浩二", "こうじ", "コウジ", "Koji"), ("真由美", "まゆみ", "マユミ", "Mayumi"),
    ("悠真", "ゆうま", "ユウマ", "Yuma"), ("千代", "ちよ", "チヨ", "Chiyo"),
    ("翔太", "しょうた", "ショウタ", "Shota"), ("恵", "めぐみ", "メグミ", "Megumi"),
    ("勇", "いさむ", "イサム", "Isamu"), ("あかり", "あかり", "アカリ", "Akari"),
]  # fmt: skip
_FOREIGN = [
    "グエン・ヴァン・ナム", "マリア・クルス", "チャン・ティ・ラン", "キム・ミンジュン", "ワン・シャオリン",
    "ファム・クアン", "アリ・レザ", "ジョゼ・ダ・シルバ", "Tran Thi Hoa", "Anna Müller", "John Carter",
    "李 秀英", "張 偉", "朴 美蘭", "アン・スミス", "ラメシュ・シャルマ",
]  # fmt: skip
# Prefecture, municipality, a part of it that has no number yet.
_PLACES = [
    ("山形県", "山形市", "緑町"), ("山形県", "鶴岡市", "馬場町"), ("山形県", "米沢市", "金池"),
    ("山形県", "天童市", "大字山元字北畑"), ("山形県", "東田川郡庄内町", "余目字南田"),
    ("宮城県", "仙台市青葉区", "国分町"), ("福島県", "会津若松市", "一箕町大字亀賀字東"),
    ("東京都", "世田谷区", "南烏山"), ("東京都", "八王子市", "明神町"),
    ("神奈川県", "川崎市中原区", "小杉町"), ("大阪府", "堺市北区", "百舌鳥梅町"),
    ("北海道", "札幌市豊平区", "平岸三条"), ("愛知県", "名古屋市千種区", "今池"),
    ("長野県", "上水内郡信濃町", "大字柏原"), ("福岡県", "福岡市東区", "香椎駅前"),
    ("沖縄県", "那覇市", "首里石嶺町"), ("新潟県", "佐渡市", "両津湊"), ("秋田県", "横手市", "字前田"),
]  # fmt: skip
_STREETS = ["烏丸通御池上る二条殿町", "四条通室町東入函谷鉾町", "河原町通丸太町下ル伊勢屋町",
            "堀川通出水西入ル丸屋町", "寺町通今出川上る二丁目鶴山町"]  # fmt: skip
_BUILDINGS = ["コーポ緑", "メゾン松原", "グリーンハイツB", "サンライズ南館", "第二ひまわり荘",
              "レジデンス桜台", "県営住宅3号棟", "ハイム泉", "Villa Azul "]  # fmt: skip


def full_name(random: Random) -> str:
    """Family and given name in any script, or a foreign one."""
    if random.random() < 0.18:
        return random.choice(_FOREIGN)
    family, given = random.choice(_FAMILY), random.choice(_GIVEN)
    script = random.choices(range(4), weights=(70, 8, 14, 8))[0]
    if script == 3:
        name = f"{family[3]} {given[3]}"
        return name.upper() if random.random() < 0.5 else name
    gap = random.choice(["", "", " ", "　"])
    return f"{family[script]}{gap}{given[script]}"


def family_name(random: Random) -> str:
    return random.choice(_FAMILY)[random.choices(range(3), weights=(80, 10, 10))[0]]


def given_name(random: Random) -> str:
    return random.choice(_GIVEN)[random.choices(range(3), weights=(70, 15, 15))[0]]


def address(random: Random) -> str:
    """A whole one, often with a building; sometimes without its prefecture."""
    if random.random() < 0.1:
        start = random.choice(["京都府京都市", "京都市"]) + random.choice(["中京区", "上京区", "下京区"])
        text = f"{start}{random.choice(_STREETS)}{random.randint(1, 400)}"
    else:
        prefecture, municipality, town = random.choice(_PLACES)
        start = (prefecture if random.random() < 0.55 else "") + municipality
        text = f"{start}{town}{_number(random, has_blocks='字' not in town)}"
    if random.random() < 0.4:
        text += random.choice(["", " ", "　"]) + _room(random)
    return wide(text) if random.random() < 0.06 else text


def _number(random: Random, *, has_blocks: bool) -> str:
    a, b, c = random.randint(1, 6), random.randint(1, 30), random.randint(1, 40)
    plot = random.randint(2, 1500)
    plots = [f"{plot}番地", f"{plot}番地{b}", f"{plot}番地の{b}", f"{plot}-{b}", f"{plot}"]
    blocks = [f"{a}丁目{b}番{c}号", f"{a}丁目{b}-{c}", f"{a}-{b}-{c}", f"{a}ー{b}ー{c}", f"{b}番{c}号",
              f"{a}の{b}の{c}", wide(f"{a}-{b}-{c}"), f"{kanji(str(a))}丁目{b}番{c}号",
              kanji_numbers(f"{a}丁目{b}番地{c}")]  # fmt: skip
    return random.choice(blocks if has_blocks else [*plots, kanji(f"{plot}番地")])


def _room(random: Random) -> str:
    room = random.randint(1, 9) * 100 + random.randint(1, 12)
    return random.choice(_BUILDINGS) + random.choice([f"{room}", f"{room}号", f"{room}号室"])
