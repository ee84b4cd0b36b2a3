# 聊天裡的每一步：開始、產品、隱私、填表、核對、出錯。
#
# 訊息正文是 Telegram HTML（<b> <i> <code> <pre>）；程式填進來的值已經轉義。
# btn-*（按鈕）、toast-*（點按鈕後的浮條，至多 200 字）和各種名稱是純文字，不能有標籤。
# 一行至多一個表情。先說結論。

-shop = 命書

## 開始

start-welcome =
    <b>{ -shop }</b>

    把你的生辰排成命盤，再寫成一份看得懂的報告。
    排盤由程式按曆法計算，文字由 AI 撰寫。

    選一份開始吧。

    <i>內容僅供文化娛樂與自我了解，不代替醫療、法律、投資意見。</i>
start-welcome-back =
    歡迎回來。

    想看哪一份？
start-resume =
    你上次的「{ $product }」填到一半，答案都還在。

    接著填，還是重新開始？
start-unpaid =
    你有一筆還沒付款的訂單。

    { $product } · { $amount }
    訂單號 <code>{ $order_no }</code>
    請在 { $deadline } 前付款，過時會自動關閉。
start-undelivered =
    上次有一份報告沒能送到你手裡，一直替你留著。

    { $product } · 訂單號 <code>{ $order_no }</code>
    現在發給你嗎？
start-invited = 你是朋友邀請來的，歡迎。
start-invited-self = 這是你自己的邀請連結，發給朋友才有效。
start-invite-unknown = 這個邀請連結已經失效，不影響使用。

btn-products = 🔮 看看有什麼
btn-orders = 🧾 我的訂單
btn-language = 🌐 語言
btn-help = ❓ 幫助
btn-resume = ▶️ 接著填
btn-restart = 重新開始
btn-send-now = 📬 現在發給我
btn-back = ◀ 返回
btn-next = 下一頁 ▶
btn-previous = ◀ 上一頁
btn-skip = 跳過

## 產品

products-title =
    <b>請選擇</b>

    點一下看詳情，付款前都可以反悔。
products-line =
    <b>{ $name }</b> · { $price }
    { $summary }
products-free = 免費
products-empty = 現在沒有上架的產品，請稍後再來。
product-card =
    <b>{ $name }</b> · { $price }

    { $description }
product-stock-left = 還剩 { $count } 份
product-stock-left-today = 今天還剩 { $count } 份
product-sold-out = 「{ $name }」已經售完。
product-sold-out-today = 「{ $name }」今天的名額已滿，明天再來。
product-free-limit = 「{ $name }」每天可以免費看 { $limit } 次，今天已經用完，明天再來。
product-gone = 這個產品已經下架，看看別的吧。
product-price-changed = 價格剛剛變了，現在是 { $price }。請重新核對後再下單。
shop-maintenance = 🛠 店鋪正在維護，暫時不能下單。已付款的訂單照常完成。
product-paused = 「{ $name }」暫停銷售，稍後再來看看。
btn-product-paused = 暫停銷售
btn-product-sold-out = 已售完
btn-product = { $name } · { $price }
btn-order = ✍️ 開始填寫
btn-order-free = ✍️ 免費開始

## 隱私

privacy-notice =
    <b>開始前，先說清楚你的資料怎麼用</b>

    · 我們會問性別、出生時間、出生地，或你想問的事，只用來寫這份報告。
    · 資料加密儲存；交給 AI 的只有命盤和你的問題，沒有你的名字。
    · 付款在支付機構的頁面完成，我們看不到你的卡號和帳戶。
    · 你可以隨時用 /mydata 取回、用 /forget 刪除。全文見 /privacy 。
privacy-full =
    <b>隱私說明</b>

    <b>我們問什麼</b>
    你的 Telegram 編號與語言，使用者名稱的一個記號（不存名稱本身）；你填的性別、出生時間、出生地和問題；訂單與付款結果。

    <b>用來做什麼</b>
    排盤、寫報告、把報告發給你、處理付款和退款。不做廣告，不出售。

    <b>誰會看到</b>
    AI 服務商收到命盤資料和你填的問題，不收到姓名和 Telegram 編號。
    使用外部排盤服務時，該服務收到出生時間、性別和出生地。
    支付機構收到訂單號和金額。

    <b>保存多久</b>
    出生資料、問題和報告加密儲存，便於你重新開啟。
    付款記錄按記帳要求保存，不含以上內容。

    <b>你可以做什麼</b>
    /mydata 把我們存有的關於你的一切發給你（一個檔案）。
    /forget 刪除出生資料、問題、命盤和報告，只留記帳所需的訂單號、金額和時間。
