//! Places of birth, searched by name.

use crate::bazi::places;
use crate::catalog::answers::BirthPlace;

/// So many places are offered for a name.
const SHOWN: usize = 8;

/// A place that was found, and how it is offered.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::bot) struct FoundPlace {
    pub(in crate::bot) place: BirthPlace,
    pub(in crate::bot) region: String,
    /// Name and region for people who do not read Chinese.
    pub(in crate::bot) latin: (String, String),
}

/// The best places for a typed name.
pub(in crate::bot) fn find_places(query: &str) -> Vec<FoundPlace> {
    places::search(query, SHOWN)
        .into_iter()
        .map(|found| FoundPlace {
            place: BirthPlace {
                name: found.name.to_string(),
                longitude: found.longitude,
                zone: found.zone.name().to_owned(),
            },
            region: found.region.to_string(),
            latin: (found.latin_name(), found.latin_region()),
        })
        .collect()
}
