//! `mingshu events …`: what went outside, and to whom. Needs the database and the section `events`
//! of the settings, nothing else.

use std::io::Write;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use chrono::{DateTime, NaiveDate, TimeZone as _};
use chrono_tz::Tz;
use clap::Subcommand;
use serde_json::{Value, json};

use super::config::refuse;
use super::{Context, Exit};
use crate::app::parts;
use crate::config::Config;
use crate::events::repo::{self as events, DeliveryRow, Filter};
use crate::events::rules::Pattern;
use crate::events::sinks::{self, SinkState};
use crate::events::{Event, Sink};
use crate::flows::post::Post;
use crate::flows::resend_events::{self, Wish};
use crate::flows::{enable_sink, try_sink};
use crate::kernel::clock::{SystemClock, Timestamp};

#[derive(Debug, Subcommand)]
pub(super) enum EventsCommand {
    /// The newest events, and how far they are
    List {
        /// Only events for this sink
        #[arg(long)]
        sink: Option<String>,
        /// Only events that a sink did not take
        #[arg(long)]
        failed: bool,
        #[arg(long, default_value_t = 20)]
        limit: u32,
    },
    /// One event as it goes out, and how far it is at every sink
    Show { id: String },
    /// Send events again, delivered or not
    Resend {
        /// One event
        #[arg(required_unless_present = "since", conflicts_with = "since")]
        id: Option<String>,
        /// All events since a day such as 2026-11-20, or a moment such as 2026-11-20T08:00:00Z
        #[arg(long)]
        since: Option<String>,
        /// Only to this sink
        #[arg(long)]
        sink: Option<String>,
        /// Only this type, such as `order.paid` or `order.*`
        #[arg(long = "type", value_name = "TYPE")]
        kind: Option<String>,
    },
    /// All sinks and how they are
    Sinks,
    /// Switch a sink on again
    Enable { sink: String },
    /// Call a sink at once with an event that means nothing
    Test { sink: String },
}

pub(super) fn run(context: &Context, command: EventsCommand) -> anyhow::Result<Exit> {
    let config = match Config::load_sections(&context.sources, &["database", "events", "orders"]) {
        Ok(config) => config,
        Err(problems) => return Ok(refuse(context, &problems)),
    };
    super::runtime()?.block_on(async {
        let post = parts::post(&config, Arc::new(SystemClock)).await?;
        let desk = Desk { post: &post, zone: config.orders.time_zone, json: context.json };
        let outcome = desk.answer(command, &mut std::io::stdout()).await;
        post.db.close().await?;
        outcome
    })
}

struct Desk<'a> {
    post: &'a Post,
    zone: Tz,
    json: bool,
}

