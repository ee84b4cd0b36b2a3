# 控制台：店主用按钮看店、办事。规则同 bot.ftl。

desk-menu = <b>控制台</b>
btn-desk-menu = 🏠 控制台
btn-desk-orders = 📦 订单
btn-desk-search = 🔎 查找
btn-desk-products = 🏷 产品
btn-desk-maintenance = 🛠 维护模式
btn-desk-stats = 📊 统计
btn-desk-surely = ✅ 确认
toast-card-over = 这张卡片已处理过，或已过期
toast-kept = 没有改动

## 订单

desk-orders = <b>订单 · { $state }</b>（共 { $count }）
desk-orders-all = 全部
desk-orders-none = 这里没有订单。
desk-orders-line = <code>{ $order_no }</code> { $product } · { $amount } · { $status } · { $time }
desk-ask-search = 请发送要找的：订单号、付款号、退款号、买家的数字编号，或 @用户名。
desk-found-nothing = 没有找到「{ $words }」。@用户名只有在对方改名前来过本店时才找得到。
operator-order-deed = 🛠 { $time } { $operator } { $action }
btn-desk-buyer = 👤 买家
btn-desk-confirm = ✍️ 写凭证号和说明
btn-desk-part = ✂️ 只退一部分
btn-desk-doubt = ⚖️ 处理存疑的钱
desk-ask-confirm =
    请发送凭证号和说明，用空格隔开，例如：
    <code>4200001234 银行流水已核对</code>

    付款 <code>{ $payment_no }</code>。发送后还会再确认一次。
desk-ask-part =
    请发送要退的金额，可以加原因，例如：
    <code>5.00 等得太久</code>

    订单 <code>{ $order_no }</code>。发送后还会再确认一次。
desk-ask-doubt =
    { $settled }

    请发送凭证号和说明，用空格隔开，例如：
    <code>4200001234 已在商户后台退回</code>

    付款 <code>{ $payment_no }</code>。发送后还会再确认一次。
desk-statement-unreadable = ⚠️ 要写凭证号和说明两样，用空格隔开，合起来不超过 200 字。
desk-part-unreadable = ⚠️ 要以金额开头，例如 5.00。
desk-number-unreadable = ⚠️ 要一个不为 0 的整数，例如 10；加多了可以写 -10 减回去。
desk-card-retry =
    <b>重试这个订单？</b>

    订单 <code>{ $order_no }</code> 从停下的那一步继续；搁置的任务也会重新排队。
desk-card-resend =
    <b>重发报告？</b>

    订单 <code>{ $order_no }</code> 的报告会再发给买家一次。
btn-desk-held = 🧐 看校对结果
btn-desk-release = 📤 照样交付
btn-desk-give-up = 💸 放弃并退款
desk-held =
    <b>校对拦下的报告</b>

    订单 <code>{ $order_no }</code> 的稿子没有通过校对，买家还没有收到。下面会引用稿子里的话。
desk-held-whole = <b>全文</b>，第 { $attempt } 次读，{ $provider }
desk-held-part = <b>第 { $part } 章</b>，第 { $attempt } 次读，{ $provider }
desk-held-more = …… 另有 { $count } 处
desk-held-how = 「重试」会让模型再写一次；「照样交付」把最后一稿发给买家；「放弃并退款」让订单失败，款项退回。
desk-held-nothing = 订单 <code>{ $order_no }</code> 没有被拦下的稿子。
desk-card-release =
    <b>照样交付？</b>

    订单 <code>{ $order_no }</code> 的最后一稿会不改一字发给买家。请确定你读过上面列出的问题。
desk-card-give-up =
    <b>放弃这份报告？</b>

    订单 <code>{ $order_no }</code> 会失败，买家付的钱会退回。
