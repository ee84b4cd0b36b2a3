//! Places of birth: searched by name, or a longitude that somebody knows.

use crate::bazi::places;
use crate::catalog::answers::BirthPlace;
use crate::kernel::locale::Locale;

/// So many places are offered for a name.
const SHOWN: usize = 8;

/// A place that was found, and how it is offered.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::bot) struct FoundPlace {
    pub(in crate::bot) place: BirthPlace,
    /// `None`: a longitude was typed.
    found: Option<places::FoundPlace>,
}

impl FoundPlace {
    /// Name and region in letters that the buyer reads.
    pub(in crate::bot) fn in_words(&self, locale: Locale) -> (String, String) {
        let Some(found) = self.found else {
            let china = match locale {
                Locale::ZhHans => "中国",
                Locale::ZhHant => "中國",
                Locale::En => "China",
            };
            return (self.place.name.clone(), china.to_owned());
        };
        match locale {
            Locale::ZhHans => (found.name.to_owned(), found.region.to_owned()),
            Locale::ZhHant => {
                (found.traditional_name().to_owned(), found.traditional_region().to_owned())
            }
            Locale::En => (found.latin_name(), found.latin_region()),
        }
    }
}

/// The best places for a typed name, or the one that a typed longitude is.
pub(in crate::bot) fn find_places(query: &str) -> Vec<FoundPlace> {
    if let Some(longitude) = longitude_in_china(query) {
        let (name, zone) = (format!("{longitude}°E"), "Asia/Shanghai".to_owned());
        return vec![FoundPlace { place: BirthPlace { name, longitude, zone }, found: None }];
    }
    let offer = |found: places::FoundPlace| FoundPlace {
        place: BirthPlace {
            name: found.name.to_string(),
            longitude: found.longitude,
            zone: found.zone.name().to_owned(),
        },
        found: Some(found),
    };
    places::search(query, SHOWN).into_iter().map(offer).collect()
}

/// The name of a place that was chosen before, in letters that the buyer reads.
pub(in crate::bot) fn place_in_words(locale: Locale, place: &BirthPlace) -> String {
    let found = places::find(&place.name, place.longitude);
    match (locale, found) {
        (Locale::ZhHant, Some(found)) => found.traditional_name().to_owned(),
        (Locale::En, Some(found)) => found.latin_name(),
        (Locale::ZhHans, Some(_)) | (_, None) => place.name.clone(),
    }
}

/// A longitude east of Greenwich, such as `104.07`, `东经104°4′` and `E 104.07`, to a hundredth of a
/// degree. Within China alone: elsewhere it does not tell the zone, which a city does.
fn longitude_in_china(query: &str) -> Option<f64> {
    const CHINA: std::ops::RangeInclusive<f64> = 73.0..=136.0;
    let mut words = query.trim().to_lowercase();
    for word in ["东经", "東經", "经度", "經度", "e", "：", ":"] {
        words = words.replace(word, " ");
    }
    let numbers = words.split(|letter: char| letter.is_whitespace() || "°度′'分".contains(letter));
    let numbers: Option<Vec<f64>> =
        numbers.filter(|word| !word.is_empty()).map(|word| word.parse().ok()).collect();
    let longitude = match numbers?.as_slice() {
        [degrees] => *degrees,
        [degrees, minutes] if (0.0..60.0).contains(minutes) => degrees + minutes / 60.0,
        _ => return None,
    };
    CHINA.contains(&longitude).then(|| (longitude * 100.0).round() / 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_longitude_within_china_is_a_place() {
        for (typed, longitude) in [
            ("104.07", 104.07),
            ("东经104.07", 104.07),
            ("東經 104.07 度", 104.07),
            ("经度：116.4", 116.4),
            ("E 104°4′", 104.07),
            ("121.47°E", 121.47),
        ] {
            let found = find_places(typed);
            assert_eq!(found.len(), 1, "{typed}");
            assert_eq!(found[0].place.longitude.to_string(), longitude.to_string(), "{typed}");
            assert_eq!(found[0].place.zone, "Asia/Shanghai");
        }
        for typed in ["-73.9", "12.5", "104.07 30.67 1", "104°75′", "e", "成都"] {
            assert_eq!(longitude_in_china(typed), None, "{typed}");
        }
        let offer = &find_places("104.066")[0];
        assert_eq!(offer.in_words(Locale::ZhHant), ("104.07°E".to_owned(), "中國".to_owned()));
        assert_eq!(place_in_words(Locale::En, &offer.place), "104.07°E");
    }
}
