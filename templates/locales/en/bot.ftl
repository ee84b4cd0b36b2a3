# Every step in the chat: start, products, privacy, form, check, errors.
#
# Message texts are Telegram HTML (<b> <i> <code> <pre>); values put in by the code are escaped.
# btn-* (buttons), toast-* (shown after a tap, at most 200 characters) and all names are plain text
# and hold no tags. At most one emoji per line. The conclusion comes first.

-shop = Mingshu

## Start

start-welcome =
    <b>{ -shop } 命书</b>

    Your birth date becomes a BaZi chart, and the chart becomes a report you can actually read.
    The chart is calculated from the calendar; the words are written by AI.

    Choose a report to begin.

    <i>For culture, entertainment and reflection. Not medical, legal or financial advice.</i>
start-welcome-back =
    Welcome back.

    Which report would you like?
start-resume =
    You stopped halfway through “{ $product }”. Your answers are still here.

    Go on, or start over?
start-unpaid =
    You have an order that is not paid yet.

    { $product } · { $amount }
    Order <code>{ $order_no }</code>
    Please pay before { $deadline }; after that it closes by itself.
start-undelivered =
    A report could not reach you last time. We kept it for you.

    { $product } · order <code>{ $order_no }</code>
    Shall we send it now?
start-invited = A friend invited you. Welcome.
start-invited-self = This is your own invitation link. It works when a friend opens it.
start-invite-unknown = This invitation link is no longer valid. Everything else works.

btn-products = 🔮 See the reports
btn-orders = 🧾 My orders
btn-language = 🌐 Language
btn-help = ❓ Help
btn-resume = ▶️ Go on
btn-restart = Start over
btn-send-now = 📬 Send it now
btn-back = ◀ Back
btn-next = Next ▶
btn-previous = ◀ Previous
btn-skip = Skip

## Products

products-title =
    <b>Choose a report</b>

    Tap one for details. You can change your mind until you pay.
products-line =
    <b>{ $name }</b> · { $price }
    { $summary }
products-free = free
products-empty = Nothing is on sale right now. Please come back later.
product-card =
    <b>{ $name }</b> · { $price }

    { $description }
product-stock-left = { $count } left
product-stock-left-today = { $count } left today
product-sold-out = “{ $name }” is sold out.
product-sold-out-today = “{ $name }” is fully booked today. Please come back tomorrow.
product-free-limit = { $limit ->
    [one] “{ $name }” is free once a day, and today's is used. Please come back tomorrow.
   *[other] “{ $name }” is free { $limit } times a day, and today's are used. Please come back tomorrow.
}
product-gone = This report is no longer sold. Have a look at the others.
product-price-changed = The price has just changed to { $price }. Please check again before you order.
shop-maintenance = 🛠 The shop is being maintained and takes no orders right now. Paid orders are completed as usual.
product-paused = “{ $name }” is not sold at the moment. Please come back later.
btn-product-paused = paused
btn-product-sold-out = sold out
btn-product = { $name } · { $price }
btn-order = ✍️ Begin
btn-order-free = ✍️ Begin, free

## Privacy

privacy-notice =
    <b>First, what happens to your data</b>

    · We ask for sex, time and place of birth, or your question, only to write this report.
    · It is stored encrypted. The AI gets the chart and your question, never your name.
    · You pay on the payment company's page. We never see your card or account.
    · Get it all with /mydata , delete it with /forget , at any time. Full text: /privacy .
privacy-full =
    <b>Privacy</b>

    <b>What we ask</b>
    Your Telegram number and language, and a mark of your user name (not the name itself); the sex, time and place of birth and questions you enter; orders and payment results.

    <b>What for</b>
    To calculate the chart, write the report, send it to you, and handle payments and refunds. No advertising, no selling.

    <b>Who sees it</b>
    The AI company receives the chart and your question, not your name or Telegram number.
    When an outside chart service is used, it receives time of birth, sex and place of birth.
    The payment company receives the order number and the amount.

    <b>How long</b>
    Birth data, questions and reports are stored encrypted so that you can open them again.
    Payment records are kept as bookkeeping requires, without any of the above.

    <b>What you can do</b>
    /mydata sends you everything we keep about you, as a file.
    /forget deletes birth data, questions, charts and reports and keeps only what bookkeeping requires: order numbers, amounts, times.
