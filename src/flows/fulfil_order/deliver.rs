//! Step `deliver`: the first round of messages.

use super::progress::{Growth, Stage};
use super::{Case, Failure, Trouble};
use crate::flows::deliver_report::{Delivery, Stopped};
use crate::flows::mark_unreachable;

impl Case<'_> {
    pub(super) async fn deliver(&mut self) -> Result<(), Trouble> {
        let product = self.tools.product(&self.order)?;
        let (sent, outcome) = {
            let delivery = Delivery {
                tools: self.tools,
                order: &self.order,
                round: 0,
                claimed: self.claimed,
                stop: self.stop,
            };
            let nothing = Growth::default();
            let shown = self.show(&product, (Stage::Send, &nothing));
            let (delivered, ()) = tokio::join!(delivery.run(), shown);
            delivered
        };
        if sent > 0 {
            self.failures = 0;
        }
        match outcome {
            Ok(()) => {}
            // The report stays and is offered at the next `/start` (spec.md §6).
            Err(Stopped::Unreachable) => {
                mark_unreachable::run(&self.tools.till.base, self.order.user).await?;
            }
            Err(Stopped::Passing(error, after)) => {
                return Err(Trouble::Passing(Failure::Delivery, error, after));
            }
            Err(Stopped::Lasting(error)) => return Err(Trouble::Lasting(Failure::Delivery, error)),
            Err(Stopped::Asked) => return Err(Trouble::TooEarly(std::time::Duration::ZERO)),
            Err(Stopped::LeaseLost) => return Err(Trouble::LeaseLost),
        }
        let tx = self.begin().await?;
        self.checkpoint(tx).await
    }
}
