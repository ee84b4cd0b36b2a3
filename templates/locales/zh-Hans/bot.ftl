# 聊天里的每一步：开始、产品、隐私、填表、核对、出错。
#
# 消息正文是 Telegram HTML（<b> <i> <code> <pre>）；代码填进来的值已经转义。
# btn-*（按钮）、toast-*（点按钮后的浮条，至多 200 字）和各种名称是纯文本，不能有标签。
# 一行至多一个表情。先说结论。

-shop = 命书

## 开始

start-welcome =
    <b>{ -shop }</b>

    把你的生辰排成命盘，再写成一份看得懂的报告。
    排盘由程序按历法计算，文字由 AI 撰写。

    选一份开始吧。

    <i>内容仅供文化娱乐与自我了解，不代替医疗、法律、投资意见。</i>
start-welcome-back =
    欢迎回来。

    想看哪一份？
start-resume =
    你上次的「{ $product }」填到一半，答案都还在。

    接着填，还是重新开始？
start-unpaid =
    你有一张还没付款的订单。

    { $product } · { $amount }
    订单号 <code>{ $order_no }</code>
    请在 { $deadline } 前付款，过时会自动关闭。
start-undelivered =
    上次有一份报告没能送到你手里，一直替你留着。

    { $product } · 订单号 <code>{ $order_no }</code>
    现在发给你吗？
start-invited = 你是朋友邀请来的，欢迎。
start-invited-self = 这是你自己的邀请链接，发给朋友才有效。
start-invite-unknown = 这个邀请链接已经失效，不影响使用。

btn-products = 🔮 看看有什么
btn-orders = 🧾 我的订单
btn-language = 🌐 语言
btn-help = ❓ 帮助
btn-resume = ▶️ 接着填
btn-restart = 重新开始
btn-send-now = 📬 现在发给我
btn-back = ◀ 返回
btn-next = 下一页 ▶
btn-previous = ◀ 上一页
btn-skip = 跳过

## 产品

products-title =
    <b>请选择</b>

    点一下看详情，付款前都可以反悔。
products-line =
    <b>{ $name }</b> · { $price }
    { $summary }
products-free = 免费
products-empty = 现在没有上架的产品，请稍后再来。
product-card =
    <b>{ $name }</b> · { $price }

    { $description }
product-stock-left = 还剩 { $count } 份
product-stock-left-today = 今天还剩 { $count } 份
product-sold-out = 「{ $name }」已经售完。
product-sold-out-today = 「{ $name }」今天的名额已满，明天再来。
product-free-limit = 「{ $name }」每天可以免费看 { $limit } 次，今天已经用完，明天再来。
product-gone = 这个产品已经下架，看看别的吧。
product-price-changed = 价格刚刚变了，现在是 { $price }。请重新核对后再下单。
shop-maintenance = 🛠 店铺正在维护，暂时不能下单。已付款的订单照常完成。
product-paused = 「{ $name }」暂停销售，稍后再来看看。
btn-product-paused = 暂停销售
btn-product-sold-out = 已售完
btn-product = { $name } · { $price }
btn-order = ✍️ 开始填写
btn-order-free = ✍️ 免费开始

## 隐私

privacy-notice =
    <b>开始前，先说清楚你的资料怎么用</b>

    · 我们会问性别、出生时间、出生地，或你想问的事，只用来写这份报告。
    · 资料加密保存；交给 AI 的只有命盘和你的问题，没有你的名字。
    · 付款在支付机构的页面完成，我们看不到你的卡号和账户。
    · 你可以随时用 /mydata 取回、用 /forget 删除。全文见 /privacy 。
privacy-full =
    <b>隐私说明</b>

    <b>我们问什么</b>
    你的 Telegram 编号与语言，用户名的一个记号（不存用户名本身）；你填的性别、出生时间、出生地和问题；订单与付款结果。

    <b>用来做什么</b>
    排盘、写报告、把报告发给你、处理付款和退款。不做广告，不出售。

    <b>谁会看到</b>
    AI 服务商收到命盘数据和你填的问题，不收到姓名和 Telegram 编号。
    使用外部排盘服务时，该服务收到出生时间、性别和出生地。
    支付机构收到订单号和金额。

    <b>保存多久</b>
    出生资料、问题和报告加密保存，便于你重新打开。
    付款记录按记账要求保存，不含以上内容。

    <b>你可以做什么</b>
    /mydata 把我们存有的关于你的一切发给你（一个文件）。
    /forget 删除出生资料、问题、命盘和报告，只留记账所需的订单号、金额和时间。
