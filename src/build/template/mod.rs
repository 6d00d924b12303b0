//! The template language: Tera 1's own parser, and an evaluator of ours that asks for a value only when a template reads it.
//!
//! Zola serialises a whole page, its neighbours and its section before a template sees one field of them. Here a page is
//! a handle; each field is fetched when it is read, and the read is noted. That note is what a rebuild goes by.
//! The rules of evaluation are those of Tera 1.20 to the letter, oddities included: output must be equal byte for byte.

pub mod built_in;
pub mod compare;
pub mod compile;
pub mod eval;
mod expr;
pub mod filter;
pub mod fragment;
pub mod frame;
mod inherit;
pub mod ir;
mod logic;
mod lookup;
pub mod number;
pub mod path;
pub mod print;
pub mod set;
pub mod text_filter;
pub mod value;
