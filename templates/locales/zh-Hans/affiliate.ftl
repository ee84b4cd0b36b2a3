# 推广员。规则同 bot.ftl。

affiliate-card =
    <b>邀请朋友</b>

    你的链接
    <code>{ $link }</code>

    点击 { $clicks } · 新朋友 { $people } · 成交 { $orders }
    待结算 { $pending }
    已确认 { $confirmed }
affiliate-rule = 朋友通过链接购买并收到报告，你得实付金额的 { $percent }%；{ $days } 天后确认，期间退款则取消。
affiliate-privacy = <i>你只看到笔数和金额，看不到是谁、买了什么。</i>
affiliate-none = <i>还没有成交，把链接发给朋友吧。</i>
affiliate-share-text = 把生辰排成命盘，写成一份看得懂的报告：
affiliate-off = 邀请奖励目前没有开放。
btn-affiliate-share = 📤 分享给朋友
btn-affiliate-copy = 📋 复制链接
