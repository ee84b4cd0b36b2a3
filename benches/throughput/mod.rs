//! How many callbacks per second are taken over HTTP, beside the physical limit of the same machine
//! in the same run.

pub(crate) mod limits;
pub(crate) mod load;
pub(crate) mod shelves;

use std::time::Duration;

use self::load::{Load, Point};
use crate::support::{Bench, number};

/// Connections that call at the same time, unless `MINGSHU_BENCH_CONNECTIONS` names one number of them.
const CONNECTIONS: [usize; 3] = [1, 8, 64];
/// More than can be taken in a second.
const PER_SECOND: u64 = 40_000;

pub(crate) fn measure() {
    let seconds = number("MINGSHU_BENCH_SECONDS", 2);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let bench = runtime.block_on(Bench::start());
    let stored = number("MINGSHU_BENCH_STORED", 1_000);
    let mut shelves = runtime.block_on(shelves::Shelves::stock(&bench, stored));
    println!("database: {}, stored orders: {stored}", bench.database);
    let load = Load { address: bench.address, time: Duration::from_secs(seconds) };
    let mut rows = Rows::default();
    let asked = number("MINGSHU_BENCH_CONNECTIONS", 0);
    let asked = usize::try_from(asked).ok().filter(|asked| *asked > 0).map(|asked| vec![asked]);
    let connections = asked.unwrap_or_else(|| CONNECTIONS.to_vec());
    for _round in 0..number("MINGSHU_BENCH_ROUNDS", 3) {
        if bench.database == "sqlite" {
            rows.add("raw: one thread, one callback per commit", 1, Some(limits::raw(load.time)));
        }
        for &connections in &connections {
            if bench.database != "sqlite" {
                rows.add("pgbench", connections, limits::pgbench(connections, load.time));
            }
            let calls = runtime.block_on(shelves.lay_out(&bench, seconds * PER_SECOND));
            let point = load.run(connections, &calls);
            runtime.block_on(shelves.check(&bench, point.calls));
            rows.add("mingshu", connections, Some(point));
            for mode in ["simple", "full"] {
                let title = format!("python, {mode}");
                rows.add(&title, connections, limits::python(mode, connections, load.time));
            }
        }
    }
    rows.print();
}

/// What was measured, by title and connections, in the order of the first round.
#[derive(Default)]
struct Rows(Vec<(String, usize, Vec<Point>)>);

impl Rows {
    fn add(&mut self, title: &str, connections: usize, point: Option<Point>) {
        let Some(point) = point else { return };
        let known = self.0.iter_mut().find(|row| row.0 == title && row.1 == connections);
        match known {
            Some(row) => row.2.push(point),
            None => self.0.push((title.to_owned(), connections, vec![point])),
        }
    }

    fn print(&self) {
        println!(
            "{:<42} {:>5} {:>9} {:>8} {:>8} {:>8}",
            "", "conn", "calls/s", "p50 ms", "p99 ms", "ratio"
        );
        for (title, connections, points) in &self.0 {
            let rate = median(points, |point| point.per_second);
            let limit = self.limit(*connections).map_or(f64::NAN, |limit| rate / limit);
            println!(
                "{title:<42} {connections:>5} {rate:>9.0} {:>8.2} {:>8.2} {limit:>8.2}",
                median(points, |point| point.p50_ms),
                median(points, |point| point.p99_ms),
            );
        }
    }

    /// The limit to which a row is compared: `SQLite`'s is one for all.
    fn limit(&self, connections: usize) -> Option<f64> {
        let raw = self.0.iter().find(|row| row.0.starts_with("raw"));
        let limit =
            raw.or_else(|| self.0.iter().find(|row| row.0 == "pgbench" && row.1 == connections))?;
        Some(median(&limit.2, |point| point.per_second))
    }
}

fn median(points: &[Point], figure: impl Fn(&Point) -> f64) -> f64 {
    let mut figures: Vec<_> = points.iter().map(figure).collect();
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}
