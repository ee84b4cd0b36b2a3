# 送达之后：评分、重写、申请退款、删除一张订单的资料。规则同 bot.ftl。

btn-order-card = 🧾 这张订单
btn-rate = ⭐ 评分
btn-rate-words = 💬 说几句
btn-rewrite = ✍️ 请重写
btn-ask-refund = ↩️ 申请退款
btn-erase = 🗑 删除这份资料
btn-erase-surely = 🗑 确定删除
toast-not-now = 现在还不能这样做

pay-method-troubled = <i>⚠️ 的方式刚才不稳定，可以先换别的。</i>

rate-ask = 「{ $product }」对你有帮助吗？点几颗星都可以，之后还能改。
rate-thanks =
    谢谢，记下了：{ $stars } ⭐

    愿意的话，说说哪里好、哪里不好；只有店家看得到。
rate-words-ask = 请把想说的话发给我（最多 500 字）。
rate-words-kept = 谢谢，这些话会转给店家。
rate-not-now = 先点几颗星，再说几句。
rewrite-ask =
    <b>请重写「{ $product }」</b>

    哪里写得不够好？例如：太笼统、想多看事业、语气太严肃。请直接发给我（最多 500 字）。

    免费，只有一次；命盘不变，换一种写法，新的一稿写好就发到这里。
rewrite-started = ✍️ 收到，正在重写，几分钟后发到这里。原来的报告在聊天里不会动。
rewrite-under-way = 正在重写，请稍等几分钟。
rewrite-used-up = 这份报告已经重写过，或不提供重写。
rewrite-not-now = 这张订单现在不能重写。
rewrite-failed =
    「{ $product }」这次没能重写成，原来的报告还在，可以再试一次。

    订单号 <code>{ $order_no }</code>
refund-ask =
    <b>申请退款</b> · { $product } · { $amount }

    请说说为什么（最多 500 字），直接发给我；店家看过以后给你答复。
refund-asked = ↩️ 收到你的退款申请，店家会尽快答复，结果发到这里。
refund-asked-before = 这张订单已经有一份申请在等答复。
refund-ask-nothing = 这张订单没有可以退的钱，或已经在退款。
refund-ask-over = 这张订单已经过了可以退款的期限。有疑问请用 /paysupport 联系我们。
refund-ask-not-now = 报告还在写，写好以后才能申请；写不成会自动全额退款。
refund-refused =
    「{ $product }」的退款申请，店家的答复是：

    { $answer }

    订单号 <code>{ $order_no }</code>
erase-ask =
    <b>删除这张订单的资料</b>

    会删除：填过的答案、命盘、报告和你对它说过的话，之后无法重发。
    会留下：订单号、金额、付款与退款记录——记账需要。

    聊天里已经发出的消息不会变，可以自己删。
erase-done = 🗑 这张订单的资料已经删除。
erase-not-now = 这张订单还没有结束，结束后才能删除。
order-card-rating = 评分 { $stars } ⭐
order-card-request-open = 退款申请：等待答复
order-card-request-approved = 退款申请：已同意
order-card-request-refused = 退款申请：未同意
order-card-answer = 店家答复：{ $answer }

# 操作员

alert-title-refund_requested = 买家申请退款
alert-advice-refund_requested = 点「看申请」：看理由，再全额退、部分退，或写明理由拒绝。
btn-operator-request = ↩️ 看申请
btn-desk-requests = ↩️ 退款申请
btn-desk-request-line = ↩️ { $order_no } · { $date }
btn-desk-request-full = ↩️ 全额退款
btn-desk-refuse = 🙅 拒绝并说明
desk-requests =
    <b>退款申请</b>

    等待答复的，最早的在前。
desk-requests-none =
    <b>退款申请</b>

    没有等待答复的申请。
desk-request =
    <b>退款申请</b> · { $status }

    { $product } · { $amount }
    订单号 <code>{ $order_no }</code>
    买家 <code>{ $user_id }</code> · { $requested_at }

    <i>{ $reason }</i>
desk-request-answer = 答复：{ $answer }
request-status-open = 等待答复
request-status-approved = 已同意
request-status-refused = 已拒绝
desk-ask-refuse = 请写给买家的答复（订单 { $order_no }），买家会原样读到。
desk-card-refuse =
    拒绝订单 <code>{ $order_no }</code> 的退款申请，并告诉买家：

    <i>{ $words }</i>
stats-ratings = 评分 { $mean } ⭐（{ $count } 次）
