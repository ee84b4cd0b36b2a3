//! Step `facts`: what the prompt may state as true. The model reckons nothing itself (spec.md §5):
//! pillars, ten gods, 大运 and 流年 with ages and years are given to it.

use super::chart::{ChartOf, Charts};
use super::{Case, Failure, Trouble};
use crate::bazi::Between;
use crate::bazi::facts::{
    Asked, DayFacts, FACTS_VERSION, Facts, PairFacts, PersonOfPair, chart_facts, day_facts,
};
use crate::catalog::ProductSnapshot;
use crate::catalog::answers::FormAnswers;
use crate::reports::repo as reports;

impl Case<'_> {
    pub(super) async fn facts(&mut self) -> Result<(), Trouble> {
        let product = self.tools.product(&self.order)?;
        let facts = match self.saved_charts().await? {
            Some(charts) => {
                let asked = self.asked(&product)?;
                match charts {
                    Charts::One(chart) => Facts::Chart(Box::new(chart_facts(&chart, asked))),
                    Charts::Several(charts) => Facts::Pair(Box::new(pair_facts(charts, asked))),
                }
            }
            None => Facts::Day(self.today()?),
        };
        let (base, now) = (&self.tools.till.base, self.tools.now());
        let tx = self.begin().await?;
        reports::save_facts(&tx, &base.keyring, &self.order.order_no, &facts, now).await?;
        self.checkpoint(tx).await
    }

    /// The year that the buyer asked for with its months, or the present one and those ahead.
    fn asked(&self, product: &ProductSnapshot) -> Result<Asked, Trouble> {
        let this_year = self.this_year();
        let year = self.asked_year(product)?;
        let first = year.unwrap_or(this_year);
        let ahead = i32::try_from(product.years_ahead).unwrap_or_default();
        let last = year.unwrap_or(this_year.saturating_add(ahead));
        Ok(Asked { this_year, first, last, months: year.is_some() })
    }

    fn asked_year(&self, product: &ProductSnapshot) -> Result<Option<i32>, Trouble> {
        let Some(field) = &product.chart_year else { return Ok(None) };
        let answers: FormAnswers = self.order.form(&self.tools.till.base.keyring)?;
        Ok(answers.number(field).and_then(|year| i32::try_from(year).ok()))
    }

    fn today(&self) -> Result<DayFacts, Trouble> {
        let zone = self.tools.till.money.time_zone;
        let date = self.tools.now().to_utc().with_timezone(&zone).date_naive();
        day_facts(date).map_err(|error| Trouble::Lasting(Failure::Internal, error.into()))
    }
}

fn pair_facts(charts: Vec<ChartOf>, asked: Asked) -> PairFacts {
    let between = match charts.as_slice() {
        [first, second] => Some(Between::of(&first.chart, &second.chart)),
        _ => None,
    };
    let person =
        |of: ChartOf| PersonOfPair { field: of.field, chart: chart_facts(&of.chart, asked) };
    let people = charts.into_iter().map(person).collect();
    PairFacts { version: FACTS_VERSION, this_year: asked.this_year, people, between }
}