privacy-kept =
    <b>Deleted by itself</b>
    What you wrote into an order that was not paid: { $unpaid }
    Reports, charts and what you wrote for them: { $reports }
    Forms left in the middle: { $drafts }
    Kept births that nobody uses: { $profiles }
privacy-kept-days = { $days ->
    [one] after one day
   *[other] after { $days } days
}
privacy-kept-always = kept until you send /forget
mydata-caption = Everything we keep about you, as a JSON file that any text editor opens. It was sent to you alone; please keep it safe.
forget-ask =
    <b>Delete my data</b>

    Deleted: your answers, birth data, charts, reports, and any form you have not finished.
    Kept: order numbers, amounts, records of payments and refunds. Bookkeeping needs them; they hold none of the above.

    Reports cannot be sent again afterwards. To keep a copy, use /mydata first.
forget-sure = Really delete everything? It cannot be brought back.
forget-done =
    Everything is deleted.

    Messages that were sent before are in your own Telegram; you can clear the chat yourself. To come back, send /start .
forget-kept = All right, nothing was deleted.
forget-not-now =
    Order <code>{ $order_no }</code> is still under way (payment, writing or refund), so nothing can be deleted now.

    Wait for its end or cancel it, then send /forget again.
btn-forget = 🗑 Delete my data
btn-forget-surely = 🗑 Yes, delete everything
btn-forget-keep = Keep it
privacy-declined = All right. Nothing starts without your consent. Send /start whenever you like.
btn-privacy-agree = ✅ Agree and go on
btn-privacy-full = 📜 Full text
btn-privacy-decline = Not now

## Terms, help, support, language

terms =
    <b>Terms</b>

    1. Reports are calculated from the calendar and written by AI. They are for culture, entertainment and reflection, and are no medical, legal, financial or other professional advice.
    2. One order is one report. Writing starts after payment and usually takes a few minutes.
    3. If a report cannot be written or delivered, we refund it in full, automatically, to where the money came from.
    4. If something is wrong with a delivered report, contact us through /paysupport . We look at every order.
    5. Unpaid orders close by themselves. Money that arrives later is either honoured or returned, and we tell you which.
    6. Enter your own birth data, or that of someone who has agreed.
help =
    <b>How it works</b>

    1. /products : choose a report
    2. Answer a few questions and check the chart
    3. Pay; the report arrives here within minutes

    /orders : your orders, send a report again
    /cancel : leave the current step or cancel an order
    /paysupport : payments and refunds
    /language : change language
    /profiles kept births
    /privacy · /mydata : get your data · /forget : delete it
    /terms
help-form =
    You are filling in “{ $product }”.

    Answer the question above with a button or by typing. “◀ Back” changes the last step, /cancel leaves.
help-pay =
    Order <code>{ $order_no }</code> is waiting for payment.

    After paying, tap “🔄 I have paid” and we check at once. If the page does not open, open this order in /orders and try again.
    If you no longer want it, tap “❌ Cancel order”.
help-report =
    The report of order <code>{ $order_no }</code> is being written and will arrive here.

    You need not wait in this chat; nothing is lost when you leave.
paysupport =
    <b>Payments and refunds</b>

    <b>Paid, but nothing happens?</b>
    Tap “🔄 I have paid” below the payment message. We ask the payment company at once.

    <b>No report?</b>
    Open the order in /orders and tap “📬 Send the report again”.

    <b>Where is my refund?</b>
    Open the order in /orders . Refunds go back to where the money came from, usually within 1–3 working days.
paysupport-stars =
    <b>Paid with Telegram Stars?</b>
    A refund puts all of the Stars back into your balance, usually within seconds. This shop answers for the payment; Telegram's own support cannot help with it.
paysupport-contact =
    Still not solved? Please contact { $contact } and give the order number.