privacy-kept =
    <b>自动删除</b>
    没付款的订单里填的内容：{ $unpaid }
    报告、命盘和填的内容：{ $reports }
    填到一半的表：{ $drafts }
    存下的资料（多久没有用）：{ $profiles }
privacy-kept-days = { $days } 天后
privacy-kept-always = 保存到你用 /forget 删除为止
mydata-caption = 这是我们存有的关于你的全部资料（JSON 文件，可以用任何文本编辑器打开）。只发给你本人，请自己收好。
forget-ask =
    <b>删除我的资料</b>

    会删除：填过的答案、出生资料、命盘、报告，还有没填完的表。
    会留下：订单号、金额、付款与退款记录——记账需要，里面没有以上内容。

    删除以后报告无法重发。想先存一份，用 /mydata 。
forget-sure = 真的全部删除？删了就找不回来了。
forget-done =
    已经全部删除。

    聊天里已发出的消息在你的 Telegram 里，可以自己清空聊天记录。想再来，发送 /start 。
forget-kept = 好，什么也没有删。
forget-not-now =
    订单 <code>{ $order_no }</code> 还在进行（付款、撰写或退款），现在不能删。

    等它结束，或先取消它，再发送 /forget 。
btn-forget = 🗑 删除我的资料
btn-forget-surely = 🗑 确认，全部删除
btn-forget-keep = 不删了
privacy-declined = 好的，没有你的同意我们不会开始。想好了随时发送 /start 。
btn-privacy-agree = ✅ 同意并继续
btn-privacy-full = 📜 看全文
btn-privacy-decline = 先不了

## 条款、帮助、客服、语言

terms =
    <b>服务条款</b>

    1. 报告由历法计算与 AI 撰写而成，仅供文化娱乐与自我了解，不构成医疗、法律、投资或其他专业意见。
    2. 一张订单对应一份报告，付款后开始撰写，通常几分钟内送达。
    3. 报告未能写成或送达时，我们自动全额退款，按原路退回。
    4. 报告送达后如有问题，用 /paysupport 联系我们，我们逐单处理。
    5. 未付款的订单到期自动关闭；关闭后才到账的钱，我们会照常交付或退回，并告诉你。
    6. 请填写你本人的，或已得到对方同意的出生资料。
help =
    <b>怎么用</b>

    1. /products 选一份产品
    2. 回答几个问题，核对命盘
    3. 付款，几分钟后报告发到这里

    /orders 看订单、重发报告
    /cancel 退出当前步骤或取消订单
    /paysupport 付款与退款
    /language 换语言
    /profiles 存下的资料
    /privacy 隐私 · /mydata 取回资料 · /forget 删除资料
    /terms 条款
help-form =
    你正在填写「{ $product }」。

    按上面的问题点按钮或直接打字；「◀ 返回」改上一步，/cancel 退出。
help-pay =
    订单 <code>{ $order_no }</code> 正在等待付款。

    付完点「🔄 我已支付」，我们立刻去查。页面打不开，就在 /orders 里重新打开这张订单。
    不想要了就点「❌ 取消订单」。
help-report =
    订单 <code>{ $order_no }</code> 的报告正在撰写，写好会自动发来。

    不用一直停在这里，离开也不会丢。
paysupport =
    <b>付款与退款</b>

    <b>付了款没动静？</b>
    在付款消息上点「🔄 我已支付」，我们立刻向支付机构核对。

    <b>报告没收到？</b>
    /orders 里打开订单，点「📬 重发报告」。

    <b>退款到哪了？</b>
    /orders 里打开订单就能看到。退款按原路返回，通常 1–3 个工作日到账。
paysupport-stars =
    <b>用 Telegram Stars 付的款？</b>
    退款整笔退回你的 Stars 余额，通常几秒钟。付款由本店负责，Telegram 客服不处理这类问题。
paysupport-contact =
    还没解决，请联系 { $contact } ，带上订单号。
language-ask = 请选择语言 / Choose your language
language-set = 好，从现在起用简体中文。
language-zh-Hans = 简体中文
language-zh-Hant = 繁體中文
language-en = English

## 填表：各种问题

