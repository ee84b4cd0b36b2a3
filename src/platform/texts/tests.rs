//! The packs themselves and the way they are loaded.

use std::collections::BTreeSet;

use super::*;

fn embedded() -> Texts {
    Texts::load(&Assets::embedded()).unwrap()
}

fn load_with(locale: &str, file: &str, text: &str) -> Result<Texts, TextsError> {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("locales").join(locale);
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(file), text).unwrap();
    Texts::load(&Assets::with_dir(dir.path()))
}

fn own_messages(locale: Locale) -> BTreeMap<String, Entry> {
    let assets = Assets::embedded();
    let folder = format!("locales/{locale}");
    let files = assets.list(&folder).unwrap();
    files
        .iter()
        .flat_map(|name| outline(&assets.read(&format!("{folder}/{name}")).unwrap().unwrap()))
        .collect()
}

fn is_plain(key: &str) -> bool {
    let starts = ["btn-", "toast-", "page-", "command-", "bot-", "alert-title-", "alert-advice-"];
    starts.iter().any(|start| key.starts_with(start))
}

#[test]
fn every_pack_says_the_same_things_with_the_same_values() {
    let keys = |pack: &BTreeMap<String, Entry>| pack.keys().cloned().collect::<BTreeSet<_>>();
    let first = own_messages(Locale::ZhHans);
    for &locale in Locale::ALL {
        let pack = own_messages(locale);
        assert_eq!(keys(&first), keys(&pack), "{locale}");
        for key in first.keys() {
            assert_eq!(values_of(&first, key), values_of(&pack, key), "{locale} {key}");
        }
    }
}

/// The lines of a pack's files, without comments.
fn lines_of(locale: Locale) -> Vec<String> {
    let assets = Assets::embedded();
    let folder = format!("locales/{locale}");
    let files = assets.list(&folder).unwrap();
    let texts = files.iter().map(|name| assets.read(&format!("{folder}/{name}")).unwrap().unwrap());
    let all = texts.collect::<Vec<_>>().join("\n");
    all.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect()
}

#[test]
fn nothing_simplified_is_left_in_the_traditional_pack() {
    let (simplified, traditional) = (lines_of(Locale::ZhHans), lines_of(Locale::ZhHant));
    assert_eq!(simplified.len(), traditional.len(), "the packs stand line by line");
    // Which characters change is learnt from lines that differ in single characters.
    let same_length =
        |(one, other): &(&String, &String)| one.chars().count() == other.chars().count();
    let pairs = simplified.iter().zip(&traditional).filter(same_length);
    let pairs = pairs.flat_map(|(one, other)| one.chars().zip(other.chars()));
    let mut becomes = BTreeMap::<char, BTreeSet<char>>::new();
    for (from, to) in pairs.filter(|(from, _)| !from.is_ascii()) {
        becomes.entry(from).or_default().insert(to);
    }
    let changes =
        |character: &char| becomes.get(character).is_some_and(|forms| !forms.contains(character));
    for line in traditional.iter().filter(|line| !line.starts_with("language-zh-Hans")) {
        let left: String = line.chars().filter(changes).collect();
        assert!(left.is_empty(), "{left}: {line}");
    }
    assert!(becomes.keys().filter(|character| changes(character)).count() > 150);
}

#[test]
fn every_message_renders_with_its_values() {
    let texts = embedded();
    for &locale in Locale::ALL {
        let messages = own_messages(locale);
        for key in messages.keys().filter(|key| !key.starts_with('-')) {
            let mut args = Args::new();
            for value in values_of(&messages, key) {
                args.0.set(value, 2_i64);
            }
            let mut errors = Vec::new();
            let text = render(&texts.packs[&locale], key, &args, &mut errors).unwrap();
            assert!(errors.is_empty(), "{locale} {key}: {errors:?}");
            assert!(!text.trim().is_empty() && !text.contains('{'), "{locale} {key}: {text}");
        }
    }
}

#[test]
fn plain_texts_hold_no_tags_and_fit_their_place() {
    let texts = embedded();
    for &locale in Locale::ALL {
        for key in own_messages(locale).keys().filter(|key| is_plain(key)) {
            let text = texts.get(locale, key);
            assert!(!text.contains(['<', '&']), "{locale} {key}: {text}");
            let limit = if key.starts_with("btn-") { 64 } else { 200 };
            assert!(text.chars().count() <= limit, "{locale} {key} is too long");
        }
        assert!(texts.get(locale, "bot-short-description").chars().count() <= 120);
    }
}

