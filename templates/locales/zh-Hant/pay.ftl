# 付款、到帳、取消、關閉、退款。規則同 bot.ftl。

## 付款方式

method-wechat = 微信支付
method-alipay = 支付寶
method-bank = 銀行卡
method-stars = Telegram Stars
method-other = 線上支付
method-free = 免費
pay-method-ask =
    用哪種方式付款？

    { $product } · <b>{ $amount }</b>
btn-method-wechat = 💚 微信支付
btn-method-alipay = 🔵 支付寶
btn-method-bank = 💳 銀行卡
btn-method-stars = ⭐ Telegram Stars

## 付款卡片

pay-card =
    <b>待付款 { $amount }</b>

    { $product }{ $discounts }
    訂單號 <code>{ $order_no }</code>
    付款方式：{ $method }
    請在 <b>{ $deadline }</b> 前付款

    付款後可以關閉支付頁面，到帳會自動通知你。
pay-card-in-doubt =
    <b>{ $product }</b> · { $amount }

    🔎 到帳核對中，請不要再付款
    訂單號 <code>{ $order_no }</code>
pay-qr-caption = 掃碼付款 { $amount }，{ $deadline } 前有效。
pay-create-failed =
    支付暫時打不開，訂單給你留著。

    訂單號 <code>{ $order_no }</code>，{ $deadline } 前有效。
    請過一分鐘再試一次。

btn-pay = 💳 去支付
btn-paid = 🔄 我已支付
btn-switch-method = ↔️ 換方式
btn-cancel-order = ❌ 取消訂單

## Telegram Stars：付款前的最後一問

# Telegram 在自己的視窗裡顯示，純文字。
checkout-unknown = 這張帳單不是本店現在的訂單，沒有扣你的 Stars。請用 /products 重新下單。
checkout-not-yours = 這張帳單是別人的訂單，只有下單的人能付，沒有扣你的 Stars。
checkout-paid = 這張訂單已經收到付款，不用再付，沒有扣你的 Stars。可以用 /orders 查看。
checkout-over = 這張帳單已經失效：訂單已到期、取消，或改用別的方式付款，沒有扣你的 Stars。可以用 /orders 重新下單。
checkout-other-amount = 這張帳單的金額和訂單對不上，沒有扣你的 Stars。請用 /orders 重新開啟訂單。
checkout-sold-out = 已經賣完了，沒有扣你的 Stars。
checkout-under-way = 這張訂單剛剛正在付款。請等一分鐘，沒有成功再試。
checkout-later = 現在無法核對訂單，沒有扣你的 Stars。請過一會兒再試。

## 查詢

pay-not-yet =
    支付機構還沒有收到這筆錢。

    剛付完的話等半分鐘再點一次；訂單 { $deadline } 前有效，錢不會丟。
pay-verifying =
    🔎 收到付款通知，正在和支付機構做最後核對，通常幾秒鐘。

    { $product } · { $amount }
    訂單號 <code>{ $order_no }</code>
    不用再付一次。
toast-pay-checking = 正在核對…
toast-pay-already = 已經付款成功
toast-pay-not-that-way = 現在不能這樣付款
toast-pay-over = 這筆訂單已經結束

## 提醒、失敗

pay-reminder =
    訂單還有 { $minutes } 分鐘到期。

    { $product } · { $amount }
    訂單號 <code>{ $order_no }</code>，{ $deadline } 自動關閉。
pay-attempt-failed =
    這次付款沒有成功，沒有扣款。

    訂單 <code>{ $order_no }</code> 還在，{ $deadline } 前都可以再付，也可以換一種方式。
pay-failed =
    ❌ 付款失敗，訂單已結束，沒有扣款。

    { $product } · 訂單號 <code>{ $order_no }</code>
    點一下可以用同樣的資料重新下單。
btn-reorder = 🔁 用同樣的資料重新下單
btn-fill-in-afresh = ✍️ 重新填寫
reorder-impossible = 原來的資料用不上了（產品已更新），請重新填寫：/products