privacy-kept =
    <b>自動刪除</b>
    沒付款的訂單裡填的內容：{ $unpaid }
    報告、命盤和填的內容：{ $reports }
    填到一半的表：{ $drafts }
    存下的資料（多久沒有用）：{ $profiles }
privacy-kept-days = { $days } 天後
privacy-kept-always = 儲存到你用 /forget 刪除為止
mydata-caption = 這是我們存有的關於你的全部資料（JSON 檔案，可以用任何文字編輯器開啟）。只發給你本人，請自己收好。
forget-ask =
    <b>刪除我的資料</b>

    會刪除：填過的答案、出生資料、命盤、報告，還有沒填完的表。
    會留下：訂單號、金額、付款與退款記錄——記帳需要，裡面沒有以上內容。

    刪除以後報告無法重發。想先存一份，用 /mydata 。
forget-sure = 真的全部刪除？刪了就找不回來了。
forget-done =
    已經全部刪除。

    聊天裡已發出的訊息在你的 Telegram 裡，可以自己清空聊天記錄。想再來，傳送 /start 。
forget-kept = 好，什麼也沒有刪。
forget-not-now =
    訂單 <code>{ $order_no }</code> 還在進行（付款、撰寫或退款），現在不能刪。

    等它結束，或先取消它，再傳送 /forget 。
btn-forget = 🗑 刪除我的資料
btn-forget-surely = 🗑 確認，全部刪除
btn-forget-keep = 不刪了
privacy-declined = 好的，沒有你的同意我們不會開始。想好了隨時傳送 /start 。
btn-privacy-agree = ✅ 同意並繼續
btn-privacy-full = 📜 看全文
btn-privacy-decline = 先不了

## 條款、幫助、客服、語言

terms =
    <b>服務條款</b>

    1. 報告由曆法計算與 AI 撰寫而成，僅供文化娛樂與自我了解，不構成醫療、法律、投資或其他專業意見。
    2. 一筆訂單對應一份報告，付款後開始撰寫，通常幾分鐘內送達。
    3. 報告未能寫成或送達時，我們自動全額退款，按原路退回。
    4. 報告送達後如有問題，用 /paysupport 聯絡我們，我們逐單處理。
    5. 未付款的訂單到期自動關閉；關閉後才到帳的錢，我們會照常交付或退回，並告訴你。
    6. 請填寫你本人的，或已得到對方同意的出生資料。
help =
    <b>怎麼用</b>

    1. /products 選一份產品
    2. 回答幾個問題，核對命盤
    3. 付款，幾分鐘後報告發到這裡

    /orders 看訂單、重發報告
    /cancel 退出目前步驟或取消訂單
    /paysupport 付款與退款
    /language 換語言
    /profiles 存下的資料
    /privacy 隱私 · /mydata 取回資料 · /forget 刪除資料
    /terms 條款
help-form =
    你正在填寫「{ $product }」。

    按上面的問題點按鈕或直接打字；「◀ 返回」改上一步，/cancel 退出。
help-pay =
    訂單 <code>{ $order_no }</code> 正在等待付款。

    付完點「🔄 我已支付」，我們立刻去查。頁面打不開，就在 /orders 裡重新開啟這筆訂單。
    不想要了就點「❌ 取消訂單」。
help-report =
    訂單 <code>{ $order_no }</code> 的報告正在撰寫，寫好會自動發來。

    不用一直停在這裡，離開也不會丟。
paysupport =
    <b>付款與退款</b>

    <b>付了款沒動靜？</b>
    在付款訊息上點「🔄 我已支付」，我們立刻向支付機構核對。

    <b>報告沒收到？</b>
    /orders 裡開啟訂單，點「📬 重發報告」。

    <b>退款到哪了？</b>
    /orders 裡開啟訂單就能看到。退款按原路返回，通常 1–3 個工作日到帳。
paysupport-stars =
    <b>用 Telegram Stars 付的款？</b>
    退款整筆退回你的 Stars 餘額，通常幾秒鐘。付款由本店負責，Telegram 客服不處理這類問題。
paysupport-contact =
    還沒解決，請聯絡 { $contact } ，帶上訂單號。
language-ask = 請選擇語言 / Choose your language
language-set = 好，從現在起用繁體中文。
language-zh-Hans = 简体中文
language-zh-Hant = 繁體中文
language-en = English

