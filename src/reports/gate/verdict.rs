//! What follows from the findings about a text.

use super::finding::Finding;

/// How strict the gate is (`report.gate`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// A text with a grave finding reaches no buyer.
    Enforce,
    /// Findings are kept and counted; every text goes out.
    Warn,
    /// Texts are not read.
    Off,
}

/// What became of a text. The words stand in the database and never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Passed,
    /// It goes out in spite of its findings.
    Flawed,
    /// It is written again.
    Refused,
}

impl Verdict {
    /// `refused_before`: how many texts of this part were refused already.
    pub fn of(mode: Mode, findings: &[Finding], refused_before: i64) -> Self {
        let is_grave = findings.iter().any(Finding::is_grave);
        match mode {
            Mode::Off => Self::Passed,
            _ if findings.is_empty() => Self::Passed,
            Mode::Enforce if is_grave => Self::Refused,
            // One better try for a blemish; a second would cost more than it is worth.
            Mode::Enforce if refused_before == 0 => Self::Refused,
            Mode::Enforce | Mode::Warn => Self::Flawed,
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Flawed => "flawed",
            Self::Refused => "refused",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reports::gate::Code;

    #[test]
    fn only_a_grave_finding_holds_a_text_back_for_good() {
        let grave = [Finding::new(Code::Pillar, String::new(), String::new())];
        let flaw = [Finding::new(Code::Repetition, String::new(), String::new())];
        let of = |findings: &[Finding], before| Verdict::of(Mode::Enforce, findings, before);
        assert_eq!(of(&[], 0), Verdict::Passed);
        assert_eq!([of(&grave, 0), of(&grave, 9)], [Verdict::Refused; 2]);
        assert_eq!((of(&flaw, 0), of(&flaw, 1)), (Verdict::Refused, Verdict::Flawed));
        assert_eq!(Verdict::of(Mode::Warn, &grave, 0), Verdict::Flawed);
        assert_eq!(Verdict::of(Mode::Off, &grave, 0), Verdict::Passed);
    }
}
