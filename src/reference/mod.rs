//! Reference data: the TOML and CSV of `data/`, parsed and checked, with file, line and remedy in each error.
