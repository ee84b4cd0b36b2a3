# 促销价与优惠码。规则同 bot.ftl。

day-of-year = { $month } 月 { $day } 日

## 价格

price-sale = <s>{ $list }</s> { $now }
product-sale = 🏷 限时优惠，{ $day }截止。
product-sale-named = 🏷 { $label }，{ $day }截止。
check-list-price = 原价：{ $price }
check-total = 应付：<b>{ $price }</b>
discount-sale = 🏷 限时优惠：−{ $amount }
discount-sale-named = 🏷 { $label }：−{ $amount }
discount-coupon = 🎟 优惠码 { $code }：−{ $amount }

## 优惠码

btn-coupon = 🎟 优惠码
btn-coupon-remove = 🎟 不用 { $code }
coupon-ask =
    请把优惠码发给我。

    字母大小写都可以。
coupon-kept = 🎟 优惠码 { $code } 已记下，下单时自动使用。
coupon-unknown = 没有「{ $code }」这张优惠码，请核对后再发一次。
coupon-disabled = 优惠码 { $code } 已停用。
coupon-not-yet = 这张优惠码 { $day }起才能用。
coupon-expired = 这张优惠码 { $day }已过期。
coupon-other-product = 这张优惠码不能用在这个产品上。
coupon-other-currency = 这张优惠码不能用于这种货币。
coupon-below-minimum = 满 { $minimum } 可用。
coupon-used-up = 优惠码 { $code } 已被领完。
coupon-used-by-you = 优惠码 { $code } 你已用过。
coupon-nothing = 优惠码 { $code } 在这里减不了钱。

## 给管理员

coupon-card =
    <b>优惠码 { $code }</b> · { $state }

    优惠：{ $worth }
    已用：{ $used }
    每人：{ $per_user }
    有效期：{ $dates }
    产品：{ $products }
    满额：{ $minimum }
    最多减：{ $cap }
coupon-state-active = 启用中
coupon-state-disabled = 已停用
coupon-worth-percent = 减 { $percent }%
coupon-worth-amount = 减 { $amount }
coupon-used-of = { $used } / { $limit }
coupon-times = { $count } 次
coupon-no-limit = 不限
coupon-dates = { $from } — { $until }
coupon-from-now = 即日起
coupon-until-ever = 长期
