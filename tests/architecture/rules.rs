//! The design as a table, and what the code does against it.

use std::collections::{BTreeMap, BTreeSet};

use super::reader::{File, NamedPath, Program};

const CAPABILITIES: &[&str] = &[
    "alerts",
    "users",
    "catalog",
    "orders",
    "payments",
    "promotions",
    "affiliates",
    "reports",
    "notifications",
    "bazi",
    "audit",
    "events",
    "shop",
    "broadcasts",
];
const PROCESSES: &[&str] = &["bot", "callback", "worker", "admin", "reader"];
const LINES: usize = 400;

/// Where the statements of a capability or process stand, besides `repo.rs` and `entity.rs`:
/// files named after a table of their own.
const TABLE_FILES: &[&str] = &[
    "affiliates/days.rs",
    "affiliates/payouts.rs",
    "bot/inbox.rs",
    "catalog/shelf.rs",
    "catalog/stock.rs",
    "events/sinks.rs",
    "orders/buyers.rs",
    "orders/kept.rs",
    "orders/pace.rs",
    "orders/packs.rs",
    "orders/row.rs",
    "orders/together.rs",
    "payments/health.rs",
    "payments/inbox.rs",
    "payments/refunds.rs",
    "payments/refusals.rs",
    "payments/requests.rs",
    "reports/calls.rs",
    "reports/chapters.rs",
    "reports/checks.rs",
    "reports/deliveries.rs",
    "reports/health.rs",
    "reports/links.rs",
    "reports/questions.rs",
    "reports/ratings.rs",
    "reports/rewrites.rs",
    "users/profiles.rs",
];

/// Ways in that keep books of their own beside what the flows do: which updates came, and how a
/// job ended together with the alarm about it.
const BOOKKEEPERS: &[&str] = &["bot/inbox.rs", "worker/attend.rs"];

/// What the callback must never reach, not even through the flows that it calls (spec.md §2.3):
/// it talks to nobody.
const OUT_OF_REACH: &[&str] = &[
    "alerts/adapters/",
    "reports/",
    "bazi/",
    "notifications/",
    "events/",
    "payments/adapters/",
    "platform/http.rs",
    "sandbox/",
];

/// Module → modules it may name. The table is the design; the code follows it.
fn allowed() -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    let ground = ["kernel", "platform"];
    let below_processes = || ground.into_iter().chain(CAPABILITIES.iter().copied());
    let below_app = || below_processes().chain(["flows", "config", "sandbox"]);
    let mut table = BTreeMap::from([
        ("kernel", BTreeSet::new()),
        ("platform", BTreeSet::from(["kernel"])),
        ("config", BTreeSet::from(ground)),
        ("sandbox", BTreeSet::from(ground)),
        ("flows", below_processes().collect()),
        ("app", below_app().chain(PROCESSES.iter().copied()).collect()),
        ("cli", below_app().chain(PROCESSES.iter().copied()).chain(["app"]).collect()),
        ("lib", BTreeSet::new()),
        // The binary names the library by its crate's name.
        ("main", BTreeSet::new()),
    ]);
    for capability in CAPABILITIES {
        table.insert(capability, BTreeSet::from(ground));
    }
    for process in PROCESSES {
        table.insert(process, below_processes().chain(["flows"]).collect());
    }
    table
}

/// Everything that is against the rules, one line each.
pub(crate) fn faults(program: &Program) -> Vec<String> {
    let mut faults = Vec::new();
    for file in &program.files {
        let mut complain = |fault: String| faults.push(format!("{}: {fault}", file.path));
        own_modules(file, &mut complain);
        other_crates(file, &mut complain);
        purity(file, &mut complain);
        write_transactions(file, &mut complain);
        form(file, &mut complain);
    }
    faults.extend(reach_of_callback(program));
    faults
}

fn own_modules(file: &File, complain: &mut impl FnMut(String)) {
    for blind in &file.blind_spots {
        complain(format!("`{blind}` hides what is used: name it"));
    }
    let table = allowed();
    let Some(may_name) = table.get(file.top()) else {
        complain(format!("the module `{}` has no place in the table", file.top()));
        return;
    };
    let tops = file.paths.iter().filter(|path| path.own_crate).filter_map(|path| {
        // Tests of adapters may play against the sandbox.
        let top = path.segments.first()?.as_str();
        let excused = path.in_test && top == "sandbox";
        (top != file.top() && table.contains_key(top) && !excused).then_some(top)
    });
    for top in tops.collect::<BTreeSet<_>>() {
        if !may_name.contains(top) {
            complain(format!("`{}` must not know `{top}`", file.top()));
        }
    }
}

