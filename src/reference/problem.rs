//! What can be wrong in a data file, where, and what to do about it.

use std::fmt;

use thiserror::Error;

/// One problem. Lines count from 1; a problem of a whole file has none.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Error)]
pub struct Problem {
    /// File as the caller named it.
    pub file: String,
    /// Line, if there is one.
    pub line: Option<usize>,
    /// What sort of problem it is, for machines.
    pub kind: Kind,
    /// What is wrong, naming the value.
    pub what: String,
    /// What to do next.
    pub remedy: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}. {}", self.file, self.what, self.remedy),
            None => write!(f, "{}: {}. {}", self.file, self.what, self.remedy),
        }
    }
}

/// The sorts of problems.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A file is missing, superfluous, or outside the folder.
    File,
    /// The bytes are not UTF-8 text.
    Encoding,
    /// The text is not TOML or CSV of the expected shape.
    Syntax,
    /// A key or column is unknown or missing.
    Field,
    /// A value is not one of those allowed or cannot be read.
    Value,
    /// A name is empty or holds characters that names may not hold.
    Name,
    /// Two rows share one identifier.
    Duplicate,
    /// A reference leads nowhere.
    Reference,
    /// A date contradicts the law or another date.
    Date,
}

impl Kind {
    /// Stable code for machine output.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Encoding => "encoding",
            Self::Syntax => "syntax",
            Self::Field => "field",
            Self::Value => "value",
            Self::Name => "name",
            Self::Duplicate => "duplicate",
            Self::Reference => "reference",
            Self::Date => "date",
        }
    }
}

/// All problems found, by file and line; never empty when returned as an error.
#[derive(Clone, Debug, Default, PartialEq, Eq, Error)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}

impl Problems {
    /// Adds one.
    pub fn push(&mut self, problem: Problem) {
        self.0.push(problem);
    }

    /// Sorts by file and line, and gives `value` only if nothing was found.
    ///
    /// # Errors
    /// The problems, if there are any.
    pub fn or<T>(mut self, value: Option<T>) -> Result<T, Self> {
        self.0.sort();
        self.0.dedup();
        match value {
            Some(value) if self.0.is_empty() => Ok(value),
            _ => Err(self),
        }
    }
}
