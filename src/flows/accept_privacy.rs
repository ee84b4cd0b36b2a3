//! A person read the privacy notice and agreed: from now on questions may be asked.

use super::base::Base;
use crate::kernel::ids::UserId;
use crate::users::{self, UserError};

pub async fn run(base: &Base, user: UserId) -> Result<(), UserError> {
    let now = base.now();
    let tx = base.db.begin_write().await?;
    users::repo::save_consent(&tx, user, now).await?;
    tx.commit().await?;
    Ok(())
}