form-step = <i>{ $product } · 第 { $step } 步，共 { $total } 步</i>
form-whose = <b>{ $label }</b>
form-optional = <i>可以跳过。</i>
form-typed-hint = <i>直接打字发来就好，至多 { $max } 个字。</i>
form-number-hint = <i>请发一个 { $min } 到 { $max } 的数字。</i>
form-choice-hint = <i>点下面的按钮选一项。</i>
form-text-empty = 这条是空的，请写几个字再发。
form-text-too-long = 写了 { $length } 个字，最多 { $max } 个。请精简一点再发。
form-text-not-text = 这里只能读文字，请打字发来。
form-choice-unknown = 没有「{ $value }」这一项，请点下面的按钮。
form-number-unreadable = 「{ $value }」不是数字，请发一个 { $min } 到 { $max } 的数字。
form-number-out-of-range = { $value } 不在 { $min } 到 { $max } 之间，请再发一次。
form-use-buttons = 这一步请点下面的按钮。
form-left = ✖️ 已退出，这份没有提交。
btn-form-leave = ❌ 退出填写

gender-ask =
    性别是？

    <i>命盘里大运的顺逆由它决定。</i>
gender-male = 男
gender-female = 女
btn-gender-male = 👨 男
btn-gender-female = 👩 女

## 填表：出生日期

birth-calendar-ask = 你记得的生日是公历还是农历？
btn-calendar-solar = ☀️ 公历（阳历）
btn-calendar-lunar = 🌙 农历（阴历）

birth-decade-ask = 出生在哪个年代？
birth-year-ask = 哪一年？
birth-year-ask-lunar =
    农历哪一年？

    <i>按农历年算：正月初一之前出生，选上一年。</i>
birth-month-ask = { $year } 年几月？
birth-month-ask-lunar = 农历 { $year } 年几月？
birth-day-ask = { $year } 年 { $month } 月几日？
birth-day-ask-lunar = 农历 { $year } 年{ $month }，哪一天？
birth-date-hint = <i>也可以直接打字，例如 1990-05-20、1990年5月20日 或 19900520。</i>
birth-date-hint-lunar = <i>也可以直接打字，例如 1990-04-26；闰月写作 1990-闰5-26。</i>
btn-decade = { $year } 年代
btn-year = { $year }
btn-month = { $month } 月
btn-day = { $day }
date-solar = { $year } 年 { $month } 月 { $day } 日
date-lunar = 农历 { $year } 年{ $month }{ $day }
lunar-month = { $month ->
    [1] 正月
    [2] 二月
    [3] 三月
    [4] 四月
    [5] 五月
    [6] 六月
    [7] 七月
    [8] 八月
    [9] 九月
    [10] 十月
    [11] 冬月
   *[12] 腊月
}
lunar-month-leap = 闰{ lunar-month }
lunar-day = { $day ->
    [1] 初一
    [2] 初二
    [3] 初三
    [4] 初四
    [5] 初五
    [6] 初六
    [7] 初七
    [8] 初八
    [9] 初九
    [10] 初十
    [11] 十一
    [12] 十二
    [13] 十三
    [14] 十四
    [15] 十五
    [16] 十六
    [17] 十七
    [18] 十八
    [19] 十九
    [20] 二十
    [21] 廿一
    [22] 廿二
    [23] 廿三
    [24] 廿四
    [25] 廿五
    [26] 廿六
    [27] 廿七
    [28] 廿八
    [29] 廿九
   *[30] 三十
}

birth-date-unreadable = 没看懂「{ $value }」。请写成 1990-05-20，或点下面的按钮。
birth-date-ambiguous = 「{ $value }」分不清哪个是日、哪个是月。请写成 1990-05-20，或点下面的按钮。
birth-date-year-range = 目前支持 { $min } 年到 { $max } 年出生。
birth-date-month-range = 没有 { $month } 月，月份是 1 到 12。
birth-date-no-such-day = { $month } 月没有 { $day } 日。
birth-date-february = { $year } 年 2 月只有 { $days } 天。
birth-date-future = 这一天还没到，请检查年份。
birth-lunar-no-leap-month = 农历 { $year } 年没有闰{ $month }，这一年不闰月。
birth-lunar-other-leap-month = 农历 { $year } 年没有闰{ $month }，这一年闰的是{ $leap }。
birth-lunar-no-such-day = 农历 { $year } 年{ $month }只有 { $days } 天。

## 填表：出生时辰

