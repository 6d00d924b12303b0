//! Which loop bodies print the same for the same value, so that their output may be kept.
//!
//! A sitemap lists every page; when one page is added, the lines of the others need not be evaluated again. A body is
//! closed if it reads nothing but the loop's value: no other variable, no `loop`, no assignment, no include, no call.

use super::ir::Call;
use super::ir::Expr;
use super::ir::Node;
use super::ir::Path;
use super::ir::Segment;
use super::ir::Symbol;
use super::ir::Value;

/// True if what the body prints follows from the value of its loop alone.
pub fn is_closed(body: &[Node], value: Symbol) -> bool {
    body.iter().all(|node| node_is_closed(node, value))
}

fn node_is_closed(node: &Node, value: Symbol) -> bool {
    match node {
        Node::Text(_) => true,
        Node::Print(expr) => expr_is_closed(expr, value),
        Node::If(arms, otherwise) => {
            arms.iter().all(|(condition, body)| expr_is_closed(condition, value) && is_closed(body, value))
                && otherwise.as_ref().is_none_or(|body| is_closed(body, value))
        }
        Node::Filter(call, body) => call_is_closed(call, value) && is_closed(body, value),
        Node::Set(..)
        | Node::For(_)
        | Node::Break
        | Node::Continue
        | Node::Block(..)
        | Node::Super
        | Node::Include(..) => false,
    }
}

fn expr_is_closed(expr: &Expr, value: Symbol) -> bool {
    let default_is_closed = match &expr.default {
        Some(Some(default)) => expr_is_closed(default, value),
        _ => true,
    };
    default_is_closed
        && value_is_closed(&expr.value, value)
        && expr.filters.iter().all(|call| call_is_closed(call, value))
}

fn call_is_closed(call: &Call, value: Symbol) -> bool {
    &*call.name != "markdown" && call.args.iter().all(|(_, arg)| expr_is_closed(arg, value))
}

fn value_is_closed(part: &Value, value: Symbol) -> bool {
    match part {
        Value::Text(_) | Value::Number(_) | Value::Bool(_) => true,
        Value::Path(path) => path_is_closed(path, value),
        Value::Math(math) => expr_is_closed(&math.0, value) && expr_is_closed(&math.2, value),
        Value::Logic(logic) => expr_is_closed(&logic.0, value) && expr_is_closed(&logic.2, value),
        Value::Test(test) => {
            path_is_closed(&test.path, value) && test.args.iter().all(|arg| expr_is_closed(arg, value))
        }
        Value::Call(_) => false,
        Value::Array(items) => items.iter().all(|item| expr_is_closed(item, value)),
        Value::Concat(items) => items.iter().all(|item| value_is_closed(item, value)),
        Value::In(pair, _) => expr_is_closed(&pair.0, value) && expr_is_closed(&pair.1, value),
    }
}

fn path_is_closed(path: &Path, value: Symbol) -> bool {
    path.root == value
        && path.segments.iter().all(|segment| match segment {
            Segment::Key(..) => true,
            Segment::Variable(inner) => path_is_closed(inner, value),
        })
}
