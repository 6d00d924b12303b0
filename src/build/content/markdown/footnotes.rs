//! Footnotes at the bottom of the page, numbered in the order of their first mention, with links back.

use std::fmt::Write as _;

use ahash::AHashMap;
use pulldown_cmark::CowStr;
use pulldown_cmark::Event;
use pulldown_cmark::Tag;
use pulldown_cmark::TagEnd;

/// A footnote's text, without the events that open and close it.
struct Footnote<'a> {
    name: CowStr<'a>,
    body: Vec<Event<'a>>,
}

/// How a footnote is mentioned: its number (from 1) and how often.
#[derive(Clone, Copy)]
struct Mentions {
    number: usize,
    count: usize,
}

/// Takes the footnotes out of the text and writes them as a list after it. Footnotes that nothing mentions are dropped.
pub(super) fn move_to_bottom(events: &mut Vec<Event<'_>>) {
    let mut mentions: AHashMap<CowStr<'_>, Mentions> = AHashMap::new();
    let mut text = Vec::with_capacity(events.len());
    let mut open: Vec<Footnote<'_>> = Vec::new();
    let mut footnotes = Vec::new();
    for event in events.drain(..) {
        let event = match event {
            Event::Start(Tag::FootnoteDefinition(name)) => {
                open.push(Footnote { name, body: Vec::new() });
                continue;
            }
            Event::End(TagEnd::FootnoteDefinition) => {
                footnotes.extend(open.pop());
                continue;
            }
            Event::FootnoteReference(name) => mention(name, &mut mentions),
            other => other,
        };
        open.last_mut().map_or(&mut text, |footnote| &mut footnote.body).push(event);
    }
    *events = text;
    if footnotes.is_empty() {
        return;
    }
    let mut listed: Vec<(Mentions, Footnote<'_>)> = footnotes
        .into_iter()
        .filter_map(|footnote| mentions.get(&footnote.name).map(|found| (*found, footnote)))
        .collect();
    listed.sort_by_key(|(found, _)| found.number);
    events.push(Event::Html("<section class=\"footnotes\">\n<ol class=\"footnotes-list\">\n".into()));
    for (found, footnote) in listed {
        write_footnote(events, footnote, found.count);
    }
    events.push(Event::Html("</ol>\n</section>\n".into()));
}

/// Counts a mention and writes it.
fn mention<'a>(name: CowStr<'a>, mentions: &mut AHashMap<CowStr<'a>, Mentions>) -> Event<'a> {
    let next = mentions.len() + 1;
    let found = mentions.entry(name.clone()).or_insert(Mentions { number: next, count: 0 });
    found.count += 1;
    let Mentions { number, count } = *found;
    let sup = format!(
        "<sup class=\"footnote-reference\" id=\"fr-{name}-{count}\"><a href=\"#fn-{name}\">{number}</a></sup>"
    );
    Event::Html(sup.into())
}

/// Writes a footnote; the links back stand in its last paragraph, or at its end where the last thing is no paragraph.
fn write_footnote<'a>(events: &mut Vec<Event<'a>>, footnote: Footnote<'a>, count: usize) {
    let Footnote { name, mut body } = footnote;
    let mut end = String::new();
    for index in 1..=count {
        // Writing to a String cannot fail.
        let _ = write!(end, " <a href=\"#fr-{name}-{index}\">↩");
        if index > 1 {
            let _ = write!(end, "{index}");
        }
        end.push_str("</a>");
    }
    if body.pop_if(|last| *last == Event::End(TagEnd::Paragraph)).is_some() {
        end.push_str("</p>\n");
    }
    end.push_str("</li>\n");
    events.push(Event::Html(format!("<li id=\"fn-{name}\">").into()));
    events.append(&mut body);
    events.push(Event::Html(end.into()));
}
