//! A person wants no news of the shop, or wants them again. What concerns their orders they hear
//! all the same.

use super::base::Base;
use crate::kernel::ids::UserId;
use crate::kernel::switch::Switch;
use crate::users::{self, UserError};

pub async fn run(base: &Base, user: UserId, wish: Switch) -> Result<(), UserError> {
    let tx = base.db.begin_write().await?;
    users::repo::save_news(&tx, (user, wish), base.now()).await?;
    tx.commit().await?;
    Ok(())
}
