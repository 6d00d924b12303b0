//! What others have: readers in the folder that was served before, files and folders beside ours, the place in which OUT stands.

use std::ffi::OsStr;
use std::fs;
use std::fs::Permissions;
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::path::PathBuf;

use niemyet::release::ReleaseError;
use niemyet::release::export;
use niemyet::replica::disk::Disk;
use niemyet::replica::disk::DiskFile;
use niemyet::replica::disk::RealDisk;

use super::folder;
use super::generations;
use super::site;
use super::small;
use super::write;
use crate::support::faulty_disk::Fault;
use crate::support::faulty_disk::FaultyDisk;
use crate::support::tree;

/// A disk on which something is not allowed, to whoever exports.
#[derive(Clone, Debug, Default)]
struct Forbidding {
    links: bool,
    below: Option<PathBuf>,
}

impl Disk for Forbidding {
    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        RealDisk.create(path)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        RealDisk.rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        RealDisk.remove(path)
    }

    fn create_dir_all(&self, path: &Path) -> io::Result<()> {
        if self.below.is_some() && path.parent() == self.below.as_deref() {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        RealDisk.create_dir_all(path)
    }

    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        RealDisk.sync_dir(path)
    }

    fn link(&self, from: &Path, to: &Path) -> io::Result<()> {
        if self.links { Err(io::ErrorKind::PermissionDenied.into()) } else { RealDisk.link(from, to) }
    }

    fn symlink(&self, target: &Path, at: &Path) -> io::Result<()> {
        RealDisk.symlink(target, at)
    }

    fn exchange(&self, one: &Path, other: &Path) -> io::Result<()> {
        RealDisk.exchange(one, other)
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap_or_else(|error| panic!("{}: {error}", path.display())).permissions().mode()
        & 0o7777
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

#[test]
fn whoever_has_entered_the_folder_before_an_export_reads_all_of_it_afterwards() {
    for older_version in [false, true] {
        let (_dir, out) = folder();
        let before = site("mot");
        if older_version {
            let files = before.iter().map(|(path, bytes)| (path.as_str(), || Ok(bytes.clone())));
            export::export(&RealDisk, &out, files).unwrap();
        } else {
            write(&RealDisk, &out, &before).unwrap();
        }
        let entered = fs::File::open(&out).unwrap();
        let inside = PathBuf::from(format!("/proc/self/fd/{}", entered.as_raw_fd()));
        write(&RealDisk, &out, &site("hai")).unwrap();
        for (path, bytes) in &before {
            let read = fs::read(inside.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
            assert_eq!(read, *bytes, "{path}");
        }
        // One that fails, and one that finds nothing to do, leave it to them too.
        write(&FaultyDisk::new(20, Fault::Full), &out, &site("ba")).unwrap_err();
        write(&RealDisk, &out, &site("hai")).unwrap();
        assert_eq!(fs::read(inside.join("index.html")).unwrap(), b"mot");
        // No more than two stay.
        for word in ["ba", "bon"] {
            write(&RealDisk, &out, &site(word)).unwrap();
            assert_eq!(generations(&out).len(), 2);
        }
        assert!(fs::read(inside.join("index.html")).is_err());
    }
}

#[test]
fn what_others_have_taken_away_again_does_not_pile_up() {
    let (_dir, out) = folder();
    write(&RealDisk, &out, &site("mot")).unwrap();
    for word in ["hai", "ba", "bon", "nam"] {
        fs::create_dir_all(out.join(".well-known")).unwrap();
        fs::write(out.join(".well-known").join(word), word).unwrap();
        write(&RealDisk, &out, &site(word)).unwrap();
        fs::remove_file(out.join(".well-known").join(word)).unwrap();
    }
    write(&RealDisk, &out, &site("cuoi")).unwrap();
    assert_eq!(generations(&out).len(), 2);
}

#[test]
fn files_and_folders_of_others_keep_their_mode_and_empty_folders_stay() {
    for disk in [Forbidding::default(), Forbidding { links: true, ..Forbidding::default() }] {
        let (_dir, out) = folder();
        write(&disk, &out, &small("mot")).unwrap();
        fs::create_dir_all(out.join("rieng/sau")).unwrap();
        fs::create_dir_all(out.join(".well-known/acme-challenge")).unwrap();
        fs::write(out.join(".htpasswd"), "x").unwrap();
        fs::write(out.join("rieng/khoa"), "y").unwrap();
        let modes = [
            (".htpasswd", 0o640),
            ("rieng/khoa", 0o400),
            ("rieng/sau", 0o555),
            ("rieng", 0o550),
            (".well-known/acme-challenge", 0o2775),
            ("trang", 0o750),
            ("", 0o711),
        ];
        modes.iter().for_each(|(path, mode)| set_mode(&out.join(path), *mode));
        for word in ["hai", "ba", "bon"] {
            write(&disk, &out, &small(word)).unwrap();
            for (path, expected) in modes {
                assert_eq!(mode(&out.join(path)), expected, "{word}, {disk:?}: `{path}`");
            }
        }
        assert_eq!(fs::read(out.join("rieng/khoa")).unwrap(), b"y");
        assert_eq!(generations(&out).len(), 2, "{disk:?}");
    }
}

#[test]
fn what_of_others_cannot_be_carried_is_named_and_the_old_export_stays() {
    let (_dir, out) = folder();
    let disk = Forbidding { links: true, ..Forbidding::default() };
    write(&disk, &out, &small("mot")).unwrap();
    let refused = |path: &Path| {
        let error = write(&disk, &out, &small("hai")).unwrap_err();
        assert!(matches!(error, ReleaseError::Foreign { .. }), "{error}");
        let said = error.to_string();
        assert!(said.contains(&*path.to_string_lossy()) && said.contains("liên kết"), "{said}");
        assert_eq!(fs::read(out.join("index.html")).unwrap(), b"mot");
        assert_eq!(generations(&out).len(), 1, "what was begun stays");
    };
    let socket = out.join("o-cam");
    let listening = UnixListener::bind(&socket).unwrap();
    refused(Path::new("o-cam"));
    drop(listening);
    fs::remove_file(socket).unwrap();

    let odd = out.join(OsStr::from_bytes(b"k\xfft"));
    fs::write(&odd, "x").unwrap();
    refused(Path::new(odd.file_name().unwrap()));
    fs::remove_file(odd).unwrap();

    // Files that stand in the way of a page's folder.
    fs::create_dir_all(out.join("chi/hai/index.html/sau")).unwrap();
    refused(Path::new("chi/hai/index.html"));
    fs::remove_dir_all(out.join("chi/hai")).unwrap();

    let closed = out.join("kin");
    fs::create_dir(&closed).unwrap();
    set_mode(&closed, 0);
    // The administrator reads everything.
    if fs::read_dir(&closed).is_err() {
        refused(Path::new("kin"));
    }
    set_mode(&closed, 0o700);
    write(&disk, &out, &small("hai")).unwrap();
    assert_eq!(mode(&closed), 0o700);
}

#[test]
fn a_place_where_nothing_can_be_switched_is_refused_with_a_remedy() {
    let refused = write(&RealDisk, Path::new("/proc"), &small("mot")).unwrap_err();
    assert!(matches!(refused, ReleaseError::Mount { .. }), "{refused}");
    assert!(refused.to_string().contains("/proc/"), "a folder below is the remedy: {refused}");
    let (dir, out) = folder();
    let disk = Forbidding { below: Some(dir.path().to_owned()), ..Forbidding::default() };
    let refused = write(&disk, &out, &small("mot")).unwrap_err();
    assert!(matches!(refused, ReleaseError::Above { .. }), "{refused}");
    let said = refused.to_string();
    assert!(said.contains(&format!("{}", dir.path().display())) && said.contains("out/"), "{said}");
}

#[test]
fn an_export_whose_own_folder_was_deleted_by_hand_is_made_anew() {
    let (dir, out) = folder();
    write(&RealDisk, &out, &small("mot")).unwrap();
    fs::remove_dir_all(dir.path().join(".out.niemyet")).unwrap();
    // What leads nowhere does not lead into one that is being written.
    for at in 0..30 {
        if write(&FaultyDisk::new(at, Fault::Killed), &out, &small("hai")).is_err() && out.exists() {
            tree::assert_equal(("hai", &small("hai")), ("out", &tree::read(&out).unwrap()));
            fs::remove_dir_all(dir.path().join(".out.niemyet")).unwrap();
        }
    }
    write(&RealDisk, &out, &small("ba")).unwrap();
    tree::assert_equal(("ba", &small("ba")), ("out", &tree::read(&out).unwrap()));
    assert!(generations(&out).len() <= 2);
}
