# Descriptions in the command menu: plain text, short.

command-start = Start
command-products = See the reports
command-orders = My orders and reports
command-cancel = Leave the step or cancel an order
command-help = How it works
command-language = Change language
command-affiliate = Invite friends
command-privacy = What happens to your data
command-mydata = Get everything we keep about you
command-forget = Delete my data
command-profiles = Births that I keep
command-paysupport = Payments and refunds
command-terms = Terms
command-admin = Desk: /admin [NUMBER TO FIND]
command-stats = Figures
command-order = Look up: /order NUMBER
command-retry = Retry: /retry NUMBER
command-resend = Send the report again: /resend NUMBER
command-refund = Refund: /refund NUMBER [AMOUNT]
command-confirm = Money is there: /confirm NUMBER REFERENCE NOTE
command-coupon = Look up a coupon: /coupon CODE
bot-description = Your birth date becomes a BaZi chart, and the chart becomes a report you can read. Chart by calculation, words by AI, for culture, entertainment and reflection.
bot-short-description = BaZi reading · Two charts · Year ahead · Daily sign
