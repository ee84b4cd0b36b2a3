# 报告：进度、标题、分段、结尾、写不成的时候。规则同 bot.ftl。

## 进度（同一条消息里更新）

progress-begins = 🔄 正在生成报告，请稍候…
progress-title = 🔄 正在写「{ $product }」
stage-chart = 排盘
stage-luck = 推运
stage-write = 撰写
stage-proofread = 校对
stage-send = 发送
progress-done = ✅ { $stage }
progress-now = ⏳ { $stage }…
progress-now-written = ⏳ { $stage }… 已写 { $characters } 字
progress-now-chapters = ⏳ { $stage } { $done }/{ $total } 章… 已写 { $characters } 字
progress-waiting = ▫️ { $stage }
progress-expected = <i>大约需要 { $minutes } 分钟，写好会自动发来。</i>
progress-expected-short = <i>马上就好。</i>
progress-delayed = <i>今天写得慢一些，还在继续，不用重新付款。</i>
progress-retrying = <i>这一步没成，正在试第 { $attempt } 次（共 { $max } 次）。</i>
progress-finished = 📜 「{ $product }」已写好，发在下面。

## 报告本身

report-title =
    📜 <b>{ $product }</b>

    订单号 <code>{ $order_no }</code>
    { $date }
report-pillars = <pre>{ $pillars }</pre>
report-pillars-of = { $who } <pre>{ $pillars }</pre>
report-note-hour-unknown = <i>出生时辰不详：本报告只看年、月、日三柱，涉及时柱的内容从略。</i>
report-note-no-place = <i>未填出生地：按钟表时间排盘，没有换算真太阳时。</i>
report-segment = <i>（{ $index }/{ $total }）</i>
report-closing =
    ✨ 报告到此完结

    《{ $product }》共 { $total } 段，已全部发出。
    以后在 /orders 里随时可以重新打开。

    <i>排盘由程序计算，文字由 AI 撰写，仅供文化娱乐与自我了解。路怎么走，由你决定。</i>
report-closing-short =
    <i>文字由 AI 撰写，仅供一笑一思。明天见。</i>
report-resent-enough = 这份报告今天已经重发过 3 次，往上翻聊天记录就能看到。明天还可以再发，报告一直为你留着。
report-not-ready = 订单 <code>{ $order_no }</code> 的报告还没写好，写好会自动发来。
report-gone = 订单 <code>{ $order_no }</code> 的报告已经删除，无法重发。
btn-resend = 📬 重发报告
report-album = 🖼 命盘与运程起伏图
report-chart = 🖼 你的命盘
report-pair = 🖼 两个人的命盘
report-book = 📕 整本报告，可以保存和打印
report-card = 🎴 分享卡：没有出生资料，可以转发给朋友
btn-report-page = 📖 打开报告网页
btn-report-page-revoke = 🔒 撤销网页链接
report-page-revoked = 网页链接已撤销
report-page-none = 没有打开的网页链接
btn-support = ❓ 有问题

## 写不成

report-failed =
    很抱歉，「{ $product }」没能完成。

    订单号 <code>{ $order_no }</code>
    原因：{ $reason }

    { $amount } 已经开始自动退款，按原路退回，到账会再告诉你。
report-failed-free =
    很抱歉，「{ $product }」没能完成。

    订单号 <code>{ $order_no }</code>
    原因：{ $reason }

    这份是免费的，没有任何扣款。稍后可以再试一次。
failure-chart = 排盘服务没有给出命盘
failure-chart-disagreement = 两处排出的命盘不一致，我们不愿意给你一份可能有错的报告
failure-model = 撰写服务没有完成
failure-model-refused = 填写的内容无法撰写成报告
failure-delivery = 报告写好了，但发不到你的聊天里
failure-internal = 我们的系统出了问题
