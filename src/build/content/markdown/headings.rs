//! Ids and anchors of headings.

use std::sync::LazyLock;

use pulldown_cmark::CowStr;
use pulldown_cmark::Event;
use pulldown_cmark::HeadingLevel;
use pulldown_cmark_escape::escape_html;
use regex::Regex;

use super::MarkdownContext;
use crate::build::content::error::ContentError;
use crate::build::content::front_matter::InsertAnchor;
use crate::build::content::slug::slugify_anchor;
use crate::build::content::toc::Heading;

/// The opening tag of the first link in an anchor template; what it holds is of no use around a heading.
static OPENING_TAG: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(<\s*a[^>]*>).*?<\s*/\s*a>").ok());

/// A heading's place among the events.
pub(super) struct HeadingMark<'a> {
    start: usize,
    /// Index of its end.
    pub end: usize,
    level: u32,
    id: Option<CowStr<'a>>,
    classes: Vec<CowStr<'a>>,
}

impl<'a> HeadingMark<'a> {
    /// A heading that starts at event `start`, with the id and classes that its author gave.
    pub fn new(start: usize, level: HeadingLevel, id: Option<CowStr<'a>>, classes: Vec<CowStr<'a>>) -> Self {
        Self { start, end: start, level: level as u32, id, classes }
    }

    fn opening_tag(&self, id: &str) -> String {
        let mut tag = format!("<h{} id=\"", self.level);
        // Writing to a String cannot fail.
        let _ = escape_html(&mut tag, id);
        tag.push('"');
        for (index, class) in self.classes.iter().enumerate() {
            tag.push_str(if index == 0 { " class=\"" } else { " " });
            let _ = escape_html(&mut tag, class);
        }
        tag.push_str(if self.classes.is_empty() { ">" } else { "\">" });
        tag
    }
}

/// Gives every heading an id, writes its tag and its anchor, and lists the headings in order.
pub(super) fn finish<'a>(
    events: &mut Vec<Event<'a>>,
    marks: Vec<HeadingMark<'a>>,
    ctx: &MarkdownContext<'_>,
) -> Result<Vec<Heading>, ContentError> {
    // An id that an author wrote is taken from the start, also by a heading further down.
    let mut taken: Vec<String> =
        marks.iter().filter_map(|mark| mark.id.as_deref()).map(str::to_owned).collect();
    let mut headings = Vec::with_capacity(marks.len());
    let mut inserts = Vec::new();
    for mark in marks {
        let title = text_of(&events[mark.start + 1..mark.end]);
        let id = match &mark.id {
            Some(id) => id.to_string(),
            None => free_id(&taken, slugify_anchor(&title, ctx.config.slugify.anchors)),
        };
        taken.push(id.clone());
        events[mark.start] = Event::Html(mark.opening_tag(&id).into());
        insert_anchor(&mut inserts, &mark, &id, ctx)?;
        let permalink = format!("{}#{id}", ctx.permalink);
        headings.push(Heading { level: mark.level, id, permalink, title, children: Vec::new() });
    }
    if !inserts.is_empty() {
        *events = with_inserts(std::mem::take(events), inserts);
    }
    Ok(headings)
}

fn text_of(events: &[Event<'_>]) -> String {
    let mut title = String::new();
    for event in events {
        if let Event::Text(text) | Event::Code(text) = event {
            title.push_str(text);
        }
    }
    title
}

/// The id itself, or with the first free number after it.
fn free_id(taken: &[String], id: String) -> String {
    if !taken.contains(&id) {
        return id;
    }
    let mut number = 1;
    loop {
        let numbered = format!("{id}-{number}");
        if !taken.contains(&numbered) {
            return numbered;
        }
        number += 1;
    }
}

/// Notes which event goes in front of which.
fn insert_anchor<'a>(
    inserts: &mut Vec<(usize, Event<'a>)>,
    mark: &HeadingMark<'a>,
    id: &str,
    ctx: &MarkdownContext<'_>,
) -> Result<(), ContentError> {
    if ctx.insert_anchor == InsertAnchor::None {
        return Ok(());
    }
    let link = match ctx.anchor_link {
        Some(template) => template(id, mark.level).map_err(|problem| {
            let remedy = "correct templates/anchor-link.html";
            ContentError::invalid(
                ctx.source,
                ctx.first_line,
                format!("the anchor of `{id}`: {problem}"),
                remedy,
            )
        })?,
        None => default_anchor(id),
    };
    match ctx.insert_anchor {
        InsertAnchor::Left => inserts.push((mark.start + 1, Event::Html(link.into()))),
        InsertAnchor::Right => inserts.push((mark.end, Event::Html(link.into()))),
        InsertAnchor::Heading => {
            let tag =
                OPENING_TAG.as_ref().and_then(|regex| regex.captures(&link)).and_then(|found| found.get(1));
            if let Some(tag) = tag {
                inserts.push((mark.start + 1, Event::Html(tag.as_str().to_owned().into())));
                inserts.push((mark.end, Event::Html("</a>".into())));
            }
        }
        InsertAnchor::None => {}
    }
    Ok(())
}

/// What Zola writes where the site has no `anchor-link.html`.
fn default_anchor(id: &str) -> String {
    let id = tera::escape_html(id);
    format!("<a class=\"zola-anchor\" href=\"#{id}\" aria-label=\"Anchor link for: {id}\">🔗</a>")
}

/// The events with the inserts, which are in order of place.
fn with_inserts<'a>(events: Vec<Event<'a>>, inserts: Vec<(usize, Event<'a>)>) -> Vec<Event<'a>> {
    let mut merged = Vec::with_capacity(events.len() + inserts.len());
    let mut inserts = inserts.into_iter().peekable();
    for (index, event) in events.into_iter().enumerate() {
        while let Some((_, insert)) = inserts.next_if(|(place, _)| *place == index) {
            merged.push(insert);
        }
        merged.push(event);
    }
    merged
}
