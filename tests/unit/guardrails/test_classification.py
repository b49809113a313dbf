"""Marks made, marks spoken of, and what is confidential without one."""

import pytest

from guardrails.classification import Classifier, classify, highest, load_policy
from guardrails.verdict import FindingType

MADE = [
    # text, source, level, the mark
    ("対外厳秘\n合併協議の経過", "document", "L4", "対外厳秘"),
    ("【機密性3】\n外部監査人との協議記録", "document", "L4", "機密性3"),
    ("表紙\n市立病院経営強化プラン(案)\n\n関係者限り\n", "document", "L2", "関係者限り"),
    ("当該文書は部外秘につき、取扱いに注意のこと。\n1 経緯", "document", "L2", "部外秘"),
    ("＜取扱注意＞ 庁舎警備の巡回経路", "document", "L2", "取扱注意"),
    ("（秘）職員の処分に係る審査結果", "document", "L4", "秘"),
    ("部 外 秘　　　　　　令和8年5月20日\n総務部人事課", "document", "L2", "部 外 秘"),
    (
        "※本メールは関係者限りです。転送しないでください。\n会議の資料を送ります。",
        "document",
        "L2",
        "関係者限り",
    ),
    (
        "この表は個人情報含むので、内容を要約するときは名前を落としてください。",
        "user",
        "L3",
        "個人情報含む",
    ),
    ("次の文章は庁外秘です。読みやすく直して。\n----\n職員提案の審査結果", "user", "L2", "庁外秘"),
    ("議事録（非公開）.docx を要約して", "user", "L2", "非公開"),
    ("会議後回収\n\n地域公共交通会議 資料1", "document", "L2", "会議後回収"),
    ("地域公共交通会議 資料1\n1 経過\n2 今後\n\n要回収", "document", "L2", "要回収"),
    ("Fw: 【部外秘】【至急】来年度の組織体制について", "document", "L2", "部外秘"),
    ("RE: 取扱注意 相談記録の件", "document", "L2", "取扱注意"),
    ("■取扱注意■\n学校給食費の滞納状況", "document", "L2", "取扱注意"),
    ("機密区分: 機密性2\n作成: 情報政策課", "document", "L2", "機密性2"),
    ("機密性：2\n作成: 情報政策課", "document", "L2", "機密性：2"),
    ("情報の格付: □機密性1 ■機密性2 □機密性3\n", "document", "L2", "機密性2"),
    ("[CONFIDENTIAL] Memorandum of understanding", "document", "L2", "CONFIDENTIAL"),
    (
        "This document is strictly confidential.\nBudget proposal",
        "document",
        "L2",
        "strictly confidential",
    ),
    ("本書は特定秘密に該当する。\n別紙", "document", "L4", "特定秘密"),
    ("【秘】\n災害対策本部 図上訓練シナリオ", "document", "L4", "秘"),
    ("極 秘\n指揮系統図", "document", "L4", "極 秘"),
    ("㊙ 取扱い\n要人警護の経路", "document", "L4", "㊙"),
    ("20260401_【取扱注意】滞納整理計画.docx の誤字を直して", "user", "L2", "取扱注意"),
    ("添付の部外秘資料を三行で要約して", "user", "L2", "部外秘"),
    ("以下、関係者限りでお願いします。\n統合後の校名候補は3案です。", "user", "L2", "関係者限り"),
    ("子ども計画 未定稿 2026.5.1版\n第2章", "document", "L2", "未定稿"),
    ("子ども計画 【未定稿】\n第2章", "document", "L2", "未定稿"),
    ("取扱注意\f第1章 概要\f取扱注意", "document", "L2", "取扱注意"),
    ("1 概要\n公表は未定。\n\n- 3 -\n複写厳禁", "document", "L2", "複写厳禁"),
    ("取\n扱\n注\n意\n庁内検討資料", "document", "L2", "取\n扱\n注\n意"),
    ("個人情報含む\n名簿", "document", "L3", "個人情報含む"),
    ("自治体機密性３A\n写", "document", "L4", "自治体機密性３A"),
    ("区分:部内限り\n意見照会", "document", "L2", "部内限り"),
    ("社外秘\n御見積書", "document", "L2", "社外秘"),
    ("庁議付議事項\n秘　令和9年度組織改正について", "document", "L4", "秘"),
    ("CONFIDENTIAL / 関係者限り\n国際交流協定案", "document", "L2", "CONFIDENTIAL"),
    ("令和8年第2回 入札参加資格審査会 議事録（非公開）\n1 日時", "document", "L2", "非公開"),
    ("《関係者限り》防災図上訓練の状況付与", "document", "L2", "関係者限り"),
    ("※取扱注意※ 生活困窮者自立支援 支援調整会議", "document", "L2", "取扱注意"),
    ("庁舎整備基本計画 (未定稿)\n令和8年7月", "document", "L2", "未定稿"),
    ("資料2 委員限り\n候補者一覧", "document", "L2", "委員限り"),
    ("本データは個人情報を含むため取扱注意とする。\n番号,区分", "document", "L3", "個人情報を含む"),
    ("この資料は会議終了後に回収します。\n議題", "document", "L2", "会議終了後に回収"),
    ("配布先: 部長級以上  厳秘\n財政再建の検討", "document", "L4", "厳秘"),
    ("透かし文字: 複写厳禁\n公印規程の運用", "document", "L2", "複写厳禁"),
    (
        "右肩に「自治体機密性2」と表示のある起案です。要点を3つに整理して。",
        "user",
        "L2",
        "自治体機密性2",
    ),
    ("以下は部外秘のメモです。敬語を直してください。\n来年度の窓口体制", "user", "L2", "部外秘"),
    ("【機密性2】この要綱案を読みやすくしてもらえますか", "user", "L2", "機密性2"),
    ("庁内限\n\n学校規模適正化 庁内ワーキング 第4回", "document", "L2", "庁内限"),
    ("厳 秘\n訴訟方針", "document", "L4", "厳 秘"),
    ("特定秘密\n(平成30年指定)", "document", "L4", "特定秘密"),
    ("◎部外秘◎\n監査指摘への対応案", "document", "L2", "部外秘"),
    ("===== 持出禁止 =====\n鍵の保管場所", "document", "L2", "持出禁止"),
    ("担当者限り（転送不可）\n照会文の下案", "document", "L2", "担当者限り"),
    ("第3回検討会　次第　　　　　　　　　　要回収\n1 開会", "document", "L2", "要回収"),
    ("総務課　部外秘\n\n職員アンケートの自由記述", "document", "L2", "部外秘"),
    ("<機密性2>\nネットワーク更改", "document", "L2", "機密性2"),
    ("機密性　２\nネットワーク更改", "document", "L2", "機密性　２"),
    ("［秘］\n弁護士相談の概要", "document", "L4", "秘"),
    ("文書番号 総総第12号(秘)\n弁護士相談の概要", "document", "L4", "秘"),
    ("情報の分類：自治体機密性３Ｂ\n面談記録", "document", "L3", "自治体機密性３Ｂ"),
    ("格付 機密性2情報\n仕様書", "document", "L2", "機密性2情報"),
    ("Confidential - Internal Use Only\nMeeting notes", "document", "L2", "Confidential"),
    ("このファイルは社外秘ですが、誤字だけ確認してください。\n見積条件", "user", "L2", "社外秘"),
    ("取扱注意の起案文です。丁寧な表現にしてください。\n記", "user", "L2", "取扱注意"),
    ("関係者限りの会議録を公開用に直してほしい。以下本文。", "user", "L2", "関係者限り"),
    ("〔要機密情報〕災害時の参集職員一覧をExcelの表にする手伝いをして", "user", "L2", "要機密情報"),
    ("要機密情報_参集一覧.csv を開いたが文字化けする", "user", "L2", "要機密情報"),
]

