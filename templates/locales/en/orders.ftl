# My orders. Same rules as bot.ftl; order-status-* and the like end in the database's state words.

orders-title = <b>My orders</b>
orders-empty =
    No orders yet.

    See the reports: /products
orders-line =
    { $icon } { $product } · { $amount }
    { $status } · { $date }
orders-page = <i>page { $page } of { $pages }</i>
orders-hint = Tap one for details.
btn-order-open = { $icon } { $product } · { $date }

order-card =
    <b>{ $product }</b> · { $amount }

    { $icon } { $status }
    Order <code>{ $order_no }</code>
    Ordered { $created_at }
order-card-deadline = Please pay before { $deadline }
order-card-paid-at = Paid { $paid_at }
order-card-completed-at = Delivered { $completed_at }
order-card-refund = Refund { $amount }: { $status }
order-card-failure = Reason: { $reason }
order-not-found = There is no such order. Please check the number.
btn-order-pay = 💳 Go on to payment
btn-order-again = 🔁 Another one
btn-order-retry = 🔁 Order again

order-status-pending_payment = waiting for payment
order-status-paid = paid
order-status-free = Received
order-status-generating = being written
order-status-completed = delivered
order-status-failed = not completed
order-status-cancelled = cancelled
order-status-closed = closed
order-status-refunding = being refunded
order-status-refunded = refunded

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

payment-status-init = not begun
payment-status-processing = waiting for the money
payment-status-succeeded = received
payment-status-failed = failed
payment-status-cancelled = cancelled
payment-status-expired = expired
payment-status-conflicted = being checked

refund-status-requested = requested
refund-status-processing = under way
refund-status-succeeded = returned
refund-status-failed = did not go through, a person is on it
refund-status-unknown = being checked
