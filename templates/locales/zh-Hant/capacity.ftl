# 店裡寫不寫得過來。規則同 bot.ftl。

shop-busy = 現在等著寫的報告太多，或寫報告的服務正在恢復，為免讓你久等，暫時不接新訂單。<b>沒有收任何錢</b>，填過的內容還在，請過一會兒再來。
check-line = 前面還有 { $waiting } 份在寫。

# 操作員

desk-selling-paused-queue = ⏸ 排隊的訂單超過上限，暫停接單；降下來會自動恢復。
desk-selling-paused-writers = ⏸ 寫作服務都不可用，暫停接單；恢復後自動接單。
desk-balance = 💰 { $provider } 餘額 { $balance }（{ $time }）
desk-balance-empty = 🔴 { $provider } 餘額不足：{ $balance }（{ $time }）
alert-title-selling_paused = 已暫停接單
alert-advice-selling_paused = 沒有向任何人收錢，恢復後自動接單。queue：看寫作是否變慢；writers：看金鑰、餘額與網路。
alert-title-balance_low = 寫作服務餘額不足
alert-advice-balance_low = 請儘快儲值；餘額用完後會暫停接單，已付款的訂單會等待。