SPOKEN_OF = [
    ("CONFIDENTIAL と書いてあるPDFが届いたときの受付手順は?", "user"),
    ("「極秘」と「秘」の違いを教えて", "user"),
    ("秘書課の電話番号は?", "user"),
    ("取扱注意の表示方法\n文書の右上に朱書きで「取扱注意」と記載する。", "document"),
    ("文書取扱規程\n第5条 秘密文書は、極秘、秘及び取扱注意に区分する。", "document"),
    ("機密性2以上の情報は、約款型の外部サービスに入力してはならない。", "document"),
    ("自治体機密性3Bの情報とは、どのような情報ですか。", "user"),
    ("本市では、機密性2の文書を電子メールで送るときは暗号化する。", "document"),
    ("未定稿の段階で議会に説明した例はありますか。", "user"),
    ("要綱の改正案を作成中です。非公開情報の定義を見直したいので、他市の例を教えて", "user"),
    ("Is it OK to paste a confidential document into the chat?", "user"),
    ("秘密保持契約書のひな形はありますか", "user"),
    ("秘訣を教えて。窓口対応を早く終わらせるには", "user"),
    ("取扱説明書の注意事項を要約してください", "user"),
    ("特定秘密保護法の概要を教えてください", "user"),
    ("予算編成の日程は公表されていますか", "user"),
    ("予定価格はいつ公表されますか", "user"),
    ("最低制限価格の算定方法は公表していますか", "user"),
    ("人事異動の内示は例年いつごろですか", "user"),
    ("懲戒処分の公表基準を教えてください", "user"),
    ("落札者決定後、予定価格を公表した。", "document"),
    ("㊙資料の作り方講座", "document"),
    ("部外秘の資料を要約してもいいですか", "user"),
    ("Q. 部外秘とは何ですか。\nA. 部の外に出してはならない文書をいいます。", "document"),
    ("文書の分類\n・極秘\n・秘\n・取扱注意", "document"),
    ("| 区分 | 例 |\n| 取扱注意 | 検討中の資料 |\n| 部外秘 | 人事資料 |", "document"),
    ("複製禁止の図面をコピーしたいときの申請先", "user"),
    ("この資料に「取扱注意」を付けるべきでしょうか", "user"),
    ("機密文書の廃棄業者を選ぶ入札の仕様書を作って", "user"),
    ("「関係者限り」のスタンプの画像を資料に貼りたい", "user"),
    ("非公開会議の開催結果を市のホームページで公表します。", "document"),
    ("秘密の情報を守る3つの方法", "document"),
    ("個人情報を含む文書は、シュレッダーで廃棄する。", "document"),
    ("情報公開請求で非公開とした理由の書き方を教えて", "user"),
    ("社外秘と記載のある見積書を情報公開請求されたら公開しますか。", "user"),
    ("新年度予算の記者発表資料を、やさしい日本語に直してください", "user"),
    ("公表済みの当初予算の概要をもとに広報文を作成してください", "user"),
    ("取扱注意のメールに誤って返信しました。どう報告すべき?", "user"),
    ("「要機密情報」に当たるのはどんな情報ですか", "user"),
    ("秘密文書の指定を解除する手順を教えてください", "user"),
    ("複製禁止と転載禁止の違いは", "user"),
    ("機密性3の文書をクラウドに置けますか", "user"),
    ("自治体機密性3Aの例を挙げて", "user"),
    ("会議資料に(取扱注意)と入れるときの位置は右上でよいですか", "user"),
    ("件名に【部外秘】と付けたメールは転送できますか", "user"),
    ("極秘資料が出てくる小説のあらすじを書いて", "user"),
    ("秘境の温泉を紹介する観光パンフレット", "document"),
    ("取扱注意事項\n・薬品は換気のよい場所で使う", "document"),
    ("個人情報の取扱いについて\n市は個人情報を含む文書を適切に管理します。", "document"),
    ("(4) 部外秘 部の職員以外に知らせてはならないもの", "document"),
    ("表示例:【取扱注意】\n文書の右上に赤字で付ける。", "document"),
    ("非公開の理由:個人情報が含まれるため", "document"),
    ("会議は非公開で行われた。", "document"),
    ("資料は「未定稿」のため引用を控えるよう求めることがある。", "document"),
    ("社外秘の定義を就業規則に書くときの例文がほしい", "user"),
    ("I found a folder labelled CONFIDENTIAL, who should I call?", "user"),
    ("予定価格の事前公表を取りやめた理由を教えて", "user"),
    ("内示が出たら引っ越しの手当はもらえますか", "user"),
    ("予算要求の締切は公表前でも聞けますか", "user"),
    ("補助金の内示前に着手した工事は対象になりますか", "user"),
    ("今年度の当初予算の主な事業を表にまとめて", "user"),
    ("人事異動のあいさつ文を作って", "user"),
    ("入札公告の文案を作成してください", "user"),
    ("予定価格は、開札後に公表する。", "document"),
    ("令和8年度人事異動の概要(3月25日公表)", "document"),
    ("【庁外秘】を外した版を作りたいので、次の本文から固有名詞を抜いて。", "user"),
    ("部外秘 とは", "user"),
    ("㊙とはどういう意味ですか", "user"),
    ("秘密文書取扱規程の改正案を作りたい", "user"),
    ("前任者が「取扱注意」の判子を使っていました。今も使いますか?", "user"),
    ("機密性2以上の情報はどのサービスに入れてよいのでしょう", "user"),
    ("上司に「関係者限りで」と言われたときの共有範囲は", "user"),
    ("マル秘情報を漏らした職員の処分例を調べたい", "user"),
    ("非公開会議の傍聴はできますか", "user"),
    ("未定稿という言葉を英訳して", "user"),
    ("本規程において「秘密文書」とは、次に掲げるものをいう。", "document"),
    ("第3条 文書の秘密区分は、次のとおりとする。\n(1) 極秘\n(2) 秘\n(3) 部外秘", "document"),
    ("取扱注意と表示された封筒は、親展として扱う。", "document"),
    (
        "職員研修 第2部 機密性の考え方\n機密性3A 秘密文書に相当\n機密性2 公開を前提としない",
        "document",
    ),
    ("よくある質問 Q5 複製禁止の資料をコピーできますか", "document"),
    ("秘書広聴課からのお知らせ", "document"),
    ("極秘裏に進められた計画が報道された。", "document"),
    ("会議後、資料を回収ボックスに入れてください。", "document"),
    ("当市の情報公開条例では、非公開情報を6つ定めている。", "document"),
    ("この手引きは取扱注意文書の廃棄方法を説明します。", "document"),
    ("オンライン会議の非公開設定の方法", "document"),
    ("地域手当の予算は議会で可決されたので広報文にして", "user"),
    ("議決前の予算について市民に説明してよいですか", "user"),
    ("予定価格を漏らすとどんな罪になりますか", "user"),
    ("プロポーザルの審査結果は公表前に応募者へ伝えてよいですか", "user"),
    ("指名停止業者の一覧(公表済み)", "document"),
]

