# 推廣員。規則同 bot.ftl。

affiliate-card =
    <b>邀請朋友</b>

    你的連結
    <code>{ $link }</code>

    點選 { $clicks } · 新朋友 { $people } · 成交 { $orders }
    待結算 { $pending }
    已確認 { $confirmed }
affiliate-rule = 朋友透過連結購買並收到報告，你得實付金額的 { $percent }%；{ $days } 天後確認，期間退款則取消。
affiliate-privacy = <i>你只看到筆數和金額，看不到是誰、買了什麼。</i>
affiliate-none = <i>還沒有成交，把連結發給朋友吧。</i>
affiliate-share-text = 把生辰排成命盤，寫成一份看得懂的報告：
affiliate-off = 邀請獎勵目前沒有開放。
btn-affiliate-share = 📤 分享給朋友
btn-affiliate-copy = 📋 複製連結
