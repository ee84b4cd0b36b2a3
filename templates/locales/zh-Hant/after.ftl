# 送達之後：評分、重寫、申請退款、刪除一張訂單的資料。規則同 bot.ftl。

btn-order-card = 🧾 這張訂單
btn-rate = ⭐ 評分
btn-rate-words = 💬 說幾句
btn-rewrite = ✍️ 請重寫
btn-ask-refund = ↩️ 申請退款
btn-erase = 🗑 刪除這份資料
btn-erase-surely = 🗑 確定刪除
toast-not-now = 現在還不能這樣做

pay-method-troubled = <i>⚠️ 的方式剛才不穩定，可以先換別的。</i>

rate-ask = 「{ $product }」對你有幫助嗎？點幾顆星都可以，之後還能改。
rate-thanks =
    謝謝，記下了：{ $stars } ⭐

    願意的話，說說哪裡好、哪裡不好；只有店家看得到。
rate-words-ask = 請把想說的話傳給我（最多 500 字）。
rate-words-kept = 謝謝，這些話會轉給店家。
rate-not-now = 先點幾顆星，再說幾句。
rewrite-ask =
    <b>請重寫「{ $product }」</b>

    哪裡寫得不夠好？例如：太籠統、想多看事業、語氣太嚴肅。請直接傳給我（最多 500 字）。

    免費，只有一次；命盤不變，換一種寫法，新的一稿寫好就送到這裡。
rewrite-started = ✍️ 收到，正在重寫，幾分鐘後送到這裡。原來的報告在聊天裡不會動。
rewrite-under-way = 正在重寫，請稍等幾分鐘。
rewrite-used-up = 這份報告已經重寫過，或不提供重寫。
rewrite-not-now = 這張訂單現在不能重寫。
rewrite-failed =
    「{ $product }」這次沒能重寫成，原來的報告還在，可以再試一次。

    訂單號 <code>{ $order_no }</code>
refund-ask =
    <b>申請退款</b> · { $product } · { $amount }

    請說說為什麼（最多 500 字），直接傳給我；店家看過以後給你答覆。
refund-asked = ↩️ 收到你的退款申請，店家會盡快答覆，結果送到這裡。
refund-asked-before = 這張訂單已經有一份申請在等答覆。
refund-ask-nothing = 這張訂單沒有可以退的錢，或已經在退款。
refund-ask-over = 這張訂單已經過了可以退款的期限。有疑問請用 /paysupport 聯絡我們。
refund-ask-not-now = 報告還在寫，寫好以後才能申請；寫不成會自動全額退款。
refund-refused =
    「{ $product }」的退款申請，店家的答覆是：

    { $answer }

    訂單號 <code>{ $order_no }</code>
erase-ask =
    <b>刪除這張訂單的資料</b>

    會刪除：填過的答案、命盤、報告和你對它說過的話，之後無法重發。
    會留下：訂單號、金額、付款與退款記錄——記帳需要。

    聊天裡已經送出的訊息不會變，可以自己刪。
erase-done = 🗑 這張訂單的資料已經刪除。
erase-not-now = 這張訂單還沒有結束，結束後才能刪除。
order-card-rating = 評分 { $stars } ⭐
order-card-request-open = 退款申請：等待答覆
order-card-request-approved = 退款申請：已同意
order-card-request-refused = 退款申請：未同意
order-card-answer = 店家答覆：{ $answer }

# 操作員

alert-title-refund_requested = 買家申請退款
alert-advice-refund_requested = 點「看申請」：看理由，再全額退、部分退，或寫明理由拒絕。
btn-operator-request = ↩️ 看申請
btn-desk-requests = ↩️ 退款申請
btn-desk-request-line = ↩️ { $order_no } · { $date }
btn-desk-request-full = ↩️ 全額退款
btn-desk-refuse = 🙅 拒絕並說明
desk-requests =
    <b>退款申請</b>

    等待答覆的，最早的在前。
desk-requests-none =
    <b>退款申請</b>

    沒有等待答覆的申請。
desk-request =
    <b>退款申請</b> · { $status }

    { $product } · { $amount }
    訂單號 <code>{ $order_no }</code>
    買家 <code>{ $user_id }</code> · { $requested_at }

    <i>{ $reason }</i>
desk-request-answer = 答覆：{ $answer }
request-status-open = 等待答覆
request-status-approved = 已同意
request-status-refused = 已拒絕
desk-ask-refuse = 請寫給買家的答覆（訂單 { $order_no }），買家會原樣讀到。
desk-card-refuse =
    拒絕訂單 <code>{ $order_no }</code> 的退款申請，並告訴買家：

    <i>{ $words }</i>
stats-ratings = 評分 { $mean } ⭐（{ $count } 次）
