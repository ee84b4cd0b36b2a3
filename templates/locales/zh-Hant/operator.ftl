# 給店主看的：統計、訂單、處理結果、告警。規則同 bot.ftl。

## 統計

stats-card =
    <b>統計 · { $period }</b>

    新使用者 { $users }
    訂單 { $orders }（付款 { $paid } · 送達 { $completed } · 未完成 { $failed }）
    收款 { $revenue }
    退款 { $refunds }
    付款率 { $success_rate }%
stats-today = 今天
stats-week = 近 7 天
stats-month = 近 30 天
stats-all = 全部
stats-product = { $product }：{ $orders } 單 · { $revenue }
stats-queue = 佇列 { $waiting } 待辦 · { $running } 進行中 · { $parked } 擱置
stats-model = AI 用量 { $tokens } 詞元 · 費用 { $cost }
stats-open = 待付款 { $pending } · 撰寫中 { $generating } · 退款中 { $refunding }

## 訂單

operator-order =
    <b>{ $order_no }</b>

    { $product } · { $amount }
    狀態 { $status }
    買家 <code>{ $user_id }</code>
    下單 { $created_at }
operator-order-test = <i>測試訂單</i>
operator-order-payment = 付款 <code>{ $payment_no }</code> · { $provider } { $method } · { $amount } · { $status }
operator-order-refund = 退款 <code>{ $refund_no }</code> · { $amount } · { $status }
operator-order-step = 步驟：{ $step } · 第 { $attempt } 次 · { $status }
step-accept = 核對付款
step-notify_paid = 通知買家
step-bazi = 排盤
step-facts = 推運
step-report = 撰寫
step-render = 排版
step-deliver = 傳送
step-complete = 收尾
step-done = 全部完成
job-status-ready = 等待
job-status-running = 進行中
job-status-done = 已結束
job-status-parked = 擱置，等人處理
operator-order-error = 錯誤：{ $error }
operator-order-history = { $time } { $from } → { $to } · { $actor } { $reason }
operator-order-report = 報告 { $model } · { $tokens } 詞元 · 已發 { $sent }/{ $total } 段
operator-order-not-found = 沒有訂單 <code>{ $order_no }</code>。
operator-usage-order = 用法：<code>/order 號碼</code>（訂單號、付款號或退款號）
operator-usage-retry = 用法：<code>/retry 訂單號</code>
operator-usage-resend = 用法：<code>/resend 訂單號</code>
operator-usage-refund = 用法：<code>/refund 訂單號 [金額] [原因]</code>；加 <code>by-hand=憑證號</code> 則只記帳
operator-usage-confirm = 用法：<code>/confirm 號碼 憑證號 說明</code>（訂單號或付款號；憑證號是支付機構的交易號或銀行流水號；各不超過 200 字）
operator-usage-coupon = 用法：<code>/coupon 優惠碼</code>
btn-operator-retry = 🔁 重試
btn-operator-resend = 📬 重發
btn-operator-refund = ↩️ 退款
btn-operator-confirm = ✅ 確認到帳…
btn-operator-open = 🔎 看訂單

## 處理結果

retry-started = 訂單 <code>{ $order_no }</code> 已重新排隊，從「{ $step }」繼續。
retry-woken = 訂單 <code>{ $order_no }</code> 有 { $jobs } 個擱置的任務已重新排隊。
retry-nothing = 訂單 <code>{ $order_no }</code> 沒有可重試的步驟（{ $status }）。
resend-started = 訂單 <code>{ $order_no }</code> 的報告正在重發。
resend-enough = 訂單 <code>{ $order_no }</code> 的報告 24 小時內已重發 3 次，請明天再試；之前的訊息還在買家的聊天裡。
resend-nothing = 訂單 <code>{ $order_no }</code> 還沒有報告（{ $status }）。
refund-confirm =
    確認退款？

    訂單 <code>{ $order_no }</code> · { $product }
    退款金額 <b>{ $amount }</b>
    目前狀態 { $status }
