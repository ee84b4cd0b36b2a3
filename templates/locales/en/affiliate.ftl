# Affiliates. Same rules as bot.ftl.

affiliate-card =
    <b>Invite friends</b>

    Your link
    <code>{ $link }</code>

    Clicks { $clicks } · new people { $people } · orders { $orders }
    Pending { $pending } · confirmed { $confirmed } · lost to refunds { $reversed }
    Paid out or asked for { $taken } · available <b>{ $available }</b>
affiliate-rule = { $days ->
    [one] When a friend buys through your link and receives the report, you earn { $percent }% of what was paid. It is confirmed after one day and cancelled if the order is refunded before. Payouts start at { $minimum }.
   *[other] When a friend buys through your link and receives the report, you earn { $percent }% of what was paid. It is confirmed after { $days } days and cancelled if the order is refunded before. Payouts start at { $minimum }.
}
affiliate-privacy = <i>You see numbers and amounts only, never who bought or what.</i>
affiliate-none = <i>No orders yet. Send the link to a friend.</i>
affiliate-share-text = Your birth date as a chart, and the chart as a report you can read:
affiliate-off = Invitation rewards are not open at the moment.
btn-affiliate-share = 📤 Share with a friend
btn-affiliate-copy = 📋 Copy link
btn-affiliate-picture = 🖼 QR code
btn-affiliate-days = 📊 Day by day
btn-affiliate-payout = 💸 Ask for a payout

## Day by day

affiliate-days-title =
    <b>The last seven days</b>
affiliate-day = <code>{ $day }</code> clicks { $clicks } · new people { $people } · orders { $orders } · paid { $paid } · commission { $earned }

## Payouts

payout-ask =
    Available <b>{ $available }</b>

    Where should the money go? Send me the account and the name on it, at most { $max } characters.

    <i>Kept encrypted; only operators can read it.</i>
payout-requested = ✅ Your payout is asked for. You will hear from me when it is sent.
payout-waiting = A payout of yours is already waiting.
payout-too-little = There is not enough to pay out yet.
payout-line = <code>{ $payout_no }</code> · { $amount } · { $status }
payout-status-requested = waiting
payout-status-paid = sent
payout-status-rejected = refused
payout-paid =
    💸 Your commission was sent: { $amount }

    Payout <code>{ $payout_no }</code>
    Reference { $words }
payout-rejected =
    This payout was refused: { $amount }

    Payout <code>{ $payout_no }</code>
    Reason: { $words }
    The amount is available again.
