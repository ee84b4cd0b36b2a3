//! Places of birth with longitude and time zone, found by Chinese name in both scripts,
//! pinyin or English name.
//!
//! The tables are compiled in; templates/places/README.md says where they come from.

mod latin;
mod traditional;

use std::sync::OnceLock;

use super::birth::Place;
use super::zone::Zone;

const CHINA: &str = include_str!("../../templates/places/china.tsv");
const WORLD: &str = include_str!("../../templates/places/world.tsv");

/// A place of the tables.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FoundPlace {
    /// In Chinese where a Chinese name is known.
    pub name: &'static str,
    /// Province and city, or the country.
    pub region: &'static str,
    /// Degrees, east positive.
    pub longitude: f64,
    pub zone: Zone,
    /// Pinyin in small letters, a space between syllables, or the English name.
    spelling: &'static str,
}

impl FoundPlace {
    pub fn place(self) -> Place {
        Place { name: self.name.to_owned(), longitude: self.longitude, zone: self.zone }
    }
}

struct Entry {
    found: FoundPlace,
    /// Small Latin letters and spaces: pinyin, or the English name.
    latin: String,
    /// Of pinyin; empty for places abroad.
    initials: String,
}

/// How well an entry answers a query; the better the smaller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    Exact,
    Prefix,
    Initials,
    Within,
    /// The query begins with the region: 四川成都.
    WithRegion,
}

/// The best places for a name, the best first: whole names before beginnings before parts, and
/// within those cities before counties and large cities before small ones.
pub fn search(query: &str, limit: usize) -> Vec<FoundPlace> {
    let query: String =
        query.to_lowercase().chars().filter(|character| !is_gap(*character)).collect();
    let query = traditional::simplified(&query);
    if query.is_empty() {
        return Vec::new();
    }
    let fits = entries().iter().filter_map(|entry| Some((entry.fit(&query)?, entry.found)));
    let mut fits: Vec<_> = fits.collect();
    // Stable: among equals the order of the tables stays.
    fits.sort_by_key(|(fit, _)| *fit);
    fits.into_iter().take(limit).map(|(_, found)| found).collect()
}

/// The place that was found by this name before.
pub fn find(name: &str, longitude: f64) -> Option<FoundPlace> {
    let is_it = |found: &FoundPlace| {
        found.name == name && (found.longitude - longitude).abs() < f64::EPSILON
    };
    entries().iter().map(|entry| entry.found).find(is_it)
}

fn is_gap(character: char) -> bool {
    character.is_whitespace() || matches!(character, '\'' | '-' | '.' | ',' | '，' | '·')
}

fn entries() -> &'static [Entry] {
    static ENTRIES: OnceLock<Vec<Entry>> = OnceLock::new();
    ENTRIES.get_or_init(|| {
        CHINA.lines().filter_map(in_china).chain(WORLD.lines().filter_map(abroad)).collect()
    })
}

fn columns(line: &'static str) -> Option<[&'static str; 5]> {
    line.split('\t').collect::<Vec<_>>().try_into().ok()
}

fn in_china(line: &'static str) -> Option<Entry> {
    let [name, region, pinyin, longitude, zone] = columns(line)?;
    let zone = if zone.is_empty() { Zone::CHINA } else { Zone::parse(zone).ok()? };
    let longitude = longitude.parse().ok()?;
    Some(Entry {
        found: FoundPlace { name, region, longitude, zone, spelling: pinyin },
        latin: pinyin.replace(' ', ""),
        initials: pinyin.split(' ').filter_map(|syllable| syllable.chars().next()).collect(),
    })
}

fn abroad(line: &'static str) -> Option<Entry> {
    let [english, chinese, region, longitude, zone] = columns(line)?;
    let name = if chinese.is_empty() { english } else { chinese };
    let (longitude, zone) = (longitude.parse().ok()?, Zone::parse(zone).ok()?);
    let latin = english.to_lowercase().chars().filter(|letter| !is_gap(*letter)).collect();
    Some(Entry {
        found: FoundPlace { name, region, longitude, zone, spelling: english },
        latin,
        initials: String::new(),
    })
}

impl Entry {
    fn fit(&self, query: &str) -> Option<Fit> {
        let FoundPlace { name, region, .. } = self.found;
        if query.is_ascii() {
            return self.latin_fit(query);
        }
        if let Some(rest) = name.strip_prefix(query) {
            let whole = matches!(rest, "" | "市" | "区" | "县" | "地区" | "盟" | "州");
            return Some(if whole { Fit::Exact } else { Fit::Prefix });
        }
        if self.latin == query {
            return Some(Fit::Exact);
        }
        if name.contains(query) {
            return Some(Fit::Within);
        }
        (!region.is_empty() && leads_through(query, region, name)).then_some(Fit::WithRegion)
    }

