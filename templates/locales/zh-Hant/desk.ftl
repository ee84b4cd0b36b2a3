# 控制台：店主用按鈕看店、辦事。規則同 bot.ftl。

desk-menu = <b>控制台</b>
btn-desk-menu = 🏠 控制台
btn-desk-orders = 📦 訂單
btn-desk-search = 🔎 查詢
btn-desk-products = 🏷 產品
btn-desk-maintenance = 🛠 維護模式
btn-desk-stats = 📊 統計
btn-desk-surely = ✅ 確認
toast-card-over = 這張卡片已處理過，或已過期
toast-kept = 沒有改動

## 訂單

desk-orders = <b>訂單 · { $state }</b>（共 { $count }）
desk-orders-all = 全部
desk-orders-none = 這裡沒有訂單。
desk-orders-line = <code>{ $order_no }</code> { $product } · { $amount } · { $status } · { $time }
desk-ask-search = 請傳送要找的：訂單號、付款號、退款號、買家的數字編號，或 @使用者名稱。
desk-found-nothing = 沒有找到「{ $words }」。@使用者名稱只有在對方改名前來過本店時才找得到。
operator-order-deed = 🛠 { $time } { $operator } { $action }
btn-desk-buyer = 👤 買家
btn-desk-confirm = ✍️ 寫憑證號和說明
btn-desk-part = ✂️ 只退一部分
btn-desk-doubt = ⚖️ 處理存疑的錢
desk-ask-confirm =
    請傳送憑證號和說明，用空格隔開，例如：
    <code>4200001234 銀行流水已核對</code>

    付款 <code>{ $payment_no }</code>。傳送後還會再確認一次。
desk-ask-part =
    請傳送要退的金額，可以加原因，例如：
    <code>5.00 等得太久</code>

    訂單 <code>{ $order_no }</code>。傳送後還會再確認一次。
desk-ask-doubt =
    { $settled }

    請傳送憑證號和說明，用空格隔開，例如：
    <code>4200001234 已在商戶後台退回</code>

    付款 <code>{ $payment_no }</code>。傳送後還會再確認一次。
desk-statement-unreadable = ⚠️ 要寫憑證號和說明兩樣，用空格隔開，合起來不超過 200 字。
desk-part-unreadable = ⚠️ 要以金額開頭，例如 5.00。
desk-number-unreadable = ⚠️ 要一個不為 0 的整數，例如 10；加多了可以寫 -10 減回去。
desk-card-retry =
    <b>重試這個訂單？</b>

    訂單 <code>{ $order_no }</code> 從停下的那一步繼續；擱置的任務也會重新排隊。
desk-card-resend =
    <b>重發報告？</b>

    訂單 <code>{ $order_no }</code> 的報告會再發給買家一次。
btn-desk-held = 🧐 看校對結果
btn-desk-release = 📤 照樣交付
btn-desk-give-up = 💸 放棄並退款
desk-held =
    <b>校對攔下的報告</b>

    訂單 <code>{ $order_no }</code> 的稿子沒有通過校對，買家還沒有收到。下面會引用稿子裡的話。
desk-held-whole = <b>全文</b>，第 { $attempt } 次讀，{ $provider }
desk-held-part = <b>第 { $part } 章</b>，第 { $attempt } 次讀，{ $provider }
desk-held-more = …… 另有 { $count } 處
desk-held-how = 「重試」會讓模型再寫一次；「照樣交付」把最後一稿發給買家；「放棄並退款」讓訂單失敗，款項退回。
desk-held-nothing = 訂單 <code>{ $order_no }</code> 沒有被攔下的稿子。
desk-card-release =
    <b>照樣交付？</b>

    訂單 <code>{ $order_no }</code> 的最後一稿會不改一字發給買家。請確定你讀過上面列出的問題。
desk-card-give-up =
    <b>放棄這份報告？</b>

    訂單 <code>{ $order_no }</code> 會失敗，買家付的錢會退回。
