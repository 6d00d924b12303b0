//! Where links and images lead.

use percent_encoding::percent_decode_str;
use pulldown_cmark::CowStr;
use pulldown_cmark_escape::escape_href;

use super::MarkdownContext;
use crate::build::content::config::MarkdownConfig;

/// Whether a link leaves the site.
pub(super) fn is_external(link: &str) -> bool {
    link.starts_with("http:") || link.starts_with("https:")
}

/// Whether a link is to a file in the page's own folder: no root, no parent, no fragment, no scheme.
fn is_colocated(link: &str) -> bool {
    !link.starts_with(['/', '#']) && !link.starts_with("..") && !has_scheme(link)
}

/// Letters, digits and `-`, then `:`. Any private scheme counts.
fn has_scheme(link: &str) -> bool {
    let name = link.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'-').count();
    name > 0 && link.as_bytes().get(name) == Some(&b':')
}

/// The address of an image.
pub(super) fn image<'a>(address: CowStr<'a>, ctx: &MarkdownContext<'_>) -> CowStr<'a> {
    if is_colocated(&address) { format!("{}{address}", ctx.permalink).into() } else { address }
}

/// The address of a link; a link into the site is written down in `internal`. The error is the broken link.
pub(super) fn resolve<'a>(
    link: CowStr<'a>,
    ctx: &MarkdownContext<'_>,
    internal: &mut Vec<(String, Option<String>)>,
) -> Result<CowStr<'a>, String> {
    if let Some(target) = link.strip_prefix("@/") {
        let (permalink, path, anchor) = content_link(target, ctx).ok_or_else(|| link.to_string())?;
        internal.push((path, anchor));
        return Ok(permalink.into());
    }
    if is_colocated(&link) {
        return Ok(format!("{}{link}", ctx.permalink).into());
    }
    match (link.strip_prefix('#'), ctx.relative) {
        (Some(anchor), Some(own)) if !anchor.is_empty() => {
            internal.push((own.to_owned(), Some(anchor.to_owned())));
            Ok(format!("{}{link}", ctx.permalink).into())
        }
        _ => Ok(link),
    }
}

/// Address, content path and fragment of what follows `@/`; a second `#` and what follows it is dropped, as Zola does.
fn content_link(target: &str, ctx: &MarkdownContext<'_>) -> Option<(String, String, Option<String>)> {
    let mut parts = target.split('#');
    let path = percent_decode_str(parts.next()?).decode_utf8_lossy().into_owned();
    let mut permalink = (ctx.resolve)(&path)?;
    let anchor = parts.next().map(str::to_owned);
    if let Some(anchor) = &anchor {
        permalink.push('#');
        permalink.push_str(anchor);
    }
    Some((permalink, path, anchor))
}

/// The opening tag of a link that leaves the site.
pub(super) fn external_tag(markdown: &MarkdownConfig, address: &str, title: &str) -> String {
    let rel = [
        // A page opened in a new tab must not reach back into the one that opened it.
        (markdown.external_links_target_blank, "noopener"),
        (markdown.external_links_no_follow, "nofollow"),
        (markdown.external_links_no_referrer, "noreferrer"),
        (markdown.external_links_external, "external"),
    ];
    let rel: Vec<&str> = rel.into_iter().filter_map(|(on, word)| on.then_some(word)).collect();
    let mut tag = String::from("<a ");
    let mut attribute = |name: &str, value: &str| {
        tag.extend([name, "=\"", value, "\" "]);
    };
    if let Some(class) = &markdown.external_links_class {
        attribute("class", class);
    }
    if !rel.is_empty() {
        attribute("rel", &rel.join(" "));
    }
    if markdown.external_links_target_blank {
        attribute("target", "_blank");
    }
    if !title.is_empty() {
        attribute("title", title);
    }
    tag.push_str("href=\"");
    // Writing to a String cannot fail.
    let _ = escape_href(&mut tag, address);
    tag.push_str("\">");
    tag
}
