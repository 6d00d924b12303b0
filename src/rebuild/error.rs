//! Why there is no new release: in words, and by name which template, line or document is to be corrected.

use serde::Serialize;

use crate::build::content::error::ContentError;
use crate::build::engine::BuildError;
use crate::build::records;
use crate::build::template::set::TemplateError;
use crate::document::DocumentError;
use crate::policy::public::PublicError;
use crate::release::ReleaseError;
use crate::replica::FolderError;
use crate::replica::disk::remedy;
use crate::replica::lock::LockError;
use crate::replica::project::Generated;
use crate::replica::project::ProjectError;

/// Why a rebuild came to nothing. The last good release is what the public sees.
#[derive(Debug, thiserror::Error)]
pub enum RebuildError {
    /// What is approved cannot be made into a project.
    #[error(transparent)]
    Project(#[from] ProjectError),
    /// The site cannot be rendered.
    #[error(
        "{0}\nBản phát hành tốt gần nhất vẫn được giữ. Hãy sửa tệp nêu trên rồi dựng lại. / The last good release stays current. \
         Correct the file named above and build again"
    )]
    Build(BuildError),
    /// A page that is made of a document cannot be rendered.
    #[error(
        "{error}\nTệp đó sinh từ văn bản `{document}`. Bản phát hành tốt gần nhất vẫn được giữ. Hãy sửa văn bản, hoặc rút nội dung, rồi dựng lại. / That \
         file is made of the document `{document}`. The last good release stays current. Correct the document, or withdraw it, and build again"
    )]
    Made {
        /// Its key.
        document: String,
        /// What is wrong.
        error: BuildError,
    },
    /// What was rendered cannot be stored.
    #[error(
        "không ghi được {output}. {}. Bản phát hành tốt gần nhất vẫn được giữ. / Write {output}: {source}. {}. The last good release stays current",
        remedy(source.kind()).vi,
        remedy(source.kind()).en
    )]
    Store {
        /// The page.
        output: String,
        /// The system's reason.
        source: std::io::Error,
    },
    /// The working folder.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// Another process writes releases.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// The releases.
    #[error(transparent)]
    Release(#[from] ReleaseError),
    /// What must not happen.
    #[error(
        "trình dựng trang gặp lỗi; bản phát hành tốt gần nhất vẫn được giữ, hãy thử lại. / The builder failed: {0}. The last good \
         release stays current; try again, and report it if it goes on"
    )]
    Broken(String),
}

impl RebuildError {
    /// Whether the same may succeed later with nothing corrected: another process is done, the disk has room again.
    pub fn passes(&self) -> bool {
        match self {
            Self::Lock(_) | Self::Release(_) | Self::Store { .. } | Self::Folder(_) => true,
            Self::Project(_) | Self::Build(_) | Self::Made { .. } | Self::Broken(_) => false,
        }
    }

    /// The same, said of the document of which the file at fault is made, if it is one of these.
    #[must_use]
    pub fn in_document(self, generated: &Generated) -> Self {
        let Self::Build(error) = self else { return self };
        let mut made = files_of(&error).into_iter().filter(|file| generated.files.contains_key(file));
        let documents = || generated.documents.keys().map(String::as_str);
        match made.find_map(|file| records::document_of(&file, documents())) {
            Some(document) => Self::Made { document, error },
            None => Self::Build(error),
        }
    }
}

impl From<BuildError> for RebuildError {
    fn from(error: BuildError) -> Self {
        match error {
            BuildError::Write { output, source } => Self::Store { output, source },
            error => Self::Build(error),
        }
    }
}

/// A failure as a screen shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The words.
    pub message: String,
    /// File of the site that is to be corrected: a template, a page, a style sheet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    /// Line of it, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// Key of the document that is to be corrected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document: Option<String>,
}

impl From<&RebuildError> for Fault {
    fn from(error: &RebuildError) -> Self {
        let mut fault = Self { message: message(error), ..Self::default() };
        match error {
            RebuildError::Build(error) => {
                if let Some((file, line)) = file_of(error) {
                    (fault.template, fault.line) = (Some(file), line);
                }
            }
            RebuildError::Project(error) => fault.document = document_of(error),
            RebuildError::Made { document, .. } => fault.document = Some(document.clone()),
            _ => {}
        }
        fault
    }
}

/// The words for a screen. Where the folder lies on the server is for the server's log.
fn message(error: &RebuildError) -> String {
    let (vi, en) = match error {
        RebuildError::Project(_)
        | RebuildError::Build(_)
        | RebuildError::Made { .. }
        | RebuildError::Broken(_) => {
            return error.to_string();
        }
        RebuildError::Lock(_) => (
            "Một chương trình khác đang ghi bản phát hành (niemyet build hoặc watch); hãy thử lại khi nó xong.",
            "Another program writes releases (niemyet build or watch); try again when it is done.",
        ),
        RebuildError::Store { source, .. } => {
            let next = remedy(source.kind());
            return format!(
                "Không ghi được lên đĩa của máy chủ: {source}. {}. / The server's disk did not take it: {source}. {}.",
                next.vi, next.en
            );
        }
        RebuildError::Folder(_) | RebuildError::Release(_) => (
            "Máy chủ không đọc hoặc ghi được thư mục làm việc; chi tiết ở nhật ký máy chủ, hãy báo người quản trị.",
            "The server cannot read or write its working folder; its log says more, tell its administrator.",
        ),
    };
    format!("{vi} / {en}")
}

fn file_of(error: &BuildError) -> Option<(String, Option<usize>)> {
    let template = |error: &TemplateError| Some((format!("templates/{}", error.template), Some(error.line)));
    match error {
        BuildError::Template(error) | BuildError::Render { source: error, .. } => template(error),
        BuildError::Content(error) => match error {
            ContentError::NotImplemented { path, line, .. }
            | ContentError::Invalid { path, line, .. }
            | ContentError::BrokenLink { path, line, .. } => Some((path.clone(), Some(*line))),
            ContentError::Stylesheet { path, .. } => Some((path.clone(), None)),
        },
        BuildError::Source { path, .. } => {
            let split = path.rsplit_once(':').and_then(|(path, line)| Some((path, line.parse().ok()?)));
            Some(split.map_or((path.clone(), None), |(path, line)| (path.to_owned(), Some(line))))
        }
        BuildError::Collision { first, .. } => Some((first.clone(), None)),
        BuildError::FileAndFolder { file, .. } => Some((file.clone(), None)),
        BuildError::Write { .. } => None,
    }
}

/// Every file of the source that may be at fault.
fn files_of(error: &BuildError) -> Vec<String> {
    let mut files: Vec<String> = file_of(error).into_iter().map(|(file, _)| file).collect();
    match error {
        BuildError::Collision { second, .. } => files.push(second.clone()),
        BuildError::FileAndFolder { folder, .. } => files.push(folder.clone()),
        _ => {}
    }
    files
}

fn document_of(error: &ProjectError) -> Option<String> {
    let of = |error: &DocumentError| error.subject().map(|subject| subject.key.to_string());
    match error {
        ProjectError::NoPublication => Some("publication".to_owned()),
        ProjectError::Document(error) | ProjectError::Public(PublicError::Document(error)) => of(error),
        ProjectError::Public(PublicError::Missing { key }) => Some(key.clone()),
        ProjectError::Public(PublicError::NothingApproved) => Some("publication".to_owned()),
        ProjectError::Public(PublicError::NotADate { document, .. }) => Some((*document).to_owned()),
        ProjectError::Public(_) | ProjectError::Timetable(_) => Some("election".to_owned()),
    }
}
