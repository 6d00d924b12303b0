//! How the process holds memory.

use std::ffi::c_int;
use std::ffi::c_long;

use libmimalloc_sys::mi_option_get;
use libmimalloc_sys::mi_option_set_default;

/// How long freed memory stays with the process, in milliseconds. The allocator gives it back when somebody next asks for some, and
/// that is who comes after a pause, as all do in an office: of a change that takes 50 ms until it is public, 7 went into giving back
/// and taking anew. So one in many minutes pays for it, and what a rush took is not held for a day.
const KEPT: c_long = 600_000;
/// `mi_option_purge_delay` of mimalloc 3, which names it in C only.
const PURGE_DELAY: c_int = 15;

/// Has the process hold its memory as a server does; gives how long freed memory stays with it, in milliseconds. To be called before
/// there are other threads. `MIMALLOC_PURGE_DELAY` in the environment goes before what is written here.
#[expect(
    unsafe_code,
    reason = "mimalloc's options can be set in C only; both calls take and give plain numbers"
)]
pub fn settle() -> c_long {
    small_pages();
    // SAFETY: any number is allowed, unknown options are left alone, and no other thread asks for an option meanwhile.
    unsafe {
        mi_option_set_default(PURGE_DELAY, KEPT);
        mi_option_get(PURGE_DELAY)
    }
}

/// Has the system give memory in small pages from now on. A server's memory is many small things that come and go; in pages of 2 MiB one
/// that stays keeps all the others' room. Best called before the server starts; where it cannot be done, memory is only held longer.
fn small_pages() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::thread::disable_transparent_huge_pages(true) {
        tracing::debug!(%error, "memory stays in large pages");
    }
}
