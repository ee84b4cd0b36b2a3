# 圖片、PDF 與報告網頁上的字。規則同 bot.ftl。

## 命盤圖、運勢圖、分享卡、PDF 共用

picture-brand = 命書
picture-seal = 命書之印
picture-chart-title = 八字命盤
picture-luck-title = 運程起伏圖
picture-god = 十神
picture-stem = 天干
picture-branch = 地支
picture-hidden = 藏干
picture-life = 星運
picture-void = 空亡
picture-nayin = 納音
picture-stars = 神煞
picture-year = 年柱
picture-month = 月柱
picture-day = 日柱
picture-hour = 時柱
picture-self = 日主
picture-hour-unknown = 時辰不詳
picture-elements = 五行分布
picture-elements-note = 天干與藏干加權
picture-decades = 大運
picture-useful-line = 喜用神起伏
picture-years = 流年
picture-now = 今年
picture-peak = 最合
picture-low = 最逆
picture-with = 順
picture-even = 平
picture-against = 逆
picture-rule = 線越高，當年大運與流年的五行越合命局喜用神；越低則越相逆。它只說五行的順逆，不是吉凶分數。
picture-disclaimer = 傳統文化內容，僅供娛樂與自我了解

## 命主與命盤說明

picture-subject = { $sex } · { $stem }{ $element }日主 · 生於{ $branch }月
picture-male = 乾造
picture-female = 坤造
picture-solar = 國曆
picture-lunar = 農曆
picture-solar-time = 真太陽時
picture-notes = 說明
picture-solar-date = { $year }年{ $month }月{ $day }日 { $time }
picture-leap = 閏
picture-time-unknown = 時辰不詳
picture-late-zi = 夜子時
picture-double-hour = { $branch }時
picture-summer-time = （夏令時）
picture-note-hour = 時辰不詳，只排年、月、日三柱；起運按正午估算
picture-note-boundary = 出生時刻臨近換柱，時間略有出入，柱可能不同
picture-strength = 旺衰
picture-strong = 偏強
picture-weak = 偏弱
picture-useful = 用神
picture-favourable = 喜神
picture-harmful = 忌神
picture-luck-start = { $years }歲{ $months }個月起運 · { $way }
picture-forward = 順行
picture-backward = 逆行

## 分享卡

picture-share-title = { $stem } { $element }
picture-scan = 掃碼，看看你的命盤

## 兩個人的命盤

picture-first = 你
picture-second = 對方
picture-pair-title = 兩人合看
picture-pair-between = 彼此之間
picture-pair-elements = 五行相照
picture-pair-years = 往後十年
picture-pair-none = 不合不沖
picture-pair-nothing = 無
picture-pair-rule = 順、平、逆只說那一年的五行合不合各自的喜用神，不是吉凶，也不是兩人的分數。
picture-second-to-first = 對方在你眼裡
picture-first-to-second = 你在對方眼裡
picture-first-brings = 你有、對方缺
picture-second-brings = 對方有、你缺
picture-day-masters = 日主
picture-spouse-palaces = 夫妻宮
picture-zodiacs = 生肖
picture-bond = { $n ->
    [0] 五合
    [1] 相沖
    [2] 六合
    [3] 半三合
    [4] 拱合
    [5] 六沖
    [6] 六害
    [7] 相刑
   *[8] 同氣
}
picture-bond-towards = { $bond }{ $element }
picture-share-pair-title = { $first }{ $first_element }與{ $second }{ $second_element }
picture-pair-image = { $n ->
    [0] 同種的兩棵樹 · 並肩而立
    [1] 一個滋養 · 一個生長
    [2] 一個掌舵 · 一個行船
    [3] 一個成形 · 一個成器
   *[4] 一個生長 · 一個滋養
}
picture-pair-tags = { $n ->
    [0] 相知|並肩|讓一步
    [1] 付出|欣賞|有來有往
    [2] 主張|配合|留餘地
    [3] 磨合|成全|好好說
   *[4] 照應|信賴|常道謝
}
picture-pair-verse = { $n ->
    [0] 同聲相應，同氣相求。|二人同心，其利斷金。
    [1] 投我以木桃，|報之以瓊瑤。
    [2] 執子之手，|風雨同舟。
    [3] 如切如磋，|如琢如磨。
   *[4] 投我以木瓜，|報之以瓊琚。
}

## PDF 與網頁

