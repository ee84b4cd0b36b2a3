//! The words that begin with `/`.

use crate::kernel::ids::OrderNo;

/// A command that we know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Command {
    Start,
    Products,
    Orders,
    Cancel,
    Help,
    Language,
    Affiliate,
    Privacy,
    MyData,
    Forget,
    Profiles,
    PaySupport,
    Terms,
    Admin,
    Stats,
    Order,
    Retry,
    Resend,
    Refund,
    Confirm,
    Coupon,
}

impl Command {
    /// In the order of the menu; the operators' come last.
    pub(super) const ALL: [Self; 21] = [
        Self::Start,
        Self::Products,
        Self::Orders,
        Self::Cancel,
        Self::Help,
        Self::Language,
        Self::Affiliate,
        Self::Privacy,
        Self::MyData,
        Self::Forget,
        Self::Profiles,
        Self::PaySupport,
        Self::Terms,
        Self::Admin,
        Self::Stats,
        Self::Order,
        Self::Retry,
        Self::Resend,
        Self::Refund,
        Self::Confirm,
        Self::Coupon,
    ];

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Products => "products",
            Self::Orders => "orders",
            Self::Cancel => "cancel",
            Self::Help => "help",
            Self::Language => "language",
            Self::Affiliate => "affiliate",
            Self::Privacy => "privacy",
            Self::MyData => "mydata",
            Self::Forget => "forget",
            Self::Profiles => "profiles",
            Self::PaySupport => "paysupport",
            Self::Terms => "terms",
            Self::Admin => "admin",
            Self::Stats => "stats",
            Self::Order => "order",
            Self::Retry => "retry",
            Self::Resend => "resend",
            Self::Refund => "refund",
            Self::Confirm => "confirm",
            Self::Coupon => "coupon",
        }
    }

    /// For operators only; to others it does not exist.
    pub(super) fn is_operators(self) -> bool {
        match self {
            Self::Admin
            | Self::Stats
            | Self::Order
            | Self::Retry
            | Self::Resend
            | Self::Refund
            | Self::Confirm
            | Self::Coupon => true,
            Self::Start
            | Self::Products
            | Self::Orders
            | Self::Cancel
            | Self::Help
            | Self::Language
            | Self::Affiliate
            | Self::Privacy
            | Self::MyData
            | Self::Forget
            | Self::Profiles
            | Self::PaySupport
            | Self::Terms => false,
        }
    }
}

/// A line that begins with `/`: the command, if we know it, and what stands behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) command: Option<Command>,
    pub(super) rest: String,
}

/// `None` for words that are no command at all. A `@name` behind the command is ignored: in a
/// private chat nobody else is meant.
pub(super) fn read(text: &str) -> Option<Line> {
    let line = text.trim().strip_prefix('/')?;
    let (head, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let word = head.split('@').next().unwrap_or(head).to_ascii_lowercase();
    let command = Command::ALL.into_iter().find(|command| command.word() == word);
    Some(Line { command, rest: rest.trim().to_owned() })
}

/// The order number that an operator typed, in whatever case.
pub(super) fn order_number(rest: &str) -> Option<OrderNo> {
    let word = rest.split_whitespace().next()?.to_ascii_uppercase();
    Some(OrderNo(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_read_with_what_follows() {
        let line = read("/start@mingshu_bot aff_7F3K9QX2").unwrap();
        assert_eq!(line.command, Some(Command::Start));
        assert_eq!(line.rest, "aff_7F3K9QX2");
        assert_eq!(read(" /ORDERS ").unwrap().command, Some(Command::Orders));
        assert_eq!(read("/nothing").unwrap().command, None);
        assert_eq!(read("1990/05/20"), None);
        assert_eq!(order_number("m20261121-7f3k9qx2 please").unwrap().0, "M20261121-7F3K9QX2");
        assert_eq!(order_number(" "), None);
    }

    #[test]
    fn every_command_reads_back() {
        for command in Command::ALL {
            assert_eq!(read(&format!("/{}", command.word())).unwrap().command, Some(command));
        }
    }
}
