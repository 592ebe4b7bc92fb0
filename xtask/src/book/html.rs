//! Anchors and links of an HTML page. It reads what mdBook writes, where text never holds a bare `<`.

use super::links::Page;

pub(super) fn page(html: &str) -> Page {
    let mut page = Page::default();
    let mut rest = html;
    let mut line = 1;
    while let Some(start) = rest.find('<') {
        line += newlines(rest.get(..start));
        rest = rest.get(start + 1..).unwrap_or_default();
        // What a script says is no tag.
        if rest.starts_with("script") {
            let end = rest.find("</script").unwrap_or(rest.len());
            line += newlines(rest.get(..end));
            rest = rest.get(end..).unwrap_or_default();
            continue;
        }
        let end = rest.find('>').unwrap_or(rest.len());
        let tag = rest.get(..end).unwrap_or_default();
        for name in ["id", "name"] {
            page.anchors.extend(attribute(tag, name).map(str::to_owned));
        }
        for name in ["href", "src"] {
            page.links.extend(attribute(tag, name).map(|link| (line, link.replace("&amp;", "&"))));
        }
        line += newlines(Some(tag));
        rest = rest.get(end..).unwrap_or_default();
    }
    page
}

/// The value of an attribute, quoted in either way or not at all.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let mut found = tag.match_indices(name);
    found.find_map(|(at, _)| {
        let value = tag.get(at + name.len()..)?.strip_prefix('=')?;
        tag.get(..at)?.ends_with(char::is_whitespace).then_some(())?;
        match value.chars().next()? {
            quote @ ('"' | '\'') => value.get(1..)?.split(quote).next(),
            _ => value.split(char::is_whitespace).next(),
        }
    })
}

fn newlines(text: Option<&str>) -> usize {
    text.map_or(0, |text| text.matches('\n').count())
}
