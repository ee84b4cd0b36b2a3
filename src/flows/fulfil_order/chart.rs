//! Step `bazi`: the chart, from our own engine or from a service that our engine checks (spec.md
//! §5, issue: a disagreement is an alert and the configured fallback decides). A form that asks about
//! two people gives two charts.

use chrono::Datelike;
use serde::{Deserialize, Serialize};

use super::{Case, Failure, Trouble};
use crate::bazi::ports::ChartError;
use crate::bazi::{self, BirthMoment, Chart, Check};
use crate::catalog::answers::{FormAnswers, PersonAnswer};
use crate::flows::jobs::AlertKind;
use crate::flows::{raise_alert, read_birth};
use crate::platform::texts::Args;
use crate::reports::repo as reports;

/// How often a service that cannot be reached is asked.
pub(super) const ATTEMPTS: i32 = 3;

/// The charts of an order as they are kept: of one person as they always were, of two by the keys
/// of their births.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Charts {
    One(Box<Chart>),
    Several(Vec<ChartOf>),
}

#[derive(Serialize, Deserialize)]
pub(super) struct ChartOf {
    /// The key of the birth's field.
    pub(super) field: String,
    pub(super) chart: Chart,
}

impl Charts {
    fn of(mut charts: Vec<ChartOf>) -> Option<Self> {
        match charts.len() {
            0 => None,
            1 => charts.pop().map(|only| Self::One(Box::new(only.chart))),
            _ => Some(Self::Several(charts)),
        }
    }

    /// Each chart with the key of its birth; none where only one was asked for.
    pub(super) fn each(&self) -> Vec<(Option<&str>, &Chart)> {
        match self {
            Self::One(chart) => vec![(None, chart)],
            Self::Several(charts) => {
                charts.iter().map(|of| (Some(of.field.as_str()), &of.chart)).collect()
            }
        }
    }
}

/// A chart, and what an operator should know about how it came about.
struct Found {
    chart: Chart,
    alert: Option<(AlertKind, String)>,
}

/// What two engines read differently off the same pillars: another school or a fault of theirs, and
/// no reason to stop. The facts keep it; an operator may look.
fn tell_differences(chart: &Chart) {
    let found = chart.check.as_ref().map_or(&[][..], |check| check.differences.as_slice());
    for difference in found {
        metrics::counter!("mingshu_chart_differences_total", "field" => difference.field.clone())
            .increment(1);
    }
    if !found.is_empty() {
        let fields: Vec<_> = found.iter().map(|it| it.field.as_str()).collect();
        tracing::warn!(
            chart.fields = fields.join(" "),
            "the chart service reads some things differently"
        );
    }
}

