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
operator-order-step = 步骤：{ $step } · 第 { $attempt } 次 · { $status }
step-accept = 核对付款
step-notify_paid = 通知买家
step-bazi = 排盘
step-facts = 推运
step-report = 撰写
step-render = 排版
step-deliver = 发送
step-complete = 收尾
step-done = 全部完成
job-status-ready = 等待
job-status-running = 进行中
job-status-done = 已结束
job-status-parked = 搁置，等人处理
operator-order-error = 错误：{ $error }
operator-order-history = { $time } { $from } → { $to } · { $actor } { $reason }
operator-order-report = 报告 { $model } · { $tokens } 词元 · 已发 { $sent }/{ $total } 段
operator-order-not-found = 没有订单 <code>{ $order_no }</code>。
operator-usage-order = 用法：<code>/order 号码</code>（订单号、付款号或退款号）
operator-usage-retry = 用法：<code>/retry 订单号</code>
operator-usage-resend = 用法：<code>/resend 订单号</code>
operator-usage-refund = 用法：<code>/refund 订单号 [金额] [原因]</code>；加 <code>by-hand=凭证号</code> 则只记账
operator-usage-confirm = 用法：<code>/confirm 号码 凭证号 说明</code>（订单号或付款号；凭证号是支付机构的交易号或银行流水号；各不超过 200 字）
operator-usage-coupon = 用法：<code>/coupon 优惠码</code>
btn-operator-retry = 🔁 重试
btn-operator-resend = 📬 重发
btn-operator-refund = ↩️ 退款
btn-operator-confirm = ✅ 确认到账…
btn-operator-open = 🔎 看订单

## 处理结果

retry-started = 订单 <code>{ $order_no }</code> 已重新排队，从「{ $step }」继续。
retry-woken = 订单 <code>{ $order_no }</code> 有 { $jobs } 个搁置的任务已重新排队。
retry-nothing = 订单 <code>{ $order_no }</code> 没有可重试的步骤（{ $status }）。
resend-started = 订单 <code>{ $order_no }</code> 的报告正在重发。
resend-enough = 订单 <code>{ $order_no }</code> 的报告 24 小时内已重发 3 次，请明天再试；之前的消息还在买家的聊天里。
resend-nothing = 订单 <code>{ $order_no }</code> 还没有报告（{ $status }）。
refund-confirm =
    确认退款？

    订单 <code>{ $order_no }</code> · { $product }
    退款金额 <b>{ $amount }</b>
    当前状态 { $status }
btn-refund-confirm = ↩️ 确认退款 { $amount }
refund-requested = 退款 <code>{ $refund_no }</code> 已提交：{ $amount }，订单 <code>{ $order_no }</code>。
refund-not-possible = 订单 <code>{ $order_no }</code> 不能退款（{ $status }）。
refund-only-whole = Stars 只能整笔退：这张订单要退就退 { $amount }，不能退一部分。
refund-nothing-paid = 订单 <code>{ $order_no }</code> 没有收到钱，无需退款。
refund-already = 订单 <code>{ $order_no }</code> 已有退款 <code>{ $refund_no }</code>：{ $amount }，{ $status }。
operator-kept = 没有改动。
operator-card-old = 这张卡片已过期，没有执行。请重新发送命令。
operator-card-changed = 订单 <code>{ $order_no }</code> 在卡片显示之后有了变化，没有执行。请看一眼订单，再重新发送命令。
operator-card-order = 订单 <code>{ $order_no }</code> · { $product } · { $status }
btn-operator-keep = ✖ 先不动
confirm-card = <b>确认这笔钱已到账？</b>
confirm-arrived = ⚠️ 实收 <b>{ $stated }</b>，应收 { $amount }
confirm-then-deliver = 确认后按全额付款处理，并交付所购内容。
confirm-then-late = 订单已经结束：确认后按迟到款处理（orders.late_payment）。
confirm-then-surplus = 订单已由另一笔付款付清：确认后这笔钱会退给买家。
confirm-words = 凭证 <code>{ $reference }</code> · { $note }
confirm-how =
    要确认，请写上支付机构的交易号（或银行流水号）和说明：
    <code>/confirm { $payment_no } 凭证号 说明</code>
btn-confirm-surely = ✅ 确认到账 { $amount }
confirm-done = ✅ 付款 <code>{ $payment_no }</code> 已确认（<code>{ $reference }</code>）。订单 <code>{ $order_no }</code>：{ $status }。
confirm-before = 付款 <code>{ $payment_no }</code> 之前已成功，没有改动。
confirm-nothing = 订单 <code>{ $order_no }</code> 没有可确认的付款。
confirm-reference-used = 凭证 <code>{ $reference }</code> 已用于另一笔付款，没有改动。
confirm-not-applied = 付款 <code>{ $payment_no }</code> 的确认已留底，但没能入账；请看告警。
refund-confirm-reason = 原因：{ $reason }
refund-confirm-by-hand = 只记账：钱已由你另行退还（<code>{ $reference }</code>）。
refund-confirm-window-over = ⚠️ 该产品的退款期限已过。
refund-part = { $part }（共 { $total }）
refund-by-hand = 退款 <code>{ $refund_no }</code> 已记为手工退还：{ $amount }，订单 <code>{ $order_no }</code>。
refund-too-much = 订单 <code>{ $order_no }</code> 最多还能退 { $left }。
refund-reference-used = 该凭证已用于订单 <code>{ $order_no }</code> 的另一笔退款。
refund-amount-unreadable = 「{ $typed }」不是金额。写法如 <code>/refund 订单号 5.00 原因</code>。
refund-result-succeeded = ✅ 退款 <code>{ $refund_no }</code> 成功：{ $amount }，订单 <code>{ $order_no }</code>。
refund-result-failed = ❌ 退款 <code>{ $refund_no }</code> 被拒绝：{ $error }。订单 <code>{ $order_no }</code> 需要人工处理。

