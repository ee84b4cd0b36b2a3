//! Kinds of values, and how each may be written: as TOML, or as plain text in an environment
//! variable.

use std::fmt;
use std::marker::PhantomData;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use http::Uri;
use secrecy::SecretString;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{self, Deserialize, DeserializeOwned, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::kernel::money::Currency;

/// An `http` or `https` address without user, query, fragment and closing slash, so that a path
/// can be appended. Empty when it was not set, which [`super::Config::load`] lets through only
/// where no address is needed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BaseUrl {
    text: String,
    uri: Uri,
}

impl BaseUrl {
    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub fn is_set(&self) -> bool {
        !self.text.is_empty()
    }

    pub fn is_https(&self) -> bool {
        self.uri.scheme_str() == Some("https")
    }

    /// Whether the address can only be reached from this machine.
    pub fn is_loopback(&self) -> bool {
        let host = self.host();
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }

    pub fn host(&self) -> &str {
        self.uri.host().unwrap_or_default()
    }

    /// The port that clients will use.
    pub fn port(&self) -> u16 {
        self.uri.port_u16().unwrap_or(if self.is_https() { 443 } else { 80 })
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for BaseUrl {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const EXPECTED: &str =
            "an address such as https://shop.example, without user, query and fragment";
        if text.is_empty() {
            return Ok(Self::default());
        }
        let text = text.trim_end_matches('/');
        let uri: Uri = text.parse().map_err(|_not_an_address| EXPECTED)?;
        let known_scheme = matches!(uri.scheme_str(), Some("http" | "https"));
        let named_host = uri.host().is_some_and(|host| !host.is_empty());
        if !known_scheme || !named_host || text.contains(['@', '?', '#']) {
            return Err(EXPECTED);
        }
        Ok(Self { text: text.to_owned(), uri })
    }
}

impl serde::Serialize for BaseUrl {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for BaseUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|expected| unexpected(&text, expected))
    }
}

/// "found `text`, expected …" in the form that [`super::reading`] puts into words.
pub(super) fn unexpected<E: de::Error>(text: &str, expected: &str) -> E {
    E::invalid_value(de::Unexpected::Str(text), &expected)
}

/// A value that has a text form of its own.
fn parsed<'de, T: FromStr, D: Deserializer<'de>>(
    deserializer: D,
    expected: &str,
) -> Result<T, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(|_wrong| unexpected(&text, expected))
}

pub(super) fn address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SocketAddr, D::Error> {
    parsed(deserializer, "an IP address with port such as 127.0.0.1:8080")
}

pub(super) fn ip<'de, D: Deserializer<'de>>(deserializer: D) -> Result<IpAddr, D::Error> {
    parsed(deserializer, "an IP address such as 203.0.113.7")
}

pub(super) fn currency<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Currency, D::Error> {
    parsed(deserializer, "a currency code such as USD")
}

pub(super) fn address_if_set<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<SocketAddr>, D::Error> {
    struct Address(SocketAddr);
    impl<'de> Deserialize<'de> for Address {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            address(deserializer).map(Self)
        }
    }
    Ok(Option::<Address>::deserialize(deserializer)?.map(|address| address.0))
}

pub(super) mod zone {
    //! A time zone by its IANA name.

    use super::{Deserializer, parsed};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands out references")]
    pub(in super::super) fn serialize<S: serde::Serializer>(
        zone: &chrono_tz::Tz,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(zone.name())
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<chrono_tz::Tz, D::Error> {
        parsed(deserializer, "a time zone such as Asia/Shanghai")
    }
}

/// A decimal number kept exactly as it was written, such as a price.
pub(super) fn decimal<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, "0"));
    let digits = |part: &str| (1..=12).contains(&part.len()) && part.bytes().all(is_digit);
    if digits(whole) && digits(fraction) {
        Ok(text)
    } else {
        Err(unexpected(&text, "a decimal number in quotes such as \"0.30\""))
    }
}

/// A decimal number in quotes, or `""`.
pub(super) fn decimal_or_nothing<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<String, D::Error> {
    use serde::de::IntoDeserializer;
    use serde::de::value::StringDeserializer;
    let text = String::deserialize(deserializer)?;
    if text.is_empty() {
        return Ok(text);
    }
    let again: StringDeserializer<D::Error> = text.into_deserializer();
    decimal(again)
}

fn is_digit(byte: u8) -> bool {
    byte.is_ascii_digit()
}

/// A list: an array, one single value, or text with commas, with or without brackets.
pub(super) fn list<'de, T, D>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    T: DeserializeOwned + FromStr,
    D: Deserializer<'de>,
{
    deserializer.deserialize_any(ListVisitor(PhantomData))
}

/// A list of secrets; written like any other [`list`].
pub(super) fn secrets<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<SecretString>, D::Error> {
    let words: Vec<String> = list(deserializer)?;
    Ok(words.into_iter().map(SecretString::from).collect())
}

/// A list of words that can stand inside a map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Words(pub(super) Vec<String>);

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        list(deserializer).map(Self)
    }
}

struct ListVisitor<T>(PhantomData<T>);

impl<'de, T: DeserializeOwned + FromStr> Visitor<'de> for ListVisitor<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list such as [1, 2] or 1,2")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Self::Value, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(items))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        let inner = text.trim();
        let inner =
            inner.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(inner);
        inner
            .split(',')
            .map(|item| item.trim().trim_matches(['"', '\'']))
            .filter(|item| !item.is_empty())
            .map(|item| item.parse().map_err(|_wrong| unexpected(item, "a list such as 1,2")))
            .collect()
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Self::Value, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Self::Value, E> {
        self.visit_str(&number.to_string())
    }
}

/// A table: as TOML, or as text that `from_text` understands.
pub(super) struct TableOr<T> {
    pub(super) expected: &'static str,
    pub(super) from_text: fn(&str) -> Option<T>,
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for TableOr<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expected)
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(entries))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        (self.from_text)(text).ok_or_else(|| unexpected(text, self.expected))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_addresses_are_http_with_a_host_and_lose_the_closing_slash() {
        let base: BaseUrl = "https://shop.example:8443/tg/".parse().unwrap();
        assert_eq!(base.as_str(), "https://shop.example:8443/tg");
        assert_eq!((base.host(), base.port(), base.is_https()), ("shop.example", 8443, true));
        for wrong in [
            "shop.example",
            "ftp://shop.example",
            "https://",
            "https://user:word@shop.example",
            "https://shop.example?a=1",
            "https://shop.example#a",
            "https://shop example",
        ] {
            assert!(wrong.parse::<BaseUrl>().is_err(), "{wrong}");
        }
        assert!(!"".parse::<BaseUrl>().unwrap().is_set());
    }

    #[test]
    fn loopback_is_recognised_in_every_spelling() {
        for near in
            ["http://127.0.0.1:8080", "http://localhost", "http://[::1]:80", "http://127.9.9.9"]
        {
            assert!(near.parse::<BaseUrl>().unwrap().is_loopback(), "{near}");
        }
        for far in ["http://localhost.example", "http://10.0.0.1", "https://shop.example"] {
            assert!(!far.parse::<BaseUrl>().unwrap().is_loopback(), "{far}");
        }
    }
}
