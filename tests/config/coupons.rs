//! `coupons …` as the shell sees it: with the settings of the database and nothing else.

use std::process::{Command, Output};

use super::{ENOUGH, Folder};

const DATABASE: (&str, &str) = ("DATABASE_URL", "sqlite://shop.db");

fn mingshu(folder: &Folder, arguments: &str, variables: &[(&str, &str)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mingshu"))
        .args(arguments.split(' '))
        .current_dir(folder.0.path())
        .env_clear()
        .envs(variables.iter().copied())
        .output()
        .unwrap()
}

/// Exit code, and what was said.
fn said(folder: &Folder, arguments: &str) -> (Option<i32>, String) {
    let output = mingshu(folder, arguments, &[DATABASE]);
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(text).unwrap())
}

#[test]
fn a_code_is_given_out_listed_and_switched_off() {
    let folder = Folder::new();
    let (code, text) = said(&folder, "coupons list");
    assert!(code == Some(1) && text.contains("mingshu migrate"), "{text}");
    let everything = [ENOUGH, &[DATABASE]].concat();
    assert_eq!(mingshu(&folder, "migrate", &everything).status.code(), Some(0));

    let create = "coupons create spring --percent 20 --cap 10.00 --until 2026-11-30 --total 100";
    assert_eq!(said(&folder, create), (Some(0), "SPRING: given out, 20% off\n".to_owned()));
    let listed: serde_json::Value =
        serde_json::from_str(&said(&folder, "coupons list --json").1).unwrap();
    let row = &listed[0];
    assert_eq!((&row["code"], &row["percent"]), (&"SPRING".into(), &20.into()));
    assert_eq!((&row["cap_minor"], &row["total_limit"]), (&1000.into(), &100.into()));
    // The last moment of 30 November in Shanghai is the one before 16:00 UTC.
    assert_eq!(row["ends_at"], 1_796_054_400_000_i64);
    let (_, text) = said(&folder, "coupons list");
    assert!(text.contains("SPRING") && text.contains("used 0/100  ..2026-11-30"), "{text}");
    assert_eq!(said(&folder, "coupons disable spring").1, "SPRING: switched off\n");
    assert_eq!(said(&folder, "coupons disable SPRING").1, "SPRING: was off before\n");

    for (wrong, reason) in [
        ("create SPRING --percent 5", "is in use"),
        ("create W5 --percent 5", "is no code"),
        ("create GIFT --amount 0", "takes nothing off"),
        ("create GIFT --amount 5.001", "more decimals"),
        ("create GIFT --percent 5 --product bazi", "there is no product `bazi`"),
        ("create GIFT --percent 5 --from 2026-12-01 --until 2026-11-01", "ends before it starts"),
        ("disable NOBODY", "there is no coupon NOBODY"),
    ] {
        let (code, text) = said(&folder, &format!("coupons {wrong}"));
        assert!(code == Some(1) && text.contains(reason), "{wrong}: {text}");
    }
    for wrong in ["create GIFT", "create GIFT --percent 0", "create GIFT --percent 5 --amount 5"] {
        assert_eq!(said(&folder, &format!("coupons {wrong}")).0, Some(2), "{wrong}");
    }
}
