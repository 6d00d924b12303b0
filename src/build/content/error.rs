//! Why a source file of the site was refused: always the file, the line where there is one, and the next step.

use thiserror::Error;

/// A source file that cannot become part of the site.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ContentError {
    /// Something Zola has and this engine has not.
    #[error(
        "{path}:{line}: trình dựng trang của niemyet chưa có tính năng này; hãy bỏ đi, hoặc dựng bằng --engine zola. / {path}:{line}: {what} is not implemented by \
         niemyet's engine; remove it or build with --engine zola"
    )]
    NotImplemented {
        /// File in the source tree.
        path: String,
        /// Line, from 1.
        line: usize,
        /// What was met, in words that name it.
        what: String,
    },
    /// A value or a text that Zola would refuse, or read as something its author did not mean.
    #[error(
        "{path}:{line}: chỗ này không đọc được; chỗ sai và cách sửa ghi ở phần tiếng Anh. / {path}:{line}: {problem}; {remedy}"
    )]
    Invalid {
        /// File in the source tree.
        path: String,
        /// Line, from 1.
        line: usize,
        /// What is wrong.
        problem: String,
        /// What to do next.
        remedy: String,
    },
    /// An internal link (`@/…`) to a page that does not exist.
    #[error(
        "{path}:{line}: liên kết `{link}` không trỏ đến tệp nào trong content/; hãy sửa đường dẫn sau `@/`. / {path}:{line}: broken link `{link}`; no such file \
         under content/, correct the path after `@/`"
    )]
    BrokenLink {
        /// File in the source tree.
        path: String,
        /// Line, from 1.
        line: usize,
        /// The link as written.
        link: String,
    },
    /// A style sheet that does not compile.
    #[error(
        "{path}: không biên dịch được tệp kiểu dáng; hãy sửa rồi dựng lại. / {path}: the style sheet does not compile: {problem}; correct it and build \
         again"
    )]
    Stylesheet {
        /// File in the source tree.
        path: String,
        /// The compiler's own words, with its line and column.
        problem: String,
    },
}

impl ContentError {
    /// A refused value or text.
    pub(crate) fn invalid(
        path: &str,
        line: usize,
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self::Invalid { path: path.to_owned(), line, problem: problem.into(), remedy: remedy.into() }
    }

    /// A feature that only Zola has.
    pub(crate) fn not_implemented(path: &str, line: usize, what: impl Into<String>) -> Self {
        Self::NotImplemented { path: path.to_owned(), line, what: what.into() }
    }

    /// An error of the TOML reader, with its place turned into a line of the file.
    pub(crate) fn toml(path: &str, text: &str, first_line: usize, error: &toml::de::Error) -> Self {
        let line = first_line + error.span().map_or(0, |span| line_of(text, span.start) - 1);
        Self::invalid(path, line, error.message().replace('\n', ", "), "correct it and build again")
    }
}

/// Line (from 1) of a byte offset.
pub(crate) fn line_of(text: &str, offset: usize) -> usize {
    let end = offset.min(text.len());
    1 + memchr::memchr_iter(b'\n', &text.as_bytes()[..end]).count()
}