btn-refund-confirm = ↩️ 確認退款 { $amount }
refund-requested = 退款 <code>{ $refund_no }</code> 已提交：{ $amount }，訂單 <code>{ $order_no }</code>。
refund-not-possible = 訂單 <code>{ $order_no }</code> 不能退款（{ $status }）。
refund-only-whole = Stars 只能整筆退：這張訂單要退就退 { $amount }，不能退一部分。
refund-nothing-paid = 訂單 <code>{ $order_no }</code> 沒有收到錢，無需退款。
refund-already = 訂單 <code>{ $order_no }</code> 已有退款 <code>{ $refund_no }</code>：{ $amount }，{ $status }。
operator-kept = 沒有改動。
operator-card-old = 這張卡片已過期，沒有執行。請重新傳送指令。
operator-card-changed = 訂單 <code>{ $order_no }</code> 在卡片顯示之後有了變化，沒有執行。請看一眼訂單，再重新傳送指令。
operator-card-order = 訂單 <code>{ $order_no }</code> · { $product } · { $status }
btn-operator-keep = ✖ 先不動
confirm-card = <b>確認這筆錢已到帳？</b>
confirm-arrived = ⚠️ 實收 <b>{ $stated }</b>，應收 { $amount }
confirm-then-deliver = 確認後按全額付款處理，並交付所購內容。
confirm-then-late = 訂單已經結束：確認後按遲到款處理（orders.late_payment）。
confirm-then-surplus = 訂單已由另一筆付款付清：確認後這筆錢會退給買家。
confirm-words = 憑證 <code>{ $reference }</code> · { $note }
confirm-how =
    要確認，請寫上支付機構的交易號（或銀行流水號）和說明：
    <code>/confirm { $payment_no } 憑證號 說明</code>
btn-confirm-surely = ✅ 確認到帳 { $amount }
confirm-done = ✅ 付款 <code>{ $payment_no }</code> 已確認（<code>{ $reference }</code>）。訂單 <code>{ $order_no }</code>：{ $status }。
confirm-before = 付款 <code>{ $payment_no }</code> 之前已成功，沒有改動。
confirm-nothing = 訂單 <code>{ $order_no }</code> 沒有可確認的付款。
confirm-reference-used = 憑證 <code>{ $reference }</code> 已用於另一筆付款，沒有改動。
confirm-not-applied = 付款 <code>{ $payment_no }</code> 的確認已留底，但沒能入帳；請看告警。
refund-confirm-reason = 原因：{ $reason }
refund-confirm-by-hand = 只記帳：錢已由你另行退還（<code>{ $reference }</code>）。
refund-confirm-window-over = ⚠️ 該產品的退款期限已過。
refund-part = { $part }（共 { $total }）
refund-by-hand = 退款 <code>{ $refund_no }</code> 已記為手工退還：{ $amount }，訂單 <code>{ $order_no }</code>。
refund-too-much = 訂單 <code>{ $order_no }</code> 最多還能退 { $left }。
refund-reference-used = 該憑證已用於訂單 <code>{ $order_no }</code> 的另一筆退款。
refund-amount-unreadable = 「{ $typed }」不是金額。寫法如 <code>/refund 訂單號 5.00 原因</code>。
refund-result-succeeded = ✅ 退款 <code>{ $refund_no }</code> 成功：{ $amount }，訂單 <code>{ $order_no }</code>。
refund-result-failed = ❌ 退款 <code>{ $refund_no }</code> 被拒絕：{ $error }。訂單 <code>{ $order_no }</code> 需要人工處理。

## 告警

# 每種告警一個標題、一句該做什麼；$note 是機器寫的細節，可以為空。

alert-card =
    🚨 <b>{ $title }</b>

    { $advice }
    { $details }
alert-order = 訂單 <code>{ $order_no }</code>
alert-number = 編號 <code>{ $subject }</code>
alert-note = { $note }
alert-missed = 自上一條訊息以來，同樣的情況又發生了 { $times } 次。
alert-mail-subject = 【{ -shop }】{ $title } · { $number }
alert-mail-body =
    { $card }

    { $time }