## 填表：各種問題

form-step = <i>{ $product } · 第 { $step } 步，共 { $total } 步</i>
form-whose = <b>{ $label }</b>
form-optional = <i>可以跳過。</i>
form-typed-hint = <i>直接打字發來就好，至多 { $max } 個字。</i>
form-number-hint = <i>請發一個 { $min } 到 { $max } 的數字。</i>
form-choice-hint = <i>點下面的按鈕選一項。</i>
form-text-empty = 這條是空的，請寫幾個字再發。
form-text-too-long = 寫了 { $length } 個字，最多 { $max } 個。請精簡一點再發。
form-text-not-text = 這裡只能讀文字，請打字發來。
form-choice-unknown = 沒有「{ $value }」這一項，請點下面的按鈕。
form-number-unreadable = 「{ $value }」不是數字，請發一個 { $min } 到 { $max } 的數字。
form-number-out-of-range = { $value } 不在 { $min } 到 { $max } 之間，請再發一次。
form-use-buttons = 這一步請點下面的按鈕。
form-left = ✖️ 已退出，這份沒有提交。
btn-form-leave = ❌ 退出填寫

gender-ask =
    性別是？

    <i>命盤裡大運的順逆由它決定。</i>
gender-male = 男
gender-female = 女
btn-gender-male = 👨 男
btn-gender-female = 👩 女

## 填表：出生日期

birth-calendar-ask = 你記得的生日是國曆還是農曆？
btn-calendar-solar = ☀️ 國曆（陽曆）
btn-calendar-lunar = 🌙 農曆（陰曆）

birth-decade-ask = 出生在哪個年代？
birth-year-ask = 哪一年？
birth-year-ask-lunar =
    農曆哪一年？

    <i>按農曆年算：正月初一之前出生，選上一年。</i>
birth-month-ask = { $year } 年幾月？
birth-month-ask-lunar = 農曆 { $year } 年幾月？
birth-day-ask = { $year } 年 { $month } 月幾日？
birth-day-ask-lunar = 農曆 { $year } 年{ $month }，哪一天？
birth-date-hint = <i>也可以直接打字，例如 1990-05-20、1990年5月20日 或 19900520。</i>
birth-date-hint-lunar = <i>也可以直接打字，例如 1990-04-26；閏月寫作 1990-閏5-26。</i>
btn-decade = { $year } 年代
btn-year = { $year }
btn-month = { $month } 月
btn-day = { $day }
date-solar = { $year } 年 { $month } 月 { $day } 日
date-lunar = 農曆 { $year } 年{ $month }{ $day }
lunar-month = { $month ->
    [1] 正月
    [2] 二月
    [3] 三月
    [4] 四月
    [5] 五月
    [6] 六月
    [7] 七月
    [8] 八月
    [9] 九月
    [10] 十月
    [11] 冬月
   *[12] 臘月
}
lunar-month-leap = 閏{ lunar-month }
lunar-day = { $day ->
    [1] 初一
    [2] 初二
    [3] 初三
    [4] 初四
    [5] 初五
    [6] 初六
    [7] 初七
    [8] 初八
    [9] 初九
    [10] 初十
    [11] 十一
    [12] 十二
    [13] 十三
    [14] 十四
    [15] 十五
    [16] 十六
    [17] 十七
    [18] 十八
    [19] 十九
    [20] 二十
    [21] 廿一
    [22] 廿二
    [23] 廿三
    [24] 廿四
    [25] 廿五
    [26] 廿六
    [27] 廿七
    [28] 廿八
    [29] 廿九
   *[30] 三十
}

birth-date-unreadable = 沒看懂「{ $value }」。請寫成 1990-05-20，或點下面的按鈕。
birth-date-ambiguous = 「{ $value }」分不清哪個是日、哪個是月。請寫成 1990-05-20，或點下面的按鈕。
birth-date-year-range = 目前支援 { $min } 年到 { $max } 年出生。
birth-date-month-range = 沒有 { $month } 月，月份是 1 到 12。
birth-date-no-such-day = { $month } 月沒有 { $day } 日。
birth-date-february = { $year } 年 2 月只有 { $days } 天。
birth-date-future = 這一天還沒到，請檢查年份。
birth-lunar-no-leap-month = 農曆 { $year } 年沒有閏{ $month }，這一年不閏月。
birth-lunar-other-leap-month = 農曆 { $year } 年沒有閏{ $month }，這一年閏的是{ $leap }。
birth-lunar-no-such-day = 農曆 { $year } 年{ $month }只有 { $days } 天。

