//! Why a payment stands where it stands: what can be read off an address and off what is known of
//! the payment. Pure.
#![warn(clippy::arithmetic_side_effects)]

use std::net::IpAddr;

use http::Uri;

use super::PaymentStatus;

/// PingPong takes no longer address (reference/pingpong.md §4.1).
const LONGEST_ADDRESS: usize = 255;
/// Providers refuse requests whose clock is further off than minutes; we warn long before.
const TOLERATED_SKEW_MS: i64 = 60_000;

/// What is wrong with an address that a provider was told to call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AddressFault {
    NotAnAddress,
    NotHttps,
    /// Only machines of our own network can reach it.
    Private,
    WrongPath,
    HasQuery,
    TooLong,
}

impl AddressFault {
    pub fn phrase(self) -> &'static str {
        match self {
            Self::NotAnAddress => "is not an address",
            Self::NotHttps => "is not https",
            Self::Private => "names a private address that no provider can reach",
            Self::WrongPath => "does not end in this program's callback path",
            Self::HasQuery => "has a query string, which providers drop or refuse",
            Self::TooLong => "is longer than 255 characters",
        }
    }
}

/// Every fault of the address that `provider` was told to call.
pub fn address_faults(address: &str, provider: &str) -> Vec<AddressFault> {
    let Ok(uri) = address.parse::<Uri>() else { return vec![AddressFault::NotAnAddress] };
    let Some(host) = uri.host() else { return vec![AddressFault::NotAnAddress] };
    let mut faults = Vec::new();
    let mut note = |wrong: bool, fault| {
        if wrong {
            faults.push(fault);
        }
    };
    note(uri.scheme_str() != Some("https"), AddressFault::NotHttps);
    note(is_private(host), AddressFault::Private);
    note(!uri.path().ends_with(&format!("/webhook/{provider}")), AddressFault::WrongPath);
    note(uri.query().is_some(), AddressFault::HasQuery);
    note(address.len() > LONGEST_ADDRESS, AddressFault::TooLong);
    faults
}

/// Whether only machines nearby can mean something by this host.
fn is_private(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    match bare.parse::<IpAddr>() {
        Ok(IpAddr::V4(ip)) => {
            let shared = ip.octets()[0] == 100 && (64..128).contains(&ip.octets()[1]);
            ip.is_loopback()
                || ip.is_private()
                || ip.is_link_local()
                || ip.is_unspecified()
                || shared
        }
        Ok(IpAddr::V6(ip)) => {
            let local = ip.segments()[0] & 0xfe00 == 0xfc00 || ip.segments()[0] & 0xffc0 == 0xfe80;
            ip.is_loopback() || ip.is_unspecified() || local
        }
        Err(_name) => {
            let name = bare.to_ascii_lowercase();
            !name.contains('.')
                || [".local", ".internal", ".lan", ".localhost", ".home.arpa"]
                    .iter()
                    .any(|end| name.ends_with(end))
        }
    }
}

/// What came back when we called our own callback address through the public name, unsigned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SelfCall {
    /// Our callback route refused it: the way is open.
    Open,
    /// Something answered, but not our callback route.
    Elsewhere(u16),
    Unreachable,
    NotTried,
}

/// Our callback route answers 401 to what nobody signed (spec.md §4 rule 9).
pub fn self_call(status: Option<u16>) -> SelfCall {
    match status {
        Some(401) => SelfCall::Open,
        Some(other) => SelfCall::Elsewhere(other),
        None => SelfCall::Unreachable,
    }
}

/// Whether our clock is so far from the provider's that signatures may be refused.
pub fn is_skewed(milliseconds: i64) -> bool {
    milliseconds.saturating_abs() > TOLERATED_SKEW_MS
}

/// What is known of a payment, reduced to what decides about the next step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is one link of the chain, seen or not")]
pub struct Known<'a> {
    pub status: PaymentStatus,
    pub has_link: bool,
    pub address_is_good: bool,
    pub self_call: SelfCall,
    pub skewed: bool,
    /// Callbacks were refused after this payment was made.
    pub refused_since: bool,
    pub called_back: bool,
    /// The provider's latest answer, a word of [`super::ports::Outcome`].
    pub last_query: Option<&'a str>,
}

/// What an operator should do next, the most likely cause first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextStep {
    Nothing,
    DecideConflict,
    WaitForLink,
    SetClock,
    FixAddress,
    OpenTheWay,
    CheckSecret,
    AskProvider,
    WaitForPayer,
}

impl NextStep {
    pub fn phrase(self) -> &'static str {
        match self {
            Self::Nothing => "nothing to do: the money is in the books",
            Self::DecideConflict => {
                "decide: `orders confirm` accepts what arrived, `orders refund` sends it back"
            }
            Self::WaitForLink => {
                "the provider gave no link yet: see the payment's log and the worker's jobs"
            }
            Self::SetClock => "set this machine's clock (NTP): the provider refuses signatures",
            Self::FixAddress => "set server.public_url to a public https address and order anew",
            Self::OpenTheWay => {
                "let the reverse proxy pass POST /webhook/… to this program, unchanged"
            }
            Self::CheckSecret => {
                "callbacks arrive but their signature is wrong: compare the provider's secret"
            }
            Self::AskProvider => {
                "the provider cannot be asked: look at its console and at its address in the settings"
            }
            Self::WaitForPayer => {
                "the provider says that nobody has paid yet; it is asked again by itself"
            }
        }
    }
}