language-ask = Choose your language / 请选择语言
language-set = All right, English from now on.
language-zh-Hans = 简体中文
language-zh-Hant = 繁體中文
language-en = English

## Form: questions of all kinds

form-step = <i>{ $product } · step { $step } of { $total }</i>
form-whose = <b>{ $label }</b>
form-optional = <i>You may skip this.</i>
form-typed-hint = <i>Just type it, up to { $max } characters.</i>
form-number-hint = <i>Please send a number from { $min } to { $max }.</i>
form-choice-hint = <i>Choose one of the buttons below.</i>
form-text-empty = That was empty. Please write a few words.
form-text-too-long = That was { $length } characters; { $max } is the limit. Please shorten it a little.
form-text-not-text = I can only read text here. Please type it.
form-choice-unknown = “{ $value }” is not one of the choices. Please use the buttons below.
form-number-unreadable = “{ $value }” is not a number. Please send one from { $min } to { $max }.
form-number-out-of-range = { $value } is not between { $min } and { $max }. Please try again.
form-use-buttons = Please use the buttons below for this step.
form-left = ✖️ You left this form; nothing was sent.
btn-form-leave = ❌ Leave the form

gender-ask =
    Which sex?

    <i>It decides the direction of the ten-year luck cycles.</i>
gender-male = male
gender-female = female
btn-gender-male = 👨 Male
btn-gender-female = 👩 Female

## Form: date of birth

birth-calendar-ask = Is the birthday you know in the solar or the Chinese lunar calendar?
btn-calendar-solar = ☀️ Solar (Gregorian)
btn-calendar-lunar = 🌙 Chinese lunar

birth-decade-ask = In which decade?
birth-year-ask = In which year?
birth-year-ask-lunar =
    In which lunar year?

    <i>Born before Chinese New Year? Choose the year before.</i>
birth-month-ask = Which month of { $year }?
birth-month-ask-lunar = Which month of the lunar year { $year }?
birth-day-ask = Which day? ({ $year }, month { $month })
birth-day-ask-lunar = Which day? (lunar year { $year }, { $month })
birth-date-hint = <i>You can also type it, for example 20 May 1990 or 1990-05-20.</i>
birth-date-hint-lunar = <i>You can also type it, for example 1990-04-26; for a leap month 1990-leap5-26.</i>
btn-decade = { $year }s
btn-year = { $year }
btn-month = { $month ->
    [1] Jan
    [2] Feb
    [3] Mar
    [4] Apr
    [5] May
    [6] Jun
    [7] Jul
    [8] Aug
    [9] Sep
    [10] Oct
    [11] Nov
   *[12] Dec
}
btn-day = { $day }
date-solar = { $day } { btn-month } { $year }
date-lunar = { $month }, { $day }, lunar year { $year }
lunar-month = month { $month }
lunar-month-leap = leap month { $month }
lunar-day = day { $day }

birth-date-unreadable = I could not read “{ $value }”. Please write it like 1990-05-20, or use the buttons below.
birth-date-ambiguous = “{ $value }” can be read in two ways. Please name the month, like 20 May 1990, or write 1990-05-20.
birth-date-year-range = Births from { $min } to { $max } are supported.
birth-date-month-range = There is no month { $month }; months go from 1 to 12.
birth-date-no-such-day = { btn-month } has no day { $day }.
birth-date-february = February { $year } has only { $days } days.
birth-date-future = This day is still to come. Please check the year.
birth-lunar-no-leap-month = The lunar year { $year } has no leap { $month }; it has no leap month at all.
birth-lunar-other-leap-month = The lunar year { $year } has no leap { $month }; its leap month is { $leap }.
birth-lunar-no-such-day = In the lunar year { $year }, { $month } has only { $days } days.

## Form: hour of birth

birth-hour-ask =
    At what time of day?

    <i>By the clock at the place of birth. If it was close to the hour, the exact time is better.</i>
