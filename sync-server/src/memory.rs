//! How the process holds memory.

/// Has the system give memory in small pages from now on. A server's memory is many small things that come and go; in pages of 2 MiB one
/// that stays keeps all the others' room. Best called before the server starts; where it cannot be done, memory is only held longer.
pub fn small_pages() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::thread::disable_transparent_huge_pages(true) {
        tracing::debug!(%error, "memory stays in large pages");
    }
}
