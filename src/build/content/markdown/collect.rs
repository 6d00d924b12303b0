//! Takes the parser's events one by one and writes down what the page will be made of.

use std::ops::Range;

use pulldown_cmark::CodeBlockKind;
use pulldown_cmark::CowStr;
use pulldown_cmark::Event;
use pulldown_cmark::LinkType;
use pulldown_cmark::Tag;
use pulldown_cmark::TagEnd;
use pulldown_cmark_escape::escape_href;
use pulldown_cmark_escape::escape_html;

use super::MarkdownContext;
use super::code;
use super::headings::HeadingMark;
use super::links;
use super::summary;
use crate::build::content::error::ContentError;
use crate::build::content::error::line_of;

/// A code block on its way: its language and its text so far.
struct CodeBlock<'a> {
    language: Option<CowStr<'a>>,
    text: String,
}

/// The state of one rendering.
pub(super) struct Collector<'a, 'c> {
    raw: &'a str,
    ctx: &'c MarkdownContext<'c>,
    /// What will be written.
    pub events: Vec<Event<'a>>,
    /// Where in `events` the headings are.
    pub headings: Vec<HeadingMark<'a>>,
    /// Links into the site.
    pub internal_links: Vec<(String, Option<String>)>,
    /// Links that leave the site.
    pub external_links: Vec<String>,
    /// Whether `<!-- more -->` was met.
    pub has_summary: bool,
    code: Option<CodeBlock<'a>>,
    /// Set by the first lazy image and, as in Zola, never taken back: later text is escaped as in an attribute.
    escapes_quotes: bool,
}

impl<'a, 'c> Collector<'a, 'c> {
    /// Ready for the events of `raw`.
    pub fn new(raw: &'a str, ctx: &'c MarkdownContext<'c>) -> Self {
        Self {
            raw,
            ctx,
            events: Vec::with_capacity(raw.len() / 24),
            headings: Vec::new(),
            internal_links: Vec::new(),
            external_links: Vec::new(),
            has_summary: false,
            code: None,
            escapes_quotes: false,
        }
    }

    /// Takes one event and its place in the text.
    pub fn take(&mut self, event: Event<'a>, range: Range<usize>) -> Result<(), ContentError> {
        match event {
            Event::Text(text) => self.text(text),
            Event::Start(Tag::CodeBlock(kind)) => {
                let language = match kind {
                    CodeBlockKind::Fenced(info) => code::language(info),
                    CodeBlockKind::Indented => None,
                };
                self.code = Some(CodeBlock { language, text: String::new() });
            }
            Event::End(TagEnd::CodeBlock) => {
                if let Some(block) = self.code.take() {
                    self.html(code::html(block.language.as_deref(), &block.text));
                }
            }
            Event::Start(Tag::Image { link_type, dest_url, title, id }) => {
                let dest_url = links::image(dest_url, self.ctx);
                if self.ctx.config.markdown.lazy_async_image {
                    self.lazy_image(&dest_url, &title);
                } else {
                    self.events.push(Event::Start(Tag::Image { link_type, dest_url, title, id }));
                }
            }
            Event::End(TagEnd::Image) if self.ctx.config.markdown.lazy_async_image => {
                self.events.push(Event::Html("\" loading=\"lazy\" decoding=\"async\" />".into()));
            }
            Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
                let start = self.link(Link { link_type, dest_url, title, id }, range.start)?;
                self.events.push(start);
            }
            Event::Start(Tag::Heading { level, id, classes, attrs }) => {
                self.headings.push(HeadingMark::new(self.events.len(), level, id.clone(), classes.clone()));
                self.events.push(Event::Start(Tag::Heading { level, id, classes, attrs }));
            }
            Event::End(TagEnd::Heading(level)) => {
                if let Some(heading) = self.headings.last_mut() {
                    heading.end = self.events.len();
                }
                self.events.push(Event::End(TagEnd::Heading(level)));
            }
            Event::Html(text) | Event::InlineHtml(text) if !self.has_summary && summary::is_mark(&text) => {
                self.has_summary = true;
                self.events.push(Event::Html(summary::MARK.into()));
            }
            // An empty event would count as a written line and move the line breaks of what follows.
            Event::Html(text) if text.is_empty() => {}
            event => self.events.push(event),
        }
        Ok(())
    }

    fn text(&mut self, text: CowStr<'a>) {
        if let Some(code) = &mut self.code {
            code.text.push_str(&text);
        } else if text.is_empty() {
        } else if self.escapes_quotes {
            let mut escaped = String::with_capacity(text.len());
            // Writing to a String cannot fail.
            let _ = escape_html(&mut escaped, &text);
            self.html(escaped);
        } else {
            self.events.push(Event::Text(text));
        }
    }

    fn html(&mut self, html: String) {
        self.events.push(Event::Html(html.into()));
    }

    /// Opens the tag up to its `alt` text, which the next events are.
    fn lazy_image(&mut self, address: &str, title: &str) {
        let mut tag = String::from("<img src=\"");
        let _ = escape_href(&mut tag, address);
        if !title.is_empty() {
            tag.push_str("\" title=\"");
            let _ = escape_href(&mut tag, title);
        }
        tag.push_str("\" alt=\"");
        self.html(tag);
        self.escapes_quotes = true;
    }

    fn link(&mut self, link: Link<'a>, start: usize) -> Result<Event<'a>, ContentError> {
        let line = |raw: &str, ctx: &MarkdownContext<'_>| ctx.first_line + line_of(raw, start) - 1;
        if link.dest_url.is_empty() {
            return Err(ContentError::invalid(
                self.ctx.source,
                line(self.raw, self.ctx),
                "a link has no address",
                "write it between the parentheses, or # for none",
            ));
        }
        if links::is_external(&link.dest_url) && link.link_type != LinkType::Email {
            self.external_links.push(link.dest_url.to_string());
        }
        if links::is_external(&link.dest_url) && self.ctx.config.markdown.marks_external_links() {
            let tag = links::external_tag(&self.ctx.config.markdown, &link.dest_url, &link.title);
            return Ok(Event::Html(tag.into()));
        }
        let Link { link_type, dest_url, title, id } = link;
        let dest_url = if link_type == LinkType::Email {
            dest_url
        } else {
            links::resolve(dest_url, self.ctx, &mut self.internal_links).map_err(|link| {
                let path = self.ctx.source.to_owned();
                ContentError::BrokenLink { path, line: line(self.raw, self.ctx), link }
            })?
        };
        Ok(Event::Start(Tag::Link { link_type, dest_url, title, id }))
    }
}

/// A link as the parser gives it.
struct Link<'a> {
    link_type: LinkType,
    dest_url: CowStr<'a>,
    title: CowStr<'a>,
    id: CowStr<'a>,
}
