//! How many jobs run at once: one permit for each.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

pub(super) struct Slots {
    all: u32,
    free: Arc<Semaphore>,
}

impl Slots {
    pub(super) fn new(count: u32) -> Self {
        let all = count.max(1);
        Self { all, free: Arc::new(Semaphore::new(usize::try_from(all).unwrap_or(1))) }
    }

    /// Takes every free slot; waits for at least one, but not longer than `patience`.
    pub(super) async fn take(&self, patience: Duration) -> Vec<OwnedSemaphorePermit> {
        let first = Arc::clone(&self.free).acquire_owned();
        let Ok(Ok(first)) = tokio::time::timeout(patience, first).await else { return Vec::new() };
        let mut slots = vec![first];
        while let Ok(next) = Arc::clone(&self.free).try_acquire_owned() {
            slots.push(next);
        }
        slots
    }

    /// Waits until nothing runs, but not longer than `patience`. False: something still does.
    pub(super) async fn all_free(&self, patience: Duration) -> bool {
        let all = self.free.acquire_many(self.all);
        tokio::time::timeout(patience, all).await.is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn there_are_never_more_hands_than_slots() {
        let slots = Slots::new(3);
        let mut taken = slots.take(Duration::ZERO).await;
        assert_eq!(taken.len(), 3);
        assert!(slots.take(Duration::ZERO).await.is_empty());
        assert!(!slots.all_free(Duration::ZERO).await);
        taken.pop();
        assert_eq!(slots.take(Duration::ZERO).await.len(), 1);
        taken.clear();
        assert!(slots.all_free(Duration::ZERO).await);
    }
}
