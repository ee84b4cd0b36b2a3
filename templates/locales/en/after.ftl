# After the delivery: rating, rewriting, asking for a refund, deleting one order's data. Rules as in bot.ftl.

btn-order-card = 🧾 This order
btn-rate = ⭐ Rate it
btn-rate-words = 💬 Say more
btn-rewrite = ✍️ Rewrite it
btn-ask-refund = ↩️ Ask for a refund
btn-erase = 🗑 Delete this data
btn-erase-surely = 🗑 Delete it
toast-not-now = This is not possible now

pay-method-troubled = <i>⚠️ had trouble a moment ago; another way may be quicker.</i>

rate-ask = Did “{ $product }” help you? Any number of stars is fine, and you can change it later.
rate-thanks =
    Thank you, noted: { $stars } ⭐

    If you like, say what was good and what was not; only the shop reads it.
rate-words-ask = Please send me what you would like to say (at most 500 characters).
rate-words-kept = Thank you, the shop will read it.
rate-not-now = Please give some stars first, then say more.
rewrite-ask =
    <b>Rewrite “{ $product }”</b>

    What was not good enough? For example: too vague, more about work please, too stern. Send it to me (at most 500 characters).

    Free, and once only; the chart stays, the writing changes, and the new version comes here when it is done.
rewrite-started = ✍️ Got it. The new version comes here in a few minutes; the first one stays in the chat.
rewrite-under-way = It is being rewritten, please wait a few minutes.
rewrite-used-up = This report was rewritten before, or is sold without rewriting.
rewrite-not-now = This order cannot be rewritten now.
rewrite-failed =
    “{ $product }” could not be rewritten this time. The first version stays, and you can try again.

    Order <code>{ $order_no }</code>
refund-ask =
    <b>Ask for a refund</b> · { $product } · { $amount }

    Please tell me why (at most 500 characters); the shop reads it and answers you.
refund-asked = ↩️ Your request has arrived. The shop answers as soon as it can, and you read it here.
refund-asked-before = A request for this order waits for an answer already.
refund-ask-nothing = There is nothing to give back for this order, or it is on its way already.
refund-ask-over = The time for refunds of this order is over. Questions? /paysupport
refund-ask-not-now = The report is being written; you can ask when it is done. If it cannot be written, you get a full refund by itself.
refund-refused =
    The shop's answer to your request for “{ $product }”:

    { $answer }

    Order <code>{ $order_no }</code>
erase-ask =
    <b>Delete this order's data</b>

    Deleted: your answers, the chart, the report and what you said about it; it cannot be sent again.
    Kept: order number, amount, records of payments and refunds. Bookkeeping needs them.

    Messages that are in this chat stay as they are; you can delete them yourself.
erase-done = 🗑 The data of this order was deleted.
erase-not-now = This order has not come to its end; then it can be deleted.
order-card-rating = Rated { $stars } ⭐
order-card-request-open = Refund request: waiting for an answer
order-card-request-approved = Refund request: granted
order-card-request-refused = Refund request: refused
order-card-answer = The shop's answer: { $answer }

# Operators

alert-title-refund_requested = A buyer asks for a refund
alert-advice-refund_requested = Tap “Request”: read the reason, then refund all or a part, or refuse with words.
btn-operator-request = ↩️ Request
btn-desk-requests = ↩️ Refund requests
btn-desk-request-line = ↩️ { $order_no } · { $date }
btn-desk-request-full = ↩️ Refund all
btn-desk-refuse = 🙅 Refuse with words
desk-requests =
    <b>Refund requests</b>

    Those that wait for an answer, the oldest first.
desk-requests-none =
    <b>Refund requests</b>

    None waits for an answer.
desk-request =
    <b>Refund request</b> · { $status }

    { $product } · { $amount }
    Order <code>{ $order_no }</code>
    Buyer <code>{ $user_id }</code> · { $requested_at }

    <i>{ $reason }</i>
desk-request-answer = Answer: { $answer }
request-status-open = waiting
request-status-approved = granted
request-status-refused = refused
desk-ask-refuse = Please write the answer to the buyer (order { $order_no }); it is read word for word.
desk-card-refuse =
    Refuse the refund request of order <code>{ $order_no }</code> and tell the buyer:

    <i>{ $words }</i>
stats-ratings = Ratings { $mean } ⭐ ({ $count })