HANDED_OVER = [
    ("令和9年度当初予算(未公表)の総額は312億円です。市民向けの説明文を作って", "user"),
    ("入札前の設計金額 45,600千円を桁区切りで表にまとめて", "user"),
    ("課長級の昇任者名簿 内示日までは厳重に管理", "document"),
    ("議会上程前の使用料改定案を、Q&A形式にまとめてください", "user"),
    ("指名業者の選定案(外部に出さないこと)\nA社 B社 C社", "document"),
    ("職員の懲戒処分案です。発表は来週なのでまだ内密に。文面を校正して。", "user"),
    ("まだ議会に出していない9月補正の歳出一覧を、款ごとに集計してください", "user"),
    ("公告前の工事の設計金額は38,500,000円です。起工伺の文案を作って", "user"),
    ("次期副市長の人事案、議会提案前ですが経歴を200字にまとめて", "user"),
    ("採用試験の合格者、発表前ですが人数を表にしてください", "user"),
    ("未発表の組織改正案について、庁内向けの説明文を考えて", "user"),
    ("最低制限価格 9,120,000円(開札まで公表しない)", "document"),
    ("当初予算案 部長査定後(2月記者発表まで取扱い注意のこと)\n", "document"),
    ("人事評価の結果一覧(本人開示前)\n係長級", "document"),
    ("新年度の学校給食費の値上げ案(未公表)を保護者向けに説明する文を作って", "user"),
    ("未公開の補正予算資料を添付します。款別に合計して", "user"),
    ("週明けに開札する清掃業務の予定価格、端数処理が正しいか確認して", "user"),
    ("部長の後任、まだ内々の話ですが挨拶状を準備したいので下書きして", "user"),
    ("懲戒処分の量定案を比較して。公表は来月です。まだ本人に通知していません", "user"),
    ("査定結果は非公表です。課別の増減をグラフ用にまとめて", "user"),
    ("組織改正(案) 未公表 4月1日施行予定\n新設:こども未来部", "document"),
    ("異動内申書 令和9年4月期 内示まで取扱厳重\n氏名 現所属 異動先", "document"),
    ("予定価格調書 開札前につき封緘\n金 24,000,000円", "document"),
]