picture-contents = 目錄
picture-chapter = 第{ $number }章
picture-appendix = 四柱與大運
picture-order = 訂單號
picture-made = 成書
picture-sample = 八字詳批
picture-preface = 卷首
picture-colophon = 排盤由程式計算，文字由 AI 撰寫，僅供文化娛樂與自我了解。

## 干支、十神、星運、納音（按序號）

picture-element = { $n ->
    [0] 木
    [1] 火
    [2] 土
    [3] 金
   *[4] 水
}
picture-stem-name = { $n ->
    [0] 甲
    [1] 乙
    [2] 丙
    [3] 丁
    [4] 戊
    [5] 己
    [6] 庚
    [7] 辛
    [8] 壬
   *[9] 癸
}
picture-branch-name = { $n ->
    [0] 子
    [1] 丑
    [2] 寅
    [3] 卯
    [4] 辰
    [5] 巳
    [6] 午
    [7] 未
    [8] 申
    [9] 酉
    [10] 戌
   *[11] 亥
}
picture-ten-god = { $n ->
    [0] 比肩
    [1] 劫財
    [2] 食神
    [3] 傷官
    [4] 偏財
    [5] 正財
    [6] 七殺
    [7] 正官
    [8] 偏印
   *[9] 正印
}
picture-life-stage = { $n ->
    [0] 長生
    [1] 沐浴
    [2] 冠帶
    [3] 臨官
    [4] 帝旺
    [5] 衰
    [6] 病
    [7] 死
    [8] 墓
    [9] 絕
    [10] 胎
   *[11] 養
}
picture-nayin-name = { $n ->
    [0] 海中金
    [1] 爐中火
    [2] 大林木
    [3] 路旁土
    [4] 劍鋒金
    [5] 山頭火
    [6] 澗下水
    [7] 城頭土
    [8] 白蠟金
    [9] 楊柳木
    [10] 泉中水
    [11] 屋上土
    [12] 霹靂火
    [13] 松柏木
    [14] 長流水
    [15] 沙中金
    [16] 山下火
    [17] 平地木
    [18] 壁上土
    [19] 金箔金
    [20] 覆燈火
    [21] 天河水
    [22] 大驛土
    [23] 釵釧金
    [24] 桑柘木
    [25] 大溪水
    [26] 沙中土
    [27] 天上火
    [28] 石榴木
   *[29] 大海水
}

## 十日主：意象、標籤、《滴天髓》句

picture-image = { $n ->
    [0] 參天大樹 · 向上而直
    [1] 藤蘿花草 · 柔韌而生
    [2] 天上太陽 · 光明而熱
    [3] 燈燭星火 · 溫潤而明
    [4] 高山厚土 · 穩重而信
    [5] 田園沃土 · 包容而養
    [6] 刀劍礦金 · 剛健而決
    [7] 珠玉首飾 · 清潤而精
    [8] 江河大海 · 通達而流
   *[9] 雨露清泉 · 細潤而慧
}
picture-tags = { $n ->
    [0] 正直|擔當|遠志
    [1] 柔韌|細膩|應變
    [2] 熱忱|坦蕩|感染力
    [3] 專注|體貼|洞察
    [4] 沉穩|守信|可靠
    [5] 包容|務實|周到
    [6] 果斷|仗義|敢為
    [7] 精緻|自律|審美
    [8] 開闊|機敏|善變通
   *[9] 聰慧|共情|靜水深流
}
picture-verse = { $n ->
    [0] 甲木參天，脫胎要火。|火熾乘龍，水蕩騎虎。
    [1] 乙木雖柔，刲羊解牛。|懷丁抱丙，跨鳳乘猴。
    [2] 丙火猛烈，欺霜侮雪。|能煅庚金，逢辛反怯。
    [3] 丁火柔中，內性昭融。|抱乙而孝，合壬而忠。
    [4] 戊土固重，既中且正。|靜翕動闢，萬物司命。
    [5] 己土卑濕，中正蓄藏。|不愁木盛，不畏水狂。
    [6] 庚金帶煞，剛健為最。|得水而清，得火而銳。
    [7] 辛金軟弱，溫潤而清。|畏土之疊，樂水之盈。
    [8] 壬水通河，能洩金氣。|剛中之德，周流不滯。
   *[9] 癸水至弱，達於天津。|得龍而運，功化斯神。
}
