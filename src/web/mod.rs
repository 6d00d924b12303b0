//! The HTTP side: the current release to the public.
