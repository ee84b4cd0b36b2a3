# 報告：進度、標題、分段、結尾、寫不成的時候。規則同 bot.ftl。

## 進度（同一條訊息裡更新）

progress-begins = 🔄 正在生成報告，請稍候…
progress-title = 🔄 正在寫「{ $product }」
stage-chart = 排盤
stage-luck = 推運
stage-write = 撰寫
stage-proofread = 校對
stage-send = 傳送
progress-done = ✅ { $stage }
progress-now = ⏳ { $stage }…
progress-now-written = ⏳ { $stage }… 已寫 { $characters } 字
progress-now-chapters = ⏳ { $stage } { $done }/{ $total } 章… 已寫 { $characters } 字
progress-waiting = ▫️ { $stage }
progress-expected = <i>大約需要 { $minutes } 分鐘，寫好會自動發來。</i>
progress-expected-short = <i>馬上就好。</i>
progress-delayed = <i>今天寫得慢一些，還在繼續，不用重新付款。</i>
progress-retrying = <i>這一步沒成，正在試第 { $attempt } 次（共 { $max } 次）。</i>
progress-finished = 📜 「{ $product }」已寫好，發在下面。

## 報告本身

report-title =
    📜 <b>{ $product }</b>

    訂單號 <code>{ $order_no }</code>
    { $date }
report-pillars = <pre>{ $pillars }</pre>
report-pillars-of = { $who } <pre>{ $pillars }</pre>
report-note-hour-unknown = <i>出生時辰不詳：本報告只看年、月、日三柱，涉及時柱的內容從略。</i>
report-note-no-place = <i>未填出生地：按鐘錶時間排盤，沒有換算真太陽時。</i>
report-segment = <i>（{ $index }/{ $total }）</i>
report-closing =
    ✨ 報告到此完結

    《{ $product }》共 { $total } 段，已全部發出。
    以後在 /orders 裡隨時可以重新開啟。

    <i>排盤由程式計算，文字由 AI 撰寫，僅供文化娛樂與自我了解。路怎麼走，由你決定。</i>
report-closing-short =
    <i>文字由 AI 撰寫，僅供一笑一思。明天見。</i>
report-resent-enough = 這份報告今天已經重發過 3 次，往上翻聊天記錄就能看到。明天還可以再發，報告一直為你留著。
report-not-ready = 訂單 <code>{ $order_no }</code> 的報告還沒寫好，寫好會自動發來。
report-gone = 訂單 <code>{ $order_no }</code> 的報告已經刪除，無法重發。
btn-resend = 📬 重發報告
report-album = 🖼 命盤與運程起伏圖
report-chart = 🖼 你的命盤
report-pair = 🖼 兩個人的命盤
report-book = 📕 整本報告，可以保存和列印
report-card = 🎴 分享卡：沒有出生資料，可以轉發給朋友
btn-report-page = 📖 打開報告網頁
btn-report-page-revoke = 🔒 撤銷網頁連結
report-page-revoked = 網頁連結已撤銷
report-page-none = 沒有打開的網頁連結
btn-support = ❓ 有問題

## 寫不成

report-failed =
    很抱歉，「{ $product }」沒能完成。

    訂單號 <code>{ $order_no }</code>
    原因：{ $reason }

    { $amount } 已經開始自動退款，按原路退回，到帳會再告訴你。
report-failed-free =
    很抱歉，「{ $product }」沒能完成。

    訂單號 <code>{ $order_no }</code>
    原因：{ $reason }

    這份是免費的，沒有任何扣款。稍後可以再試一次。
failure-chart = 排盤服務沒有給出命盤
failure-chart-disagreement = 兩處排出的命盤不一致，我們不願意給你一份可能有錯的報告
failure-model = 撰寫服務沒有完成
failure-model-refused = 填寫的內容無法撰寫成報告
failure-delivery = 報告寫好了，但發不到你的聊天裡
failure-internal = 我們的系統出了問題
