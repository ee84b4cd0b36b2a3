//! `events.sinks` as an operator writes it, and what others may see of it.

use mingshu::config::{Config, SinkKind, show};
use secrecy::ExposeSecret;

use super::{Folder, enough_and, load, problem, with_file};

const SECRET: &str = "whsec_bWluZ3NodS10ZXN0LXNlY3JldC0wMTIzNDU2Nzg5YWI=";

fn as_json() -> String {
    format!(
        r#"[{{"name":"crm","kind":"webhook","url":"https://crm.example/x?key=hush","secret":"{SECRET}",
        "types":["order.*"]}},{{"name":"bus","kind":"nats","url":"nats://127.0.0.1:4222","stream":"S"}}]"#
    )
}

#[test]
fn sinks_are_tables_in_the_file() {
    let folder = Folder::new();
    let secret = folder.file("secret", &format!("{SECRET}\n"));
    let (_folder, sources) = with_file(&format!(
        "[[events.sinks]]\nname = \"crm\"\nkind = \"webhook\"\nurl = \"https://crm.example\"\n\
         secret_file = \"{}\"\n[[events.sinks]]\nname = \"bus\"\nkind = \"nats\"\n\
         url = \"nats://127.0.0.1:4222\"\ncreate_stream = true\n",
        secret.display()
    ));
    let sinks = Config::load(&sources).unwrap().events.sinks;
    assert_eq!((sinks[0].name.as_str(), sinks[0].kind), ("crm", SinkKind::Webhook));
    assert_eq!(sinks[0].types, ["*"]);
    assert_eq!(sinks[0].all_secrets().unwrap()[0].expose_secret(), SECRET);
    assert_eq!((sinks[1].prefix(), sinks[1].stream()), ("mingshu", "MINGSHU"));
    assert!(sinks[1].create_stream);
}

#[test]
fn sinks_are_json_in_the_environment() {
    let sinks = load(&[("MINGSHU_EVENTS__SINKS", &as_json())]).events.sinks;
    assert_eq!(sinks.len(), 2);
    assert_eq!(sinks[0].types, ["order.*"]);
    assert_eq!(sinks[0].url.expose_secret(), "https://crm.example/x?key=hush");
    assert!(load(&[("MINGSHU_EVENTS__SINKS", "[]")]).events.sinks.is_empty());
}

#[test]
fn no_secret_of_a_sink_is_shown() {
    let json = as_json();
    let sources = enough_and(&[("MINGSHU_EVENTS__SINKS", &json)]);
    let (_folder, in_file) = with_file(&format!(
        "[[events.sinks]]\nname = \"crm\"\nkind = \"webhook\"\nurl = \"https://crm.example/x?key=hush\"\n\
         secrets = [\"{SECRET}\", \"whsec_hush\"]\n"
    ));
    for sources in [sources, in_file] {
        let settings = show(&sources).unwrap();
        let shown = &settings.iter().find(|one| one.key == "events.sinks").unwrap().value;
        assert!(shown.contains("\"crm\"") && shown.contains("https://crm.example/x"), "{shown}");
        assert!(shown.contains("***"), "{shown}");
        assert!(!shown.contains("whsec_") && !shown.contains("hush"), "{shown}");
    }
    let debug = format!("{:?}", load(&[("MINGSHU_EVENTS__SINKS", &json)]));
    assert!(!debug.contains("whsec_") && !debug.contains("hush"), "{debug}");
}

#[test]
fn a_mistake_in_a_sink_names_the_sink_and_hides_its_secret() {
    for (json, parts) in [
        (
            r#"[{"name":"crm","kind":"webhook","url":"http://crm.example","secret":"hush"}]"#,
            &["events.sinks", "MINGSHU_EVENTS__SINKS", "`crm`", "https://"][..],
        ),
        (
            r#"[{"name":"crm","kind":"webhook","adress":"https://crm.example","secret":"hush"}]"#,
            &["events.sinks", "`crm`", "unknown field `adress`", "docs/events.md"],
        ),
        (r#"hush [{"name"#, &["events.sinks", "not a JSON list"]),
        (
            r#"[{"name":"a","kind":"nats","url":"nats://h"},{"name":"a","kind":"nats","url":"nats://h"}]"#,
            &["two sinks named `a`"],
        ),
    ] {
        let sources = enough_and(&[("MINGSHU_EVENTS__SINKS", json)]);
        problem(&sources, parts);
        let told = Config::load(&sources).unwrap_err().to_string();
        assert!(!told.contains("hush"), "{told}");
    }
}

#[test]
fn commands_about_events_need_only_their_sections() {
    let mut sources = enough_and(&[("MINGSHU_EVENTS__SINKS", "[]")]);
    sources.environment.retain(|name, _| name.starts_with("MINGSHU_EVENTS"));
    assert!(Config::load(&sources).is_err());
    assert!(Config::load_sections(&sources, &["database", "events"]).is_ok());
    sources.environment.insert("MINGSHU_EVENTS__SINKS".into(), "{".into());
    assert!(Config::load_sections(&sources, &["database", "events"]).is_err());
    assert!(Config::load_sections(&sources, &["database"]).is_ok());
}