birth-hour-ask =
    出生在哪个时辰？

    <i>按出生地当时的钟表时间选。离整点很近的话，最好填准确时间。</i>
hour-name = { $branch ->
    [0] 子时
    [1] 丑时
    [2] 寅时
    [3] 卯时
    [4] 辰时
    [5] 巳时
    [6] 午时
    [7] 未时
    [8] 申时
    [9] 酉时
    [10] 戌时
   *[11] 亥时
}
hour-range = { $branch ->
    [0] 23–1 点
    [1] 1–3 点
    [2] 3–5 点
    [3] 5–7 点
    [4] 7–9 点
    [5] 9–11 点
    [6] 11–13 点
    [7] 13–15 点
    [8] 15–17 点
    [9] 17–19 点
    [10] 19–21 点
   *[11] 21–23 点
}
btn-hour = { hour-name } { hour-range }
btn-hour-exact = ⌚ 知道准确时间
btn-hour-unknown = 🤷 不知道
birth-time-ask = 请发出生时间，24 小时制，例如 <code>07:15</code>。
birth-time-unreadable = 没看懂「{ $value }」。请写成 07:15 这样的 24 小时制时间。
birth-time-range = 没有 { $value } 这个时间，应在 00:00 到 23:59 之间。
birth-hour-unknown-ask =
    不知道时辰也可以。

    报告会只看年、月、日三柱，子女与晚年、起运的细节会说得少一些，并且如实注明。
btn-hour-unknown-go = 就这样继续
birth-zi-ask =
    子时跨过半夜，你出生在哪一段？

    <i>零点前和零点后，日柱可能不同。</i>
btn-zi-late = 晚子时 23:00–23:59
btn-zi-early = 早子时 0:00–0:59
hour-zi-late = 晚子时
hour-zi-early = 早子时
birth-sect-ask =
    23 点以后出生，日柱有两种算法。

    多数流派把 23 点当作第二天的开始；也有流派到零点才换日。不确定就用第一种。
btn-sect-next-day = 23 点换日（常用）
btn-sect-same-day = 零点换日

birth-dst-ask =
    { $date }，中国正在实行夏令时，钟表比标准时间快一小时。

    你知道的出生时间是？

    <i>不确定就按当时钟表上的时间算，大多数出生证明记的就是它。</i>
btn-dst-clock = ⌚ 当时钟表上的时间
btn-dst-standard = 已经减过一小时
btn-dst-unsure = 不确定

## 填表：出生地

birth-place-ask =
    在哪里出生？

    发城市名就好，例如“成都”。
birth-place-exact = <i>有了经度，钟表时间就能换算成真太阳时，时辰更准。生在中国，也可以直接发经度，例如 104.07。</i>
birth-place-hour = <i>没有准确时间，就不换算真太阳时；海外出生会按当地时区核对节气。</i>
birth-place-results = 是下面哪一个？
birth-place-none = 没有找到「{ $value }」。换个写法试试，或发附近的大城市；也可以跳过。
birth-place-longitude-range = 经度应在 180°W 到 180°E 之间。
btn-place-alone = { $name }
btn-place = { $name } · { $region }
btn-place-skip = 跳过

## 核对

check-title = <b>请核对「{ $product }」</b>
check-gender = 性别：{ $value }
check-date = 生日：{ $value }
check-date-solar = <i>即公历 { $value }</i>
check-date-lunar = <i>即{ $value }</i>
check-hour = 时间：{ $value }
check-hour-unknown = 时间：不知道（按三柱看）
check-place = 出生地：{ $value }
check-place-skipped = 出生地：未填（不换算真太阳时）
check-dst = <i>已扣除夏令时一小时</i>
check-solar-time = 真太阳时：{ $value }
check-solar-time-unknown = <i>只知时辰，没有换算真太阳时；知道准确时间可以点「改时间」。</i>
check-sect-next-day = <i>23 点换日</i>
check-sect-same-day = <i>零点换日</i>
check-answer = { $label }：{ $value }
check-answer-skipped = { $label }：未填
check-pillars =
    <b>四柱</b>
    <pre>年柱  月柱  日柱  时柱
    { $year }  { $month }  { $day }  { $hour }</pre>
check-pillars-three =
    <b>三柱</b>
    <pre>年柱  月柱  日柱
    { $year }  { $month }  { $day }</pre>
