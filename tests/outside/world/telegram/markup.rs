//! Telegram's HTML as its server reads it: a short list of tags, all closed, `<`, `>` and `&` only
//! as entities.

const TAGS: &[&str] = &[
    "b",
    "strong",
    "i",
    "em",
    "u",
    "ins",
    "s",
    "strike",
    "del",
    "a",
    "code",
    "pre",
    "blockquote",
    "tg-spoiler",
    "tg-emoji",
    "span",
];

/// The text that a reader sees, or what the server says about the markup.
pub(super) fn visible(html: &str) -> Result<String, String> {
    let mut text = String::new();
    let mut open: Vec<String> = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find(['<', '&']) {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        if rest.starts_with('<') {
            let end = rest.find('>').ok_or("Unclosed start tag")?;
            tag(&rest[1..end], &mut open)?;
            rest = &rest[end + 1..];
        } else {
            let (character, length) = entity(rest);
            text.push(character);
            rest = &rest[length..];
        }
    }
    text.push_str(rest);
    match open.pop() {
        Some(name) => Err(format!("Can't find end tag corresponding to start tag \"{name}\"")),
        None => Ok(text),
    }
}

fn tag(inside: &str, open: &mut Vec<String>) -> Result<(), String> {
    if let Some(name) = inside.strip_prefix('/') {
        return match open.pop() {
            Some(last) if last == name => Ok(()),
            _ => Err(format!("Unmatched end tag \"{name}\"")),
        };
    }
    let name = inside.split_whitespace().next().unwrap_or_default();
    if !TAGS.contains(&name) {
        return Err(format!("Unsupported start tag \"{name}\""));
    }
    open.push(name.to_owned());
    Ok(())
}

/// What stands at the beginning of `text`, which begins with `&`; an unknown entity is text.
fn entity(text: &str) -> (char, usize) {
    for (name, character) in [("&lt;", '<'), ("&gt;", '>'), ("&amp;", '&'), ("&quot;", '"')] {
        if text.starts_with(name) {
            return (character, name.len());
        }
    }
    let Some(end) = text.find(';').filter(|_| text.starts_with("&#")) else { return ('&', 1) };
    let digits = &text[2..end];
    let number = match digits.strip_prefix('x') {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None => digits.parse().ok(),
    };
    number.and_then(char::from_u32).map_or(('&', 1), |character| (character, end + 1))
}

/// Length as Telegram counts it.
pub(super) fn utf16(text: &str) -> usize {
    text.encode_utf16().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_taken_off_and_faults_are_named() {
        assert_eq!(visible("<b>a &lt; b</b> &amp; <i>c</i>").unwrap(), "a < b & c");
        assert_eq!(visible("&#20313; &#x4f59;").unwrap(), "余 余");
        assert!(visible("<b>open").is_err());
        assert!(visible("<b><i>crossed</b></i>").is_err());
        assert!(visible("<h1>no</h1>").is_err());
        assert!(visible("1 < 2").is_err());
    }
}
