# 我的订单。规则同 bot.ftl；order-status-* 等名称用数据库里的状态词结尾。

orders-title = <b>我的订单</b>
orders-empty =
    还没有订单。

    看看有什么：/products
orders-line =
    { $icon } { $product } · { $amount }
    { $status } · { $date }
orders-page = <i>第 { $page } 页，共 { $pages } 页</i>
orders-hint = 点一张看详情。
btn-order-open = { $icon } { $product } · { $date }

order-card =
    <b>{ $product }</b> · { $amount }

    { $icon } { $status }
    订单号 <code>{ $order_no }</code>
    下单 { $created_at }
order-card-deadline = 请在 { $deadline } 前付款
order-card-paid-at = 付款 { $paid_at }
order-card-completed-at = 送达 { $completed_at }
order-card-refund = 退款 { $amount }：{ $status }
order-card-failure = 原因：{ $reason }
order-not-found = 没有找到这张订单，请检查订单号。
btn-order-pay = 💳 继续付款
btn-order-again = 🔁 再来一份
btn-order-retry = 🔁 重新下单

order-status-pending_payment = 待付款
order-status-paid = 已付款
order-status-free = 已收到
order-status-generating = 正在撰写
order-status-completed = 已送达
order-status-failed = 未完成
order-status-cancelled = 已取消
order-status-closed = 已关闭
order-status-refunding = 退款中
order-status-refunded = 已退款

order-icon-pending_payment = 🕐
order-icon-paid = 💰
order-icon-free = ✅
order-icon-generating = ✍️
order-icon-completed = ✅
order-icon-failed = ⚠️
order-icon-cancelled = ✖️
order-icon-closed = ⌛
order-icon-refunding = ↩️
order-icon-refunded = ↩️

payment-status-init = 未开始
payment-status-processing = 等待付款
payment-status-succeeded = 已到账
payment-status-failed = 失败
payment-status-cancelled = 已取消
payment-status-expired = 已过期
payment-status-conflicted = 核对中

refund-status-requested = 已申请
refund-status-processing = 处理中
refund-status-succeeded = 已退回
refund-status-failed = 未成功，人工处理中
refund-status-unknown = 核对中