hour-name = { $branch ->
    [0] Zi 子
    [1] Chou 丑
    [2] Yin 寅
    [3] Mao 卯
    [4] Chen 辰
    [5] Si 巳
    [6] Wu 午
    [7] Wei 未
    [8] Shen 申
    [9] You 酉
    [10] Xu 戌
   *[11] Hai 亥
}
hour-range = { $branch ->
    [0] 23–1h
    [1] 1–3h
    [2] 3–5h
    [3] 5–7h
    [4] 7–9h
    [5] 9–11h
    [6] 11–13h
    [7] 13–15h
    [8] 15–17h
    [9] 17–19h
    [10] 19–21h
   *[11] 21–23h
}
btn-hour = { hour-name } { hour-range }
btn-hour-exact = ⌚ I know the exact time
btn-hour-unknown = 🤷 I don't know
birth-time-ask = Please send the time of birth on the 24-hour clock, for example <code>07:15</code>.
birth-time-unreadable = I could not read “{ $value }”. Please write it on the 24-hour clock, like 07:15.
birth-time-range = There is no { $value }; times go from 00:00 to 23:59.
birth-hour-unknown-ask =
    That is fine too.

    The report will read the pillars of year, month and day only. It will say less about children, later life and the start of the luck cycles, and will say so openly.
btn-hour-unknown-go = Go on without it
birth-zi-ask =
    The hour of Zi crosses midnight. Which half?

    <i>Before and after midnight the day pillar may differ.</i>
btn-zi-late = Late Zi, 23:00–23:59
btn-zi-early = Early Zi, 0:00–0:59
hour-zi-late = late Zi 子
hour-zi-early = early Zi 子
birth-sect-ask =
    For births after 23:00 there are two ways to count the day.

    Most schools begin the next day at 23:00, some at midnight. If unsure, take the first.
btn-sect-next-day = Day begins at 23:00 (usual)
btn-sect-same-day = Day begins at midnight

birth-dst-ask =
    On { $date } China was on summer time; clocks were one hour ahead.

    The time you know is:

    <i>If unsure, we take it as clock time; most birth certificates give clock time.</i>
btn-dst-clock = ⌚ What the clock showed
btn-dst-standard = One hour already taken off
btn-dst-unsure = Not sure

## Form: place of birth

birth-place-ask =
    In which town or city?

    Its name is enough, for example “Chengdu”.
birth-place-exact = <i>Its longitude turns clock time into true solar time, which makes the hour more exact. For a birth in China the longitude itself will do, such as 104.07.</i>
birth-place-hour = <i>Without the exact time nothing is converted to true solar time; for births outside China the local time zone is used to place the birth among the solar terms.</i>
birth-place-results = Which of these?
birth-place-none = I could not find “{ $value }”. Try another spelling or a larger city nearby, or skip.
birth-place-longitude-range = Longitudes go from 180°W to 180°E.
btn-place-alone = { $name }
btn-place = { $name } · { $region }
btn-place-skip = Skip

## Check

check-title = <b>Please check “{ $product }”</b>
check-gender = Sex: { $value }
check-date = Birthday: { $value }
check-date-solar = <i>that is { $value }</i>
check-date-lunar = <i>that is { $value }</i>
check-hour = Time: { $value }
check-hour-unknown = Time: unknown (three pillars)
check-place = Place: { $value }
check-place-skipped = Place: not given (no true solar time)
check-dst = <i>one hour of summer time taken off</i>
check-solar-time = True solar time: { $value }
check-solar-time-unknown = <i>Only the double hour is known, so it is not converted to true solar time. If you know the exact time, change it below.</i>
check-sect-next-day = <i>day begins at 23:00</i>
check-sect-same-day = <i>day begins at midnight</i>
check-answer = { $label }: { $value }
check-answer-skipped = { $label }: not given
check-pillars =
    <b>Four pillars</b>
    <pre>Year  Month Day   Hour
    { $year }  { $month }  { $day }  { $hour }</pre>
check-pillars-three =
    <b>Three pillars</b>
    <pre>Year  Month Day
    { $year }  { $month }  { $day }</pre>
