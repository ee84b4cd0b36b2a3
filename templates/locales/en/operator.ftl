# For the people who run the shop: figures, orders, answers, alerts. Same rules as bot.ftl.

## Figures

stats-card =
    <b>Figures · { $period }</b>

    New users { $users }
    Orders { $orders } (paid { $paid } · delivered { $completed } · not completed { $failed })
    Received { $revenue }
    Refunded { $refunds }
    Payment rate { $success_rate }%
stats-today = today
stats-week = last 7 days
stats-month = last 30 days
stats-all = all time
stats-product = { $product }: { $orders } orders · { $revenue }
stats-queue = Queue: { $waiting } waiting · { $running } running · { $parked } parked
stats-model = AI: { $tokens } tokens · cost { $cost }
stats-open = Unpaid { $pending } · being written { $generating } · being refunded { $refunding }

## Orders

operator-order =
    <b>{ $order_no }</b>

    { $product } · { $amount }
    Status { $status }
    Buyer <code>{ $user_id }</code>
    Ordered { $created_at }
operator-order-test = <i>test order</i>
operator-order-payment = Payment <code>{ $payment_no }</code> · { $provider } { $method } · { $amount } · { $status }
operator-order-refund = Refund <code>{ $refund_no }</code> · { $amount } · { $status }
operator-order-step = Step: { $step } · attempt { $attempt } · { $status }
step-accept = checking the payment
step-notify_paid = telling the buyer
step-bazi = chart
step-facts = luck cycles
step-report = writing
step-render = layout
step-deliver = sending
step-complete = closing
step-done = everything done
job-status-ready = waiting
job-status-running = running
job-status-done = ended
job-status-parked = parked, a person must look
operator-order-error = Error: { $error }
operator-order-history = { $time } { $from } → { $to } · { $actor } { $reason }
operator-order-report = Report { $model } · { $tokens } tokens · sent { $sent }/{ $total } parts
operator-order-not-found = There is no order <code>{ $order_no }</code>.
operator-usage-order = Usage: <code>/order NUMBER</code> (of an order, a payment or a refund)
operator-usage-retry = Usage: <code>/retry NUMBER</code>
operator-usage-resend = Usage: <code>/resend NUMBER</code>
operator-usage-refund = Usage: <code>/refund NUMBER [AMOUNT] [REASON]</code>; with <code>by-hand=REFERENCE</code> it is only written down
operator-usage-confirm = Usage: <code>/confirm NUMBER REFERENCE NOTE</code> (of an order or a payment; the reference is the provider's number of the charge or a bank's, each up to 200 characters)
operator-usage-coupon = Usage: <code>/coupon CODE</code>
btn-operator-retry = 🔁 Retry
btn-operator-resend = 📬 Send again
btn-operator-refund = ↩️ Refund
btn-operator-confirm = ✅ Confirm…
btn-operator-open = 🔎 Open order

## Answers

retry-started = Order <code>{ $order_no }</code> is queued again and goes on at “{ $step }”.
retry-woken = Order <code>{ $order_no }</code>: parked jobs that run again: { $jobs }.
retry-nothing = Order <code>{ $order_no }</code> has no step to retry ({ $status }).
resend-started = The report of order <code>{ $order_no }</code> is being sent again.
resend-enough = The report of order <code>{ $order_no }</code> was sent again three times within a day. Please try tomorrow; the earlier messages are still in the buyer's chat.
resend-nothing = Order <code>{ $order_no }</code> has no report yet ({ $status }).
refund-confirm =
    Refund this order?

    Order <code>{ $order_no }</code> · { $product }
    Amount <b>{ $amount }</b>
    Status { $status }
