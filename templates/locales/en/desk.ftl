# The desk: what the people who run the shop see and do by buttons. Same rules as bot.ftl.

desk-menu = <b>Desk</b>
btn-desk-menu = 🏠 Desk
btn-desk-orders = 📦 Orders
btn-desk-search = 🔎 Find
btn-desk-products = 🏷 Products
btn-desk-maintenance = 🛠 Maintenance
btn-desk-stats = 📊 Figures
btn-desk-surely = ✅ Yes, do it
toast-card-over = This card was done already, or is out of date
toast-kept = Nothing was changed

## Orders

desk-orders = <b>Orders · { $state }</b> ({ $count } in all)
desk-orders-all = all
desk-orders-none = There are no orders here.
desk-orders-line = <code>{ $order_no }</code> { $product } · { $amount } · { $status } · { $time }
desk-ask-search = Send what to look for: the number of an order, a payment or a refund, a buyer's number, or an @name.
desk-found-nothing = Nothing was found for “{ $words }”. An @name is found only if its owner has written to the shop under it.
operator-order-deed = 🛠 { $time } { $operator } { $action }
btn-desk-buyer = 👤 Buyer
btn-desk-confirm = ✍️ Write reference and note
btn-desk-part = ✂️ Only a part
btn-desk-doubt = ⚖️ Money in doubt
desk-ask-confirm =
    Send the reference and a note with a space between them, for example:
    <code>4200001234 seen on the bank statement</code>

    Payment <code>{ $payment_no }</code>. You will be asked once more.
desk-ask-part =
    Send the amount that goes back, with a reason if you like, for example:
    <code>5.00 it took too long</code>

    Order <code>{ $order_no }</code>. You will be asked once more.
desk-ask-doubt =
    { $settled }

    Send the reference and a note with a space between them, for example:
    <code>4200001234 given back in the merchant portal</code>

    Payment <code>{ $payment_no }</code>. You will be asked once more.
desk-statement-unreadable = ⚠️ Both are needed, reference and note, with a space between them and at most 200 characters together.
desk-part-unreadable = ⚠️ It has to begin with an amount, such as 5.00.
desk-number-unreadable = ⚠️ A whole number other than 0 is needed, such as 10; -10 takes back what was too much.
desk-card-retry =
    <b>Retry this order?</b>

    Order <code>{ $order_no }</code> goes on at the step where it stopped; its parked jobs run again, too.
desk-card-resend =
    <b>Send the report again?</b>

    The report of order <code>{ $order_no }</code> goes to its buyer once more.
btn-desk-held = 🧐 What the gate found
btn-desk-release = 📤 Deliver as it is
btn-desk-give-up = 💸 Give up, refund
desk-held =
    <b>A report that is held back</b>

    The text of order <code>{ $order_no }</code> did not pass, and its buyer has received nothing. What follows quotes it.
desk-held-whole = <b>The whole text</b>, reading { $attempt }, { $provider }
desk-held-part = <b>Chapter { $part }</b>, reading { $attempt }, { $provider }
desk-held-more = … and { $count } more
desk-held-how = “Retry” has it written again; “Deliver as it is” sends the last text to the buyer; “Give up” fails the order and gives the money back.
desk-held-nothing = Nothing of order <code>{ $order_no }</code> is held back.
desk-card-release =
    <b>Deliver it as it is?</b>

    The last text of order <code>{ $order_no }</code> goes to the buyer without a change. Be sure that you have read what was found.
desk-card-give-up =
    <b>Give this report up?</b>

    Order <code>{ $order_no }</code> fails, and the buyer's money goes back.
decide-released = ✅ The report of order <code>{ $order_no }</code> is delivered as it is.
decide-given-up = ✅ Order <code>{ $order_no }</code> is given up, its money goes back.
decide-running = Order <code>{ $order_no }</code> is being worked on; try again in a moment.
decide-nothing = Order <code>{ $order_no }</code> is { $status }; nothing of it is held back.
desk-doubt =
    <b>Money in doubt</b>

    Payment <code>{ $payment_no }</code> · order <code>{ $order_no }</code>
desk-doubt-line = · { $amount }, charge <code>{ $charge }</code>
desk-doubt-how = What became of this money? If it counts as the payment, choose “Confirm”; if we are to give it back, choose “Refund” on the order.
desk-doubt-none = No money of this payment stands in doubt.
desk-doubt-returned-outside = It went back to the buyer by other means
desk-doubt-kept = It stays with the shop
desk-doubt-written-off = It was never there
btn-desk-doubt-returned-outside = ↩️ Went back by other means
btn-desk-doubt-kept = 🏦 Stays with the shop
btn-desk-doubt-written-off = 🚫 Was never there
desk-card-doubt =
    <b>Settle this money for good?</b>

    { $settled }: { $amount }
    Payment <code>{ $payment_no }</code> · order <code>{ $order_no }</code>
    Reference <code>{ $reference }</code> · { $note }

    What is in the book cannot be changed.
desk-doubt-settled = ✅ The money in doubt of payment <code>{ $payment_no }</code> is settled and in the book.
desk-doubt-before = Payment <code>{ $payment_no }</code> was settled with this reference before. Nothing was changed.
desk-doubt-refund = A refund of payment <code>{ $payment_no }</code> has not ended yet; please wait for it.

## Products

