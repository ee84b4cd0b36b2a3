//! Who belongs to a segment: read in pages, so that a big shop needs no big transaction. People who
//! cannot be reached, want no news or are turned away belong to none.

use std::collections::{BTreeMap, BTreeSet};

use super::BroadcastError;
use crate::broadcasts::{Reader, Segment};
use crate::flows::base::Base;
use crate::kernel::ids::UserId;
use crate::orders::buyers;
use crate::users::{self, User};

const PAGE: u64 = 500;

/// Some of the people, and the last one who was looked at.
pub(super) struct Page {
    readers: Vec<(User, bool)>,
    /// `None`: there are no more.
    pub(super) last: Option<UserId>,
}

impl Page {
    pub(super) fn of(&self, segment: Segment) -> Vec<UserId> {
        let belongs = |(user, bought): &&(User, bool)| {
            segment.has(Reader { locale: user.locale, bought: *bought })
        };
        self.readers.iter().filter(belongs).map(|(user, _)| user.id).collect()
    }
}

/// The people after `after`.
pub(super) async fn page(base: &Base, after: UserId) -> Result<Page, BroadcastError> {
    let db = base.db.read();
    let users = users::repo::list_readers(db, after, PAGE).await?;
    let ids: Vec<UserId> = users.iter().map(|user| user.id).collect();
    let bought: BTreeSet<UserId> = buyers::among(db, &ids).await?;
    let last = ids.last().copied();
    let readers = users.into_iter().map(|user| {
        let has = bought.contains(&user.id);
        (user, has)
    });
    Ok(Page { readers: readers.collect(), last })
}

/// How many people each segment has now.
pub async fn count(base: &Base) -> Result<BTreeMap<Segment, usize>, BroadcastError> {
    let mut counts: BTreeMap<Segment, usize> =
        Segment::ALL.into_iter().map(|segment| (segment, 0)).collect();
    let mut after = UserId(i64::MIN);
    loop {
        let page = page(base, after).await?;
        for (segment, count) in &mut counts {
            *count = count.saturating_add(page.of(*segment).len());
        }
        match page.last {
            Some(last) => after = last,
            None => return Ok(counts),
        }
    }
}
