//! Places of birth, searched by name.

use crate::bazi::places;
use crate::catalog::answers::BirthPlace;
use crate::kernel::locale::Locale;

/// So many places are offered for a name.
const SHOWN: usize = 8;

/// A place that was found, and how it is offered.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::bot) struct FoundPlace {
    pub(in crate::bot) place: BirthPlace,
    found: places::FoundPlace,
}

impl FoundPlace {
    /// Name and region in letters that the buyer reads.
    pub(in crate::bot) fn in_words(&self, locale: Locale) -> (String, String) {
        let found = self.found;
        match locale {
            Locale::ZhHans => (found.name.to_owned(), found.region.to_owned()),
            Locale::ZhHant => {
                (found.traditional_name().to_owned(), found.traditional_region().to_owned())
            }
            Locale::En => (found.latin_name(), found.latin_region()),
        }
    }
}

/// The best places for a typed name.
pub(in crate::bot) fn find_places(query: &str) -> Vec<FoundPlace> {
    let offer = |found: places::FoundPlace| FoundPlace {
        place: BirthPlace {
            name: found.name.to_string(),
            longitude: found.longitude,
            zone: found.zone.name().to_owned(),
        },
        found,
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