decide-released = ✅ 訂單 <code>{ $order_no }</code> 的報告照樣交付。
decide-given-up = ✅ 訂單 <code>{ $order_no }</code> 已放棄，款項會退回。
decide-running = 訂單 <code>{ $order_no }</code> 正在處理中，請過一會兒再試。
decide-nothing = 訂單 <code>{ $order_no }</code> 是{ $status }，沒有被攔下的稿子。
desk-doubt =
    <b>存疑的錢</b>

    付款 <code>{ $payment_no }</code> · 訂單 <code>{ $order_no }</code>
desk-doubt-line = · { $amount }，交易號 <code>{ $charge }</code>
desk-doubt-how = 這筆錢後來怎樣了？如果應當算作付款，請選「確認到帳」；要由我們退回，請在訂單裡選「退款」。
desk-doubt-none = 這筆付款沒有存疑的錢。
desk-doubt-returned-outside = 已在別處退給買家
desk-doubt-kept = 留在店裡
desk-doubt-written-off = 其實沒有這筆錢
btn-desk-doubt-returned-outside = ↩️ 已在別處退給買家
btn-desk-doubt-kept = 🏦 留在店裡
btn-desk-doubt-written-off = 🚫 其實沒有這筆錢
desk-card-doubt =
    <b>就此了結這筆錢？</b>

    { $settled }：{ $amount }
    付款 <code>{ $payment_no }</code> · 訂單 <code>{ $order_no }</code>
    憑證 <code>{ $reference }</code> · { $note }

    記入帳本後不能改。
desk-doubt-settled = ✅ 付款 <code>{ $payment_no }</code> 存疑的錢已了結，記入帳本。
desk-doubt-before = 付款 <code>{ $payment_no }</code> 之前已用這個憑證了結，沒有改動。
desk-doubt-refund = 付款 <code>{ $payment_no }</code> 還有退款沒有結果，請等它結束。

## 產品

desk-products = <b>產品</b>
desk-products-line = <b>{ $product }</b> · { $price } · { $state } · { $left }
desk-product-sold = 在售
desk-product-paused = ⏸ 已暫停
desk-product-file-off = 產品檔案裡已下架
desk-stock-unlimited = 不限量
desk-supply = 庫存：檔案裡 { $file } 份，加上調整共 { $now } 份。
desk-supply-today = 今天的名額：檔案裡 { $file } 份，加上調整共 { $now } 份。
desk-product-file = 名稱、價格等都在產品檔案裡改；這裡只管暫停與庫存。
btn-desk-pause = ⏸ 暫停銷售
btn-desk-sell = ▶️ 恢復銷售
btn-desk-stock = ➕ 加庫存
desk-ask-stock = 「{ $product }」要加幾份？請傳送一個整數；加多了可以發負數減回去。每天有名額的產品，只加今天的。
desk-card-pause =
    <b>暫停銷售「{ $product }」？</b>

    買家會看到「暫停銷售」，不能下單；已下的訂單照常付款、交付。
desk-card-sell = <b>恢復銷售「{ $product }」？</b>
desk-card-stock = <b>「{ $product }」的庫存 { $quantity } 份？</b>

## 買家

desk-user =
    <b>買家</b> <code>{ $user_id }</code>

    語言 { $language } · 初次來店 { $since }
    訂單 { $orders } · 付過款 { $paid } · 合計 { $sum }
desk-user-operator = 🔑 店主之一
desk-user-blocked = ⛔ { $since } 起已拒絕服務
desk-user-unreachable = 📵 對方停用了機器人，訊息送不到
desk-user-no-news = 🔕 不接收店鋪訊息
btn-desk-block = ⛔ 拒絕服務
btn-desk-unblock = ✅ 恢復服務
desk-card-block =
    <b>不再為 <code>{ $user_id }</code> 服務？</b>

    對方會收到一句話，此後機器人不再回應，也不能下單；已付款的訂單照常交付。
desk-card-unblock = <b>恢復為 <code>{ $user_id }</code> 服務？</b>
user-blocked = 抱歉，我們暫時不能為你提供服務。已付款的訂單會照常完成。

## 維護

