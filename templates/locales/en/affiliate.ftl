# Affiliates. Same rules as bot.ftl.

affiliate-card =
    <b>Invite friends</b>

    Your link
    <code>{ $link }</code>

    Clicks { $clicks } · new people { $people } · orders { $orders }
    Pending { $pending }
    Confirmed { $confirmed }
affiliate-rule = { $days ->
    [one] When a friend buys through your link and receives the report, you earn { $percent }% of what was paid. It is confirmed after one day and cancelled if the order is refunded before.
   *[other] When a friend buys through your link and receives the report, you earn { $percent }% of what was paid. It is confirmed after { $days } days and cancelled if the order is refunded before.
}
affiliate-privacy = <i>You see numbers and amounts only, never who bought or what.</i>
affiliate-none = <i>No orders yet. Send the link to a friend.</i>
affiliate-share-text = Your birth date as a chart, and the chart as a report you can read:
affiliate-off = Invitation rewards are not open at the moment.
btn-affiliate-share = 📤 Share with a friend
btn-affiliate-copy = 📋 Copy link
