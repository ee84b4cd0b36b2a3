//! A reader of Telegram's HTML as strict as Telegram itself.

const TAGS: [&str; 7] = ["a", "b", "i", "s", "code", "pre", "blockquote"];

/// The text without tags, with the entities resolved.
pub(super) fn strip(html: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for character in html.chars() {
        match character {
            '<' => inside = true,
            '>' => inside = false,
            other if !inside => text.push(other),
            _ => {}
        }
    }
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

/// Whether every tag is known and closed in order, and every ampersand begins an entity.
pub(super) fn well_formed(html: &str) -> Result<(), String> {
    let mut open: Vec<String> = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find(['<', '&', '>']) {
        let (here, tail) = rest.split_at(at + 1);
        if here.ends_with('>') {
            return Err(format!("a bare > before {tail}"));
        }
        if here.ends_with('&') {
            let known = ["lt;", "gt;", "amp;", "quot;"];
            if !known.iter().any(|entity| tail.starts_with(entity)) {
                return Err(format!("a bare & before {tail}"));
            }
            rest = tail;
            continue;
        }
        let (tag, after) = tail.split_once('>').ok_or("an open <")?;
        match tag.strip_prefix('/') {
            Some(name) => {
                if open.pop().as_deref() != Some(name) {
                    return Err(format!("</{name}> closes nothing"));
                }
            }
            None => open.push(opening(tag)?),
        }
        rest = after;
    }
    if open.is_empty() { Ok(()) } else { Err(format!("left open: {open:?}")) }
}

fn opening(tag: &str) -> Result<String, String> {
    let (name, attribute) = tag.split_once(' ').unwrap_or((tag, ""));
    let attribute_is_known = match name {
        "a" => attribute.starts_with("href=\"http") && attribute.matches('"').count() == 2,
        "code" => attribute.is_empty() || attribute.starts_with("class=\"language-"),
        _ => attribute.is_empty(),
    };
    if TAGS.contains(&name) && attribute_is_known {
        Ok(name.to_owned())
    } else {
        Err(format!("<{tag}> is not known"))
    }
}
