//! `niemyet.toml` and `NIEMYET_…`: one typed value, read once, unknown keys refused.