decide-released = ✅ 订单 <code>{ $order_no }</code> 的报告照样交付。
decide-given-up = ✅ 订单 <code>{ $order_no }</code> 已放弃，款项会退回。
decide-running = 订单 <code>{ $order_no }</code> 正在处理中，请过一会儿再试。
decide-nothing = 订单 <code>{ $order_no }</code> 是{ $status }，没有被拦下的稿子。
desk-doubt =
    <b>存疑的钱</b>

    付款 <code>{ $payment_no }</code> · 订单 <code>{ $order_no }</code>
desk-doubt-line = · { $amount }，交易号 <code>{ $charge }</code>
desk-doubt-how = 这笔钱后来怎样了？如果应当算作付款，请选「确认到账」；要由我们退回，请在订单里选「退款」。
desk-doubt-none = 这笔付款没有存疑的钱。
desk-doubt-returned-outside = 已在别处退给买家
desk-doubt-kept = 留在店里
desk-doubt-written-off = 其实没有这笔钱
btn-desk-doubt-returned-outside = ↩️ 已在别处退给买家
btn-desk-doubt-kept = 🏦 留在店里
btn-desk-doubt-written-off = 🚫 其实没有这笔钱
desk-card-doubt =
    <b>就此了结这笔钱？</b>

    { $settled }：{ $amount }
    付款 <code>{ $payment_no }</code> · 订单 <code>{ $order_no }</code>
    凭证 <code>{ $reference }</code> · { $note }

    记入账本后不能改。
desk-doubt-settled = ✅ 付款 <code>{ $payment_no }</code> 存疑的钱已了结，记入账本。
desk-doubt-before = 付款 <code>{ $payment_no }</code> 之前已用这个凭证了结，没有改动。
desk-doubt-refund = 付款 <code>{ $payment_no }</code> 还有退款没有结果，请等它结束。

## 产品

desk-products = <b>产品</b>
desk-products-line = <b>{ $product }</b> · { $price } · { $state } · { $left }
desk-product-sold = 在售
desk-product-paused = ⏸ 已暂停
desk-product-file-off = 产品文件里已下架
desk-stock-unlimited = 不限量
desk-supply = 库存：文件里 { $file } 份，加上调整共 { $now } 份。
desk-supply-today = 今天的名额：文件里 { $file } 份，加上调整共 { $now } 份。
desk-product-file = 名称、价格等都在产品文件里改；这里只管暂停与库存。
btn-desk-pause = ⏸ 暂停销售
btn-desk-sell = ▶️ 恢复销售
btn-desk-stock = ➕ 加库存
desk-ask-stock = 「{ $product }」要加几份？请发送一个整数；加多了可以发负数减回去。每天有名额的产品，只加今天的。
desk-card-pause =
    <b>暂停销售「{ $product }」？</b>

    买家会看到「暂停销售」，不能下单；已下的订单照常付款、交付。
desk-card-sell = <b>恢复销售「{ $product }」？</b>
desk-card-stock = <b>「{ $product }」的库存 { $quantity } 份？</b>

## 买家

desk-user =
    <b>买家</b> <code>{ $user_id }</code>

    语言 { $language } · 初次来店 { $since }
    订单 { $orders } · 付过款 { $paid } · 合计 { $sum }
desk-user-operator = 🔑 店主之一
desk-user-blocked = ⛔ { $since } 起已拒绝服务
desk-user-unreachable = 📵 对方停用了机器人，消息送不到
desk-user-no-news = 🔕 不接收店铺消息
btn-desk-block = ⛔ 拒绝服务
btn-desk-unblock = ✅ 恢复服务
desk-card-block =
    <b>不再为 <code>{ $user_id }</code> 服务？</b>

    对方会收到一句话，此后机器人不再回应，也不能下单；已付款的订单照常交付。
desk-card-unblock = <b>恢复为 <code>{ $user_id }</code> 服务？</b>
user-blocked = 抱歉，我们暂时不能为你提供服务。已付款的订单会照常完成。

## 维护

desk-maintenance-on = 🛠 <b>维护中</b>，{ $since } 起（{ $operator }）
desk-maintenance-off = 🟢 店铺正常接单。
desk-maintenance-what = 维护期间不接新订单，买家会看到说明；付款通知照收，已付款的订单照常完成。重启后依然有效。
btn-desk-close = 🛠 开始维护
btn-desk-open = 🟢 结束维护
desk-card-close = <b>开始维护，暂停接单？</b>
desk-card-open = <b>结束维护，恢复接单？</b>

