//! The finished chapters read together, before they become the report: each was good by itself, and
//! one may still say what another has said. The later of the two is taken back and written again with
//! the findings in its prompt. This counts as one refusal of that chapter, so the rest of the way is
//! the usual one: another writer, an operator, the money back.

use super::judge::{count, part_of};
use super::report::for_prompt;
use super::writing::Desk;
use super::{Case, Trouble};
use crate::reports::calls::{self, CallOutcome};
use crate::reports::chapters::{self, Chapter};
use crate::reports::checks::{self, Check};
use crate::reports::gate::{Mode, Verdict};
use crate::reports::repo::Provenance;

impl Case<'_> {
    /// Takes back the chapters that repeat earlier ones; their places in `book`. Empty: the report is
    /// whole.
    pub(super) async fn read_together(
        &self,
        desk: &Desk<'_>,
        book: &[&Chapter],
    ) -> Result<Vec<usize>, Trouble> {
        let writing = &self.tools.writing;
        if writing.gate_mode == Mode::Off {
            return Ok(Vec::new());
        }
        let texts: Vec<&str> = book.iter().map(|it| it.body.markdown.as_str()).collect();
        let (mut back, mut blemishes) = (Vec::new(), Vec::new());
        for (place, findings) in writing.gate.repeating(&texts) {
            let Some(chapter) = book.get(place) else { continue };
            // An operator let it go: his word stands.
            let Some(provenance) = self.kept_by_gate(&chapter.key).await? else { continue };
            let (db, part) = (self.tools.till.base.db.read(), part_of(desk.plan(), &chapter.key));
            let (refused, readings) = checks::count(db, &self.order.order_no, part).await?;
            let verdict = Verdict::of(writing.gate_mode, &findings, refused);
            count(verdict, &findings);
            let attempt = readings.saturating_add(1);
            let checked_at = self.tools.now();
            let check = Check { part, attempt, verdict, findings, provenance, checked_at };
            if verdict == Verdict::Refused {
                self.take_back(chapter, &check).await?;
                back.push(place);
            } else {
                blemishes.push(check);
            }
        }
        // Of a text that is read again anyway, only the last reading counts.
        if back.is_empty() {
            self.note(&blemishes).await?;
        }
        Ok(back)
    }

    /// Where the text of a chapter came from; `None` when no request for it was kept.
    async fn kept_by_gate(&self, key: &str) -> Result<Option<Provenance>, Trouble> {
        let base = &self.tools.till.base;
        let calls = calls::list(base.db.read(), &base.keyring, &self.order.order_no).await?;
        let kept = calls
            .into_iter()
            .rfind(|call| call.chapter == key && call.outcome == CallOutcome::Kept);
        Ok(kept.map(|call| call.made))
    }

    async fn take_back(&self, chapter: &Chapter, check: &Check) -> Result<(), Trouble> {
        let (keyring, number) = (&self.tools.till.base.keyring, &self.order.order_no);
        let findings = for_prompt(&check.findings, self.locale());
        let tx = self.begin_noting().await?;
        calls::reject(&tx, keyring, (number, &chapter.key), &findings).await?;
        checks::save(&tx, keyring, number, (check, Some(&chapter.body.markdown))).await?;
        chapters::remove(&tx, number, &chapter.key).await?;
        tx.commit().await?;
        tracing::info!(
            report.chapter = chapter.key,
            "a chapter repeats another and is written again"
        );
        Ok(())
    }

    async fn note(&self, checks: &[Check]) -> Result<(), Trouble> {
        if checks.is_empty() {
            return Ok(());
        }
        let (keyring, number) = (&self.tools.till.base.keyring, &self.order.order_no);
        let tx = self.begin_noting().await?;
        for check in checks {
            checks::save(&tx, keyring, number, (check, None)).await?;
        }
        tx.commit().await?;
        Ok(())
    }
}
