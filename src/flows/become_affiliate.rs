//! A person asks for an invitation link: they become a promoter, or are one already.

use super::base::Base;
use crate::affiliates::{self, Affiliate, AffiliateError};
use crate::kernel::ids::{AffiliateCode, UserId};

pub async fn run(base: &Base, user: UserId) -> Result<Affiliate, AffiliateError> {
    if let Some(known) = affiliates::repo::find_by_user(base.db.read(), user).await? {
        return Ok(known);
    }
    let now = base.now();
    let tx = base.db.begin_write().await?;
    affiliates::repo::insert(&tx, &AffiliateCode::generate(), user, now).await?;
    let affiliate = affiliates::repo::find_by_user(tx.conn(), user).await?;
    tx.commit().await?;
    affiliate.ok_or_else(|| AffiliateError::Damaged(user.to_string()))
}