## 群发

btn-desk-broadcasts = 📣 群发
desk-broadcasts = <b>群发</b>：写一段话，发给一部分或全部用户。停用机器人、不接收店铺消息和被拒绝服务的人不会收到。
btn-desk-write = ✍️ 写一条
btn-desk-rewrite = ✍️ 重写
btn-desk-refresh = 🔄 刷新
btn-desk-broadcast = { $time } · { $segment } · { $state }
desk-ask-letter = 请直接发送要群发的文字（不超过 3000 字，按原样发出，没有格式）。接下来选发给谁，再确认一次才会发出。
desk-letter-unreadable = ⚠️ 文字不能为空，也不能超过 3000 字。
desk-segments = <b>预览</b>，下面就是收到的人看到的文字。发给谁？
broadcast-segment-all = 所有人
broadcast-segment-buyers = 买过的人
broadcast-segment-non_buyers = 没买过的人
broadcast-segment-zh-Hans = 简体中文用户
broadcast-segment-zh-Hant = 繁体中文用户
broadcast-segment-en = 英文用户
broadcast-status-running = 正在发送
broadcast-status-paused = 已暂停
broadcast-status-stopped = 已停止
broadcast-status-done = 已发完
desk-card-broadcast =
    <b>发给{ $segment }（{ $people } 人）？</b>

    { $body }
desk-card-stop = <b>停止这次群发？</b> 还没发的就不发了，不能再继续。
broadcast-progress =
    📣 <b>群发 · { $state }</b>

    { $segment }：共 { $all } 人
    已发 { $sent } · 待发 { $waiting } · 停用机器人 { $unreachable } · 其他未送达 { $other }

    { $body }
btn-broadcast-pause = ⏸ 暂停
btn-broadcast-resume = ▶️ 继续
btn-broadcast-stop = ⏹ 停止…
btn-news-off = 🔕 不再接收此类消息
btn-news-on = 🔔 重新接收
news-off = 好的，不会再给你发店铺消息。与你订单有关的通知照常。
news-on = 好的，有新消息时会告诉你。

## 优惠码与推广员

btn-desk-coupons = 🎟 优惠码
desk-coupons = <b>优惠码</b>（共 { $count } 个）。按钮上的数字是已用次数。
btn-desk-new-coupon = ➕ 新优惠码
btn-desk-coupon-off = ⏹ 停用
desk-ask-coupon =
    请发送一行，先写优惠码和优惠，再写条件（都可不写），例如：
    <code>SPRING20 20% min=50 cap=30 from=2026-11-01 until=2026-12-31 total=100 per-user=1 for=bazi-full</code>

    优惠可以是百分比（<code>20%</code>）或金额（<code>5.00</code>）。min 最低消费，cap 最多减多少，from / until 首日与末日，total 总次数，per-user 每人次数，for 限哪些产品（用逗号隔开）。
desk-coupon-unreadable = ⚠️ 这一行没看懂，或写了不存在的产品。
desk-coupon-senseless = ⚠️ 这样的条件不成立，例如百分比不在 1 到 100 之间，或末日早于首日。
desk-coupon-exists = ⚠️ 已经有这个优惠码了，换一个吧。
desk-card-coupon = <b>发放这个优惠码？</b>
desk-card-coupon-off = <b>停用优惠码 { $code }？</b> 已经用它下的订单价格不变。
btn-desk-affiliates = 🤝 推广员
desk-affiliates = <b>推广员</b>，新来的在前
desk-affiliates-none = 还没有推广员。
desk-affiliates-line =
    <code>{ $code }</code> · <code>{ $user_id }</code>
    点击 { $clicks } · 带来 { $people } 人 · 成交 { $orders }
    待确认 { $pending } · 已确认 { $confirmed }
