# 追问：送达之后就一份报告再问几句。规则同 bot.ftl。

btn-ask = 💬 追问（剩 { $left } 次）
btn-ask-now = 💬 现在追问
btn-buy-questions = 🛒 再买 { $questions } 次追问 · { $price }
question-ask =
    <b>追问「{ $product }」</b>

    还剩 <b>{ $left }</b> 次，{ $until } 前可用。请把问题直接发给我，一次一件事，最多 { $max } 字。例如：报告说我适合稳，那今年换工作要注意什么？

    回答只依据你的命盘和这份报告；答不了的会直说，通常不扣次数。
question-too-long = 这条太长或是空的，没有记次数。请缩到 { $max } 字以内，再发一次。
question-none-left = 「{ $product }」的追问次数已经用完，谢谢你认真读它。
question-time-over = 「{ $product }」的追问到 { $until } 为止，现在已经结束。报告一直为你留着。
question-asked =
    💬 收到你的追问：

    <i>{ $question }</i>

    正在查命盘、写回答，约一分钟后发到这里。还剩 { $left } 次。
question-under-way = 上一条追问还在写，收到回答以后再问下一条。
question-not-now = 这张订单现在还不能追问，请等报告送达以后再试。
question-not-offered = 这个产品没有追问。
question-answered =
    💬 <b>追问 { $number }</b> ·「{ $product }」

    <i>{ $question }</i>
question-left = <i>还剩 { $left } 次追问。文字由 AI 撰写，仅供参考。</i>
question-left-kept = <i>这一条不扣次数，还剩 { $left } 次。</i>
question-left-none = <i>追问次数用完了，愿这些话对你有用。文字由 AI 撰写，仅供参考。</i>
question-failed =
    😔 这条追问没能写成，次数已经退还，还剩 { $left } 次：

    <i>{ $question }</i>

    请过一会儿再问一次。
questions-begin = 💬 正在添加追问次数…
questions-added = ✅ 追问次数已经添加
questions-given =
    💬 已添加 <b>{ $questions }</b> 次追问

    「{ $product }」现在还剩 { $left } 次，随时可以问。
order-card-questions = 追问：已答 { $answered } 条，还剩 { $left } 次（{ $until } 前）

# 操作员

operator-order-questions = 追问：共 { $given } 次，剩 { $left }；已答 { $answered }，婉拒 { $refused }，失败 { $failed }，等待 { $waiting }；成本 { $cost } { $currency }
operator-order-questions-about = 追问所属订单 <code>{ $order_no }</code>
