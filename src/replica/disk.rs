//! The few file operations that must survive a killed process and a full disk, behind one trait so that a test can
//! break each of them.

use std::fmt;
use std::fs;
use std::io;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;

/// Names of files that are being written begin with this; whatever bears it after a crash is rubbish.
pub const TEMPORARY: &str = ".tmp-";

/// A file being written.
pub trait DiskFile: Write + Send {
    /// Returns when everything written so far is on the disk.
    fn sync(&mut self) -> io::Result<()>;
}

/// The writing side of a file system.
pub trait Disk: fmt::Debug + Send + Sync {
    /// Creates or truncates a file.
    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>>;
    /// Renames a file, replacing what stands at `to` in one step.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Removes a file.
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// Creates a folder and those above it.
    fn create_dir_all(&self, path: &Path) -> io::Result<()>;
    /// Makes creations, renames and removals in a folder durable.
    fn sync_dir(&self, path: &Path) -> io::Result<()>;
    /// Gives a file another name beside the one it has.
    fn link(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Makes a symbolic link that leads to `target`.
    fn symlink(&self, target: &Path, at: &Path) -> io::Result<()>;
    /// Lets two names change places in one step; `Unsupported` or `InvalidInput` where that cannot be done.
    fn exchange(&self, one: &Path, other: &Path) -> io::Result<()>;
}

/// The disk of this machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct RealDisk;

impl DiskFile for fs::File {
    fn sync(&mut self) -> io::Result<()> {
        self.sync_all()
    }
}

impl Disk for RealDisk {
    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        Ok(Box::new(fs::File::create(path)?))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn create_dir_all(&self, path: &Path) -> io::Result<()> {
        fs::create_dir_all(path)
    }

    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        fs::File::open(path)?.sync_all()
    }

    fn link(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::hard_link(from, to)
    }

    fn symlink(&self, target: &Path, at: &Path) -> io::Result<()> {
        Ok(rustix::fs::symlink(target, at)?)
    }

    #[cfg(target_os = "linux")]
    fn exchange(&self, one: &Path, other: &Path) -> io::Result<()> {
        use rustix::fs::CWD;
        Ok(rustix::fs::renameat_with(CWD, one, CWD, other, rustix::fs::RenameFlags::EXCHANGE)?)
    }

    #[cfg(not(target_os = "linux"))]
    fn exchange(&self, _: &Path, _: &Path) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

/// The path under which `path` is written before it is renamed in.
pub fn temporary(path: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(TEMPORARY);
    name.push(path.file_name().unwrap_or_default());
    path.with_file_name(name)
}

/// Replaces a file whole or not at all; the new content is durable when this returns.
pub fn replace(disk: &dyn Disk, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let temporary = temporary(path);
    let written = write_and_rename(disk, &temporary, path, bytes);
    if written.is_err() {
        // On a full disk the rubbish would be in the way; the error that counts is the first one.
        let _ = disk.remove(&temporary);
    }
    written
}

fn write_and_rename(disk: &dyn Disk, temporary: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = disk.create(temporary)?;
    file.write_all(bytes)?;
    file.sync()?;
    drop(file);
    disk.rename(temporary, path)?;
    disk.sync_dir(path.parent().unwrap_or(Path::new(".")))
}

/// Removes what a killed process left half-written in a folder (not below it).
pub fn clean(disk: &dyn Disk, folder: &Path) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let entry = entry?;
        if entry.file_name().as_encoded_bytes().starts_with(TEMPORARY.as_bytes()) {
            disk.remove(&entry.path())?;
        }
    }
    Ok(())
}

/// Words for a person, in both languages.
#[derive(Clone, Copy, Debug)]
pub struct Words {
    /// Vietnamese.
    pub vi: &'static str,
    /// English.
    pub en: &'static str,
}

/// What a person can do about a failed file operation.
pub const fn remedy(kind: io::ErrorKind) -> Words {
    let (vi, en) = match kind {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => (
            "Chưa mất gì: hãy giải phóng chỗ trên ổ đĩa này rồi chạy lại",
            "Nothing was lost: free some space on this disk, then repeat the command",
        ),
        io::ErrorKind::ReadOnlyFilesystem => (
            "Thư mục chỉ cho đọc: hãy cho phép ghi, hoặc chọn thư mục khác bằng --dir, rồi chạy lại",
            "The folder is read-only: make it writable or choose another with --dir, then repeat the command",
        ),
        io::ErrorKind::PermissionDenied => (
            "Hãy chạy bằng người dùng sở hữu thư mục, hoặc sửa quyền của nó, rồi chạy lại",
            "Run as the user who owns the folder, or correct its permissions, then repeat the command",
        ),
        io::ErrorKind::NotFound => (
            "Hãy kiểm tra đường dẫn và thư mục còn ở đó, rồi chạy lại",
            "Check the path, and that the folder still exists and is not being moved, then repeat the command",
        ),
        _ => (
            "Hãy kiểm tra ổ đĩa và quyền của thư mục rồi chạy lại",
            "Check the disk and the folder's permissions, then repeat the command",
        ),
    };
    Words { vi, en }
}

/// What could not be done to a file, in Vietnamese, for the English word that the program calls it by.
pub fn could_not(action: &str) -> &'static str {
    match action {
        "read" | "list" | "open" => "không đọc được",
        "create" | "new" => "không tạo được",
        "remove" | "clean" => "không xóa được",
        "rename" => "không đổi tên được",
        "lock" => "không khóa được",
        "pack" => "không nén được",
        "start" => "không khởi động được chương trình trong thư mục",
        _ => "không ghi được",
    }
}