check-luck = 现行大运：{ $pillar }（{ $from }–{ $to } 年）
check-luck-not-yet = 大运：{ $year } 年起运
check-near-term = ⚠️ 出生时间离节气交接不到 { $minutes } 分钟，差一点月柱就会不同，请再核对。
check-near-hour = ⚠️ 出生时间离换时辰不到 { $minutes } 分钟，差一点时柱就会不同，请再核对。
check-price = 价格：<b>{ $price }</b>
check-stars = 也可以用 Telegram Stars：<b>{ $price }</b>
check-stars-no-coupon = 也可以用 Telegram Stars：<b>{ $price }</b>（优惠码不适用）
check-free = 价格：<b>免费</b>
check-wait = ⏱ 通常约 { $minutes } 分钟送达
check-wait-between = ⏱ 通常 { $minutes }–{ $most } 分钟送达
check-promise = <i>报告写不成或送不到，自动全额退款。</i>
check-ask = 都对吗？
btn-check-ok = ✅ 没错，去付款
btn-check-ok-stars = ⭐ 没错，用 { $price } 付款
btn-check-ok-free = ✅ 没错，开始
btn-check-edit-gender = ✏️ 改性别
btn-check-edit-date = ✏️ 改日期
btn-check-edit-hour = ✏️ 改时间
btn-check-edit-place = ✏️ 改地点
btn-check-edit-date-of = ✏️ { $label }·日期
btn-check-edit-hour-of = ✏️ { $label }·时间
btn-check-edit-place-of = ✏️ { $label }·地点
btn-check-edit = ✏️ 改{ $label }

## 取消、旧按钮、出错

cancel-nothing = 现在没有进行中的步骤。看看产品：/products
cancel-left = 已退出。想再开始，发送 /products 。
step-over = 这一步已经过去了，从这里继续吧。
step-lost = 找不到这一步了，可能已经结束。发送 /start 重新开始。
unknown-text = 我只在填表时读文字。看产品发 /products ，看订单发 /orders 。
unknown-command = 没有这个命令。常用的有 /products 、/orders 、/help 。
error-internal =
    我们这边出了点问题，已经记下，请稍后再试。

    编号 <code>{ $reference }</code>
error-chart = 这个出生时间暂时排不出盘，请核对日期和时间；还不行请用 /paysupport 告诉我们。
toast-old-button = 这个按钮已经过期
toast-working = 正在处理…
toast-done = 好了
toast-not-yours = 这个按钮不是给你的
toast-error = 出了点问题，请稍后再试

## 存下的资料

btn-profile-use = 👤 用上次的资料：{ $name }
btn-birthday = 🎂 用 Telegram 资料里的生日：{ $day }
btn-profile-save = 💾 存下这份资料
btn-profile-save-of = 💾 存下「{ $label }」
profile-save-ask =
    存下来，下次填表点一下就好。这是谁的资料？

    <i>加密保存，只有你能用；在 /profiles 改名或删除。</i>
btn-profile-save-own = 👤 自己
btn-profile-save-partner = 💞 伴侣
btn-profile-save-child = 🧒 孩子
btn-profile-save-other = ✏️ 其他名字
profile-save-name = 请发一个称呼，例如：妈妈、小雨。
profile-name-wrong = 称呼请在 1 到 { $max } 个字之间。
profile-saved = 💾 存好了，下次填表可以直接用；在 /profiles 管理。
profile-too-many = 已经存了 12 份，先到 /profiles 删掉一份再存。
profile-gone = 这份资料已经不在了。
profile-renamed = 已改名。
profile-deleted = 已删除。
profile-kind-own = 自己
profile-kind-partner = 伴侣
profile-kind-child = 孩子
profile-kind-other = 其他人
profiles-title =
    <b>存下的资料</b>

    填表时点一下就能用。点一份可以改名或删除。
profiles-empty =
    <b>存下的资料</b>

    还没有。填完一张表后，在核对页点「💾 存下这份资料」，下次就不用再填。
btn-profile = 👤 { $name }
profile-card = <b>{ $name }</b>
btn-profile-rename = ✏️ 改名
btn-profile-delete = 🗑 删除
profile-name-ask = 给「{ $name }」起个新称呼，直接发给我（最多 { $max } 个字）。
profile-delete-ask = 删除「{ $name }」的资料？已经下的订单不受影响。
btn-profile-delete-surely = 🗑 确定删除
