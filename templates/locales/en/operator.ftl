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
operator-order-step = Step { $step } · attempt { $attempt }
operator-order-error = Error: { $error }
operator-order-history = { $time } { $from } → { $to } · { $actor } { $reason }
operator-order-report = Report { $characters } characters · { $model } · { $tokens } tokens · sent { $sent }/{ $total } parts
operator-order-not-found = There is no order <code>{ $order_no }</code>.
operator-usage-order = Usage: <code>/order NUMBER</code>
operator-usage-retry = Usage: <code>/retry NUMBER</code>
operator-usage-resend = Usage: <code>/resend NUMBER</code>
operator-usage-refund = Usage: <code>/refund NUMBER</code>
btn-operator-retry = 🔁 Retry
btn-operator-resend = 📬 Send again
btn-operator-refund = ↩️ Refund
btn-operator-open = 🔎 Open order

## Answers

retry-started = Order <code>{ $order_no }</code> is queued again and goes on at “{ $step }”.
retry-nothing = Order <code>{ $order_no }</code> has no step to retry ({ $status }).
resend-started = The report of order <code>{ $order_no }</code> is being sent again.
resend-nothing = Order <code>{ $order_no }</code> has no report yet ({ $status }).
refund-confirm =
    Refund this order?

    Order <code>{ $order_no }</code> · { $product }
    Amount <b>{ $amount }</b>
    Status { $status }
btn-refund-confirm = ↩️ Refund { $amount }
btn-refund-keep = Do not refund
refund-requested = Refund <code>{ $refund_no }</code> is requested: { $amount }, order <code>{ $order_no }</code>.
refund-not-possible = Order <code>{ $order_no }</code> cannot be refunded ({ $status }).
refund-nothing-paid = Order <code>{ $order_no }</code> has received no money; there is nothing to refund.
refund-already = Order <code>{ $order_no }</code> already has refund <code>{ $refund_no }</code> ({ $status }).
refund-kept = Not refunded.
refund-result-succeeded = ✅ Refund <code>{ $refund_no }</code> succeeded: { $amount }, order <code>{ $order_no }</code>.
refund-result-failed = ❌ Refund <code>{ $refund_no }</code> was refused: { $error }. Order <code>{ $order_no }</code> needs a person.
refund-result-unknown = The outcome of refund <code>{ $refund_no }</code> is unknown and being asked for. Please do not refund by other means.

## Alerts

alert-line = 🚨 <b>{ $title }</b>
alert-order = Order <code>{ $order_no }</code>
alert-detail = { $detail }
alert-repeated = <i>{ $count } times in the last { $minutes } min</i>
alert-amount-mismatch = Amount or currency does not match the order: expected { $expected }, paid { $stated }. Nothing was delivered; please decide.
alert-merchant-mismatch = A payment notice names another merchant. Nothing was delivered; please check the pingpong settings.
alert-orphan = A payment notice without an order ({ $provider }, <code>{ $payment_no }</code>). It is kept; please reconcile.
alert-unhandled-notification = A notice of the unknown kind “{ $kind }” ({ $provider }). It is kept.
alert-bad-signature = { $count } payment notices with a bad signature in { $minutes } min ({ $provider }). Either the key is wrong or somebody forges them.
alert-transition = The payment arrived but the order did not follow: { $from } → { $to }. Retrying.
alert-query-impossible = The payment company could not be asked for { $seconds } s; delivered on the notice alone. Please reconcile.
alert-create-failed = Opening a payment at { $provider } failed: { $error }
alert-late-fulfilled = { $amount } arrived after the order had ended; delivered all the same.
alert-late-refunded = { $amount } arrived after the order had ended; refunded automatically.
alert-late-review = { $amount } arrived after the order had ended. Deliver or refund? Please decide.
alert-second-payment = A second payment of { $amount } for one order; refunded automatically.
alert-order-failed = The order could not be completed: { $reason }. Refund: { $refund }
alert-refund-failed = Refund <code>{ $refund_no }</code> ({ $amount }) was refused: { $error }
alert-refund-unknown = Refund <code>{ $refund_no }</code> ({ $amount }) has had no result for { $minutes } min; still asking.
alert-bazi-disagreement = The chart service and our own calendar disagree: theirs { $theirs }, ours { $ours }. Used: { $used }
alert-bazi-refused = The chart service refused: { $error }
alert-model-stopped = The writing service refuses our requests ({ $status }): { $error }. New orders will fail; please act now.
alert-model-refused = The writing service refused this content.
alert-job-parked = Job { $kind } failed { $attempts } times and is parked: { $error }
alert-delivery-blocked = The buyer has blocked the bot. The report is ready and waits for their return.
alert-telegram-unreachable = Telegram has been out of reach for { $minutes } min: { $error }
alert-queue-old = The oldest job has waited { $minutes } min: too little capacity, or a fault.
alert-started = ✅ { -shop } { $version } has started.
alert-test = ✅ This is a test alert. If you read it, alerts work.
