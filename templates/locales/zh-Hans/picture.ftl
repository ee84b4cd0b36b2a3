# 图片、PDF 与报告网页上的字。规则同 bot.ftl。

## 命盘图、运势图、分享卡、PDF 共用

picture-brand = 命书
picture-seal = 命书之印
picture-chart-title = 八字命盘
picture-luck-title = 运程起伏图
picture-god = 十神
picture-stem = 天干
picture-branch = 地支
picture-hidden = 藏干
picture-life = 星运
picture-void = 空亡
picture-nayin = 纳音
picture-stars = 神煞
picture-year = 年柱
picture-month = 月柱
picture-day = 日柱
picture-hour = 时柱
picture-self = 日主
picture-hour-unknown = 时辰不详
picture-elements = 五行分布
picture-elements-note = 天干与藏干加权
picture-decades = 大运
picture-useful-line = 喜用神起伏
picture-years = 流年
picture-now = 今年
picture-peak = 最合
picture-low = 最逆
picture-with = 顺
picture-even = 平
picture-against = 逆
picture-rule = 线越高，当年大运与流年的五行越合命局喜用神；越低则越相逆。它只说五行的顺逆，不是吉凶分数。
picture-disclaimer = 传统文化内容，仅供娱乐与自我了解

## 命主与命盘说明

picture-subject = { $sex } · { $stem }{ $element }日主 · 生于{ $branch }月
picture-male = 乾造
picture-female = 坤造
picture-solar = 公历
picture-lunar = 农历
picture-solar-time = 真太阳时
picture-notes = 说明
picture-solar-date = { $year }年{ $month }月{ $day }日 { $time }
picture-leap = 闰
picture-time-unknown = 时辰不详
picture-late-zi = 夜子时
picture-double-hour = { $branch }时
picture-summer-time = （夏令时）
picture-note-hour = 时辰不详，只排年、月、日三柱；起运按正午估算
picture-note-boundary = 出生时刻临近换柱，时间略有出入，柱可能不同
picture-strength = 旺衰
picture-strong = 偏强
picture-weak = 偏弱
picture-useful = 用神
picture-favourable = 喜神
picture-harmful = 忌神
picture-luck-start = { $years }岁{ $months }个月起运 · { $way }
picture-forward = 顺行
picture-backward = 逆行

## 分享卡

picture-share-title = { $stem } { $element }
picture-scan = 扫码，看看你的命盘

## 两个人的命盘

picture-first = 你
picture-second = 对方
picture-pair-title = 两人合看
picture-pair-between = 彼此之间
picture-pair-elements = 五行相照
picture-pair-years = 往后十年
picture-pair-none = 不合不冲
picture-pair-nothing = 无
picture-pair-rule = 顺、平、逆只说那一年的五行合不合各自的喜用神，不是吉凶，也不是两人的分数。
picture-second-to-first = 对方在你眼里
picture-first-to-second = 你在对方眼里
picture-first-brings = 你有、对方缺
picture-second-brings = 对方有、你缺
picture-day-masters = 日主
picture-spouse-palaces = 夫妻宫
picture-zodiacs = 生肖
picture-bond = { $n ->
    [0] 五合
    [1] 相冲
    [2] 六合
    [3] 半三合
    [4] 拱合
    [5] 六冲
    [6] 六害
    [7] 相刑
   *[8] 同气
}
picture-bond-towards = { $bond }{ $element }
picture-share-pair-title = { $first }{ $first_element }与{ $second }{ $second_element }
picture-pair-image = { $n ->
    [0] 同种的两棵树 · 并肩而立
    [1] 一个滋养 · 一个生长
    [2] 一个掌舵 · 一个行船
    [3] 一个成形 · 一个成器
   *[4] 一个生长 · 一个滋养
}
picture-pair-tags = { $n ->
    [0] 相知|并肩|让一步
    [1] 付出|欣赏|有来有往
    [2] 主张|配合|留余地
    [3] 磨合|成全|好好说
   *[4] 照应|信赖|常道谢
}
picture-pair-verse = { $n ->
    [0] 同声相应，同气相求。|二人同心，其利断金。
    [1] 投我以木桃，|报之以琼瑶。
    [2] 执子之手，|风雨同舟。
    [3] 如切如磋，|如琢如磨。
   *[4] 投我以木瓜，|报之以琼琚。
}

