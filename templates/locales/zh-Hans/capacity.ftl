# 店里写不写得过来。规则同 bot.ftl。

shop-busy = 现在等着写的报告太多，或写报告的服务正在恢复，为免让你久等，暂时不接新订单。<b>没有收任何钱</b>，填过的内容还在，请过一会儿再来。
check-line = 前面还有 { $waiting } 份在写。

# 操作员

desk-selling-paused-queue = ⏸ 排队的订单超过上限，暂停接单；降下来会自动恢复。
desk-selling-paused-writers = ⏸ 写作服务都不可用，暂停接单；恢复后自动接单。
desk-balance = 💰 { $provider } 余额 { $balance }（{ $time }）
desk-balance-empty = 🔴 { $provider } 余额不足：{ $balance }（{ $time }）
alert-title-selling_paused = 已暂停接单
alert-advice-selling_paused = 没有向任何人收钱，恢复后自动接单。queue：看写作是否变慢；writers：看密钥、余额与网络。
alert-title-balance_low = 写作服务余额不足
alert-advice-balance_low = 请尽快充值；余额用完后会暂停接单，已付款的订单会等待。
