//! An operator switches a sink on again that was given up. What waited for it goes on; what
//! happened meanwhile is sent by `resend_events`.

use sea_orm::DbErr;

use super::post::Post;
use crate::events::rules::Failing;
use crate::events::sinks;
use crate::platform::outbox;

/// `false`: it was on.
pub async fn run(post: &Post, name: &str) -> Result<bool, DbErr> {
    let now = post.now();
    let tx = post.db.begin_write().await?;
    let mut state = sinks::lock(&tx, name, now).await?;
    let was_off = state.disabled;
    state.disabled = false;
    state.failing = Failing::default();
    sinks::save(&tx, &state, now).await?;
    outbox::announce(&tx);
    tx.commit().await?;
    Ok(was_off)
}
