//! Renders one template with data from a file, and says what it cost:
//! `cargo run -p render --example sheet -- templates/report chart.typ data.json out.png [times]`.
//! For those who edit templates, and for measuring.

use std::error::Error;
use std::path::Path;
use std::time::Instant;

use render::{Engine, Form, embedded_fonts};
use serde_json::Value;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut next = || arguments.next().ok_or("usage: sheet FOLDER TEMPLATE DATA OUT [TIMES]");
    let (folder, template, data, out) = (next()?, next()?, next()?, next()?);
    let times: usize = next().ok().map_or(Ok(1), |times| times.parse())?;
    let engine = Engine::try_new(embedded_fonts(), templates(Path::new(&folder))?)?;
    let data: Value = serde_json::from_slice(&std::fs::read(data)?)?;
    let pdf = Path::new(&out).extension().is_some_and(|end| end == "pdf");
    let form = if pdf { Form::Pdf } else { Form::Png { width: 1080 } };
    let began = (Instant::now(), cpu_ms());
    for number in 0..times {
        let mut data = data.clone();
        // Different each time, as buyers are: nothing but the templates is remembered.
        if let Some(line) = data.pointer_mut("/subject/line") {
            *line = format!("{} {number}", line.as_str().unwrap_or_default()).into();
        }
        let rendered = engine.render(&template, data, form)?;
        if number == 0 {
            eprintln!("first: {} ms, {} pages", began.0.elapsed().as_millis(), rendered.pages);
            std::fs::write(&out, &rendered.bytes)?;
            rendered.warnings.iter().for_each(|warning| eprintln!("{warning}"));
        }
    }
    let spent = cpu_ms().saturating_sub(began.1) / u64::try_from(times)?;
    eprintln!("{spent} ms of CPU each; peak memory {} MiB", peak_mib());
    Ok(())
}

fn templates(folder: &Path) -> Result<Vec<(String, String)>, Box<dyn Error>> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if let Some(name) = path.file_name().and_then(|name| name.to_str())
            && path.extension().is_some_and(|end| end == "typ")
        {
            all.push((name.to_owned(), std::fs::read_to_string(&path)?));
        }
    }
    Ok(all)
}

/// User and system time of this process; 0 where the system does not tell.
fn cpu_ms() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after_name.split_whitespace().skip(11).take(2);
    ticks.filter_map(|ticks| ticks.parse::<u64>().ok()).sum::<u64>() * 10
}

fn peak_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kib.unwrap_or(0) / 1024
}
