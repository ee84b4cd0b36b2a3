//! The shipped products, and files with mistakes.

use super::answers::{Answer, BirthAnswer, BirthHour, Calendar, DayStart, FormAnswers, SummerTime};
use super::form::FieldKind;
use super::product::{Delivery, ReportKind, Stock};
use super::*;
use crate::kernel::locale::Locale;
use crate::kernel::money::{Currency, Money};

const GOOD: &str = r#"price = "19.90"
needs_chart = true

[name]
zh-Hans = "测"
[summary]
zh-Hans = "一句"
[description]
zh-Hans = "一段"

[report]
kind = "full"
min_characters = 100
max_characters = 200

[[form]]
key = "gender"
kind = "gender"
label = { zh-Hans = "性别" }

[[form]]
key = "birth"
kind = "birth"
label = { zh-Hans = "出生" }
"#;

fn shipped() -> Catalog {
    Catalog::load(&Assets::embedded()).unwrap_or_else(|errors| {
        panic!("{}", errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    })
}

fn parse(settings: &str) -> Result<Product, Vec<ProductError>> {
    parse_product("x", settings, "a\n--- user ---\nb\n")
}

/// A second question of a kind of which there is one already, before the others.
fn another(kind: &str) -> String {
    let label = "label = { zh-Hans = \"又\" }";
    format!("[[form]]\nkey = \"b_{kind}\"\nkind = \"{kind}\"\n{label}\n[[form]]")
}

/// The only mistake after one replacement in a good file.
fn mistake(from: &str, to: &str) -> String {
    assert!(GOOD.contains(from), "{from}");
    let errors = parse(&GOOD.replacen(from, to, 1)).unwrap_err();
    assert_eq!(errors.len(), 1, "{errors:?}");
    errors[0].to_string()
}

#[test]
fn eight_products_are_sold() {
    let catalog = shipped();
    let list: Vec<_> = catalog
        .on_sale()
        .map(|product| (product.sku.as_str(), product.price.to_major(), product.needs_chart))
        .collect();
    let expected = [
        ("bazi-full", "39.90".to_owned(), true),
        ("match", "49.90".to_owned(), true),
        ("year-luck", "19.90".to_owned(), true),
        ("decade-luck", "24.90".to_owned(), true),
        ("career-wealth", "29.90".to_owned(), true),
        ("raising-child", "29.90".to_owned(), true),
        ("chart-glance", "0.00".to_owned(), true),
        ("daily-sign", "0.00".to_owned(), false),
    ];
    assert_eq!(list, expected);
    let year = catalog.find(&Sku::from("year-luck")).unwrap();
    assert_eq!(year.chart_year.as_deref(), Some("year"));
    assert!(matches!(year.field("year").unwrap().kind, FieldKind::Number { .. }));
    let decade = catalog.find(&Sku::from("decade-luck")).unwrap();
    assert_eq!(decade.chart_decade.as_deref(), Some("decade"));
    let glance = catalog.find(&Sku::from("chart-glance")).unwrap();
    assert!(glance.is_free() && glance.report.pictures && !glance.report.pdf);
    assert_eq!((glance.report.kind, glance.free_limit_per_day), (ReportKind::Short, Some(2)));
    let sign = catalog.find(&Sku::from("daily-sign")).unwrap();
    assert!(sign.is_free() && sign.form.iter().all(|field| !field.required));
    assert_eq!(sign.report.kind, ReportKind::Short);
}

#[test]
fn shipped_products_speak_both_languages_everywhere() {
    for product in shipped().all() {
        let mut texts = vec![&product.name, &product.summary, &product.description];
        for field in &product.form {
            texts.push(&field.label);
            texts.extend(&field.question);
            if let FieldKind::Choice { options } = &field.kind {
                texts.extend(options.iter().map(|option| &option.label));
            }
        }
        for text in texts {
            let (chinese, english) = (text.get(Locale::ZhHans), text.get(Locale::En));
            assert_ne!(chinese, english, "{}: {chinese}", product.sku);
        }
    }
}

#[test]
fn a_short_file_has_sensible_defaults() {
    let product = parse(GOOD).unwrap();
    assert_eq!(product.price, Money::new(1990, Currency::CNY));
    assert_eq!((product.stock, product.delivery), (Stock::Unlimited, Delivery::Chat));
    assert!(product.on_sale && !product.test);
    assert_eq!(product.payment_ttl, None);
    assert_eq!(product.prompt.file, "products/x/prompt.md");
    assert_eq!(product.prompt.text, "a\n--- user ---\nb\n");
}

#[test]
fn a_form_may_ask_about_two_people() {
    let two = another("birth");
    let text = GOOD.replacen("[[form]]", &format!("{}\n", another("gender")), 1);
    let text = text.replacen("[[form]]", &two, 1);
    let product = parse(&text).unwrap();
    let people: Vec<_> = form::people(&product.form)
        .map(|person| (person.gender.map(|field| field.key.as_str()), person.birth.key.as_str()))
        .collect();
    assert_eq!(people, [(Some("b_gender"), "b_birth"), (Some("gender"), "birth")]);
}

#[test]
fn every_setting_is_read() {
    let settings = r#"stock = { daily = 20, low_stock = 3 }
sale = [{ percent = 20, starts = "2026-11-11", ends = "2026-11-13", label = { en = "11.11" } }]
payment_ttl_minutes = 15
test = true
on_sale = false
currency = "USD"
price ="#;
    let report = "max_characters = 200\ntemperature = 1.3\nmax_tokens = 900";
    let text = GOOD.replace("price =", settings).replace("max_characters = 200", report);
    let product = parse(&text).unwrap();
    assert_eq!((product.stock, product.low_stock), (Stock::Daily(20), Some(3)));
    let on = |day: &str| product.price_on(day.parse().unwrap());
    assert_eq!((on("2026-11-13").now.minor, on("2026-11-14").now.minor), (1592, 1990));
    assert!(on("2026-11-11").sale.is_some_and(|sale| sale.label.is_some()));
    assert_eq!(product.payment_ttl, Some(std::time::Duration::from_secs(900)));
    assert!(product.test && !product.on_sale);
    assert_eq!(product.price, Money::new(1990, Currency::USD));
    assert_eq!((product.report.temperature, product.report.max_tokens), (Some(1.3), Some(900)));
}

#[test]
fn a_mistake_names_file_line_field_and_expectation() {
    let told = [
        mistake("19.90\"", "19.9x\""),
        mistake("\"19.90\"", "19.90"),
        mistake("19.90", "-1"),
        mistake("price = \"19.90\"\n", ""),
        mistake("needs_chart", "need_chart"),
        mistake("kind = \"full\"", "kind = \"long\""),
        mistake("min_characters = 100", "min_characters = 300"),
        mistake("zh-Hans = \"一句\"", "zh = \"一句\""),
        mistake("zh-Hans = \"一句\"", "zh-Hans = \" \""),
        mistake("label = { zh-Hans = \"出生\" }", "label = {}"),
        mistake("key = \"birth\"", "key = \"gender\""),
        mistake("key = \"birth\"", "key = \"Birth date\""),
        mistake("price", "stock = 3\nprice"),
        mistake("price", "stock = { counted = 3, daily = 4 }\nprice"),
        mistake("price", "stock = { counted = 3, low_stock = 3 }\nprice"),
        mistake(
            "[report]",
            "[[sale]]\nprice = \"29.90\"\nstarts = \"2026-11-11\"\nends = \"2026-11-12\"\n[report]",
        ),
        mistake("[report]", "[[sale]]\nstarts = \"2026-11-11\"\nends = \"2026-11-12\"\n[report]"),
        mistake(
            "[report]",
            "[[sale]]\npercent = 10\nstarts = \"11 Nov\"\nends = \"2026-11-12\"\n[report]",
        ),
        mistake(
            "[report]",
            "[[sale]]\npercent = 10\nstarts = \"2026-11-13\"\nends = \"2026-11-12\"\n[report]",
        ),
        mistake(
            "[report]",
            "[[sale]]\npercent = 101\nstarts = \"2026-11-11\"\nends = \"2026-11-12\"\n[report]",
        ),
        mistake("price", "stars = 0\nprice"),
        mistake("price = \"19.90\"", "stars = 5\nprice = \"0\""),
        mistake("price", "delivery = \"post\"\nprice"),
        mistake("price", "payment_ttl_minutes = 0\nprice"),
        mistake("price", "free_limit_per_day = 1\nprice"),
        mistake("price", "chart_year = \"birth\"\nprice"),
        mistake("price", "currency = \"RMB yuan\"\nprice"),
        mistake(
            "[[form]]",
            "[[form]]\nkey = \"n\"\nkind = \"number\"\nmin = 3\nmax = 2\nlabel = { en = \"n\" }\nquestion = { en = \"?\" }\n[[form]]",
        ),
        mistake(
            "[[form]]",
            "[[form]]\nkey = \"c\"\nkind = \"choice\"\noptions = []\nlabel = { en = \"c\" }\nquestion = { en = \"?\" }\n[[form]]",
        ),
        mistake(
            "[[form]]",
            "[[form]]\nkey = \"t\"\nkind = \"text\"\nlabel = { en = \"t\" }\nmax_length = 9\n[[form]]",
        ),
        mistake("kind = \"birth\"", "kind = \"birth\"\nmax_length = 3"),
        mistake("[[form]]", &another("birth")),
        mistake("[report]", "[report"),
        mistake("label = { zh-Hans = \"出生\" }", "label.zh-Hans = \"出生\""),
    ];
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn all_mistakes_are_told_at_once() {
    let text = GOOD.replace("19.90", "abc").replace("一句", "").replace("\"出生\"", "3");
    let found = parse(&text).unwrap_err();
    let lines: Vec<_> = found.iter().map(|error| error.line).collect();
    assert_eq!(lines, [Some(1), Some(7), Some(24)]);
}

#[test]
fn mistakes_in_all_products_come_together() {
    let dir = tempfile::tempdir().unwrap();
    for (folder, file) in [("first", "product.toml"), ("Second", "product.toml"), ("third", "x")] {
        let folder = dir.path().join("products").join(folder);
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(file), GOOD).unwrap();
        std::fs::write(folder.join("prompt.md"), "a").unwrap();
    }
    std::fs::write(dir.path().join("products/first/product.toml"), "price = 1").unwrap();
    std::fs::write(dir.path().join("products/README.md"), "not a product").unwrap();
    let errors = Catalog::load(&Assets::with_dir(dir.path())).unwrap_err();
    let text: Vec<_> = errors.iter().map(ToString::to_string).collect();
    let has = |part: &str| text.iter().any(|line| line.starts_with(part));
    assert!(has("products/first/product.toml:1: price: "), "{text:?}");
    assert!(has("products/Second/product.toml: the folder's name is no sku"), "{text:?}");
    assert!(has("products/third/product.toml: is missing"), "{text:?}");
    assert!(!text.iter().any(|line| line.contains("README")), "{text:?}");
}

#[test]
fn a_snapshot_reads_back_and_its_version_follows_the_files() {
    let product = parse(GOOD).unwrap();
    let snapshot = product.snapshot();
    let json = serde_json::to_string(&snapshot).unwrap();
    assert_eq!(serde_json::from_str::<ProductSnapshot>(&json).unwrap(), snapshot);
    assert_eq!(snapshot.version.len(), 12);
    let other = parse_product("x", GOOD, "c\n--- user ---\nd\n").unwrap();
    assert_ne!(other.version, snapshot.version);
    assert_eq!(snapshot.for_prompt(Locale::En)["max_characters"], 200);
}

#[test]
fn the_prompt_hears_what_was_chosen_but_not_the_birth() {
    let catalog = shipped();
    let year = catalog.find(&Sku::from("year-luck")).unwrap();
    let mut answers = FormAnswers::default();
    answers.set("gender", Answer::Gender(answers::Gender::Female));
    answers.set(
        "birth",
        Answer::Birth(BirthAnswer {
            calendar: Calendar::Solar,
            year: 1990,
            month: 5,
            day: 20,
            leap_month: false,
            hour: BirthHour::Unknown,
            place: None,
            summer_time: SummerTime::default(),
            day_start: DayStart::default(),
        }),
    );
    answers.set("year", Answer::Number(2027));
    answers.set("focus", Answer::Choice("love".to_owned()));
    let form = year.form_for_prompt(&answers, Locale::ZhHans);
    let expected = serde_json::json!({"gender": "female", "year": 2027, "focus": "感情"});
    assert_eq!(form, expected);
    answers.set("focus", Answer::Skipped);
    assert_eq!(year.form_for_prompt(&answers, Locale::En)["focus"], serde_json::Value::Null);
}

#[test]
fn a_text_falls_short_below_nine_tenths_of_what_was_asked_for() {
    let plan = parse(GOOD).unwrap().report;
    for (length, short) in [(0, true), (89, true), (90, false), (100, false), (300, false)] {
        let text = "命 ".repeat(length);
        assert_eq!(plan.falls_short(&text), short.then_some(length), "{length}");
    }
}

#[test]
fn a_product_is_sold_for_what_the_shop_can_take() {
    let product =
        |head: &str| Arc::new(parse(&GOOD.replacen("price = \"19.90\"", head, 1)).unwrap());
    let both = product(
        "price = \"19.90\"\nstars = 200\nsale = [{ percent = 15, starts = \"2026-11-11\", ends = \
         \"2026-11-13\" }, { price = \"1\", starts = \"2026-11-11\", ends = \"2026-11-13\" }]",
    );
    let (money, free) = (product("price = \"19.90\""), product("price = \"0\""));
    let stars = product("price = \"200\"\ncurrency = \"XTR\"");
    let catalog = Catalog { products: vec![both, money, free, stars], ..Catalog::default() };
    let sold = |ways| {
        let of = |product: &Arc<Product>| {
            let second = product.stars.map_or_else(String::new, |stars| format!(" or {stars}"));
            format!("{}{second}", product.price)
        };
        catalog.paid_by(ways).on_sale().map(of).collect::<Vec<_>>()
    };
    assert_eq!(sold(WaysToPay::Money), ["19.90 CNY", "19.90 CNY", "0.00 CNY"]);
    assert_eq!(sold(WaysToPay::Stars), ["200 XTR", "0.00 CNY", "200 XTR"]);
    let all = ["19.90 CNY or 200 XTR", "19.90 CNY", "0.00 CNY", "200 XTR"];
    assert_eq!(sold(WaysToPay::MoneyAndStars), all);
    // A sale in percent counts for both prices, one that names a price for its own currency.
    let day = chrono::NaiveDate::from_ymd_opt(2026, 11, 11).unwrap();
    let both = &catalog.products[0];
    assert_eq!(both.price_on(day).now, Money::new(100, Currency::CNY));
    assert_eq!(both.in_stars().unwrap().price_on(day).now, Money::new(170, Currency::XTR));
    assert_eq!(catalog.products[2].in_stars(), None, "nothing is sold for nothing");
}

const CHAPTER: &str = r#"[[chapter]]
key = "one"
title = { zh-Hans = "一" }
covers = "说一"
min_characters = 100
max_characters = 300
facts = ["luck"]
[report]"#;

#[test]
fn a_plan_is_read_and_kept_with_every_order() {
    let second = CHAPTER.replace("one", "two").replace("facts", "after = [\"one\"]\nfacts");
    let both = format!("{}\n{second}", CHAPTER.trim_end_matches("[report]"));
    let product = parse(&GOOD.replace("[report]", &both)).unwrap();
    let keys: Vec<_> = product.chapters.iter().map(|chapter| chapter.key.as_str()).collect();
    assert_eq!(keys, ["one", "two"]);
    assert_eq!(product.chapters[1].after, ["one"]);
    let snapshot = product.snapshot();
    assert_eq!(snapshot.chapters, product.chapters);
    let mut stored = serde_json::to_value(&snapshot).unwrap();
    stored.as_object_mut().unwrap().remove("chapters");
    stored.as_object_mut().unwrap().remove("years_ahead");
    let old: ProductSnapshot = serde_json::from_value(stored).unwrap();
    assert!(old.chapters.is_empty(), "an order from before there were chapters");
    assert_eq!(old.years_ahead, 3);
}

#[test]
fn a_mistake_in_a_plan_is_named() {
    let cases = [
        ("key = \"one\"", "key = \"One\"", "chapter[1].key: \"One\" is not a name"),
        ("facts", "after = [\"two\"]\nfacts", "\"two\" is not the key of an earlier chapter"),
        ("min_characters = 100", "min_characters = 301", "min_characters is greater"),
        ("covers = \"说一\"\n", "", "chapter[1].covers: is missing"),
        ("说一", " ", "has 0 characters, expected 1"),
        ("facts", "fact", "chapter[1].fact: is not a known key"),
        (
            "max_characters = 300\nfacts",
            "max_characters = 101\nmin = 1\nfacts",
            "min: is not a known",
        ),
    ];
    for (from, to, told) in cases {
        let found = mistake("[report]", &CHAPTER.replacen(from, to, 1));
        assert!(found.contains(told), "{found}");
    }
    let few = CHAPTER.replace("100", "10").replace("300", "20");
    let found = mistake("[report]", &few);
    assert!(found.contains("has fewer characters in all than report.min_characters"), "{found}");
    let short = GOOD.replace("kind = \"full\"", "kind = \"short\"").replace("[report]", CHAPTER);
    let errors = parse(&short).unwrap_err();
    assert!(errors[0].to_string().contains("is only for reports of the kind full"), "{errors:?}");
}