btn-refund-confirm = ↩️ Refund { $amount }
refund-requested = Refund <code>{ $refund_no }</code> is requested: { $amount }, order <code>{ $order_no }</code>.
refund-not-possible = Order <code>{ $order_no }</code> cannot be refunded ({ $status }).
refund-only-whole = Stars go back as a whole: of this order { $amount } or nothing, no part of it.
refund-nothing-paid = Order <code>{ $order_no }</code> has received no money; there is nothing to refund.
refund-already = Order <code>{ $order_no }</code> has the refund <code>{ $refund_no }</code> already: { $amount }, { $status }.
operator-kept = Nothing was changed.
operator-card-old = This card is out of date, so nothing was done. Please send the command again.
operator-card-changed = Order <code>{ $order_no }</code> has changed since this card was shown, so nothing was done. Please look at it, then send the command again.
operator-card-order = Order <code>{ $order_no }</code> · { $product } · { $status }
btn-operator-keep = ✖ Leave it
confirm-card = <b>Confirm that this money is there?</b>
confirm-arrived = ⚠️ Arrived: <b>{ $stated }</b> instead of { $amount }
confirm-then-deliver = Confirmed, it counts as paid in full, and what was bought is delivered.
confirm-then-late = The order has ended already: confirmed, it is treated as late money (orders.late_payment).
confirm-then-surplus = The order is paid by another payment: confirmed, this money goes back to the buyer.
confirm-words = Reference <code>{ $reference }</code> · { $note }
confirm-how =
    To confirm it, write the provider's number of the charge (or a bank's reference) and a note:
    <code>/confirm { $payment_no } REFERENCE NOTE</code>
btn-confirm-surely = ✅ Confirm { $amount }
confirm-done = ✅ Payment <code>{ $payment_no }</code> is confirmed (<code>{ $reference }</code>). Order <code>{ $order_no }</code>: { $status }.
confirm-before = Payment <code>{ $payment_no }</code> had succeeded before; nothing was changed.
confirm-nothing = Order <code>{ $order_no }</code> has no payment that could be confirmed.
confirm-reference-used = The reference <code>{ $reference }</code> proves another payment already. Nothing was changed.
confirm-not-applied = The confirmation of payment <code>{ $payment_no }</code> is kept, but could not be applied; see the alert.
refund-confirm-reason = Reason: { $reason }
refund-confirm-by-hand = Only written down: you gave the money back yourself (<code>{ $reference }</code>).
refund-confirm-window-over = ⚠️ The product's time for refunds is over.
refund-part = { $part } of { $total }
refund-by-hand = Refund <code>{ $refund_no }</code> is written down as given back by hand: { $amount }, order <code>{ $order_no }</code>.
refund-too-much = Of order <code>{ $order_no }</code>, { $left } at most can go back.
refund-reference-used = This reference stands for another refund of order <code>{ $order_no }</code>.
refund-amount-unreadable = “{ $typed }” is no amount. Write for example <code>/refund NUMBER 5.00 REASON</code>.
refund-result-succeeded = ✅ Refund <code>{ $refund_no }</code> succeeded: { $amount }, order <code>{ $order_no }</code>.
refund-result-failed = ❌ Refund <code>{ $refund_no }</code> was refused: { $error }. Order <code>{ $order_no }</code> needs a person.

## Alerts

# Each kind has a title and what to do; $note is a detail written by the program, maybe empty.

alert-card =
    🚨 <b>{ $title }</b>

    { $advice }
    { $details }
alert-order = Order <code>{ $order_no }</code>
alert-number = Number <code>{ $subject }</code>
alert-note = { $note }
alert-missed =
    { $times ->
        [one] The same happened once more since the last message about it.
       *[other] The same happened { $times } more times since the last message about it.
    }
alert-mail-subject = [{ -shop }] { $title } · { $number }
alert-mail-body =
    { $card }

    { $time }
