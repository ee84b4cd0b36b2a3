//! Step `bazi`: the chart, from our own engine or from a service that our engine checks (spec.md
//! §5, issue: a disagreement is an alert and the configured fallback decides).

use chrono::Datelike;

use super::{Case, Failure, Trouble};
use crate::bazi::ports::ChartError;
use crate::bazi::{self, BirthMoment, Chart};
use crate::catalog::answers::FormAnswers;
use crate::flows::jobs::AlertKind;
use crate::flows::{raise_alert, read_birth};
use crate::platform::texts::Args;
use crate::reports::repo as reports;

/// How often a service that cannot be reached is asked.
pub(super) const ATTEMPTS: i32 = 3;

/// A chart, and what an operator should know about how it came about.
struct Found {
    chart: Chart,
    alert: Option<(AlertKind, String)>,
}

impl Case<'_> {
    pub(super) async fn chart(&mut self) -> Result<(), Trouble> {
        let needed = self.tools.product(&self.order)?.needs_chart;
        let found = if needed { Some(self.find_chart().await?) } else { None };
        let (base, now) = (&self.tools.till.base, self.tools.now());
        let number = &self.order.order_no;
        let tx = self.begin().await?;
        if let Some(Found { chart, alert }) = &found {
            reports::save_chart(&tx, &base.keyring, number, chart, now).await?;
            if let Some((kind, note)) = alert {
                raise_alert::run(&tx, *kind, (number.as_str(), note), now).await?;
            }
        }
        self.checkpoint(tx).await
    }

    async fn find_chart(&self) -> Result<Found, Trouble> {
        let birth = self.birth()?;
        let ours = bazi::chart(&birth, self.this_year())
            .map_err(|error| Trouble::Lasting(Failure::Chart, error.into()))?;
        let Some(service) = &self.tools.charts.service else {
            return Ok(Found { chart: ours, alert: None });
        };
        match service.chart(&birth, self.this_year()).await {
            Ok(theirs) => match bazi::cross_check(&ours, &theirs) {
                Ok(()) => Ok(Found { chart: theirs, alert: None }),
                Err(disagreement) => self.fall_back(
                    ours,
                    Failure::ChartDisagreement,
                    (AlertKind::ChartDisagreement, format!("{}: {disagreement}", service.name())),
                ),
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

    fn birth(&self) -> Result<BirthMoment, Trouble> {
        let answers: FormAnswers = self.order.form(&self.tools.till.base.keyring)?;
        let (Some(gender), Some(birth)) = (answers.gender(), answers.birth()) else {
            let cause = anyhow::anyhow!("the form has no birth");
            return Err(Trouble::Lasting(Failure::Chart, cause));
        };
        read_birth::input(gender, birth)
            .and_then(|input| input.normalise())
            .map_err(|error| Trouble::Lasting(Failure::Chart, error.into()))
    }

    /// The year it is in the shop's zone.
    pub(super) fn this_year(&self) -> i32 {
        let zone = self.tools.till.money.time_zone;
        self.tools.now().to_utc().with_timezone(&zone).year()
    }

    pub(super) async fn saved_chart(&self) -> Result<Option<Chart>, Trouble> {
        let base = &self.tools.till.base;
        let number = &self.order.order_no;
        Ok(reports::find_chart(base.db.read(), &base.keyring, number).await?)
    }

    /// What the title of the report says about the chart, and about what it had to do without.
    pub(super) async fn chart_lines(&self) -> Result<Vec<String>, Trouble> {
        let Some(chart) = self.saved_chart().await? else { return Ok(Vec::new()) };
        let args = Args::new().escaped("pillars", &chart.pillars_zh());
        let mut lines = vec![self.tools.format(self.locale(), "report-pillars", &args)];
        let birth = &chart.birth;
        if !birth.time.is_known() {
            lines.push(self.tools.text(self.locale(), "report-note-hour-unknown"));
        } else if birth.place.is_none() {
            lines.push(self.tools.text(self.locale(), "report-note-no-place"));
        }
        Ok(lines)
    }
}
