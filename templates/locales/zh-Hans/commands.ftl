# 命令菜单里的说明，纯文本，短。

command-start = 开始
command-products = 看看有什么
command-orders = 我的订单与报告
command-cancel = 退出当前步骤或取消订单
command-help = 怎么用
command-language = 换语言
command-affiliate = 邀请朋友
command-privacy = 你的资料怎么用
command-mydata = 取回我的全部资料
command-forget = 删除我的资料
command-profiles = 存下的生辰资料
command-paysupport = 付款与退款
command-terms = 服务条款
command-admin = 控制台：/admin [要找的号码]
command-stats = 统计
command-order = 查订单：/order 订单号
command-retry = 重试：/retry 订单号
command-resend = 重发报告：/resend 订单号
command-refund = 退款：/refund 订单号 [金额]
command-confirm = 确认到账：/confirm 号码 凭证号 说明
command-coupon = 查优惠码：/coupon 优惠码
bot-description = 把你的生辰排成命盘，写成一份看得懂的报告。排盘由程序按历法计算，文字由 AI 撰写，仅供文化娱乐与自我了解。
bot-short-description = 八字详批 · 姻缘合婚 · 流年运势 · 今日一签