alert-title-test = This is a test
alert-advice-test = Alerts arrive on this way. There is nothing to do.
alert-title-payment_conflict = A payment does not match its order
alert-advice-payment_conflict = Amount, currency or merchant differ; nothing was delivered. Please refund it or confirm it by hand.
alert-title-orphan_callback = A payment notice without an order
alert-advice-orphan_callback = The signature is genuine, but there is no such payment. It is kept; please reconcile.
alert-title-callback_not_applied = A payment notice was not booked
alert-advice-callback_not_applied = The evidence is kept, nothing was delivered. Please look with /order and decide.
alert-title-unknown_provider_word = The payment company used a word we do not know
alert-advice-unknown_provider_word = It is kept, and no order was changed by it. Please check.
alert-title-second_charge = One payment was charged twice
alert-advice-second_charge = Give the extra charge back in the provider's backend: it has no payment number of ours.
alert-title-late_money = Money arrived after the order had ended
alert-advice-late_money = Deliver or refund? Please decide.
alert-title-proof_missing = A payment could not be confirmed by asking
alert-advice-proof_missing = Asking timed out; delivered on the notice alone. Please reconcile.
alert-title-proof_contradicts = The payment company denies its own notice
alert-advice-proof_contradicts = The notice says paid, the query says unpaid. Nothing was delivered; please check.
alert-title-refund_problem = A refund did not go through
alert-advice-refund_problem = It was refused or has no result. Please look at the payment company; do not refund a second time by other means.
alert-title-refunded_twice = A refund may have been paid twice
alert-advice-refunded_twice = The provider said "failed" first and "succeeded" later; more went back than came in. Please check in the provider's backend.
alert-title-order_failed = An order could not be completed
alert-advice-order_failed = Money that was paid goes back automatically, and the buyer can order again with one tap. See the reason with /order .
alert-title-job_parked = A job failed too often and is parked
alert-advice-job_parked = When the cause is gone, send /retry with the number below to queue it again.
alert-title-update_parked = A buyer's message could not be handled
alert-advice-update_parked = It is set aside and not tried again; the buyer may send or tap once more. Please give the log to a developer.
alert-title-chart_disagreement = Two calculations of a chart disagree
alert-advice-chart_disagreement = The chart service and our own calendar give different pillars; the settings decided which was used. Please check.
alert-title-chart_fallback = The chart service is out; our own was used
alert-advice-chart_fallback = The report goes on as usual. Please check the service: key and quota.
alert-title-model_stopped = The writing service refuses our requests
alert-advice-model_stopped = Key, balance or parameters are wrong; new orders will fail. Please act now.
alert-title-report_held = The quality gate holds a report back
alert-advice-report_held = No text passed. See `mingshu orders findings NO`; then retry, `orders release NO` or `orders give-up NO`.
alert-title-stock_low = Few pieces are left
alert-advice-stock_low = Raise the number in the product's file if you want to; after the last one buyers read “sold out”.
alert-title-event_sink_disabled = A receiver of events was switched off
alert-advice-event_sink_disabled = It failed for days or wants no more. When it works again: mingshu events enable, then mingshu events resend --since.
alert-title-books_unsound = The books do not agree
alert-advice-books_unsound = Run mingshu doctor money for the details; docs/money.md says what to do about each code.
alert-title-payout_requested = A promoter asks for a payout
alert-advice-payout_requested = `mingshu affiliates payouts` tells where the money goes; after sending it, note it with `mingshu affiliates pay`.
alert-title-picture_failed = A report went out without a picture
alert-advice-picture_failed = The text has arrived. Mend the template that the note names, run `mingshu render check`, then send the report again.
alert-title-bad_signatures = Payment notices with bad signatures
alert-advice-bad_signatures = Either the key is wrong or somebody forges them.
alert-title-payment_unavailable = Payments cannot be opened
alert-advice-payment_unavailable = Buyers cannot pay for now. Please check account, key and network.
alert-title-queue_old = Jobs wait too long
alert-advice-queue_old = Too little capacity, or an outside service is down.
alert-title-chat_unreachable = Telegram is out of reach
alert-advice-chat_unreachable = Messages will be sent when it is back.

## Reconciliation

reconcile-summary = 📒 Reconciled { $date } ({ $provider }): { $sums }; differences: { $differences }
reconcile-booked = booked since: { $booked }
reconcile-sums = received { $charges } for { $charged }, refunded { $refunds } for { $refunded }
reconcile-nothing = nothing moved
reconcile-and = ;{" "}
reconcile-open = ⚠️ Differences are open: mingshu reconcile differences --open
