# Whether the shop can write what it sells.

shop-busy = Too many reports are waiting to be written, or the writing service is recovering, so no new orders are taken for the moment. <b>Nothing was charged</b>, and what you filled in is kept. Please come back in a while.
check-line = { $waiting } reports are being written before yours.

# Operators

desk-selling-paused-queue = ⏸ More orders wait than the limit allows: selling is paused, and resumes by itself.
desk-selling-paused-writers = ⏸ No provider of texts can write: selling is paused, and resumes by itself.
desk-balance = 💰 { $provider } balance { $balance } ({ $time })
desk-balance-empty = 🔴 { $provider } is out of money: { $balance } ({ $time })
alert-title-selling_paused = Selling is paused
alert-advice-selling_paused = Nobody was charged; it resumes by itself. queue: is writing slow? writers: look at keys, balances and the network.
alert-title-balance_low = Little money is left with a provider of texts
alert-advice-balance_low = Please top it up soon. When it is empty selling pauses, and paid orders wait.