## 告警

# 每种告警一个标题、一句该做什么；$note 是机器写的细节，可以为空。

alert-card =
    🚨 <b>{ $title }</b>

    { $advice }
    { $details }
alert-order = 订单 <code>{ $order_no }</code>
alert-number = 编号 <code>{ $subject }</code>
alert-note = { $note }
alert-missed = 自上一条消息以来，同样的情况又发生了 { $times } 次。
alert-mail-subject = 【{ -shop }】{ $title } · { $number }
alert-mail-body =
    { $card }

    { $time }
alert-title-test = 这是一次测试
alert-advice-test = 告警可以从这条路送达，无需处理。
alert-title-payment_conflict = 到账与订单不符
alert-advice-payment_conflict = 金额、币种或商户对不上，没有交付。请核对后退款或人工确认。
alert-title-orphan_callback = 找不到订单的付款通知
alert-advice-orphan_callback = 签名是真的，但没有这笔付款。已留底，请对账。
alert-title-callback_not_applied = 付款通知没有入账
alert-advice-callback_not_applied = 证据已留底，没有交付。请用 /order 查看后处理。
alert-title-unknown_provider_word = 支付机构用了不认识的词
alert-advice-unknown_provider_word = 已留底，没有据此改动订单。请核对。
alert-title-second_charge = 同一笔付款被收了两次
alert-advice-second_charge = 多收的一笔没有我们的付款号，请在支付机构后台退给买家。
alert-title-late_money = 订单结束后到账
alert-advice-late_money = 请决定交付还是退款。
alert-title-proof_missing = 无法向支付机构核实
alert-advice-proof_missing = 核实超时，已凭付款通知交付。请事后对账。
alert-title-proof_contradicts = 支付机构否认了自己的通知
alert-advice-proof_contradicts = 通知说已付，查询说未付。没有交付，请人工核对。
alert-title-refund_problem = 退款没有办成
alert-advice-refund_problem = 被拒绝或一直没有结果。请到支付机构后台核对，不要直接另退一笔。
alert-title-refunded_twice = 退款可能付了两次
alert-advice-refunded_twice = 支付机构先说失败、后又说成功，退回的钱超过收到的钱。请到支付机构后台核对。
alert-title-order_failed = 订单没能完成
alert-advice-order_failed = 已付的钱会自动退回，买家可以一键重新下单。请用 /order 看原因。
alert-title-job_parked = 任务多次失败，已搁置
alert-advice-job_parked = 查明原因后发送 /retry 加下面的编号，即可重新排队。
alert-title-update_parked = 买家的一条消息没能处理
alert-advice-update_parked = 已搁置，不再重试；买家再发一次或再点一次即可。请把日志交给开发者。
alert-title-chart_disagreement = 两处排盘不一致
alert-advice-chart_disagreement = 外部服务与本地历法给出不同的四柱，已按设置取用。请核对。
alert-title-chart_fallback = 外部排盘不可用，已改用本地
alert-advice-chart_fallback = 报告照常完成。请检查排盘服务的密钥和额度。
alert-title-model_stopped = 撰写服务拒绝了请求
alert-advice-model_stopped = 密钥、余额或参数有问题，新订单会写不成。请立即处理。
alert-title-report_held = 一份报告未通过质量检查
alert-advice-report_held = 几次撰写都没有通过。用 `mingshu orders findings NO` 查看原因，再选择重试、`orders release NO` 放行或 `orders give-up NO` 退款。
alert-title-stock_low = 库存快没了
alert-advice-stock_low = 需要的话请在产品文件里加数量；卖完后买家会看到「已售完」。
alert-title-event_sink_disabled = 一个事件接收方已停用
alert-advice-event_sink_disabled = 它连续多日失败，或表示不再接收。修好后先执行 mingshu events enable，再用 mingshu events resend --since 补发。
alert-title-books_unsound = 账目有不符之处
alert-advice-books_unsound = 运行 mingshu doctor money 看明细；docs/money.md 写着每个编号怎么处理。
alert-title-payout_requested = 推广员申请结算
alert-advice-payout_requested = 用 mingshu affiliates payouts 看收款方式；打款后用 mingshu affiliates pay 记下凭证。
alert-title-picture_failed = 有报告缺了图片
alert-advice-picture_failed = 文字已照常送达。按备注里的文件和行号改模板，运行 mingshu render check，再重发报告。
alert-title-bad_signatures = 多次付款通知验签失败
alert-advice-bad_signatures = 可能是密钥配置错误，也可能有人伪造。
alert-title-payment_unavailable = 支付机构打不开付款
alert-advice-payment_unavailable = 买家暂时无法付款。请检查账号、密钥和网络。
alert-title-queue_old = 任务排队过久
alert-advice-queue_old = 处理能力不足，或某个外部服务出了故障。
alert-title-chat_unreachable = 连不上 Telegram
alert-advice-chat_unreachable = 消息会在恢复后补发。

## 对账

reconcile-summary = 📒 对账 { $date }（{ $provider }）：{ $sums }，差异 { $differences }
reconcile-booked = 补记 { $booked } 笔
reconcile-sums = 收款 { $charges } 笔 { $charged }，退款 { $refunds } 笔 { $refunded }
reconcile-nothing = 没有收付
reconcile-and = ；
reconcile-open = ⚠️ 有未处理的差异：mingshu reconcile differences --open
