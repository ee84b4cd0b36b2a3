# The page the browser returns to after paying. Plain text, no personal data.

page-title = Payment
page-order = Order { $order_no }
page-pending-title = Waiting for the payment result
page-pending-text = You need not wait here; the result goes to the chat. This page refreshes itself.
page-paid-title = Payment received
page-paid-text = Your report is being written and will arrive in the chat. You can close this page.
page-completed-title = Report delivered
page-completed-text = Go back to the chat to read it.
page-failed-title = Not completed
page-failed-text = The chat tells why and what comes next. Money you paid goes back to where it came from.
page-unpaid-title = The payment did not go through
page-unpaid-text = You were not charged. You can pay again in the chat.
page-closed-title = This order is over
page-closed-text = It was closed without a payment. You can order again in the chat.
page-refunding-title = Refund under way
page-refunding-text = It goes back to where the money came from; the result goes to the chat.
page-refunded-title = Refunded
page-refunded-text = The money is on its way to the account you paid from; the payment company decides how long that takes.
page-unknown-title = No such order
page-unknown-text = The link is incomplete or no longer valid. Please look in the chat.
page-back = Back to the chat
page-report-gone-title = There is no such page
page-report-gone-text = The link is wrong or was revoked, or the report was deleted. You can get a new link in the chat.
page-report-busy-text = Too many visits. Please try again later.
page-report-private = Only those who have the link can see this page. You can revoke it in the chat at any time.
