//! From a row to an order, and into its sealed parts.

use serde::de::DeserializeOwned;

use super::entity::{order, product};
use super::{DiscountLine, Order, OrderError, OrderStatus, Step};
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{AffiliateCode, OrderNo, Sku, UserId};
use crate::kernel::locale::Locale;
use crate::kernel::money::{Currency, Money};
use crate::platform::crypto::Keyring;
use crate::platform::reseal::{Key, SealedColumn};

impl Order {
    /// The product as it was when it was ordered.
    pub fn product<T: DeserializeOwned>(&self, keyring: &Keyring) -> Result<T, OrderError> {
        Ok(keyring.open_json(&product_context(&self.order_no), &self.product_sealed)?)
    }

    /// The buyer's answers; an error after they were erased.
    pub fn form<T: DeserializeOwned>(&self, keyring: &Keyring) -> Result<T, OrderError> {
        let sealed =
            self.form_sealed.as_deref().ok_or_else(|| OrderError::Erased(self.order_no.clone()))?;
        Ok(keyring.open_json(&form_context(&self.order_no), sealed)?)
    }
}

/// The sealed columns of `orders` and `order_products`; their contexts are those below.
pub const SEALED: [SealedColumn; 2] = [
    SealedColumn {
        table: "order_products",
        column: "product_sealed",
        key: &[Key::Text("order_no")],
        context: "'orders.product:' || order_no",
    },
    SealedColumn {
        table: "orders",
        column: "form_sealed",
        key: &[Key::Text("order_no")],
        context: "'orders.form:' || order_no",
    },
];

pub(super) fn product_context(no: &OrderNo) -> String {
    format!("orders.product:{no}")
}

pub(super) fn form_context(no: &OrderNo) -> String {
    format!("orders.form:{no}")
}

impl TryFrom<(order::Model, Option<product::Model>)> for Order {
    type Error = OrderError;

    fn try_from((row, sold): (order::Model, Option<product::Model>)) -> Result<Self, OrderError> {
        let damaged = |what: &str| OrderError::Damaged {
            order_no: row.order_no.clone(),
            what: what.to_owned(),
        };
        let currency: Currency = row.currency.parse().map_err(|_word| damaged("currency"))?;
        let discounts = DiscountLine::read(&row.discounts).ok_or_else(|| damaged("discounts"))?;
        Ok(Self {
            status: OrderStatus::parse(&row.status).ok_or_else(|| damaged("status"))?,
            step: Step::parse(&row.step).ok_or_else(|| damaged("step"))?,
            locale: Locale::parse(&row.locale).ok_or_else(|| damaged("locale"))?,
            order_no: OrderNo(row.order_no),
            user: UserId(row.user_id),
            sku: Sku(row.sku),
            price: Money::new(row.price_minor, currency),
            discount: Money::new(row.discount_minor, currency),
            total: Money::new(row.total_minor, currency),
            discounts,
            coupon_code: row.coupon_code,
            test: row.test != 0,
            affiliate: row.affiliate_code.map(AffiliateCode),
            anchor_message: row.anchor_message_id,
            failure: row.failure,
            cancel_reason: row.cancel_reason,
            expires_at: Timestamp(row.expires_at),
            paid_at: row.paid_at.map(Timestamp),
            completed_at: row.completed_at.map(Timestamp),
            created_at: Timestamp(row.created_at),
            updated_at: Timestamp(row.updated_at),
            product_sealed: sold.map(|sold| sold.product_sealed).unwrap_or_default(),
            form_sealed: row.form_sealed,
            version: row.version,
        })
    }
}