## PDF 与网页

picture-contents = 目录
picture-chapter = 第{ $number }章
picture-appendix = 四柱与大运
picture-order = 订单号
picture-made = 成书
picture-sample = 八字详批
picture-preface = 卷首
picture-colophon = 排盘由程序计算，文字由 AI 撰写，仅供文化娱乐与自我了解。

## 干支、十神、星运、纳音（按序号）

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
    [1] 劫财
    [2] 食神
    [3] 伤官
    [4] 偏财
    [5] 正财
    [6] 七杀
    [7] 正官
    [8] 偏印
   *[9] 正印
}
picture-life-stage = { $n ->
    [0] 长生
    [1] 沐浴
    [2] 冠带
    [3] 临官
    [4] 帝旺
    [5] 衰
    [6] 病
    [7] 死
    [8] 墓
    [9] 绝
    [10] 胎
   *[11] 养
}
picture-nayin-name = { $n ->
    [0] 海中金
    [1] 炉中火
    [2] 大林木
    [3] 路旁土
    [4] 剑锋金
    [5] 山头火
    [6] 涧下水
    [7] 城头土
    [8] 白蜡金
    [9] 杨柳木
    [10] 泉中水
    [11] 屋上土
    [12] 霹雳火
    [13] 松柏木
    [14] 长流水
    [15] 沙中金
    [16] 山下火
    [17] 平地木
    [18] 壁上土
    [19] 金箔金
    [20] 覆灯火
    [21] 天河水
    [22] 大驿土
    [23] 钗钏金
    [24] 桑柘木
    [25] 大溪水
    [26] 沙中土
    [27] 天上火
    [28] 石榴木
   *[29] 大海水
}

## 十日主：意象、标签、《滴天髓》句

picture-image = { $n ->
    [0] 参天大树 · 向上而直
    [1] 藤萝花草 · 柔韧而生
    [2] 天上太阳 · 光明而热
    [3] 灯烛星火 · 温润而明
    [4] 高山厚土 · 稳重而信
    [5] 田园沃土 · 包容而养
    [6] 刀剑矿金 · 刚健而决
    [7] 珠玉首饰 · 清润而精
    [8] 江河大海 · 通达而流
   *[9] 雨露清泉 · 细润而慧
}
picture-tags = { $n ->
    [0] 正直|担当|远志
    [1] 柔韧|细腻|应变
    [2] 热忱|坦荡|感染力
    [3] 专注|体贴|洞察
    [4] 沉稳|守信|可靠
    [5] 包容|务实|周到
    [6] 果断|仗义|敢为
    [7] 精致|自律|审美
    [8] 开阔|机敏|善变通
   *[9] 聪慧|共情|静水深流
}
picture-verse = { $n ->
    [0] 甲木参天，脱胎要火。|火炽乘龙，水荡骑虎。
    [1] 乙木虽柔，刲羊解牛。|怀丁抱丙，跨凤乘猴。
    [2] 丙火猛烈，欺霜侮雪。|能煅庚金，逢辛反怯。
    [3] 丁火柔中，内性昭融。|抱乙而孝，合壬而忠。
    [4] 戊土固重，既中且正。|静翕动辟，万物司命。
    [5] 己土卑湿，中正蓄藏。|不愁木盛，不畏水狂。
    [6] 庚金带煞，刚健为最。|得水而清，得火而锐。
    [7] 辛金软弱，温润而清。|畏土之叠，乐水之盈。
    [8] 壬水通河，能泄金气。|刚中之德，周流不滞。
   *[9] 癸水至弱，达于天津。|得龙而运，功化斯神。
}