desk-maintenance-on = 🛠 <b>維護中</b>，{ $since } 起（{ $operator }）
desk-maintenance-off = 🟢 店鋪正常接單。
desk-maintenance-what = 維護期間不接新訂單，買家會看到說明；付款通知照收，已付款的訂單照常完成。重啟後依然有效。
btn-desk-close = 🛠 開始維護
btn-desk-open = 🟢 結束維護
desk-card-close = <b>開始維護，暫停接單？</b>
desk-card-open = <b>結束維護，恢復接單？</b>

## 群發

btn-desk-broadcasts = 📣 群發
desk-broadcasts = <b>群發</b>：寫一段話，發給一部分或全部使用者。停用機器人、不接收店鋪訊息和被拒絕服務的人不會收到。
btn-desk-write = ✍️ 寫一條
btn-desk-rewrite = ✍️ 重寫
btn-desk-refresh = 🔄 重新整理
btn-desk-broadcast = { $time } · { $segment } · { $state }
desk-ask-letter = 請直接傳送要群發的文字（不超過 3000 字，按原樣發出，沒有格式）。接下來選發給誰，再確認一次才會發出。
desk-letter-unreadable = ⚠️ 文字不能為空，也不能超過 3000 字。
desk-segments = <b>預覽</b>，下面就是收到的人看到的文字。發給誰？
broadcast-segment-all = 所有人
broadcast-segment-buyers = 買過的人
broadcast-segment-non_buyers = 沒買過的人
broadcast-segment-zh-Hans = 簡體中文使用者
broadcast-segment-zh-Hant = 繁體中文使用者
broadcast-segment-en = 英文使用者
broadcast-status-running = 正在傳送
broadcast-status-paused = 已暫停
broadcast-status-stopped = 已停止
broadcast-status-done = 已發完
desk-card-broadcast =
    <b>發給{ $segment }（{ $people } 人）？</b>

    { $body }
desk-card-stop = <b>停止這次群發？</b> 還沒發的就不發了，不能再繼續。
broadcast-progress =
    📣 <b>群發 · { $state }</b>

    { $segment }：共 { $all } 人
    已發 { $sent } · 待發 { $waiting } · 停用機器人 { $unreachable } · 其他未送達 { $other }

    { $body }
btn-broadcast-pause = ⏸ 暫停
btn-broadcast-resume = ▶️ 繼續
btn-broadcast-stop = ⏹ 停止…
btn-news-off = 🔕 不再接收此類訊息
btn-news-on = 🔔 重新接收
news-off = 好的，不會再給你發店鋪訊息。與你訂單有關的通知照常。
news-on = 好的，有新訊息時會告訴你。

## 優惠碼與推廣員

btn-desk-coupons = 🎟 優惠碼
desk-coupons = <b>優惠碼</b>（共 { $count } 個）。按鈕上的數字是已用次數。
btn-desk-new-coupon = ➕ 新優惠碼
btn-desk-coupon-off = ⏹ 停用
desk-ask-coupon =
    請傳送一行，先寫優惠碼和優惠，再寫條件（都可不寫），例如：
    <code>SPRING20 20% min=50 cap=30 from=2026-11-01 until=2026-12-31 total=100 per-user=1 for=bazi-full</code>

    優惠可以是百分比（<code>20%</code>）或金額（<code>5.00</code>）。min 最低消費，cap 最多減多少，from / until 首日與末日，total 總次數，per-user 每人次數，for 限哪些產品（用逗號隔開）。
desk-coupon-unreadable = ⚠️ 這一行沒看懂，或寫了不存在的產品。
desk-coupon-senseless = ⚠️ 這樣的條件不成立，例如百分比不在 1 到 100 之間，或末日早於首日。
desk-coupon-exists = ⚠️ 已經有這個優惠碼了，換一個吧。
desk-card-coupon = <b>發放這個優惠碼？</b>
desk-card-coupon-off = <b>停用優惠碼 { $code }？</b> 已經用它下的訂單價格不變。
btn-desk-affiliates = 🤝 推廣員
desk-affiliates = <b>推廣員</b>，新來的在前
desk-affiliates-none = 還沒有推廣員。
desk-affiliates-line =
    <code>{ $code }</code> · <code>{ $user_id }</code>
    點擊 { $clicks } · 帶來 { $people } 人 · 成交 { $orders }
    待確認 { $pending } · 已確認 { $confirmed }
