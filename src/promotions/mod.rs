//! Promotions: coupons, what they take off a price, and who has used them (spec.md §4 rule 14).
//!
//! Where to look: [`rules`] for what a coupon is worth and when it is refused, [`repo`] for every
//! statement on `coupons` and `coupon_redemptions`.
//!
//! Invariants:
//! - `coupons.used` is the number of its redemptions in the state `redeemed`, and never more than
//!   the limit.
//! - An order has at most one redemption. Given back, it stays as a row: `returned`.
//! - Late money is honoured at the agreed price even when the coupon has run out meanwhile; such a
//!   redemption is `honoured` and counted neither in `used` nor against the limit.

mod entity;
pub mod repo;
pub mod rules;

use sea_orm::DbErr;

use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{OrderNo, Sku, UserId};
use crate::kernel::money::{Currency, Money};

pub use rules::Refusal;

/// The code of a coupon: 3 to 32 of `A`–`Z`, `0`–`9`, `-` and `_`, always in capitals.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct CouponCode(String);

impl CouponCode {
    /// Reads what a person typed, in whatever case.
    pub fn parse(typed: &str) -> Option<Self> {
        let code = typed.trim().to_ascii_uppercase();
        let fits = (3..=32).contains(&code.len());
        let known = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        (fits && code.bytes().all(known)).then_some(Self(code))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for CouponCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a coupon takes off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Worth {
    /// 1 to 100 percent, rounded down to the minor unit.
    Percent(u32),
    Amount(Money),
}

/// Who may use a coupon, for what and until when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCoupon {
    pub code: CouponCode,
    pub worth: Worth,
    /// Of `amount`, `minimum` and `cap`. `None`: good for every currency.
    pub currency: Option<Currency>,
    /// The least price after sales that it is good for, in minor units.
    pub minimum_minor: i64,
    /// The most that it takes off, in minor units.
    pub cap_minor: Option<i64>,
    /// The products that it is good for; empty: all.
    pub skus: Vec<Sku>,
    pub starts_at: Option<Timestamp>,
    /// The first moment at which it is good no more.
    pub ends_at: Option<Timestamp>,
    pub total_limit: Option<i64>,
    pub per_user_limit: Option<i64>,
}

/// A coupon as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coupon {
    pub terms: NewCoupon,
    /// Redemptions that count against the limit.
    pub used: i64,
    pub active: bool,
    pub created_by: String,
    pub created_at: Timestamp,
}

/// A coupon in the hand of one user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    pub coupon: Coupon,
    /// How often this user has it in use already.
    pub used_by_user: i64,
}

/// The use of a coupon by an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRedemption<'a> {
    pub order_no: &'a OrderNo,
    pub user: UserId,
    pub discount: Money,
}

/// A use of a coupon as it stands.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Redemption {
    pub order_no: OrderNo,
    pub code: String,
    pub discount: Money,
    pub status: RedemptionStatus,
    pub at: Timestamp,
    pub updated_at: Timestamp,
}

/// The words stand in rows and never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RedemptionStatus {
    /// Counted in `used`.
    Redeemed,
    /// The order was given up or failed: free for somebody else.
    Returned,
    /// Late money after the coupon had run out: the price stays, nothing is counted.
    Honoured,
}

impl RedemptionStatus {
    pub const ALL: [Self; 3] = [Self::Redeemed, Self::Returned, Self::Honoured];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Redeemed => "redeemed",
            Self::Returned => "returned",
            Self::Honoured => "honoured",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == word)
    }
}

/// A coupon whose `used` does not agree with its redemptions.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Mismatch {
    pub code: String,
    pub used: i64,
    pub redeemed: i64,
}

#[derive(Debug, thiserror::Error)]
pub enum PromotionError {
    #[error("the row of coupon {code} is damaged: {what}")]
    Damaged { code: String, what: &'static str },
    #[error("the database failed")]
    Db(#[from] DbErr),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_in_any_case_and_nothing_else_is_a_code() {
        assert_eq!(CouponCode::parse(" spring-20 ").unwrap().as_str(), "SPRING-20");
        let long = "A".repeat(33);
        for wrong in ["", "AB", "春节八折", "A B C", "a;b", long.as_str()] {
            assert_eq!(CouponCode::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_words_read_back() {
        for status in RedemptionStatus::ALL {
            assert_eq!(RedemptionStatus::parse(status.as_str()), Some(status));
        }
        assert_eq!(RedemptionStatus::parse("used"), None);
    }
}
