//! Telegram says 403: the buyer blocked us. The work goes on; what cannot be said now is offered at
//! the next `/start` (spec.md §6).

use super::base::Base;
use crate::kernel::ids::UserId;
use crate::users::{self, UserError, UserStatus};

pub async fn run(base: &Base, user: UserId) -> Result<(), UserError> {
    tracing::info!("the buyer cannot be reached");
    let tx = base.db.begin_write().await?;
    users::repo::save_status(&tx, user, UserStatus::Unreachable, base.now()).await?;
    tx.commit().await?;
    Ok(())
}
