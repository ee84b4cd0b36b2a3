# 促銷價與優惠碼。規則同 bot.ftl。

day-of-year = { $month } 月 { $day } 日

## 價格

price-sale = <s>{ $list }</s> { $now }
product-sale = 🏷 限時優惠，{ $day }截止。
product-sale-named = 🏷 { $label }，{ $day }截止。
check-list-price = 原價：{ $price }
check-total = 應付：<b>{ $price }</b>
discount-sale = 🏷 限時優惠：−{ $amount }
discount-sale-named = 🏷 { $label }：−{ $amount }
discount-coupon = 🎟 優惠碼 { $code }：−{ $amount }

## 優惠碼

btn-coupon = 🎟 優惠碼
btn-coupon-remove = 🎟 不用 { $code }
coupon-ask =
    請把優惠碼發給我。

    字母大小寫都可以。
coupon-kept = 🎟 優惠碼 { $code } 已記下，下單時自動使用。
coupon-unknown = 沒有「{ $code }」這張優惠碼，請核對後再發一次。
coupon-disabled = 優惠碼 { $code } 已停用。
coupon-not-yet = 這張優惠碼 { $day }起才能用。
coupon-expired = 這張優惠碼 { $day }已過期。
coupon-other-product = 這張優惠碼不能用在這個產品上。
coupon-other-currency = 這張優惠碼不能用於這種貨幣。
coupon-below-minimum = 滿 { $minimum } 可用。
coupon-used-up = 優惠碼 { $code } 已被領完。
coupon-used-by-you = 優惠碼 { $code } 你已用過。
coupon-nothing = 優惠碼 { $code } 在這裡減不了錢。

## 給管理員

coupon-card =
    <b>優惠碼 { $code }</b> · { $state }

    優惠：{ $worth }
    已用：{ $used }
    每人：{ $per_user }
    有效期：{ $dates }
    產品：{ $products }
    滿額：{ $minimum }
    最多減：{ $cap }
coupon-state-active = 啟用中
coupon-state-disabled = 已停用
coupon-worth-percent = 減 { $percent }%
coupon-worth-amount = 減 { $amount }
coupon-used-of = { $used } / { $limit }
coupon-times = { $count } 次
coupon-no-limit = 不限
coupon-dates = { $from } — { $until }
coupon-from-now = 即日起
coupon-until-ever = 長期
