# 推廣員。規則同 bot.ftl。

affiliate-card =
    <b>邀請朋友</b>

    你的連結
    <code>{ $link }</code>

    點擊 { $clicks } · 新朋友 { $people } · 成交 { $orders }
    待確認 { $pending } · 已確認 { $confirmed } · 因退款取消 { $reversed }
    已結算或申請中 { $taken } · 可結算 <b>{ $available }</b>
affiliate-rule = 朋友透過連結購買並收到報告，你得實付金額的 { $percent }%；{ $days } 天後確認，期間退款則取消。滿 { $minimum } 可以申請結算。
affiliate-privacy = <i>你只看到筆數和金額，看不到是誰、買了什麼。</i>
affiliate-none = <i>還沒有成交，把連結發給朋友吧。</i>
affiliate-share-text = 把生辰排成命盤，寫成一份看得懂的報告：
affiliate-off = 邀請獎勵目前沒有開放。
btn-affiliate-share = 📤 分享給朋友
btn-affiliate-copy = 📋 複製連結
btn-affiliate-picture = 🖼 QR 碼
btn-affiliate-days = 📊 每天的數字
btn-affiliate-payout = 💸 申請結算

## 每天

affiliate-days-title =
    <b>最近七天</b>
affiliate-day = <code>{ $day }</code> 點擊 { $clicks } · 新朋友 { $people } · 下單 { $orders } · 付款 { $paid } · 佣金 { $earned }

## 結算

payout-ask =
    可結算 <b>{ $available }</b>

    錢要匯到哪裡？把收款方式傳給我，例如：支付寶 帳號 姓名。至多 { $max } 個字。

    <i>加密儲存，只有管理員看得到。</i>
payout-requested = ✅ 已申請結算。管理員匯款後會告訴你。
payout-waiting = 你已有一筆申請在等處理。
payout-too-little = 可結算的金額還不夠，再等等。
payout-line = <code>{ $payout_no }</code> · { $amount } · { $status }
payout-status-requested = 處理中
payout-status-paid = 已匯款
payout-status-rejected = 未通過
payout-paid =
    💸 佣金已匯款：{ $amount }

    結算號 <code>{ $payout_no }</code>
    憑證 { $words }
payout-rejected =
    這筆結算沒有通過：{ $amount }

    結算號 <code>{ $payout_no }</code>
    原因：{ $words }
    金額仍在你的可結算餘額裡。