check-luck = Current luck cycle: { $pillar } ({ $from }–{ $to })
check-luck-not-yet = Luck cycles begin in { $year }
check-near-term = ⚠️ The birth is less than { $minutes } min from a solar term; a little earlier or later changes the month pillar. Please check again.
check-near-hour = ⚠️ The birth is less than { $minutes } min from a change of hour; a little earlier or later changes the hour pillar. Please check again.
check-price = Price: <b>{ $price }</b>
check-stars = Or in Telegram Stars: <b>{ $price }</b>
check-stars-no-coupon = Or in Telegram Stars: <b>{ $price }</b> (the code does not count there)
check-free = Price: <b>free</b>
check-wait = ⏱ Usually delivered in about { $minutes } min
check-wait-between = ⏱ Usually delivered in { $minutes }–{ $most } min
check-promise = <i>If the report cannot be written or delivered, you get a full refund automatically.</i>
check-ask = Is everything right?
btn-check-ok = ✅ Yes, go to payment
btn-check-ok-stars = ⭐ All correct, pay { $price }
btn-check-ok-free = ✅ Yes, begin
btn-check-edit-gender = ✏️ Sex
btn-check-edit-date = ✏️ Date
btn-check-edit-hour = ✏️ Time
btn-check-edit-place = ✏️ Place
btn-check-edit-date-of = ✏️ { $label }: date
btn-check-edit-hour-of = ✏️ { $label }: time
btn-check-edit-place-of = ✏️ { $label }: place
btn-check-edit = ✏️ { $label }

## Cancelling, old buttons, errors

cancel-nothing = There is nothing to cancel. See the reports: /products
cancel-left = Left. To begin again, send /products .
step-over = That step is over. Please go on from here.
step-lost = I cannot find that step; it is probably over. Send /start to begin again.
unknown-text = I read text only while you fill in a form. /products shows the reports, /orders your orders.
unknown-command = I don't know this command. Try /products , /orders or /help .
error-internal =
    Something went wrong on our side. It is noted; please try again later.

    Reference <code>{ $reference }</code>
error-chart = This birth time gives no chart for now. Please check date and time; if it stays so, tell us through /paysupport .
toast-old-button = This button is out of date
toast-working = Working…
toast-done = Done
toast-not-yours = This button is not for you
toast-error = Something went wrong, please try again later

## Kept births

btn-profile-use = 👤 Use kept data: { $name }
btn-birthday = 🎂 Birthday in your Telegram profile: { $day }
btn-profile-save = 💾 Keep this birth
btn-profile-save-of = 💾 Keep “{ $label }”
profile-save-ask =
    Kept once, used with one tap in the next form. Whose birth is it?

    <i>Stored encrypted, for you alone; rename or delete it in /profiles.</i>
btn-profile-save-own = 👤 Mine
btn-profile-save-partner = 💞 Partner
btn-profile-save-child = 🧒 Child
btn-profile-save-other = ✏️ Another name
profile-save-name = Please send me a name, such as: Mum, Alex.
profile-name-wrong = A name has 1 to { $max } characters.
profile-saved = 💾 Kept. The next form offers it; manage it in /profiles.
profile-too-many = 12 births are kept already; please delete one in /profiles first.
profile-gone = This one is not kept any more.
profile-renamed = Renamed.
profile-deleted = Deleted.
profile-kind-own = me
profile-kind-partner = partner
profile-kind-child = child
profile-kind-other = somebody
profiles-title =
    <b>Kept births</b>

    Forms offer them for one tap. Open one to rename or delete it.
profiles-empty =
    <b>Kept births</b>

    None yet. When you have filled in a form, tap “💾 Keep this birth” on the check card, and you need not type it again.
btn-profile = 👤 { $name }
profile-card = <b>{ $name }</b>
btn-profile-rename = ✏️ Rename
btn-profile-delete = 🗑 Delete
profile-name-ask = Please send me the new name for “{ $name }” (at most { $max } characters).
profile-delete-ask = Delete the birth of “{ $name }”? Orders that were placed stay as they are.
btn-profile-delete-surely = 🗑 Delete it
