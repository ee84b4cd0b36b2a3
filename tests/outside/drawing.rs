//! Templates that would take the shop down with them, drawn by the program's own workshop.

use std::collections::BTreeMap;

use mingshu::kernel::locale::Locale;
use mingshu::reports::adapters::workshop::{Tools, Workshop};
use mingshu::reports::drawing::{Drawing, Hue, ShareSheet, Shares, Sheet, Sign, Theme};
use mingshu::reports::ports::{DrawError, Renderer as _};

/// Does what its title says.
const TEMPLATE: &str = r#"
#let title = json("data.json").title
#set page(width: 60pt, height: 60pt)
#if title == "greedy" { ("x" * 1500000000).len() }
#if title == "wrong" { panic("no such word") }
#title
"#;

fn card(title: &str) -> Drawing {
    let sheet = ShareSheet {
        sign: Sign { c: "乙".to_owned(), wx: Hue::Wood, name: "Yi".to_owned() },
        partner: None,
        title: title.to_owned(),
        image: String::new(),
        tags: Vec::new(),
        elements: Shares { wood: 1.0, fire: 0.0, earth: 0.0, metal: 0.0, water: 0.0 },
        verse: Vec::new(),
        qr: None,
        handle: None,
    };
    let (lang, theme) = (Locale::En, Theme::Light);
    Drawing { lang, theme, labels: BTreeMap::new(), sheet: Sheet::Share(Box::new(sheet)) }
}

#[tokio::test]
async fn a_drawing_that_wants_too_much_memory_ends_alone() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("report")).unwrap();
    std::fs::write(folder.path().join("report/share.typ"), TEMPLATE).unwrap();
    let workshop = Workshop::new(Tools {
        program: env!("CARGO_BIN_EXE_mingshu").into(),
        templates: Some(folder.path().to_owned()),
        fonts: None,
        memory_mib: 512,
    });
    let good = workshop.draw(&card("good")).await.unwrap();
    assert_eq!(good.get(1..4), Some(&b"PNG"[..]));

    let greedy = workshop.draw(&card("greedy")).await.unwrap_err();
    let DrawError::Failed(why) = greedy else { panic!("{greedy:?}") };
    assert!(why.to_string().contains("has ended"), "{why:#}");

    let wrong = workshop.draw(&card("wrong")).await.unwrap_err();
    let DrawError::Failed(why) = wrong else { panic!("{wrong:?}") };
    assert!(why.to_string().contains("no such word"), "{why:#}");

    let again = workshop.draw(&card("good")).await.unwrap();
    assert_eq!(again, good, "others draw what the next one wants");
}