    fn latin_fit(&self, query: &str) -> Option<Fit> {
        if self.latin == query {
            Some(Fit::Exact)
        } else if self.initials == query {
            Some(Fit::Initials)
        } else if self.latin.starts_with(query) {
            Some(Fit::Prefix)
        } else {
            self.latin.contains(query).then_some(Fit::Within)
        }
    }
}

/// Whether the query names the region and then the place, leaving out characters but not changing
/// their order: 四川成都, 成都武侯. A bare region leads to all its places. One character that both have
/// is chance: 广州 does not lead to 惠州 in 广东.
fn leads_through(query: &str, region: &str, name: &str) -> bool {
    let mut path = region.chars().chain(name.chars());
    let head: String = query.chars().take(2).collect();
    region.contains(&head) && query.chars().all(|wanted| path.any(|character| character == wanted))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn first(query: &str) -> (&'static str, &'static str) {
        let found = search(query, 8);
        found.first().map_or(("", ""), |found| (found.name, found.region))
    }

    #[test]
    fn chinese_places_are_found_by_name_and_by_pinyin() {
        for query in ["成都", "成都市", "chengdu", "Cheng Du", "四川成都", "四川 成都"]
        {
            assert_eq!(first(query), ("成都市", "四川省"), "{query}");
        }
        assert_eq!(first("北京"), ("北京市", ""));
        assert_eq!(first("武侯"), ("武侯区", "四川省成都市"));
        assert_eq!(first("成都武侯区"), ("武侯区", "四川省成都市"));
        assert_eq!(first("恩施"), ("恩施市", "湖北省恩施土家族苗族自治州"));
        let initials: Vec<_> = search("cd", 8).iter().map(|found| found.name).collect();
        assert!(initials.contains(&"成都市") && initials.contains(&"承德市"), "{initials:?}");
        assert_eq!(first("香港").0, "香港");
        assert_eq!(search("香港", 1)[0].zone.name(), "Asia/Hong_Kong");
    }

    #[test]
    fn places_that_share_a_character_by_chance_are_not_offered() {
        let offered = search("广州", 8);
        let belong =
            |found: &FoundPlace| format!("{}{}", found.region, found.name).contains("广州");
        assert!(offered.len() > 1 && offered.iter().all(belong), "{offered:?}");
        assert_eq!(first("臺北").0, "台北");
        assert!(search("台北", 8).iter().all(|found| found.name != "新北"));
    }

    #[test]
    fn cities_abroad_are_found_in_both_languages() {
        for query in ["纽约", "new york", "New York"] {
            assert_eq!(first(query), ("纽约", "美国"), "{query}");
        }
        assert_eq!(first("Montréal"), ("蒙特利尔", "加拿大"));
        assert_eq!(first("吉隆坡"), ("吉隆坡", "马来西亚"));
        assert_eq!(first("新加坡"), ("新加坡", "新加坡"));
        assert_eq!(first("台北"), ("台北", "台湾"));
        let new_york = search("纽约", 1)[0];
        assert_eq!(new_york.zone.name(), "America/New_York");
        assert!((new_york.longitude + 74.0).abs() < 0.1);
    }

    #[test]
    fn a_region_leads_to_its_places_and_nothing_leads_to_nothing() {
        assert_eq!(search("四川", 8).len(), 8);
        assert!(search("四川", 8).iter().all(|found| found.region.starts_with("四川")));
        assert!(search("", 8).is_empty());
        assert!(search(" ，", 8).is_empty());
        assert!(search("子虚乌有", 8).is_empty());
        assert!(search("成都", 0).is_empty());
    }

    /// Three hundred places, spread over the tables: by the Chinese name, by the spelling in Latin
    /// letters, and by its initials.
    #[test]
    fn three_hundred_places_are_found_by_every_name_they_have() {
        let shown = |query: &str, entry: &Entry, among: usize| {
            let found = search(query, among);
            assert!(found.contains(&entry.found), "{query}: {:?}", entry.found);
        };
        let every = entries().len() / 300;
        let sample: Vec<_> = entries().iter().step_by(every).collect();
        assert!(sample.len() >= 300);
        for entry in sample {
            let FoundPlace { name, region, spelling, .. } = entry.found;
            if !entry.initials.is_empty() {
                shown(&format!("{region}{name}"), entry, 8);
            }
            // Namesakes: 城关区 is a dozen, and so are the initials of many.
            shown(name, entry, 64);
            shown(spelling, entry, 64);
            if !entry.initials.is_empty() {
                shown(&entry.initials, entry, 400);
            }
        }
    }

    #[test]
    fn every_line_of_the_tables_is_used() {
        assert_eq!(entries().len(), CHINA.lines().count() + WORLD.lines().count());
        assert!(entries().iter().all(|entry| entry.found.longitude.abs() <= 180.0));
        assert!(CHINA.len() + WORLD.len() < 400 * 1024);
    }

    proptest! {
        #[test]
        fn no_query_makes_the_search_panic(query in "\\PC{0,12}", limit in 0_usize..9) {
            prop_assert!(search(&query, limit).len() <= limit);
        }
    }
}