@pytest.mark.parametrize(("text", "source", "level", "mark"), MADE)
def test_a_mark_that_was_made_is_found_where_it_stands(text, source, level, mark):
    found = classify(text, source)
    first = found.marks[0]
    assert (found.level, text[first.start : first.end]) == (level, mark)
    assert first.type == FindingType.CLASSIFICATION_MARK


@pytest.mark.parametrize(("text", "source"), SPOKEN_OF)
def test_a_mark_that_is_only_spoken_of_does_not_raise_the_level(text, source):
    found = classify(text, source)
    assert (found.level, found.marks, found.category) == ("L1", (), "")


@pytest.mark.parametrize(("text", "source"), HANDED_OVER)
def test_what_is_not_yet_known_is_confidential_without_a_mark(text, source):
    found = classify(text, source)
    assert found.level == "L2"
    assert found.category
    assert found.marks == ()


def test_the_highest_mark_counts_and_gives_the_reason():
    found = classify("取扱注意\n【極秘】\n個人情報含む\n警備計画", "document")
    assert found.level == "L4"
    assert "極秘" in found.reason
    assert len(found.marks) == 3


def test_a_mention_is_kept_for_people_to_look_at():
    found = classify("「部外秘」とは何ですか", "user")
    assert [mark.start for mark in found.mentioned] == [1]


