//! Templates as the evaluator walks them: Tera's tree with variables resolved to slots and paths split once.

use serde_json::Number;

/// A variable name, interned over all templates of a site.
pub type Symbol = u32;

/// `root.segment["key"][0][other.variable]`.
#[derive(Debug)]
pub struct Path {
    /// First name.
    pub root: Symbol,
    /// What follows.
    pub segments: Box<[Segment]>,
    /// As written, for messages.
    pub text: Box<str>,
}

/// One step of a path.
#[derive(Debug)]
pub enum Segment {
    /// A key, or an index of an array if it reads as one.
    Key(Box<str>, Option<usize>),
    /// The value of another variable.
    Variable(Path),
}

/// An expression with its filters.
#[derive(Debug)]
pub struct Expr {
    /// The value.
    pub value: Value,
    /// `not` before it.
    pub negated: bool,
    /// Filters, in order; `safe` and `default` are flags.
    pub filters: Box<[Call]>,
    /// Value of a `default` filter that comes first; `Some(None)` if its argument is missing.
    pub default: Option<Option<Box<Self>>>,
    /// The last filter is `safe`.
    pub safe: bool,
}

/// What an expression is made of.
#[derive(Debug)]
pub enum Value {
    /// `"text"`
    Text(Box<str>),
    /// A number literal.
    Number(Number),
    /// `true`, `false`
    Bool(bool),
    /// A variable.
    Path(Path),
    /// `a + b`
    Math(Box<(Expr, MathOp, Expr)>),
    /// `a == b`, `a and b`
    Logic(Box<(Expr, LogicOp, Expr)>),
    /// `x is defined`
    Test(Test),
    /// `get_url(path="…")`
    Call(Call),
    /// `[a, b]`
    Array(Box<[Expr]>),
    /// `a ~ b`
    Concat(Box<[Self]>),
    /// `a in b`
    In(Box<(Expr, Expr)>, bool),
}

/// Arithmetic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MathOp {
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`
    Div,
    /// `%`
    Modulo,
}

/// Comparison and logic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogicOp {
    /// `>`
    Gt,
    /// `>=`
    Gte,
    /// `<`
    Lt,
    /// `<=`
    Lte,
    /// `==`
    Eq,
    /// `!=`
    NotEq,
    /// `and`
    And,
    /// `or`
    Or,
}

/// `variable is [not] name(args)`.
#[derive(Debug)]
pub struct Test {
    /// The variable.
    pub path: Path,
    /// `not`.
    pub negated: bool,
    /// Name of the test.
    pub name: Box<str>,
    /// Arguments.
    pub args: Box<[Expr]>,
}

/// A filter or function call.
#[derive(Debug)]
pub struct Call {
    /// Name.
    pub name: Box<str>,
    /// Arguments, sorted by name.
    pub args: Box<[(Box<str>, Expr)]>,
}

/// A `for` loop.
#[derive(Debug)]
pub struct Loop {
    /// Variable of the key, when iterating an object.
    pub key: Option<Symbol>,
    /// Variable of the value.
    pub value: Symbol,
    /// What is iterated.
    pub container: Expr,
    /// What is iterated, in words.
    pub container_name: Box<str>,
    /// Body.
    pub body: Box<[Node]>,
    /// Body for an empty container.
    pub empty: Option<Box<[Node]>>,
    /// Slot of the fragment cache if the body depends on nothing but the loop's value.
    pub fragment: Option<u32>,
}

/// A node of a template.
#[derive(Debug)]
pub enum Node {
    /// Literal text.
    Text(Box<str>),
    /// `{{ expression }}`
    Print(Expr),
    /// `{% set name = expression %}`; true: `set_global`
    Set(Symbol, Expr, bool),
    /// `{% if %}`: conditions with bodies, then the `else` body.
    If(Box<[(Expr, Box<[Self]>)]>, Option<Box<[Self]>>),
    /// `{% for %}`
    For(Box<Loop>),
    /// `{% break %}`
    Break,
    /// `{% continue %}`
    Continue,
    /// `{% block name %}`: index of the name, and the body standing here.
    Block(Symbol, Box<[Self]>),
    /// `{{ super() }}`
    Super,
    /// `{% include %}`: first of these that exists; true: none need exist.
    Include(Box<[Box<str>]>, bool),
    /// `{% filter name %}`
    Filter(Call, Box<[Self]>),
}
