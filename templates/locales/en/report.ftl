# The report: progress, title, segments, end, and when it cannot be written. Same rules as bot.ftl.

## Progress (edited in one message)

progress-begins = 🔄 Your report is being written, please wait…
progress-title = 🔄 Writing “{ $product }”
stage-chart = Chart
stage-luck = Luck cycles
stage-write = Writing
stage-proofread = Proofreading
stage-send = Sending
progress-done = ✅ { $stage }
progress-now = ⏳ { $stage }…
progress-now-written = ⏳ { $stage }… { $characters } characters so far
progress-now-chapters = ⏳ { $stage }: { $done } of { $total } chapters, { $characters } characters so far
progress-waiting = ▫️ { $stage }
progress-expected = { $minutes ->
    [one] <i>About one minute. The report arrives by itself.</i>
   *[other] <i>About { $minutes } minutes. The report arrives by itself.</i>
}
progress-expected-short = <i>Just a moment.</i>
progress-delayed = <i>It takes a little longer today. We are still on it; please do not pay again.</i>
progress-retrying = <i>This step did not work; trying again ({ $attempt } of { $max }).</i>
progress-finished = 📜 “{ $product }” is written; you find it below.

## The report itself

report-title =
    📜 <b>{ $product }</b>

    Order <code>{ $order_no }</code>
    { $date }
report-pillars = <pre>{ $pillars }</pre>
report-pillars-of = { $who } <pre>{ $pillars }</pre>
report-note-hour-unknown = <i>Hour of birth unknown: this report reads the pillars of year, month and day only and leaves out what depends on the hour.</i>
report-note-no-place = <i>No place of birth: the chart uses clock time, without true solar time.</i>
report-segment = <i>({ $index }/{ $total })</i>
report-closing =
    ✨ This is the end of your report

    { $total ->
        [one] “{ $product }” has one part; it is here.
       *[other] “{ $product }” has { $total } parts; all of them are here.
    }
    You can open it again in /orders at any time.

    <i>Chart calculated by program, text written by AI, for culture, entertainment and reflection. Which way you take is yours to choose.</i>
report-closing-short =
    <i>Written by AI, for a smile and a thought. See you tomorrow.</i>
report-resent-enough = This report was sent again three times today; you will find it further up in this chat. You can have it again tomorrow: it is kept for you.
report-not-ready = The report of order <code>{ $order_no }</code> is not ready yet. It arrives by itself.
report-gone = The report of order <code>{ $order_no }</code> has been deleted and cannot be sent again.
btn-resend = 📬 Send the report again
report-album = 🖼 Your chart and your luck line
report-chart = 🖼 Your chart
report-pair = 🖼 The two charts
report-book = 📕 The whole report, to keep and to print
report-card = 🎴 A card to share: nothing of your birth is on it
btn-report-page = 📖 Open the report’s page
btn-report-page-revoke = 🔒 Revoke the page’s link
report-page-revoked = The link no longer works
report-page-none = There is no open link
btn-support = ❓ Something is wrong

## When it cannot be written

report-failed =
    We are sorry: “{ $product }” could not be completed.

    Order <code>{ $order_no }</code>
    Reason: { $reason }

    A refund of { $amount } has started by itself and goes back to where the money came from. We tell you when it is done.
report-failed-free =
    We are sorry: “{ $product }” could not be completed.

    Order <code>{ $order_no }</code>
    Reason: { $reason }

    It was free, so nothing was charged. Please try again later.
failure-chart = the chart service gave no chart
failure-chart-disagreement = two calculations of the chart disagree, and we will not give you a report that may be wrong
failure-model = the writing service did not finish
failure-model-refused = a report cannot be written from what was entered
failure-delivery = the report is written but cannot reach your chat
failure-internal = a fault in our system
