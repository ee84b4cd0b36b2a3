# Sale prices and coupons. Rules as in bot.ftl.

day-of-year = { $day } { btn-month }

## Prices

price-sale = <s>{ $list }</s> { $now }
product-sale = 🏷 Special price until { $day }.
product-sale-named = 🏷 { $label }, until { $day }.
check-list-price = List price: { $price }
check-total = To pay: <b>{ $price }</b>
discount-sale = 🏷 Special price: −{ $amount }
discount-sale-named = 🏷 { $label }: −{ $amount }
discount-coupon = 🎟 Coupon { $code }: −{ $amount }

## Coupons

btn-coupon = 🎟 Coupon
btn-coupon-remove = 🎟 Without { $code }
coupon-ask =
    Please send me the coupon's code.

    Capitals or not, both are fine.
coupon-kept = 🎟 Coupon { $code } is kept and used with your next order.
coupon-unknown = There is no coupon “{ $code }”. Please check it and send it again.
coupon-disabled = Coupon { $code } is no longer valid.
coupon-not-yet = This coupon is valid from { $day }.
coupon-expired = This coupon expired on { $day }.
coupon-other-product = This coupon is not for this report.
coupon-other-currency = This coupon is not for this currency.
coupon-below-minimum = This coupon needs a price of at least { $minimum }.
coupon-used-up = Coupon { $code } is used up.
coupon-used-by-you = You have used coupon { $code } already.
coupon-nothing = Coupon { $code } takes nothing off here.

## For operators

coupon-card =
    <b>Coupon { $code }</b> · { $state }

    Worth: { $worth }
    Used: { $used }
    Per person: { $per_user }
    Valid: { $dates }
    Products: { $products }
    Minimum: { $minimum }
    Takes off at most: { $cap }
coupon-state-active = active
coupon-state-disabled = switched off
coupon-worth-percent = { $percent }% off
coupon-worth-amount = { $amount } off
coupon-used-of = { $used } / { $limit }
coupon-times = { $count } times
coupon-no-limit = no limit
coupon-dates = { $from } – { $until }
coupon-from-now = from now
coupon-until-ever = no end
