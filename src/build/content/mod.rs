//! One source file in, one parsed page out: configuration, front matter, Markdown, styles and data files, with
//! output equal byte for byte to what Zola 0.22 makes of the same file.
//!
//! What Zola accepts and this engine does not implement is refused by name, with file and line.

pub mod config;
pub mod data;
mod dates;
pub mod error;
pub mod file;
pub mod front_matter;
pub mod markdown;
pub mod page;
pub mod raw;
pub mod reading;
pub mod sass;
pub mod slug;
pub mod toc;

pub use config::SiteConfig;
pub use data::load_data;
pub use error::ContentError;
pub use file::FileInfo;
pub use front_matter::InsertAnchor;
pub use front_matter::PageFrontMatter;
pub use front_matter::SectionFrontMatter;
pub use front_matter::SortBy;
pub use markdown::MarkdownContext;
pub use markdown::Rendered;
pub use markdown::markdown_filter;
pub use markdown::render_markdown;
pub use page::ParsedPage;
pub use page::ParsedSection;
pub use sass::CompiledSass;
pub use sass::compile_sass;
pub use slug::SlugifyStrategy;
pub use slug::slugify;
pub use toc::Heading;