impl Desk<'_> {
    async fn answer(&self, command: EventsCommand, out: &mut impl Write) -> anyhow::Result<Exit> {
        match command {
            EventsCommand::List { sink, failed, limit } => {
                self.list(&Filter { sink, failed }, limit, out).await?;
            }
            EventsCommand::Show { id } => self.show(&id, out).await?,
            EventsCommand::Resend { id, since, sink, kind } => {
                let wish = self.wish(sink, kind.as_deref())?;
                match (id, since) {
                    (Some(id), _) => self.resend(&id, &wish, out).await?,
                    (None, since) => {
                        let since = since.context("say which events")?;
                        self.resend_since(&since, &wish, out).await?;
                    }
                }
            }
            EventsCommand::Sinks => self.sinks(out).await?,
            EventsCommand::Enable { sink } => self.enable(&sink, out).await?,
            EventsCommand::Test { sink } => return self.test(&sink, out).await,
        }
        Ok(Exit::Done)
    }

    async fn list(&self, filter: &Filter, limit: u32, out: &mut impl Write) -> anyhow::Result<()> {
        let db = self.post.db.read();
        let mut rows = Vec::new();
        for event in events::list(db, filter, limit).await? {
            let ways = events::deliveries(db, &event.id).await?;
            rows.push((event, ways));
        }
        if self.json {
            let all: Result<Vec<Value>, _> = rows.iter().map(event_json).collect();
            return Ok(writeln!(out, "{}", serde_json::to_string_pretty(&all?)?)?);
        }
        for (event, ways) in &rows {
            let ways: Vec<String> =
                ways.iter().map(|way| format!("{} {}", way.sink, way.status.as_str())).collect();
            let at = event.occurred_at;
            let ways = ways.join(", ");
            writeln!(out, "{}  {at}  {:<18}  {:<20}  {ways}", event.id, event.kind, event.subject)?;
        }
        Ok(())
    }

    async fn show(&self, id: &str, out: &mut impl Write) -> anyhow::Result<()> {
        let db = self.post.db.read();
        let Some(event) = events::find(db, id).await? else { bail!("there is no event {id}") };
        let ways = events::deliveries(db, id).await?;
        if self.json {
            let row = event_json(&(event, ways))?;
            return Ok(writeln!(out, "{}", serde_json::to_string_pretty(&row)?)?);
        }
        let envelope: Value = serde_json::from_str(&event.envelope()?)?;
        writeln!(out, "{}", serde_json::to_string_pretty(&envelope)?)?;
        for way in &ways {
            writeln!(out, "{}", way_text(way))?;
        }
        Ok(())
    }

    fn wish(&self, sink: Option<String>, kind: Option<&str>) -> anyhow::Result<Wish> {
        if let Some(name) = &sink {
            self.sink(name)?;
        }
        let kinds = kind.map(|text| {
            Pattern::parse(text).with_context(|| format!("`{text}` is not a type such as order.*"))
        });
        Ok(Wish { kinds: kinds.transpose()?, sink })
    }

    async fn resend(&self, id: &str, wish: &Wish, out: &mut impl Write) -> anyhow::Result<()> {
        let names = resend_events::one(self.post, id, wish).await?;
        if self.json {
            return Ok(writeln!(out, "{}", json!({ "deliveries": names.len(), "sinks": names }))?);
        }
        if names.is_empty() {
            bail!("{id}: no sink takes it");
        }
        Ok(writeln!(out, "{id}: goes again to {}", names.join(", "))?)
    }

    async fn resend_since(
        &self,
        since: &str,
        wish: &Wish,
        out: &mut impl Write,
    ) -> anyhow::Result<()> {
        let made = resend_events::since(self.post, moment(since, self.zone)?, wish).await?;
        if self.json {
            return Ok(writeln!(out, "{}", json!({ "deliveries": made }))?);
        }
        Ok(writeln!(out, "{made} deliveries wait; the worker brings them")?)
    }

    async fn sinks(&self, out: &mut impl Write) -> anyhow::Result<()> {
        let db = self.post.db.read();
        let states = sinks::list(db).await?;
        let configured = self.post.sinks.iter().map(|sink| sink.name.as_str());
        let others = states.iter().map(|state| state.sink.as_str());
        let mut names: Vec<&str> = configured.collect();
        names.extend(others.filter(|name| self.post.sink(name).is_none()));
        let mut rows = Vec::new();
        for name in names {
            let state = states.iter().find(|state| state.sink == name).cloned();
            let counts = events::counts(db, name).await?;
            rows.push(sink_json((name, self.post.sink(name)), &state.unwrap_or_default(), counts));
        }
        if self.json {
            return Ok(writeln!(out, "{}", serde_json::to_string_pretty(&rows)?)?);
        }
        for row in &rows {
            writeln!(out, "{}", sink_text(row))?;
        }
        Ok(())
    }

    async fn enable(&self, name: &str, out: &mut impl Write) -> anyhow::Result<()> {
        self.sink(name)?;
        let was_off = enable_sink::run(self.post, name).await?;
        if self.json {
            return Ok(writeln!(out, "{}", json!({ "sink": name, "was_off": was_off }))?);
        }
        let said = if was_off {
            "is on again; `events resend --since` sends what it missed"
        } else {
            "was on"
        };
        Ok(writeln!(out, "{name} {said}")?)
    }

    async fn test(&self, name: &str, out: &mut impl Write) -> anyhow::Result<Exit> {
        let (taken, answer) = match try_sink::run(self.post, self.sink(name)?).await {
            Ok(answer) => (true, answer),
            Err(error) => (false, error.to_string()),
        };
        if self.json {
            let said = json!({ "sink": name, "taken": taken, "answer": answer });
            writeln!(out, "{said}")?;
        } else {
            let verdict = if taken { "taken" } else { "not taken" };
            writeln!(out, "{name}: {verdict}: {answer}")?;
        }
        Ok(if taken { Exit::Done } else { Exit::Failed })
    }

    fn sink(&self, name: &str) -> anyhow::Result<&Sink> {
        let known = || self.post.sinks.iter().map(|sink| sink.name.as_str()).collect::<Vec<_>>();
        self.post.sink(name).with_context(|| {
            format!("there is no sink {name} in events.sinks; there are: {}", known().join(", "))
        })
    }
}