alert-title-test = 這是一次測試
alert-advice-test = 告警可以從這條路送達，無需處理。
alert-title-payment_conflict = 到帳與訂單不符
alert-advice-payment_conflict = 金額、幣種或商戶對不上，沒有交付。請核對後退款或人工確認。
alert-title-orphan_callback = 找不到訂單的付款通知
alert-advice-orphan_callback = 簽名是真的，但沒有這筆付款。已留底，請對帳。
alert-title-callback_not_applied = 付款通知沒有入帳
alert-advice-callback_not_applied = 證據已留底，沒有交付。請用 /order 檢視後處理。
alert-title-unknown_provider_word = 支付機構用了不認識的詞
alert-advice-unknown_provider_word = 已留底，沒有據此改動訂單。請核對。
alert-title-second_charge = 同一筆付款被收了兩次
alert-advice-second_charge = 多收的一筆沒有我們的付款號，請在支付機構後台退給買家。
alert-title-late_money = 訂單結束後到帳
alert-advice-late_money = 請決定交付還是退款。
alert-title-proof_missing = 無法向支付機構核實
alert-advice-proof_missing = 核實超時，已憑付款通知交付。請事後對帳。
alert-title-proof_contradicts = 支付機構否認了自己的通知
alert-advice-proof_contradicts = 通知說已付，查詢說未付。沒有交付，請人工核對。
alert-title-refund_problem = 退款沒有辦成
alert-advice-refund_problem = 被拒絕或一直沒有結果。請到支付機構後台核對，不要直接另退一筆。
alert-title-refunded_twice = 退款可能付了兩次
alert-advice-refunded_twice = 支付機構先說失敗、後又說成功，退回的錢超過收到的錢。請到支付機構後台核對。
alert-title-order_failed = 訂單沒能完成
alert-advice-order_failed = 已付的錢會自動退回，買家可以一鍵重新下單。請用 /order 看原因。
alert-title-job_parked = 任務多次失敗，已擱置
alert-advice-job_parked = 查明原因後傳送 /retry 加下面的編號，即可重新排隊。
alert-title-update_parked = 買家的一條訊息沒能處理
alert-advice-update_parked = 已擱置，不再重試；買家再發一次或再點一次即可。請把日誌交給開發者。
alert-title-chart_disagreement = 兩處排盤不一致
alert-advice-chart_disagreement = 外部服務與本地曆法給出不同的四柱，已按設定取用。請核對。
alert-title-chart_fallback = 外部排盤不可用，已改用本地
alert-advice-chart_fallback = 報告照常完成。請檢查排盤服務的金鑰和額度。
alert-title-model_stopped = 撰寫服務拒絕了請求
alert-advice-model_stopped = 金鑰、餘額或參數有問題，新訂單會寫不成。請立即處理。
alert-title-report_held = 一份報告未通過品質檢查
alert-advice-report_held = 幾次撰寫都沒有通過。用 `mingshu orders findings NO` 查看原因，再選擇重試、`orders release NO` 放行或 `orders give-up NO` 退款。
alert-title-stock_low = 庫存快沒了
alert-advice-stock_low = 需要的話請在產品檔案裡加數量；賣完後買家會看到「已售完」。
alert-title-event_sink_disabled = 一個事件接收方已停用
alert-advice-event_sink_disabled = 它連續多日失敗，或表示不再接收。修好後先執行 mingshu events enable，再用 mingshu events resend --since 補發。
alert-title-books_unsound = 帳目有不符之處
alert-advice-books_unsound = 執行 mingshu doctor money 看明細；docs/money.md 寫著每個編號怎麼處理。
alert-title-payout_requested = 推廣員申請結算
alert-advice-payout_requested = 用 mingshu affiliates payouts 看收款方式；匯款後用 mingshu affiliates pay 記下憑證。
alert-title-picture_failed = 有報告缺了圖片
alert-advice-picture_failed = 文字已照常送達。按備註裡的檔案和行號改模板，執行 mingshu render check，再重發報告。
alert-title-bad_signatures = 多次付款通知驗籤失敗
alert-advice-bad_signatures = 可能是金鑰設定錯誤，也可能有人偽造。
alert-title-payment_unavailable = 支付機構打不開付款
alert-advice-payment_unavailable = 買家暫時無法付款。請檢查帳號、金鑰和網路。
alert-title-queue_old = 任務排隊過久
alert-advice-queue_old = 處理能力不足，或某個外部服務出了故障。
alert-title-chat_unreachable = 連不上 Telegram
alert-advice-chat_unreachable = 訊息會在恢復後補發。

## 對帳

reconcile-summary = 📒 對帳 { $date }（{ $provider }）：{ $sums }，差異 { $differences }
reconcile-booked = 補記 { $booked } 筆
reconcile-sums = 收款 { $charges } 筆 { $charged }，退款 { $refunds } 筆 { $refunded }
reconcile-nothing = 沒有收付
reconcile-and = ；
reconcile-open = ⚠️ 有未處理的差異：mingshu reconcile differences --open
