# 追問：送達之後就一份報告再問幾句。規則同 bot.ftl。

btn-ask = 💬 追問（剩 { $left } 次）
btn-ask-now = 💬 現在追問
btn-buy-questions = 🛒 再買 { $questions } 次追問 · { $price }
question-ask =
    <b>追問「{ $product }」</b>

    還剩 <b>{ $left }</b> 次，{ $until } 前可用。請把問題直接發給我，一次一件事，最多 { $max } 字。例如：報告說我適合穩，那今年換工作要注意什麼？

    回答只依據你的命盤和這份報告；答不了的會直說，通常不扣次數。
question-too-long = 這條太長或是空的，沒有記次數。請縮到 { $max } 字以內，再發一次。
question-none-left = 「{ $product }」的追問次數已經用完，謝謝你認真讀它。
question-time-over = 「{ $product }」的追問到 { $until } 為止，現在已經結束。報告一直為你留著。
question-asked =
    💬 收到你的追問：

    <i>{ $question }</i>

    正在查命盤、寫回答，約一分鐘後發到這裡。還剩 { $left } 次。
question-under-way = 上一條追問還在寫，收到回答以後再問下一條。
question-not-now = 這張訂單現在還不能追問，請等報告送達以後再試。
question-not-offered = 這個產品沒有追問。
question-answered =
    💬 <b>追問 { $number }</b> ·「{ $product }」

    <i>{ $question }</i>
question-left = <i>還剩 { $left } 次追問。文字由 AI 撰寫，僅供參考。</i>
question-left-kept = <i>這一條不扣次數，還剩 { $left } 次。</i>
question-left-none = <i>追問次數用完了，願這些話對你有用。文字由 AI 撰寫，僅供參考。</i>
question-failed =
    😔 這條追問沒能寫成，次數已經退還，還剩 { $left } 次：

    <i>{ $question }</i>

    請過一會兒再問一次。
questions-begin = 💬 正在新增追問次數…
questions-added = ✅ 追問次數已經新增
questions-given =
    💬 已新增 <b>{ $questions }</b> 次追問

    「{ $product }」現在還剩 { $left } 次，隨時可以問。
order-card-questions = 追問：已答 { $answered } 條，還剩 { $left } 次（{ $until } 前）

# 操作員

operator-order-questions = 追問：共 { $given } 次，剩 { $left }；已答 { $answered }，婉拒 { $refused }，失敗 { $failed }，等待 { $waiting }；成本 { $cost } { $currency }
operator-order-questions-about = 追問所屬訂單 <code>{ $order_no }</code>