pub fn next_step(known: &Known<'_>) -> NextStep {
    match known.status {
        PaymentStatus::Succeeded => return NextStep::Nothing,
        PaymentStatus::Conflicted => return NextStep::DecideConflict,
        PaymentStatus::Init
        | PaymentStatus::Processing
        | PaymentStatus::Failed
        | PaymentStatus::Cancelled
        | PaymentStatus::Expired => {}
    }
    if known.skewed {
        return NextStep::SetClock;
    }
    if !known.has_link {
        return NextStep::WaitForLink;
    }
    if !known.called_back && !known.address_is_good {
        return NextStep::FixAddress;
    }
    if !known.called_back && !matches!(known.self_call, SelfCall::Open | SelfCall::NotTried) {
        return NextStep::OpenTheWay;
    }
    if known.refused_since && !known.called_back {
        return NextStep::CheckSecret;
    }
    match known.last_query {
        Some("no answer" | "not reached" | "refused to answer") => NextStep::AskProvider,
        Some(_) | None => NextStep::WaitForPayer,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_no_provider_can_call_are_found() {
        use AddressFault as F;
        let faults = |address: &str| address_faults(address, "pingpong");
        assert_eq!(faults("https://shop.example/webhook/pingpong"), []);
        assert_eq!(faults("https://shop.example/base/webhook/pingpong"), []);
        assert_eq!(faults("http://shop.example/webhook/pingpong"), [F::NotHttps]);
        assert_eq!(faults("https://shop.example/webhook/pingpong?x=1"), [F::HasQuery]);
        assert_eq!(faults("https://shop.example/webhook/other"), [F::WrongPath]);
        assert_eq!(faults("not an address"), [F::NotAnAddress]);
        for host in [
            "127.0.0.1",
            "10.1.2.3",
            "192.168.1.5:8443",
            "172.16.0.1",
            "100.64.0.1",
            "169.254.1.1",
            "[::1]",
            "[fd00::1]",
            "localhost",
            "shop.local",
            "shop",
        ] {
            let address = format!("https://{host}/webhook/pingpong");
            assert_eq!(faults(&address), [F::Private], "{host}");
        }
        for host in ["8.8.8.8", "100.128.0.1", "[2001:db8::1]", "pay.example.com"] {
            assert_eq!(faults(&format!("https://{host}/webhook/pingpong")), [], "{host}");
        }
        let long = format!("https://{}.example/webhook/pingpong", "a".repeat(240));
        assert_eq!(faults(&long), [F::TooLong]);
    }

    fn waiting() -> Known<'static> {
        Known {
            status: PaymentStatus::Processing,
            has_link: true,
            address_is_good: true,
            self_call: SelfCall::Open,
            skewed: false,
            refused_since: false,
            called_back: false,
            last_query: Some("pending"),
        }
    }

    #[test]
    fn the_most_likely_cause_is_named_first() {
        use NextStep as N;
        let cases = [
            (waiting(), N::WaitForPayer),
            (Known { status: PaymentStatus::Succeeded, skewed: true, ..waiting() }, N::Nothing),
            (Known { status: PaymentStatus::Conflicted, ..waiting() }, N::DecideConflict),
            (Known { skewed: true, has_link: false, ..waiting() }, N::SetClock),
            (Known { has_link: false, ..waiting() }, N::WaitForLink),
            (Known { address_is_good: false, ..waiting() }, N::FixAddress),
            (Known { self_call: SelfCall::Elsewhere(502), ..waiting() }, N::OpenTheWay),
            (Known { self_call: SelfCall::Unreachable, ..waiting() }, N::OpenTheWay),
            (Known { self_call: SelfCall::NotTried, ..waiting() }, N::WaitForPayer),
            (Known { refused_since: true, ..waiting() }, N::CheckSecret),
            (Known { last_query: Some("no answer"), ..waiting() }, N::AskProvider),
            (
                Known { called_back: true, self_call: SelfCall::Unreachable, ..waiting() },
                N::WaitForPayer,
            ),
        ];
        for (known, expected) in cases {
            assert_eq!(next_step(&known), expected, "{known:?}");
        }
    }

    #[test]
    fn our_own_refusal_shows_that_the_way_is_open() {
        assert_eq!(self_call(Some(401)), SelfCall::Open);
        assert_eq!(self_call(Some(404)), SelfCall::Elsewhere(404));
        assert_eq!(self_call(None), SelfCall::Unreachable);
        assert!(is_skewed(-61_000) && is_skewed(i64::MIN) && !is_skewed(59_000));
    }
}