## 填表：出生時辰

birth-hour-ask =
    出生在哪個時辰？

    <i>按出生地當時的鐘錶時間選。離整點很近的話，最好填準確時間。</i>
hour-name = { $branch ->
    [0] 子時
    [1] 丑時
    [2] 寅時
    [3] 卯時
    [4] 辰時
    [5] 巳時
    [6] 午時
    [7] 未時
    [8] 申時
    [9] 酉時
    [10] 戌時
   *[11] 亥時
}
hour-range = { $branch ->
    [0] 23–1 點
    [1] 1–3 點
    [2] 3–5 點
    [3] 5–7 點
    [4] 7–9 點
    [5] 9–11 點
    [6] 11–13 點
    [7] 13–15 點
    [8] 15–17 點
    [9] 17–19 點
    [10] 19–21 點
   *[11] 21–23 點
}
btn-hour = { hour-name } { hour-range }
btn-hour-exact = ⌚ 知道準確時間
btn-hour-unknown = 🤷 不知道
birth-time-ask = 請發出生時間，24 小時制，例如 <code>07:15</code>。
birth-time-unreadable = 沒看懂「{ $value }」。請寫成 07:15 這樣的 24 小時制時間。
birth-time-range = 沒有 { $value } 這個時間，應在 00:00 到 23:59 之間。
birth-hour-unknown-ask =
    不知道時辰也可以。

    報告會只看年、月、日三柱，子女與晚年、起運的細節會說得少一些，並且如實註明。
btn-hour-unknown-go = 就這樣繼續
birth-zi-ask =
    子時跨過半夜，你出生在哪一段？

    <i>零點前和零點後，日柱可能不同。</i>
btn-zi-late = 晚子時 23:00–23:59
btn-zi-early = 早子時 0:00–0:59
hour-zi-late = 晚子時
hour-zi-early = 早子時
birth-sect-ask =
    23 點以後出生，日柱有兩種算法。

    多數流派把 23 點當作第二天的開始；也有流派到零點才換日。不確定就用第一種。
btn-sect-next-day = 23 點換日（常用）
btn-sect-same-day = 零點換日

birth-dst-ask =
    { $date }，中國正在實行夏令時間，鐘錶比標準時間快一小時。

    你知道的出生時間是？

    <i>不確定就按當時鐘錶上的時間算，大多數出生證明記的就是它。</i>
btn-dst-clock = ⌚ 當時鐘錶上的時間
btn-dst-standard = 已經減過一小時
btn-dst-unsure = 不確定

## 填表：出生地

birth-place-ask =
    在哪裡出生？

    發城市名就好，例如「成都」。
birth-place-exact = <i>有了經度，鐘錶時間就能換算成真太陽時，時辰更準。生在中國，也可以直接傳經度，例如 104.07。</i>
birth-place-hour = <i>沒有準確時間，就不換算真太陽時；海外出生會按當地時區核對節氣。</i>
birth-place-results = 是下面哪一個？
birth-place-none = 沒有找到「{ $value }」。換個寫法試試，或發附近的大城市；也可以跳過。
birth-place-longitude-range = 經度應在 180°W 到 180°E 之間。
btn-place-alone = { $name }
btn-place = { $name } · { $region }
btn-place-skip = 跳過

## 核對

check-title = <b>請核對「{ $product }」</b>
check-gender = 性別：{ $value }
check-date = 生日：{ $value }
check-date-solar = <i>即國曆 { $value }</i>
check-date-lunar = <i>即{ $value }</i>
check-hour = 時間：{ $value }
check-hour-unknown = 時間：不知道（按三柱看）
check-place = 出生地：{ $value }
check-place-skipped = 出生地：未填（不換算真太陽時）
check-dst = <i>已扣除夏令時間一小時</i>
check-solar-time = 真太陽時：{ $value }
check-solar-time-unknown = <i>只知時辰，沒有換算真太陽時；知道準確時間可以點「改時間」。</i>
check-sect-next-day = <i>23 點換日</i>
check-sect-same-day = <i>零點換日</i>
check-answer = { $label }：{ $value }
check-answer-skipped = { $label }：未填
check-pillars =
    <b>四柱</b>
    <pre>年柱  月柱  日柱  時柱
    { $year }  { $month }  { $day }  { $hour }</pre>
check-pillars-three =
    <b>三柱</b>
    <pre>年柱  月柱  日柱
    { $year }  { $month }  { $day }</pre>
