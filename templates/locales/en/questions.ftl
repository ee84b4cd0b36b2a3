# Follow-up questions about a delivered report. The rules are those of bot.ftl.

btn-ask = 💬 Ask something ({ $left } left)
btn-ask-now = 💬 Ask now
btn-buy-questions = 🛒 { $questions } more questions · { $price }
question-ask =
    <b>Ask about “{ $product }”</b>

    <b>{ $left }</b> left, until { $until }. Send me your question, one thing at a time, { $max } characters at most. For example: the report says that I do well with steady work; what should I mind if I change jobs this year?

    The answer is made from your chart and this report alone; what they do not say, I will tell you, and as a rule that costs no question.
question-too-long = This one is too long, or empty; nothing was counted. Please send it again with { $max } characters at most.
question-none-left = All questions about “{ $product }” are used. Thank you for reading it so closely.
question-time-over = Questions about “{ $product }” could be asked until { $until }. Your report stays here for you.
question-asked =
    💬 Your question is here:

    <i>{ $question }</i>

    I am looking at your chart and writing; the answer comes here in about a minute. { $left } left.
question-under-way = Your last question is still being answered. Please ask the next one after that.
question-not-now = Questions about this order can be asked once its report is delivered.
question-not-offered = This product comes without questions.
question-answered =
    💬 <b>Question { $number }</b> · “{ $product }”

    <i>{ $question }</i>
question-left = <i>{ $left } left. Written by AI, for your own reflection.</i>
question-left-kept = <i>This one costs nothing; { $left } left.</i>
question-left-none = <i>That was the last question; may these words be of use. Written by AI, for your own reflection.</i>
question-failed =
    😔 I could not answer this one. You have it back; { $left } left:

    <i>{ $question }</i>

    Please ask again in a while.
questions-begin = 💬 Adding your questions…
questions-added = ✅ Your questions are added
questions-given =
    💬 <b>{ $questions }</b> more questions

    { $left } left about “{ $product }”. Ask whenever you like.
order-card-questions = Questions: { $answered } answered, { $left } left (until { $until })

# Operators

operator-order-questions = Questions: { $given } given, { $left } left; { $answered } answered, { $refused } declined, { $failed } failed, { $waiting } waiting; cost { $cost } { $currency }
operator-order-questions-about = Questions about order <code>{ $order_no }</code>