#[test]
fn tags_are_telegrams_and_closed() {
    let texts = embedded();
    for &locale in Locale::ALL {
        for key in own_messages(locale).keys().filter(|key| !key.starts_with('-')) {
            let text = texts.get(locale, key);
            let mut open = Vec::new();
            for tag in text.split('<').skip(1) {
                let (name, _) = tag.split_once('>').unwrap_or_else(|| panic!("{locale} {key}"));
                match name.strip_prefix('/') {
                    Some(closed) => assert_eq!(open.pop(), Some(closed), "{locale} {key}"),
                    None => open.push(name),
                }
                let known = ["b", "i", "s", "code", "pre"];
                assert!(known.contains(&name.trim_start_matches('/')), "{locale} {key}: {name}");
            }
            assert!(open.is_empty(), "{locale} {key}: {open:?} not closed");
        }
    }
}

#[test]
fn values_and_plurals_are_put_in_without_marks() {
    let texts = embedded();
    let args = Args::new().number("minutes", 1);
    let args = args.escaped("product", "<Year>").text("amount", "¥19.90");
    let args = args.text("order_no", "M20261121-7F3K9QX2").text("deadline", "12:45");
    assert_eq!(
        texts.format(Locale::En, "pay-reminder", &args),
        "Your order expires in one minute.\n\n&lt;Year&gt; · ¥19.90\n\
         Order <code>M20261121-7F3K9QX2</code> closes at 12:45."
    );
    let leap = Args::new().number("month", 5);
    assert_eq!(texts.format(Locale::ZhHans, "lunar-month-leap", &leap), "闰五月");
    let missing = Args::new().number("month", 2).number("day", 30);
    assert_eq!(
        texts.format(Locale::ZhHans, "birth-date-no-such-day", &missing),
        "2 月没有 30 日。"
    );
}

#[test]
fn a_missing_key_stays_visible() {
    let texts = embedded();
    assert_eq!(texts.get(Locale::En, "no-such-key"), "no-such-key");
    assert!(!texts.has(Locale::En, "no-such-key"));
}

#[test]
fn an_operator_replaces_single_messages() {
    let texts = load_with("en", "bot.ftl", "-shop = Old Master\nbtn-products = Go\n").unwrap();
    assert_eq!(texts.get(Locale::En, "btn-products"), "Go");
    assert!(texts.get(Locale::En, "start-welcome").starts_with("<b>Old Master"));
    assert_eq!(texts.get(Locale::En, "btn-help"), embedded().get(Locale::En, "btn-help"));
}

#[test]
fn an_operators_own_file_may_replace_messages_too() {
    let texts = load_with("zh-Hant", "mine.ftl", "btn-help = ❓ 說明\n").unwrap();
    assert_eq!(texts.get(Locale::ZhHant, "btn-help"), "❓ 說明");
    assert_eq!(texts.get(Locale::ZhHant, "btn-products"), "🔮 看看有什麼");
}

#[test]
fn a_replacement_that_does_not_fit_is_refused() {
    let wrong = |text| load_with("en", "bot.ftl", text).err().unwrap().to_string();
    assert_eq!(
        wrong("btn-strat = Go\n"),
        "locales/en/bot.ftl: there is no message `btn-strat` to replace"
    );
    assert_eq!(
        wrong("btn-products = Go, { $name }\n"),
        "locales/en/bot.ftl: message `btn-products` has no value `$name`"
    );
    let broken = wrong("btn-products = Go\nbtn-help = { $\n");
    assert!(broken.starts_with("locales/en/bot.ftl:"), "{broken}");
}

#[test]
fn keys_the_code_asks_for_by_state_exist() {
    let texts = embedded();
    let states =
        "pending_payment paid generating completed failed cancelled closed refunding refunded";
    for state in states.split(' ') {
        assert!(texts.has(Locale::En, &format!("order-status-{state}")), "{state}");
        assert!(texts.has(Locale::En, &format!("order-icon-{state}")), "{state}");
    }
}
