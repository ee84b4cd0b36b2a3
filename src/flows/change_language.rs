//! A person chooses the language in which we speak. Orders keep the one they were made in.

use super::base::Base;
use crate::kernel::ids::UserId;
use crate::kernel::locale::Locale;
use crate::users::{self, UserError};

pub async fn run(base: &Base, user: UserId, locale: Locale) -> Result<(), UserError> {
    let now = base.now();
    let tx = base.db.begin_write().await?;
    users::repo::save_locale(&tx, user, locale, now).await?;
    tx.commit().await?;
    Ok(())
}