desk-products = <b>Products</b>
desk-products-line = <b>{ $product }</b> · { $price } · { $state } · { $left }
desk-product-sold = on sale
desk-product-paused = ⏸ paused
desk-product-file-off = off by its file
desk-stock-unlimited = no limit
desk-supply = Supply: { $file } by the file, { $now } with what was changed here.
desk-supply-today = Supply of today: { $file } by the file, { $now } with what was changed here.
desk-product-file = Name, price and the rest are changed in the product file; here it is paused, and pieces are added.
btn-desk-pause = ⏸ Pause
btn-desk-sell = ▶️ Sell again
btn-desk-stock = ➕ Add pieces
desk-ask-stock = How many pieces of “{ $product }” are to be added? Send a whole number; a negative one takes back what was too much. Where each day has its own supply, only today's grows.
desk-card-pause =
    <b>Pause “{ $product }”?</b>

    Buyers see that it is paused and cannot order it; orders that were placed are paid and delivered as usual.
desk-card-sell = <b>Sell “{ $product }” again?</b>
desk-card-stock = <b>Supply of “{ $product }”: { $quantity }?</b>

## Buyers

desk-user =
    <b>Buyer</b> <code>{ $user_id }</code>

    Language { $language } · first seen { $since }
    Orders { $orders } · paid { $paid } · { $sum } in all
desk-user-operator = 🔑 an operator of the shop
desk-user-blocked = ⛔ turned away since { $since }
desk-user-unreachable = 📵 stopped the bot; messages do not arrive
desk-user-no-news = 🔕 wants no news of the shop
btn-desk-block = ⛔ Turn away
btn-desk-unblock = ✅ Let in again
desk-card-block =
    <b>Turn <code>{ $user_id }</code> away?</b>

    They get one sentence, then no more answers, and cannot order; what they paid for is delivered as usual.
desk-card-unblock = <b>Let <code>{ $user_id }</code> in again?</b>
user-blocked = Sorry, we cannot serve you at present. Orders that are paid will be completed as usual.

## Maintenance

desk-maintenance-on = 🛠 <b>Maintenance</b> since { $since } ({ $operator })
desk-maintenance-off = 🟢 The shop takes orders.
desk-maintenance-what = During maintenance no new orders are taken and buyers are told so; notifications of payments are taken and paid orders are completed. It outlives a restart.
btn-desk-close = 🛠 Begin maintenance
btn-desk-open = 🟢 End maintenance
desk-card-close = <b>Begin maintenance and take no orders?</b>
desk-card-open = <b>End maintenance and take orders again?</b>

## Messages to many

btn-desk-broadcasts = 📣 Broadcast
desk-broadcasts = <b>Broadcast</b>: write some words for a part of the people, or for all. Whoever stopped the bot, wants no news or is turned away gets nothing.
btn-desk-write = ✍️ Write one
btn-desk-rewrite = ✍️ Write it anew
btn-desk-refresh = 🔄 Refresh
btn-desk-broadcast = { $time } · { $segment } · { $state }
desk-ask-letter = Send the text for many people (at most 3000 characters; it goes out as it is, without formatting). Then choose to whom; nothing is sent before you have said yes once more.
desk-letter-unreadable = ⚠️ The text must not be empty, nor longer than 3000 characters.
desk-segments = <b>Preview</b>: below is what people will read. To whom does it go?
broadcast-segment-all = everybody
broadcast-segment-buyers = buyers
broadcast-segment-non_buyers = those who have not bought
broadcast-segment-zh-Hans = speakers of simplified Chinese
broadcast-segment-zh-Hant = speakers of traditional Chinese
broadcast-segment-en = speakers of English
broadcast-status-running = being sent
broadcast-status-paused = paused
broadcast-status-stopped = stopped
broadcast-status-done = done
desk-card-broadcast =
    <b>Send this to { $segment } ({ $people })?</b>

    { $body }
desk-card-stop = <b>Stop this broadcast?</b> What was not sent is not sent any more, and it cannot go on later.
broadcast-progress =
    📣 <b>Broadcast · { $state }</b>

    To { $segment }: { $all } in all
    Sent { $sent } · waiting { $waiting } · stopped the bot { $unreachable } · otherwise not reached { $other }

    { $body }
btn-broadcast-pause = ⏸ Pause
btn-broadcast-resume = ▶️ Go on
btn-broadcast-stop = ⏹ Stop…
btn-news-off = 🔕 No more messages like this
btn-news-on = 🔔 Send them again
news-off = All right, no more news of the shop. What concerns your orders you will hear all the same.
news-on = All right, you will hear when there is news.

## Coupons and promoters

btn-desk-coupons = 🎟 Coupons
desk-coupons = <b>Coupons</b> ({ $count }). The number on a button says how often it is used.
btn-desk-new-coupon = ➕ New coupon
btn-desk-coupon-off = ⏹ Switch off
desk-ask-coupon =
    Send one line: the code and what it takes off, then its conditions, all of which may be left out. For example:
    <code>SPRING20 20% min=50 cap=30 from=2026-11-01 until=2026-12-31 total=100 per-user=1 for=bazi-full</code>

    It takes off a percentage (<code>20%</code>) or an amount (<code>5.00</code>). min is the least price, cap the most that is taken off, from and until its first and last day, total and per-user how often it is good, for the products it is good for, with commas between them.
desk-coupon-unreadable = ⚠️ This line cannot be read, or names a product that there is not.
desk-coupon-senseless = ⚠️ These terms make no sense, such as a percentage outside 1 to 100, or a last day before the first.
desk-coupon-exists = ⚠️ There is such a code already; please take another.
desk-card-coupon = <b>Give out this coupon?</b>
desk-card-coupon-off = <b>Switch { $code } off?</b> Orders that have used it keep their price.
btn-desk-affiliates = 🤝 Promoters
desk-affiliates = <b>Promoters</b>, the newest first
desk-affiliates-none = There are no promoters yet.
desk-affiliates-line =
    <code>{ $code }</code> · <code>{ $user_id }</code>
    Clicks { $clicks } · people { $people } · orders { $orders }
    Pending { $pending } · confirmed { $confirmed }
