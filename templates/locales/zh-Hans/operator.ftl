# 给店主看的：统计、订单、处理结果、告警。规则同 bot.ftl。

## 统计

stats-card =
    <b>统计 · { $period }</b>

    新用户 { $users }
    订单 { $orders }（付款 { $paid } · 送达 { $completed } · 未完成 { $failed }）
    收款 { $revenue }
    退款 { $refunds }
    付款率 { $success_rate }%
stats-today = 今天
stats-week = 近 7 天
stats-month = 近 30 天
stats-all = 全部
stats-product = { $product }：{ $orders } 单 · { $revenue }
stats-queue = 队列 { $waiting } 待办 · { $running } 进行中 · { $parked } 搁置
stats-model = AI 用量 { $tokens } 词元 · 费用 { $cost }
stats-open = 待付款 { $pending } · 撰写中 { $generating } · 退款中 { $refunding }

## 订单

operator-order =
    <b>{ $order_no }</b>

    { $product } · { $amount }
    状态 { $status }
    买家 <code>{ $user_id }</code>
    下单 { $created_at }
operator-order-test = <i>测试订单</i>
operator-order-payment = 付款 <code>{ $payment_no }</code> · { $provider } { $method } · { $amount } · { $status }
operator-order-refund = 退款 <code>{ $refund_no }</code> · { $amount } · { $status }
operator-order-step = 步骤 { $step } · 第 { $attempt } 次
operator-order-error = 错误：{ $error }
operator-order-history = { $time } { $from } → { $to } · { $actor } { $reason }
operator-order-report = 报告 { $characters } 字 · { $model } · { $tokens } 词元 · 已发 { $sent }/{ $total } 段
operator-order-not-found = 没有订单 <code>{ $order_no }</code>。
operator-usage-order = 用法：<code>/order 订单号</code>
operator-usage-retry = 用法：<code>/retry 订单号</code>
operator-usage-resend = 用法：<code>/resend 订单号</code>
operator-usage-refund = 用法：<code>/refund 订单号</code>
btn-operator-retry = 🔁 重试
btn-operator-resend = 📬 重发
btn-operator-refund = ↩️ 退款
btn-operator-open = 🔎 看订单

## 处理结果

retry-started = 订单 <code>{ $order_no }</code> 已重新排队，从「{ $step }」继续。
retry-nothing = 订单 <code>{ $order_no }</code> 没有可重试的步骤（{ $status }）。
resend-started = 订单 <code>{ $order_no }</code> 的报告正在重发。
resend-nothing = 订单 <code>{ $order_no }</code> 还没有报告（{ $status }）。
refund-confirm =
    确认退款？

    订单 <code>{ $order_no }</code> · { $product }
    退款金额 <b>{ $amount }</b>
    当前状态 { $status }
btn-refund-confirm = ↩️ 确认退款 { $amount }
btn-refund-keep = 不退了
refund-requested = 退款 <code>{ $refund_no }</code> 已提交：{ $amount }，订单 <code>{ $order_no }</code>。
refund-not-possible = 订单 <code>{ $order_no }</code> 不能退款（{ $status }）。
refund-nothing-paid = 订单 <code>{ $order_no }</code> 没有收到钱，无需退款。
refund-already = 订单 <code>{ $order_no }</code> 已有退款 <code>{ $refund_no }</code>（{ $status }）。
refund-kept = 没有退款。
refund-result-succeeded = ✅ 退款 <code>{ $refund_no }</code> 成功：{ $amount }，订单 <code>{ $order_no }</code>。
refund-result-failed = ❌ 退款 <code>{ $refund_no }</code> 被拒绝：{ $error }。订单 <code>{ $order_no }</code> 需要人工处理。
refund-result-unknown = 退款 <code>{ $refund_no }</code> 结果未知，正在查询，请不要另行退款。

## 告警

alert-line = 🚨 <b>{ $title }</b>
alert-order = 订单 <code>{ $order_no }</code>
alert-detail = { $detail }
alert-repeated = <i>最近 { $minutes } 分钟内重复 { $count } 次</i>
alert-amount-mismatch = 付款金额或币种与订单不符：应付 { $expected }，实付 { $stated }。没有交付，请人工处理。
alert-merchant-mismatch = 付款通知里的商户不是我们。没有交付，请检查 pingpong 配置。
alert-orphan = 收到一笔找不到订单的付款通知（{ $provider }，<code>{ $payment_no }</code>）。已留底，请对账。
alert-unhandled-notification = 收到不认识的通知类型「{ $kind }」（{ $provider }）。已留底。
alert-bad-signature = { $minutes } 分钟内有 { $count } 次付款通知验签失败（{ $provider }）。可能是密钥配置错误，也可能有人伪造。
alert-transition = 付款已到账，但订单状态没有跟上：{ $from } → { $to }。正在重试。
alert-query-impossible = 向支付机构核对 { $seconds } 秒没有结果，已凭通知交付。请事后对账。
alert-create-failed = 在 { $provider } 创建支付失败：{ $error }
alert-late-fulfilled = 订单结束后到账 { $amount }，已照常交付。
alert-late-refunded = 订单结束后到账 { $amount }，已自动退款。
alert-late-review = 订单结束后到账 { $amount }，请决定交付还是退款。
alert-second-payment = 同一订单收到第二笔付款 { $amount }，已自动退款。
alert-order-failed = 订单没能完成：{ $reason }。退款：{ $refund }
alert-refund-failed = 退款 <code>{ $refund_no }</code>（{ $amount }）被拒绝：{ $error }
alert-refund-unknown = 退款 <code>{ $refund_no }</code>（{ $amount }）超过 { $minutes } 分钟没有结果，仍在查询。
alert-bazi-disagreement = 外部排盘与本地历法不一致：外部 { $theirs }，本地 { $ours }。采用：{ $used }
alert-bazi-refused = 排盘服务拒绝请求：{ $error }
alert-model-stopped = 撰写服务拒绝请求（{ $status }）：{ $error }。新订单会写不成，请立即处理。
alert-model-refused = 撰写服务拒绝了这份内容。
alert-job-parked = 任务 { $kind } 重试 { $attempts } 次仍失败，已搁置：{ $error }
alert-delivery-blocked = 买家屏蔽了机器人，报告已写好，等他回来再发。
alert-telegram-unreachable = 连不上 Telegram 已有 { $minutes } 分钟：{ $error }
alert-queue-old = 最早的任务已等待 { $minutes } 分钟，处理能力不足或有故障。
alert-started = ✅ { -shop } { $version } 已启动。
alert-test = ✅ 这是一条测试告警，收到就说明告警可用。