fn event_json((event, ways): &(Event, Vec<DeliveryRow>)) -> serde_json::Result<Value> {
    let envelope: Value = serde_json::from_str(&event.envelope()?)?;
    Ok(json!({ "event": envelope, "deliveries": ways }))
}

fn way_text(way: &DeliveryRow) -> String {
    let when = match way.status {
        events::DeliveryStatus::Waiting => format!("next at {}", way.next_attempt_at),
        events::DeliveryStatus::Delivered => {
            way.delivered_at.map(|at| at.to_string()).unwrap_or_default()
        }
        events::DeliveryStatus::Failed => "not tried again".to_owned(),
    };
    let error = way.last_error.as_deref().unwrap_or("");
    let (sink, status, attempts) = (&way.sink, way.status.as_str(), way.attempts);
    format!("{sink}  {status}  attempts {attempts}  {when}  {error}")
}

fn sink_json(
    (name, sink): (&str, Option<&Sink>),
    state: &SinkState,
    (waiting, failed): (i64, i64),
) -> Value {
    let status = match (sink, state.disabled) {
        (None, _) => "not_configured",
        (Some(_), true) => "disabled",
        (Some(_), false) => "active",
    };
    json!({
        "sink": name,
        "kind": sink.map(|sink| sink.carrier.kind()),
        "status": status,
        "failing_since": state.failing.since.map(|at| at.to_string()),
        "last_error": state.last_error,
        "waiting": waiting,
        "failed": failed,
    })
}

fn sink_text(row: &Value) -> String {
    let text = |key: &str| row.get(key).and_then(Value::as_str).unwrap_or("-").to_owned();
    let number = |key: &str| row.get(key).and_then(Value::as_i64).unwrap_or(0);
    let mut line = format!(
        "{:<20}  {:<8}  {:<14}  waiting {}  failed {}",
        text("sink"),
        text("kind"),
        text("status"),
        number("waiting"),
        number("failed")
    );
    if row.get("failing_since").is_some_and(|since| !since.is_null()) {
        let told = format!("  failing since {}: {}", text("failing_since"), text("last_error"));
        line.push_str(&told);
    }
    line
}

/// The beginning of a day in the shop's zone, or a moment.
fn moment(text: &str, zone: Tz) -> anyhow::Result<Timestamp> {
    if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
        return Ok(Timestamp(moment.timestamp_millis()));
    }
    let expected = || format!("`{text}` is not a day such as 2026-11-20");
    let day: NaiveDate = text.parse().with_context(expected)?;
    let midnight = day.and_hms_opt(0, 0, 0).with_context(expected)?;
    let local = zone.from_local_datetime(&midnight).earliest().with_context(expected)?;
    Ok(Timestamp(local.timestamp_millis()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_in_the_shops_zone() {
        let zone = Tz::Asia__Shanghai;
        let at = |text| moment(text, zone).unwrap().to_string();
        assert_eq!(at("2026-11-20"), "2026-11-19T16:00:00Z");
        assert_eq!(at("2026-11-20T08:00:00+08:00"), "2026-11-20T00:00:00Z");
        assert!(moment("yesterday", zone).is_err());
    }
}
