# 我的訂單。規則同 bot.ftl；order-status-* 等名稱用資料庫裡的狀態詞結尾。

orders-title = <b>我的訂單</b>
orders-empty =
    還沒有訂單。

    看看有什麼：/products
orders-line =
    { $icon } { $product } · { $amount }
    { $status } · { $date }
orders-page = <i>第 { $page } 頁，共 { $pages } 頁</i>
orders-hint = 點一筆看詳情。
btn-order-open = { $icon } { $product } · { $date }

order-card =
    <b>{ $product }</b> · { $amount }

    { $icon } { $status }
    訂單號 <code>{ $order_no }</code>
    下單 { $created_at }
order-card-deadline = 請在 { $deadline } 前付款
order-card-paid-at = 付款 { $paid_at }
order-card-completed-at = 送達 { $completed_at }
order-card-refund = 退款 { $amount }：{ $status }
order-card-failure = 原因：{ $reason }
order-not-found = 沒有找到這筆訂單，請檢查訂單號。
btn-order-pay = 💳 繼續付款
btn-order-again = 🔁 再來一份
btn-order-retry = 🔁 重新下單

order-status-pending_payment = 待付款
order-status-paid = 已付款
order-status-free = 已收到
order-status-generating = 正在撰寫
order-status-completed = 已送達
order-status-failed = 未完成
order-status-cancelled = 已取消
order-status-closed = 已關閉
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

payment-status-init = 未開始
payment-status-processing = 等待付款
payment-status-succeeded = 已到帳
payment-status-failed = 失敗
payment-status-cancelled = 已取消
payment-status-expired = 已過期
payment-status-conflicted = 核對中

refund-status-requested = 已申請
refund-status-processing = 處理中
refund-status-succeeded = 已退回
refund-status-failed = 未成功，人工處理中
refund-status-unknown = 核對中