fn other_crates(file: &File, complain: &mut impl FnMut(String)) {
    let path = file.path.as_str();
    let top = file.top();
    let process = PROCESSES.contains(&top);
    let named: BTreeSet<&str> =
        file.code().filter(|path| !path.own_crate).map(|path| path.segments[0].as_str()).collect();
    for (name, at_home) in [
        ("sea_orm", top == "platform" || holds_statements(path) || only_its_error(file)),
        ("sea_orm_migration", top == "platform"),
        ("rusqlite", path.starts_with("platform/db/group/")),
        ("tokio_postgres", path.starts_with("platform/db/group/")),
        ("axum", process || ["app", "sandbox"].contains(&top) || path == "platform/web.rs"),
        ("tower_http", path == "platform/web.rs"),
        ("teloxide", top == "bot" || path.starts_with("notifications/adapters/")),
        ("lettre", path.starts_with("alerts/adapters/")),
        ("async_nats", path.starts_with("events/adapters/")),
        ("reqwest", path == "platform/http.rs" || path.contains("/adapters/")),
        ("figment", top == "config"),
        ("clap", ["app", "cli"].contains(&top)),
        ("render", path.starts_with("reports/adapters/")),
        // The played chart service reckons without our engine, which it is there to test.
        ("tyme4rs", path == "bazi/almanac.rs" || path.starts_with("sandbox/yuanfenju/")),
    ] {
        if named.contains(name) && !at_home {
            complain(format!("`{name}` does not belong here"));
        }
    }
}

fn holds_statements(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name == "repo.rs" || name == "entity.rs" || TABLE_FILES.contains(&path)
}

/// An error type may carry the database's error.
fn only_its_error(file: &File) -> bool {
    let mut named = file.code().filter(|path| !path.own_crate && path.segments[0] == "sea_orm");
    named.all(|path| path.segments == ["sea_orm", "DbErr"])
}

/// Rules and the kernel decide from what they are given.
fn purity(file: &File, complain: &mut impl FnMut(String)) {
    let rules = file.path.ends_with("/rules.rs");
    if !rules && file.top() != "kernel" {
        return;
    }
    let crates = ["sea_orm", "axum", "tokio", "reqwest", "teloxide", "tracing", "metrics"];
    for path in file.code() {
        let waits = !path.own_crate && crates.contains(&path.segments[0].as_str());
        let asks_clock = rules && path.segments.iter().any(|word| word.ends_with("Clock"));
        if waits || asks_clock {
            complain(format!("pure code names `{}`", path.segments.join("::")));
        }
    }
    for word in ["async", "SystemTime", "Instant"] {
        if file.words.contains(word) {
            complain(format!("pure code says `{word}`"));
        }
    }
}

fn write_transactions(file: &File, complain: &mut impl FnMut(String)) {
    let at_home = ["flows", "platform"].contains(&file.top());
    let opens = ["begin_write", "begin_group"].iter().any(|word| file.words.contains(*word));
    if opens && !at_home && !BOOKKEEPERS.contains(&file.path.as_str()) {
        complain("only flows open write transactions".to_owned());
    }
}

fn form(file: &File, complain: &mut impl FnMut(String)) {
    if !file.text.starts_with("//! ") {
        complain("does not open with `//!`: what is it for?".to_owned());
    }
    let lines = file.text.lines().count();
    if lines > LINES {
        complain(format!("has {lines} lines, {LINES} are enough"));
    }
}

/// Walks from file to file, beginning at the callback.
fn reach_of_callback(program: &Program) -> Vec<String> {
    reached(program, "callback")
        .into_iter()
        .filter(|(path, _)| OUT_OF_REACH.iter().any(|place| path.starts_with(place)))
        .map(|(path, way)| format!("callback reaches {path}: {}", way.join(" → ")))
        .collect()
}

/// Every file that `start` leads to outside tests, with the way there.
pub(crate) fn reached(program: &Program, start: &str) -> BTreeMap<String, Vec<String>> {
    let beginning = program.files.iter().filter(|file| file.top() == start);
    let mut ways: BTreeMap<String, Vec<String>> =
        beginning.clone().map(|file| (file.path.clone(), vec![file.path.clone()])).collect();
    let mut open: Vec<&File> = beginning.collect();
    while let Some(file) = open.pop() {
        for path in file.code().filter(|path| path.own_crate) {
            let Some(next) = target(program, path) else { continue };
            if !ways.contains_key(&next.path) {
                let way = [ways[&file.path].clone(), vec![next.path.clone()]].concat();
                ways.insert(next.path.clone(), way);
                open.push(next);
            }
        }
    }
    ways
}

fn target<'a>(program: &'a Program, path: &NamedPath) -> Option<&'a File> {
    program.file_of(&path.segments)
}