check-luck = 現行大運：{ $pillar }（{ $from }–{ $to } 年）
check-luck-not-yet = 大運：{ $year } 年起運
check-near-term = ⚠️ 出生時間離節氣交接不到 { $minutes } 分鐘，差一點月柱就會不同，請再核對。
check-near-hour = ⚠️ 出生時間離換時辰不到 { $minutes } 分鐘，差一點時柱就會不同，請再核對。
check-price = 價格：<b>{ $price }</b>
check-stars = 也可以用 Telegram Stars：<b>{ $price }</b>
check-stars-no-coupon = 也可以用 Telegram Stars：<b>{ $price }</b>（優惠碼不適用）
check-free = 價格：<b>免費</b>
check-wait = ⏱ 通常約 { $minutes } 分鐘送達
check-wait-between = ⏱ 通常 { $minutes }–{ $most } 分鐘送達
check-promise = <i>報告寫不成或送不到，自動全額退款。</i>
check-ask = 都對嗎？
btn-check-ok = ✅ 沒錯，去付款
btn-check-ok-stars = ⭐ 沒錯，用 { $price } 付款
btn-check-ok-free = ✅ 沒錯，開始
btn-check-edit-gender = ✏️ 改性別
btn-check-edit-date = ✏️ 改日期
btn-check-edit-hour = ✏️ 改時間
btn-check-edit-place = ✏️ 改地點
btn-check-edit-date-of = ✏️ { $label }·日期
btn-check-edit-hour-of = ✏️ { $label }·時間
btn-check-edit-place-of = ✏️ { $label }·地點
btn-check-edit = ✏️ 改{ $label }

## 取消、舊按鈕、出錯

cancel-nothing = 現在沒有進行中的步驟。看看產品：/products
cancel-left = 已退出。想再開始，傳送 /products 。
step-over = 這一步已經過去了，從這裡繼續吧。
step-lost = 找不到這一步了，可能已經結束。傳送 /start 重新開始。
unknown-text = 我只在填表時讀文字。看產品發 /products ，看訂單發 /orders 。
unknown-command = 沒有這個指令。常用的有 /products 、/orders 、/help 。
error-internal =
    我們這邊出了點問題，已經記下，請稍後再試。

    編號 <code>{ $reference }</code>
error-chart = 這個出生時間暫時排不出盤，請核對日期和時間；還不行請用 /paysupport 告訴我們。
toast-old-button = 這個按鈕已經過期
toast-working = 正在處理…
toast-done = 好了
toast-not-yours = 這個按鈕不是給你的
toast-error = 出了點問題，請稍後再試

## 存下的資料

btn-profile-use = 👤 用上次的資料：{ $name }
btn-birthday = 🎂 用 Telegram 資料裡的生日：{ $day }
btn-profile-save = 💾 存下這份資料
btn-profile-save-of = 💾 存下「{ $label }」
profile-save-ask =
    存下來，下次填表點一下就好。這是誰的資料？

    <i>加密儲存，只有你能用；在 /profiles 改名或刪除。</i>
btn-profile-save-own = 👤 自己
btn-profile-save-partner = 💞 伴侶
btn-profile-save-child = 🧒 孩子
btn-profile-save-other = ✏️ 其他名字
profile-save-name = 請傳一個稱呼，例如：媽媽、小雨。
profile-name-wrong = 稱呼請在 1 到 { $max } 個字之間。
profile-saved = 💾 存好了，下次填表可以直接用；在 /profiles 管理。
profile-too-many = 已經存了 12 份，先到 /profiles 刪掉一份再存。
profile-gone = 這份資料已經不在了。
profile-renamed = 已改名。
profile-deleted = 已刪除。
profile-kind-own = 自己
profile-kind-partner = 伴侶
profile-kind-child = 孩子
profile-kind-other = 其他人
profiles-title =
    <b>存下的資料</b>

    填表時點一下就能用。點一份可以改名或刪除。
profiles-empty =
    <b>存下的資料</b>

    還沒有。填完一張表後，在核對頁點「💾 存下這份資料」，下次就不用再填。
btn-profile = 👤 { $name }
profile-card = <b>{ $name }</b>
btn-profile-rename = ✏️ 改名
btn-profile-delete = 🗑 刪除
profile-name-ask = 給「{ $name }」取個新稱呼，直接傳給我（最多 { $max } 個字）。
profile-delete-ask = 刪除「{ $name }」的資料？已經下的訂單不受影響。
btn-profile-delete-surely = 🗑 確定刪除