def test_a_specially_designated_secret_is_level_four_without_a_mark():
    text = "この中には特定秘密に指定された文書の写しが入っています。要約して"
    assert classify(text, "user").level == "L4"


def test_the_head_of_every_page_is_looked_at():
    text = "\n".join(f"{number}行目の説明文です。" for number in range(20))
    paged = f"{text}\f取扱注意　次の会議の資料\n{text}"
    assert classify(paged, "document").level == "L2"
    assert classify(paged.replace("\f", "\n"), "document").level == "L1"


@pytest.mark.parametrize("text", ["", "\n", "\f\f", "\ud800取扱注意", "\u202e取扱注意", "㍿" * 9])
def test_odd_text_is_classified_not_refused(text):
    assert classify(text, "user").level in {"L1", "L2"}


def test_a_body_may_set_its_own_labels_and_levels(tmp_path):
    path = tmp_path / "marks.toml"
    path.write_text(
        'reading = 40\n[[marks]]\nlevel = "L3"\nlabels = ["町長限り"]\n', encoding="utf-8"
    )
    own = Classifier(load_policy(path))
    assert own.classify("町 長 限 り\n組織の見直し", "document").level == "L3"
    assert own.classify("取扱注意\n組織の見直し", "document").level == "L1"


@pytest.mark.parametrize(
    "text",
    [
        "reading = 40\nmarks = []\nmark = 1\n",
        'reading = 40\n[[marks]]\nlevel = "L9"\nlabels = []\n',
        'reading = 40\nmarks = []\n[[secrets]]\npattern = "("\n',
    ],
    ids=["unknown key", "unknown level", "no pattern"],
)
def test_a_policy_that_is_wrong_is_refused(tmp_path, text):
    path = tmp_path / "marks.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError):  # noqa: PT011 - each fault has its own words
        load_policy(path)


def test_the_highest_level_of_several_counts():
    assert highest("L2", "L3", "L1") == "L3"
    assert highest() == "L1"
    with pytest.raises(ValueError, match="L5"):
        highest("L5")
