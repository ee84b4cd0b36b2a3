# 付款后浏览器回到的结果页。纯文本，不显示个人资料。

page-title = 付款结果
page-order = 订单号 { $order_no }
page-pending-title = 正在等待付款结果
page-pending-text = 付完款不用停在这里，结果会发到聊天里。本页会自动刷新。
page-paid-title = 支付成功
page-paid-text = 正在生成报告，写好会发到聊天里。可以关闭本页。
page-completed-title = 报告已送达
page-completed-text = 回到聊天里看报告。
page-failed-title = 没有完成
page-failed-text = 聊天里有原因和下一步。已付的钱会原路退回。
page-unpaid-title = 付款没有成功
page-unpaid-text = 没有扣款。回到聊天里可以重新付款。
page-closed-title = 订单已结束
page-closed-text = 没有付款的订单已经关闭。回到聊天里可以重新下单。
page-refunding-title = 正在退款
page-refunding-text = 按原路退回，结果会发到聊天里。
page-refunded-title = 已退款
page-refunded-text = 钱已退回原付款账户，到账时间以支付机构为准。
page-unknown-title = 没有这张订单
page-unknown-text = 链接不完整或已失效。请回到聊天里查看订单。
page-back = 回到聊天
page-report-gone-title = 没有这一页
page-report-gone-text = 链接不对、已撤销，或报告已删除。回到聊天里可以重新拿到链接。
page-report-busy-text = 访问太多，请稍后再试。
page-report-private = 这一页只有拿到链接的人能看。在聊天里可以随时撤销。
