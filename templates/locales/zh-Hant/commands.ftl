# 命令選單裡的說明，純文字，短。

command-start = 開始
command-products = 看看有什麼
command-orders = 我的訂單與報告
command-cancel = 退出目前步驟或取消訂單
command-help = 怎麼用
command-language = 換語言
command-affiliate = 邀請朋友
command-privacy = 你的資料怎麼用
command-mydata = 取回我的全部資料
command-forget = 刪除我的資料
command-profiles = 存下的生辰資料
command-paysupport = 付款與退款
command-terms = 服務條款
command-admin = 控制台：/admin [要找的號碼]
command-stats = 統計
command-order = 查訂單：/order 訂單號
command-retry = 重試：/retry 訂單號
command-resend = 重發報告：/resend 訂單號
command-refund = 退款：/refund 訂單號 [金額]
command-confirm = 確認到帳：/confirm 號碼 憑證號 說明
command-coupon = 查優惠碼：/coupon 優惠碼
bot-description = 把你的生辰排成命盤，寫成一份看得懂的報告。排盤由程式按曆法計算，文字由 AI 撰寫，僅供文化娛樂與自我了解。
bot-short-description = 八字詳批 · 姻緣合婚 · 流年運勢 · 今日一籤
