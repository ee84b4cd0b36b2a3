//! Identities. Numbers that a person may read aloud come from a secure random source and never
//! from a counter (spec.md §1), so that they neither collide after a restore nor tell our sales.

use std::fmt;

use ring::rand::{SecureRandom, SystemRandom};

use super::clock::Timestamp;

/// Crockford's base 32: no I, L, O, U.
const CROCKFORD: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }
    };
}

text_id!(
    /// The number of an order, such as `M20261121-7F3K9QX2`.
    OrderNo
);
text_id!(
    /// The number of one attempt to pay an order, such as `P20261121-0C5M2ZT8`. Providers know it
    /// as their merchant's order id.
    PaymentNo
);
text_id!(
    /// The number of a refund, such as `R20261121-9KD03VWA`.
    RefundNo
);
text_id!(
    /// The number of a payout to a promoter, such as `A20261121-4T7XQ0MB`.
    PayoutNo
);
text_id!(
    /// The folder name of a product.
    Sku
);
text_id!(
    /// The code in a promoter's invitation link.
    AffiliateCode
);

/// A Telegram user. In private chats, the only ones we serve, the chat has the same number.
#[derive(
    Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize,
)]
#[serde(transparent)]
pub struct UserId(pub i64);

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl OrderNo {
    pub fn generate(now: Timestamp) -> Self {
        Self(dated('M', now))
    }
}

impl PaymentNo {
    pub fn generate(now: Timestamp) -> Self {
        Self(dated('P', now))
    }
}

impl RefundNo {
    pub fn generate(now: Timestamp) -> Self {
        Self(dated('R', now))
    }
}

impl PayoutNo {
    pub fn generate(now: Timestamp) -> Self {
        Self(dated('A', now))
    }
}

impl AffiliateCode {
    pub fn generate() -> Self {
        Self(crockford(8))
    }
}

/// The id of a domain event: a UUID of version 7, so that ids sort by time.
pub fn event_id(now: Timestamp) -> String {
    let seconds = u64::try_from(now.seconds()).unwrap_or(0);
    let nanos = u32::try_from(now.millis().rem_euclid(1000)).unwrap_or(0).saturating_mul(1_000_000);
    let moment = uuid::Timestamp::from_unix(uuid::NoContext, seconds, nanos);
    uuid::Uuid::new_v7(moment).to_string()
}

/// What sorts before the ids of all events of `instant`, and behind those of earlier ones.
pub fn before_events_of(instant: Timestamp) -> String {
    let millis = u64::try_from(instant.millis()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &[0; 10]).into_uuid().to_string()
}

/// `length` random characters of Crockford's base 32.
pub fn crockford(length: usize) -> String {
    random_bytes(length)
        .iter()
        .filter_map(|byte| CROCKFORD.get(usize::from(byte % 32)))
        .map(|byte| char::from(*byte))
        .collect()
}

/// `length` bytes from the operating system's secure source.
///
/// # Panics
/// When the system gives none: no number, nonce or key may be made without randomness.
pub fn random_bytes(length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    let filled = SystemRandom::new().fill(&mut bytes);
    assert!(filled.is_ok(), "the operating system gives no random bytes");
    bytes
}

/// A random number below `limit`, for jitter.
pub fn random_below(limit: u64) -> u64 {
    let bytes = random_bytes(8);
    let number = bytes.iter().fold(0_u64, |sum, byte| (sum << 8) | u64::from(*byte));
    number.checked_rem(limit).unwrap_or(0)
}

fn dated(letter: char, now: Timestamp) -> String {
    format!("{letter}{}-{}", now.to_utc().format("%Y%m%d"), crockford(8))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_number_is_a_date_and_eight_random_characters() {
        let now = Timestamp::from_millis(1_795_219_200_000);
        let number = OrderNo::generate(now).0;
        assert_eq!(number.len(), "M20261121-7F3K9QX2".len());
        assert!(number.starts_with("M20261121-"), "{number}");
        let tail = number.split_once('-').unwrap().1;
        assert!(tail.bytes().all(|byte| CROCKFORD.contains(&byte)));
        assert_ne!(OrderNo::generate(now), OrderNo::generate(now));
    }

    #[test]
    fn event_ids_sort_by_time() {
        let early = event_id(Timestamp::from_millis(1_795_219_200_000));
        let late = event_id(Timestamp::from_millis(1_795_219_200_001));
        let between = before_events_of(Timestamp::from_millis(1_795_219_200_001));
        assert!(early < between && between < late, "{early} {between} {late}");
        assert!(early < late);
    }
}