## 取消、關閉

cancel-ask =
    訂單 <code>{ $order_no }</code> 還沒付款（{ $amount }）。

    留著還是取消？
cancel-why =
    要取消訂單 <code>{ $order_no }</code>（{ $amount }）嗎？

    點一個原因就取消，不會扣款。
btn-cancel-keep = 留著，繼續付款
btn-cancel-go = ❌ 取消訂單
btn-reason-mistake = 填錯了
btn-reason-price = 價格不合適
btn-reason-method = 沒有合適的付款方式
btn-reason-later = 以後再說
btn-reason-other = 其他
pay-cancelled =
    訂單 <code>{ $order_no }</code> 已取消，沒有扣款。

    如果你剛好已經付了錢，到帳後我們會照常處理並告訴你。
pay-cancel-too-late = 這筆訂單已經付款，不能取消了。需要幫助請用 /paysupport 。
pay-closed =
    訂單 <code>{ $order_no }</code> 到期未付款，已關閉，沒有扣款。

    { $product } · { $amount }
    想要的話，可以用同樣的資料重新下單。

## 到帳

pay-received =
    ✅ 支付成功

    { $product } · { $amount }{ $discounts }
    訂單號 <code>{ $order_no }</code>
pay-received-free =
    ✅ 已收到

    { $product }{ $discounts }
    訂單號 <code>{ $order_no }</code>
receipt =
    <b>收據</b>

    { -shop }
    訂單號 <code>{ $order_no }</code>
    { $product }
    金額 { $amount }
    付款方式 { $method }
    付款時間 { $paid_at }
    交易編號 <code>{ $provider_ref }</code>

    排盤由程式計算，文字由 AI 撰寫，僅供參考。
    報告未送達自動全額退款，其他問題見 /paysupport 。
btn-receipt = 🧾 收據

## 遲到、重複、對不上的錢

pay-late-fulfil =
    ✅ 付款剛剛到帳

    訂單 <code>{ $order_no }</code> 先前已關閉，現在為你重新開啟。
    { $product } · { $amount }{ $discounts }
pay-late-refund =
    付款 { $amount } 到帳時，訂單 <code>{ $order_no }</code> 已經結束，無法交付。

    全額退款已經開始，按原路退回。
pay-late-review =
    付款 { $amount } 到帳時，訂單 <code>{ $order_no }</code> 已經結束。

    我們正在人工處理：交付或退款，很快告訴你。
pay-second-refund =
    訂單 <code>{ $order_no }</code> 收到了兩筆付款，多付的 { $amount } 正在原路退回。
pay-conflicted =
    收到一筆付款，但金額與訂單 <code>{ $order_no }</code> 不符，正在人工核對。

    請不要重複付款，我們會盡快告訴你結果。

## 退款

refund-started =
    退款已經開始：{ $amount }

    訂單號 <code>{ $order_no }</code>
    退款號 <code>{ $refund_no }</code>
    按原路退回，通常 1–3 個工作日到帳。
refund-started-stars =
    退款已經開始：{ $amount }

    訂單號 <code>{ $order_no }</code>
    退款號 <code>{ $refund_no }</code>
    Stars 會退回你的餘額，通常幾秒鐘。
refund-succeeded =
    ✅ 退款成功：{ $amount }

    訂單號 <code>{ $order_no }</code>
    退款號 <code>{ $refund_no }</code>
    錢已退回原付款帳戶，到帳時間以支付機構為準。
refund-succeeded-stars =
    ✅ 退款成功：{ $amount }

    訂單號 <code>{ $order_no }</code>
    退款號 <code>{ $refund_no }</code>
    Stars 已退回你的餘額。
refund-failed =
    退款 { $amount } 沒有一次辦成，我們正在人工處理，一定退給你。

    訂單號 <code>{ $order_no }</code>
    退款號 <code>{ $refund_no }</code>

