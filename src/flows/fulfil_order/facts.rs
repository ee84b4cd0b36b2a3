//! Step `facts`: what the prompt may state as true. The model reckons nothing itself (spec.md §5):
//! pillars, ten gods, 大运 and 流年 with ages and years are given to it.

use super::chart::Charts;
use super::{Case, Failure, Trouble};
use crate::bazi::facts::{
    Asked, DayFacts, FACTS_VERSION, Facts, PairFacts, PersonOfPair, chart_facts, day_facts,
};
use crate::bazi::{Between, Chart};
use crate::catalog::answers::FormAnswers;
use crate::flows::asked_years;
use crate::reports::repo as reports;

impl Case<'_> {
    pub(super) async fn facts(&mut self) -> Result<(), Trouble> {
        let product = self.tools.product(&self.order)?;
        if product.pack.is_some() {
            let tx = self.begin().await?;
            return self.checkpoint(tx).await;
        }
        let facts = match self.saved_charts().await? {
            Some(charts) => {
                let answers: FormAnswers = self.order.form(&self.tools.till.base.keyring)?;
                let this_year = self.this_year();
                let asked = |chart: &Chart| asked_years::of((&product, &answers), chart, this_year);
                match charts {
                    Charts::One(chart) => {
                        Facts::Chart(Box::new(chart_facts(&chart, asked(&chart))))
                    }
                    Charts::Several(charts) => {
                        let people = charts.into_iter().map(|of| (of.field, of.chart)).collect();
                        Facts::Pair(Box::new(of_people(people, (this_year, asked))))
                    }
                }
            }
            None => Facts::Day(self.today()?),
        };
        let (base, now) = (&self.tools.till.base, self.tools.now());
        let tx = self.begin().await?;
        reports::save_facts(&tx, &base.keyring, &self.order.order_no, &facts, now).await?;
        self.checkpoint(tx).await
    }

    fn today(&self) -> Result<DayFacts, Trouble> {
        let zone = self.tools.till.money.time_zone;
        let date = self.tools.now().to_utc().with_timezone(&zone).date_naive();
        day_facts(date).map_err(|error| Trouble::Lasting(Failure::Internal, error.into()))
    }
}

/// What a report about several people may state, each of them by the key of the birth.
pub(in crate::flows) fn of_people(
    charts: Vec<(String, Chart)>,
    (this_year, asked): (i32, impl Fn(&Chart) -> Asked),
) -> PairFacts {
    let between = match charts.as_slice() {
        [(_, first), (_, second)] => Some(Between::of(first, second)),
        _ => None,
    };
    let person = |(field, chart): (String, Chart)| {
        let asked = asked(&chart);
        PersonOfPair { field, chart: chart_facts(&chart, asked) }
    };
    let people = charts.into_iter().map(person).collect();
    PairFacts { version: FACTS_VERSION, this_year, people, between }
}
