# 推广员。规则同 bot.ftl。

affiliate-card =
    <b>邀请朋友</b>

    你的链接
    <code>{ $link }</code>

    点击 { $clicks } · 新朋友 { $people } · 成交 { $orders }
    待确认 { $pending } · 已确认 { $confirmed } · 因退款取消 { $reversed }
    已结算或申请中 { $taken } · 可结算 <b>{ $available }</b>
affiliate-rule = 朋友通过链接购买并收到报告，你得实付金额的 { $percent }%；{ $days } 天后确认，期间退款则取消。满 { $minimum } 可以申请结算。
affiliate-privacy = <i>你只看到笔数和金额，看不到是谁、买了什么。</i>
affiliate-none = <i>还没有成交，把链接发给朋友吧。</i>
affiliate-share-text = 把生辰排成命盘，写成一份看得懂的报告：
affiliate-off = 邀请奖励目前没有开放。
btn-affiliate-share = 📤 分享给朋友
btn-affiliate-copy = 📋 复制链接
btn-affiliate-picture = 🖼 二维码
btn-affiliate-days = 📊 每天的数字
btn-affiliate-payout = 💸 申请结算

## 每天

affiliate-days-title =
    <b>最近七天</b>
affiliate-day = <code>{ $day }</code> 点击 { $clicks } · 新朋友 { $people } · 下单 { $orders } · 付款 { $paid } · 佣金 { $earned }

## 结算

payout-ask =
    可结算 <b>{ $available }</b>

    钱打到哪里？把收款方式发给我，例如：支付宝 账号 姓名。至多 { $max } 个字。

    <i>加密保存，只有管理员看得到。</i>
payout-requested = ✅ 已申请结算。管理员打款后会告诉你。
payout-waiting = 你已有一笔申请在等处理。
payout-too-little = 可结算的金额还不够，再等等。
payout-line = <code>{ $payout_no }</code> · { $amount } · { $status }
payout-status-requested = 处理中
payout-status-paid = 已打款
payout-status-rejected = 未通过
payout-paid =
    💸 佣金已打款：{ $amount }

    结算号 <code>{ $payout_no }</code>
    凭证 { $words }
payout-rejected =
    这笔结算没有通过：{ $amount }

    结算号 <code>{ $payout_no }</code>
    原因：{ $words }
    金额仍在你的可结算余额里。
