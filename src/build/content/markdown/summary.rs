//! The part of a page before `<!-- more -->`.

use pulldown_cmark::Event;
use pulldown_cmark::Tag;
use pulldown_cmark::TagEnd;
use pulldown_cmark::html;

use super::MarkdownContext;
use crate::build::content::error::ContentError;

/// What stands in the page where the summary ends.
pub(super) const MARK: &str = "<span id=\"continue-reading\"></span>";

/// What Zola writes at the end of a summary that stops inside a paragraph.
const CUTOFF: &str = "&hellip;\n";

/// Start and end of a mention of a footnote; summaries have none.
const FOOTNOTE: (&str, &str) = ("<sup class=\"footnote-reference\"", "</a></sup>");

/// Whether an HTML event holds `<!-- more -->`, in any case, with any space.
pub(super) fn is_mark(html: &str) -> bool {
    html.match_indices("<!--").any(|(start, opening)| {
        let inner = html[start + opening.len()..].trim_start();
        inner.get(..4).is_some_and(|word| word.eq_ignore_ascii_case("more"))
            && inner[4..].trim_start().starts_with("-->")
    })
}

/// The summary's HTML, its open tags closed.
pub(super) fn of(events: &[Event<'_>], ctx: &MarkdownContext<'_>) -> Result<String, ContentError> {
    let is_end = |event: &Event<'_>| matches!(event, Event::Html(text) if **text == *MARK);
    let before = &events[..events.iter().position(is_end).unwrap_or(events.len())];
    let mut summary = String::new();
    html::push_html(&mut summary, before.iter().cloned());
    let mut summary = without_footnotes(&summary);
    summary.truncate(summary.trim_end().len());
    let open = open_tags(before);
    if !open.is_empty() {
        summary.push_str(&cutoff(&summary, ctx)?);
    }
    html::push_html(&mut summary, open.into_iter().rev().map(Event::End));
    Ok(summary)
}

fn cutoff(summary: &str, ctx: &MarkdownContext<'_>) -> Result<String, ContentError> {
    match ctx.summary_cutoff {
        None => Ok(CUTOFF.to_owned()),
        Some(template) => template(summary).map_err(|problem| {
            let remedy = "correct templates/summary-cutoff.html";
            ContentError::invalid(
                ctx.source,
                ctx.first_line,
                format!("the end of the summary: {problem}"),
                remedy,
            )
        }),
    }
}

/// The tags still open at the end. An end without its start (of a heading, of a link that leaves the site: their starts are
/// plain HTML by now) closes everything, as in Zola.
fn open_tags(events: &[Event<'_>]) -> Vec<TagEnd> {
    let mut open: Vec<TagEnd> = Vec::new();
    for event in events {
        match event {
            Event::Start(Tag::HtmlBlock) | Event::End(TagEnd::HtmlBlock) => {}
            Event::Start(tag) => open.push(tag.to_end()),
            Event::End(end) => open.truncate(open.iter().rposition(|tag| tag == end).unwrap_or(0)),
            _ => {}
        }
    }
    open
}

fn without_footnotes(html: &str) -> String {
    let mut kept = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(start) = rest.find(FOOTNOTE.0) {
        let Some(length) = rest[start..].find(FOOTNOTE.1) else { break };
        kept.push_str(&rest[..start]);
        rest = &rest[start + length + FOOTNOTE.1.len()..];
    }
    kept.push_str(rest);
    kept
}
