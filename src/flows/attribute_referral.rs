//! A person came by an invitation link: the click counts, and the promoter of a new person is
//! remembered for good (seed 000 step 38). Part of the transaction that writes the person.

use sea_orm::DbErr;

use super::greet_user::Invitation;
use crate::affiliates::rules::{self, Attribution};
use crate::affiliates::{self, AffiliateError};
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::UserId;
use crate::platform::db::WriteTx;
use crate::users::{self, UserError};

#[derive(Debug, thiserror::Error)]
pub enum ReferralError {
    #[error("the user cannot be written")]
    User(#[from] UserError),
    #[error("the affiliate cannot be read")]
    Affiliate(#[from] AffiliateError),
    #[error("the database failed")]
    Db(#[from] DbErr),
}

/// `today`: the day in the shop's time zone. `None`: the payload is no invitation.
pub(super) async fn run(
    tx: &WriteTx,
    (visitor, is_new): (UserId, bool),
    (payload, today): (&str, &str),
    now: Timestamp,
) -> Result<Option<Invitation>, ReferralError> {
    let Some(code) = rules::code_in_start_payload(payload) else { return Ok(None) };
    let Some(promoter) = affiliates::repo::find(tx.conn(), code).await? else {
        return Ok(Some(Invitation::NoSuchCode));
    };
    let invitation = match rules::attribution(promoter.user, visitor, is_new) {
        // A promoter's own visits are not worth counting.
        Attribution::OwnLink => return Ok(Some(Invitation::OwnLink)),
        Attribution::KnownBefore => Invitation::KnownBefore,
        Attribution::Counts => {
            users::repo::save_referral(tx, visitor, &promoter.code, now).await?;
            Invitation::Counts
        }
    };
    affiliates::repo::count_click(tx, &promoter.code).await?;
    let counts = invitation == Invitation::Counts;
    affiliates::days::count(tx, &promoter.code, (today, counts)).await?;
    Ok(Some(invitation))
}
