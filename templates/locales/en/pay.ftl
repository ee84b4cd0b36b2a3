# Paying, arrival, cancelling, closing, refunds. Same rules as bot.ftl.

## Ways to pay

method-wechat = WeChat Pay
method-alipay = Alipay
method-bank = Bank card
method-stars = Telegram Stars
method-other = Online payment
method-free = free
pay-method-ask =
    How would you like to pay?

    { $product } · <b>{ $amount }</b>
btn-method-wechat = 💚 WeChat Pay
btn-method-alipay = 🔵 Alipay
btn-method-bank = 💳 Bank card
btn-method-stars = ⭐ Telegram Stars

## Payment card

pay-card =
    <b>To pay: { $amount }</b>

    { $product }{ $discounts }
    Order <code>{ $order_no }</code>
    Paying with { $method }
    Please pay before <b>{ $deadline }</b>

    You can close the payment page afterwards; we tell you here when the money has arrived.
pay-card-in-doubt =
    <b>{ $product }</b> · { $amount }

    🔎 We are checking the money that arrived; please do not pay again
    Order <code>{ $order_no }</code>
pay-qr-caption = Scan to pay { $amount }, valid until { $deadline }.
pay-create-failed =
    The payment cannot be opened right now. Your order is kept.

    Order <code>{ $order_no }</code>, valid until { $deadline }.
    Please try again in a minute.

btn-pay = 💳 Pay
btn-paid = 🔄 I have paid
btn-switch-method = ↔️ Another way to pay
btn-cancel-order = ❌ Cancel order

## Telegram Stars: the last question before the payment

# Shown by Telegram in a window of its own, plain text.
checkout-unknown = This invoice belongs to no current order of this shop. Your Stars were not taken. Order again with /products .
checkout-not-yours = This invoice belongs to somebody else's order, and only they can pay it. Your Stars were not taken.
checkout-paid = This order has been paid already. Your Stars were not taken again. See /orders .
checkout-over = This invoice is no longer valid: the order expired, was cancelled, or is being paid another way. Your Stars were not taken. You can order again in /orders .
checkout-other-amount = This invoice and its order differ in the amount. Your Stars were not taken. Please open the order again in /orders .
checkout-sold-out = It has just sold out. Your Stars were not taken.
checkout-under-way = This order is being paid right now. Please wait a minute, and try again if nothing happens.
checkout-later = The order cannot be checked at the moment. Your Stars were not taken. Please try again in a while.

## Asking

pay-not-yet =
    The payment company has not received the money yet.

    If you have just paid, tap again in half a minute. The order is valid until { $deadline }; your money is not lost.
pay-verifying =
    🔎 A payment notice has arrived. We are confirming it with the payment company, usually within seconds.

    { $product } · { $amount }
    Order <code>{ $order_no }</code>
    There is no need to pay again.
toast-pay-checking = Checking…
toast-pay-already = Already paid
toast-pay-not-that-way = This way to pay is not available now
toast-pay-over = This order is over

## Reminder, failure

pay-reminder =
    { $minutes ->
        [one] Your order expires in one minute.
       *[other] Your order expires in { $minutes } minutes.
    }

    { $product } · { $amount }
    Order <code>{ $order_no }</code> closes at { $deadline }.
pay-attempt-failed =
    This payment did not go through. You were not charged.

    Order <code>{ $order_no }</code> stays open until { $deadline }. You can pay again or choose another way.
pay-failed =
    ❌ The payment failed and the order is over. You were not charged.

    { $product } · order <code>{ $order_no }</code>
    One tap makes a new order with the same answers.
btn-reorder = 🔁 Order again, same answers
btn-fill-in-afresh = ✍️ Fill in the form anew
reorder-impossible = The old answers no longer fit (the report has changed). Please fill it in again: /products

## Cancelling, closing

cancel-ask =
    Order <code>{ $order_no }</code> is not paid yet ({ $amount }).

    Keep it or cancel it?
cancel-why =
    Cancel order <code>{ $order_no }</code> ({ $amount })?

    Tap a reason and it is cancelled. Nothing is charged.
btn-cancel-keep = Keep it and pay
btn-cancel-go = ❌ Cancel order
btn-reason-mistake = I made a mistake
btn-reason-price = The price
btn-reason-method = No suitable way to pay
btn-reason-later = Maybe later
btn-reason-other = Something else
pay-cancelled =
    Order <code>{ $order_no }</code> is cancelled. You were not charged.

    Should you have paid just now, we handle the money properly when it arrives and tell you.
pay-cancel-too-late = This order is already paid and can no longer be cancelled. For help see /paysupport .
pay-closed =
    Order <code>{ $order_no }</code> was not paid in time and is closed. You were not charged.

    { $product } · { $amount }
    If you still want it, order again with the same answers.

## Arrival

pay-received =
    ✅ Payment received

    { $product } · { $amount }{ $discounts }
    Order <code>{ $order_no }</code>
pay-received-free =
    ✅ Received

    { $product }{ $discounts }
    Order <code>{ $order_no }</code>
receipt =
    <b>Receipt</b>

    { -shop }
    Order <code>{ $order_no }</code>
    { $product }
    Amount { $amount }
    Paid with { $method }
    Paid at { $paid_at }
    Transaction <code>{ $provider_ref }</code>

    Chart calculated by program, text written by AI, for reflection only.
    Undelivered reports are refunded in full, automatically. For anything else see /paysupport .
btn-receipt = 🧾 Receipt

## Money that is late, double, or does not match

pay-late-fulfil =
    ✅ Your payment has just arrived

    Order <code>{ $order_no }</code> was already closed; we have reopened it for you.
    { $product } · { $amount }{ $discounts }
pay-late-refund =
    Your payment of { $amount } arrived after order <code>{ $order_no }</code> had ended, so we cannot deliver.

    A full refund is on its way back to where the money came from.
pay-late-review =
    Your payment of { $amount } arrived after order <code>{ $order_no }</code> had ended.

    A person is looking at it: you get the report or your money, and we tell you soon.
pay-second-refund =
    Order <code>{ $order_no }</code> was paid twice. The extra { $amount } is on its way back to you.
pay-conflicted =
    A payment arrived, but its amount does not match order <code>{ $order_no }</code>. A person is checking it.

    Please do not pay again; we tell you the result soon.

## Refunds

refund-started =
    Your refund has started: { $amount }

    Order <code>{ $order_no }</code>
    Refund <code>{ $refund_no }</code>
    It goes back to where the money came from, usually within 1–3 working days.
refund-started-stars =
    Your refund has started: { $amount }

    Order <code>{ $order_no }</code>
    Refund <code>{ $refund_no }</code>
    The Stars go back into your balance, usually within seconds.
refund-succeeded =
    ✅ Refunded: { $amount }

    Order <code>{ $order_no }</code>
    Refund <code>{ $refund_no }</code>
    The money is on its way to the account you paid from; the payment company decides how long that takes.
refund-succeeded-stars =
    ✅ Refunded: { $amount }

    Order <code>{ $order_no }</code>
    Refund <code>{ $refund_no }</code>
    The Stars are back in your balance.
refund-failed =
    The refund of { $amount } did not go through at once. A person is handling it; you will get your money.

    Order <code>{ $order_no }</code>
    Refund <code>{ $refund_no }</code>

