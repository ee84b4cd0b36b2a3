# 付款後瀏覽器回到的結果頁。純文字，不顯示個人資料。

page-title = 付款結果
page-order = 訂單號 { $order_no }
page-pending-title = 正在等待付款結果
page-pending-text = 付完款不用停在這裡，結果會發到聊天裡。本頁會自動重新整理。
page-paid-title = 支付成功
page-paid-text = 正在生成報告，寫好會發到聊天裡。可以關閉本頁。
page-completed-title = 報告已送達
page-completed-text = 回到聊天裡看報告。
page-failed-title = 沒有完成
page-failed-text = 聊天裡有原因和下一步。已付的錢會原路退回。
page-unpaid-title = 付款沒有成功
page-unpaid-text = 沒有扣款。回到聊天裡可以重新付款。
page-closed-title = 訂單已結束
page-closed-text = 沒有付款的訂單已經關閉。回到聊天裡可以重新下單。
page-refunding-title = 正在退款
page-refunding-text = 按原路退回，結果會發到聊天裡。
page-refunded-title = 已退款
page-refunded-text = 錢已退回原付款帳戶，到帳時間以支付機構為準。
page-unknown-title = 沒有這筆訂單
page-unknown-text = 連結不完整或已失效。請回到聊天裡檢視訂單。
page-back = 回到聊天
page-report-gone-title = 沒有這一頁
page-report-gone-text = 連結不對、已撤銷，或報告已刪除。回到聊天裡可以重新拿到連結。
page-report-busy-text = 造訪太多，請稍後再試。
page-report-private = 這一頁只有拿到連結的人能看。在聊天裡可以隨時撤銷。
