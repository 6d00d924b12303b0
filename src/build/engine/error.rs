//! Why a site cannot be built.

use crate::build::content::error::ContentError;
use crate::build::template::set::TemplateError;

/// A reason, with the file, the line where there is one, and the next step.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// A page, section, setting or style sheet.
    #[error(transparent)]
    Content(#[from] ContentError),
    /// A template.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// A template, and what was being rendered when it failed.
    #[error("{source}\n  khi dựng / while rendering {output}")]
    Render {
        /// What failed.
        source: TemplateError,
        /// Path of the output.
        output: String,
    },
    /// Anything else that a source file causes.
    #[error("{path}: tệp này không dùng được; chỗ sai và cách sửa ghi ở phần tiếng Anh. / {path}: {message}")]
    Source {
        /// File in the source tree.
        path: String,
        /// What is wrong and what to do.
        message: String,
    },
    /// Two sources make one output.
    #[error(
        "{first} và {second} cùng tạo ra `{output}`; hãy đổi path, slug hoặc alias của một tệp. / {first} and {second} both make `{output}`; give \
         one of them another path, slug or alias"
    )]
    Collision {
        /// Path of the output.
        output: String,
        /// One source.
        first: String,
        /// The other.
        second: String,
    },
    /// One source makes a file where another needs a folder.
    #[error(
        "{file} tạo ra tệp `{output}`, còn {folder} tạo tệp trong thư mục cùng tên; hãy đổi path, slug hoặc alias của một tệp. / {file} makes the \
         file `{output}`, and {folder} files in a folder of that name; give one of them another path, slug or alias"
    )]
    FileAndFolder {
        /// Path of the output.
        output: String,
        /// Who makes the file.
        file: String,
        /// Who makes files below.
        folder: String,
    },
    /// An output could not be handed over.
    #[error(
        "không ghi được {output}; hãy giải phóng chỗ trống hoặc sửa quyền rồi dựng lại. / {output} could not be written: {source}; free space or \
         correct the permissions and build again"
    )]
    Write {
        /// Path of the output.
        output: String,
        /// What the system says.
        source: std::io::Error,
    },
}

impl BuildError {
    /// A source file that is not text; `bytes` is what it holds.
    pub fn not_text(path: &str, bytes: &[u8]) -> Self {
        let good = std::str::from_utf8(bytes).map_or_else(|error| error.valid_up_to(), str::len);
        let line = bytes[..good].iter().filter(|byte| **byte == b'\n').count() + 1;
        Self::source(&format!("{path}:{line}"), "is not UTF-8 text; save it as UTF-8")
    }

    /// A problem at the first line of a source file that contains `needle`.
    pub fn at(path: &str, text: &str, needle: &str, message: impl Into<String>) -> Self {
        match text.lines().position(|line| line.contains(needle)) {
            Some(above) => Self::source(&format!("{path}:{}", above + 1), message),
            None => Self::source(path, message),
        }
    }

    /// A problem of a source file.
    pub fn source(path: &str, message: impl Into<String>) -> Self {
        Self::Source { path: path.to_owned(), message: message.into() }
    }
}
