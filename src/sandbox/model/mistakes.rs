//! Mistakes such as models make, put into a text that had none.

use crate::sandbox::faults::Fault;

/// The text with a mistake.
pub(super) fn spoiled(text: &str, fault: Fault) -> String {
    let wrong = if fault == Fault::AiWrongPillars {
        "你的年柱是甲子，年柱是乙丑。日主甲木，日主乙木。Your day master is Jia Wood. \
         Your day master is Yi Wood."
    } else if fault == Fault::AiWrongYears {
        "2027年是戊申年。2028年是己酉年。"
    } else if fault == Fault::AiBannedClaim {
        "你会在2051年去世，不过在那之前稳赚不赔。"
    } else {
        return unfinished(text);
    };
    match text.split_once("\n\n") {
        Some((heading, rest)) => format!("{heading}\n\n{wrong}\n\n{rest}"),
        None => format!("{wrong}\n\n{text}"),
    }
}

/// Without its end; a summary that follows the text stays.
fn unfinished(text: &str) -> String {
    let (body, rest) = text.split_at(text.find("<summary>").unwrap_or(text.len()));
    let letters = body.trim_end().chars().count();
    let cut: String = body.chars().take(letters.saturating_sub(12)).collect();
    format!("{cut}\n{rest}")
}
