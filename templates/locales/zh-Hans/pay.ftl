# 付款、到账、取消、关闭、退款。规则同 bot.ftl。

## 付款方式

method-wechat = 微信支付
method-alipay = 支付宝
method-bank = 银行卡
method-stars = Telegram Stars
method-other = 在线支付
method-free = 免费
pay-method-ask =
    用哪种方式付款？

    { $product } · <b>{ $amount }</b>
btn-method-wechat = 💚 微信支付
btn-method-alipay = 🔵 支付宝
btn-method-bank = 💳 银行卡
btn-method-stars = ⭐ Telegram Stars

## 付款卡片

pay-card =
    <b>待付款 { $amount }</b>

    { $product }{ $discounts }
    订单号 <code>{ $order_no }</code>
    付款方式：{ $method }
    请在 <b>{ $deadline }</b> 前付款

    付款后可以关闭支付页面，到账会自动通知你。
pay-card-in-doubt =
    <b>{ $product }</b> · { $amount }

    🔎 到账核对中，请不要再付款
    订单号 <code>{ $order_no }</code>
pay-qr-caption = 扫码付款 { $amount }，{ $deadline } 前有效。
pay-create-failed =
    支付暂时打不开，订单给你留着。

    订单号 <code>{ $order_no }</code>，{ $deadline } 前有效。
    请过一分钟再试一次。

btn-pay = 💳 去支付
btn-paid = 🔄 我已支付
btn-switch-method = ↔️ 换方式
btn-cancel-order = ❌ 取消订单

## Telegram Stars：付款前的最后一问

# Telegram 在自己的窗口里显示，纯文本。
checkout-unknown = 这张账单不是本店现在的订单，没有扣你的 Stars。请用 /products 重新下单。
checkout-not-yours = 这张账单是别人的订单，只有下单的人能付，没有扣你的 Stars。
checkout-paid = 这张订单已经收到付款，不用再付，没有扣你的 Stars。可以用 /orders 查看。
checkout-over = 这张账单已经失效：订单已到期、取消，或改用别的方式付款，没有扣你的 Stars。可以用 /orders 重新下单。
checkout-other-amount = 这张账单的金额和订单对不上，没有扣你的 Stars。请用 /orders 重新打开订单。
checkout-sold-out = 已经卖完了，没有扣你的 Stars。
checkout-under-way = 这张订单刚刚正在付款。请等一分钟，没有成功再试。
checkout-later = 现在无法核对订单，没有扣你的 Stars。请过一会儿再试。

## 查询

pay-not-yet =
    支付机构还没有收到这笔钱。

    刚付完的话等半分钟再点一次；订单 { $deadline } 前有效，钱不会丢。
pay-verifying =
    🔎 收到付款通知，正在和支付机构做最后核对，通常几秒钟。

    { $product } · { $amount }
    订单号 <code>{ $order_no }</code>
    不用再付一次。
toast-pay-checking = 正在核对…
toast-pay-already = 已经付款成功
toast-pay-not-that-way = 现在不能这样付款
toast-pay-over = 这张订单已经结束

## 提醒、失败

pay-reminder =
    订单还有 { $minutes } 分钟到期。

    { $product } · { $amount }
    订单号 <code>{ $order_no }</code>，{ $deadline } 自动关闭。
pay-attempt-failed =
    这次付款没有成功，没有扣款。

    订单 <code>{ $order_no }</code> 还在，{ $deadline } 前都可以再付，也可以换一种方式。
pay-failed =
    ❌ 付款失败，订单已结束，没有扣款。

    { $product } · 订单号 <code>{ $order_no }</code>
    点一下可以用同样的资料重新下单。
btn-reorder = 🔁 用同样的资料重新下单
btn-fill-in-afresh = ✍️ 重新填写
reorder-impossible = 原来的资料用不上了（产品已更新），请重新填写：/products

## 取消、关闭

cancel-ask =
    订单 <code>{ $order_no }</code> 还没付款（{ $amount }）。

    留着还是取消？
cancel-why =
    要取消订单 <code>{ $order_no }</code>（{ $amount }）吗？

    点一个原因就取消，不会扣款。
btn-cancel-keep = 留着，继续付款
btn-cancel-go = ❌ 取消订单
btn-reason-mistake = 填错了
btn-reason-price = 价格不合适
btn-reason-method = 没有合适的付款方式
btn-reason-later = 以后再说
btn-reason-other = 其他
pay-cancelled =
    订单 <code>{ $order_no }</code> 已取消，没有扣款。

    如果你刚好已经付了钱，到账后我们会照常处理并告诉你。
pay-cancel-too-late = 这张订单已经付款，不能取消了。需要帮助请用 /paysupport 。
pay-closed =
    订单 <code>{ $order_no }</code> 到期未付款，已关闭，没有扣款。

    { $product } · { $amount }
    想要的话，可以用同样的资料重新下单。

## 到账

pay-received =
    ✅ 支付成功

    { $product } · { $amount }{ $discounts }
    订单号 <code>{ $order_no }</code>
pay-received-free =
    ✅ 已收到

    { $product }{ $discounts }
    订单号 <code>{ $order_no }</code>
receipt =
    <b>收据</b>

    { -shop }
    订单号 <code>{ $order_no }</code>
    { $product }
    金额 { $amount }
    付款方式 { $method }
    付款时间 { $paid_at }
    支付流水 <code>{ $provider_ref }</code>

    排盘由程序计算，文字由 AI 撰写，仅供参考。
    报告未送达自动全额退款，其他问题见 /paysupport 。
btn-receipt = 🧾 收据

## 迟到、重复、对不上的钱

pay-late-fulfil =
    ✅ 付款刚刚到账

    订单 <code>{ $order_no }</code> 先前已关闭，现在为你重新打开。
    { $product } · { $amount }{ $discounts }
pay-late-refund =
    付款 { $amount } 到账时，订单 <code>{ $order_no }</code> 已经结束，无法交付。

    全额退款已经开始，按原路退回。
pay-late-review =
    付款 { $amount } 到账时，订单 <code>{ $order_no }</code> 已经结束。

    我们正在人工处理：交付或退款，很快告诉你。
pay-second-refund =
    订单 <code>{ $order_no }</code> 收到了两笔付款，多付的 { $amount } 正在原路退回。
pay-conflicted =
    收到一笔付款，但金额与订单 <code>{ $order_no }</code> 不符，正在人工核对。

    请不要重复付款，我们会尽快告诉你结果。

## 退款

refund-started =
    退款已经开始：{ $amount }

    订单号 <code>{ $order_no }</code>
    退款号 <code>{ $refund_no }</code>
    按原路退回，通常 1–3 个工作日到账。
refund-started-stars =
    退款已经开始：{ $amount }

    订单号 <code>{ $order_no }</code>
    退款号 <code>{ $refund_no }</code>
    Stars 会退回你的余额，通常几秒钟。
refund-succeeded =
    ✅ 退款成功：{ $amount }

    订单号 <code>{ $order_no }</code>
    退款号 <code>{ $refund_no }</code>
    钱已退回原付款账户，到账时间以支付机构为准。
refund-succeeded-stars =
    ✅ 退款成功：{ $amount }

    订单号 <code>{ $order_no }</code>
    退款号 <code>{ $refund_no }</code>
    Stars 已退回你的余额。
refund-failed =
    退款 { $amount } 没有一次办成，我们正在人工处理，一定退给你。

    订单号 <code>{ $order_no }</code>
    退款号 <code>{ $refund_no }</code>