impl Case<'_> {
    pub(super) async fn chart(&mut self) -> Result<(), Trouble> {
        let needed = self.tools.product(&self.order)?.needs_chart;
        let found = if needed { self.find_charts().await? } else { Vec::new() };
        let (base, now) = (&self.tools.till.base, self.tools.now());
        let number = &self.order.order_no;
        let tx = self.begin().await?;
        let mut charts = Vec::with_capacity(found.len());
        for (field, Found { chart, alert }) in found {
            if let Some((kind, note)) = alert {
                raise_alert::run(&tx, kind, (number.as_str(), &note), now).await?;
            }
            charts.push(ChartOf { field, chart });
        }
        if let Some(charts) = Charts::of(charts) {
            reports::save_chart(&tx, &base.keyring, number, &charts, now).await?;
        }
        self.checkpoint(tx).await
    }

    /// One chart for each birth of the form.
    async fn find_charts(&self) -> Result<Vec<(String, Found)>, Trouble> {
        let answers: FormAnswers = self.order.form(&self.tools.till.base.keyring)?;
        let mut found = Vec::new();
        for person in answers.people() {
            let birth = moment(&person)?;
            found.push((person.field.to_owned(), self.find_chart(&birth).await?));
        }
        if found.is_empty() {
            return Err(no_birth());
        }
        Ok(found)
    }

    async fn find_chart(&self, birth: &BirthMoment) -> Result<Found, Trouble> {
        let ours = bazi::chart(birth, self.this_year())
            .map_err(|error| Trouble::Lasting(Failure::Chart, error.into()))?;
        let Some(service) = &self.tools.charts.service else {
            return Ok(Found { chart: ours, alert: None });
        };
        match service.chart(birth, self.this_year()).await {
            Ok(theirs) => match bazi::cross_check(&ours, &theirs) {
                Ok(()) => {
                    tell_differences(&theirs);
                    Ok(Found { chart: theirs, alert: None })
                }
                Err(disagreement) => {
                    let note = format!("{}: {disagreement}", service.name());
                    let check = Some(Check::disagreed(theirs.source, &disagreement));
                    let alert = (AlertKind::ChartDisagreement, note);
                    self.fall_back(Chart { check, ..ours }, Failure::ChartDisagreement, alert)
                }
            },
            Err(error @ ChartError::Unreachable(_))
                if self.failures.saturating_add(1) < ATTEMPTS =>
            {
                Err(Trouble::Passing(Failure::Chart, error.into(), None))
            }
            Err(error) => {
                let note = format!("{}: {:#}", service.name(), anyhow::Error::from(error));
                self.fall_back(ours, Failure::Chart, (AlertKind::ChartFallback, note))
            }
        }
    }

    /// `bazi.fallback` decides between our own chart and no report.
    fn fall_back(
        &self,
        ours: Chart,
        failure: Failure,
        alert: (AlertKind, String),
    ) -> Result<Found, Trouble> {
        if self.tools.charts.fallback {
            return Ok(Found { chart: ours, alert: Some(alert) });
        }
        Err(Trouble::Lasting(failure, anyhow::anyhow!(alert.1)))
    }

    /// The year it is in the shop's zone.
    pub(super) fn this_year(&self) -> i32 {
        let zone = self.tools.till.money.time_zone;
        self.tools.now().to_utc().with_timezone(&zone).year()
    }

    pub(super) async fn saved_charts(&self) -> Result<Option<Charts>, Trouble> {
        let base = &self.tools.till.base;
        let number = &self.order.order_no;
        Ok(reports::find_chart(base.db.read(), &base.keyring, number).await?)
    }

    /// What the title of the report says about the charts, and about what they had to do without.
    pub(super) async fn chart_lines(&self) -> Result<Vec<String>, Trouble> {
        let Some(charts) = self.saved_charts().await? else { return Ok(Vec::new()) };
        let pillars = |(field, chart): (Option<&str>, &Chart)| {
            let args = Args::new().escaped("pillars", &chart.pillars_zh());
            match field.and_then(|field| self.label(field)) {
                Some(who) => {
                    let args = args.escaped("who", &who);
                    self.tools.format(self.locale(), "report-pillars-of", &args)
                }
                None => self.tools.format(self.locale(), "report-pillars", &args),
            }
        };
        let mut lines: Vec<String> = charts.each().into_iter().map(pillars).collect();
        let lacks = |what: fn(&BirthMoment) -> bool| {
            charts.each().into_iter().any(|(_, chart)| what(&chart.birth))
        };
        if lacks(|birth| !birth.time.is_known()) {
            lines.push(self.tools.text(self.locale(), "report-note-hour-unknown"));
        } else if lacks(|birth| birth.place.is_none()) {
            lines.push(self.tools.text(self.locale(), "report-note-no-place"));
        }
        Ok(lines)
    }

    /// How the form calls a question; `None` when the product has no such question any more.
    pub(super) fn label(&self, field: &str) -> Option<String> {
        let product = self.tools.catalog.find(&self.order.sku)?;
        Some(product.field(field)?.label.get(self.locale()).to_owned())
    }
}

fn moment(person: &PersonAnswer<'_>) -> Result<BirthMoment, Trouble> {
    let Some(gender) = person.gender else { return Err(no_birth()) };
    read_birth::input(gender, person.birth)
        .and_then(|input| input.normalise())
        .map_err(|error| Trouble::Lasting(Failure::Chart, error.into()))
}

fn no_birth() -> Trouble {
    Trouble::Lasting(Failure::Chart, anyhow::anyhow!("the form has no birth"))
}
