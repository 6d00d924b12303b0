//! Arithmetic as Tera 1 does it on JSON numbers: integers stay integers, division goes through floats.

use serde_json::Number;

use super::ir::MathOp;

/// Applies an operator. `None` is Tera's "NaN".
///
/// # Errors
/// In words, if an integer result does not fit or a modulo by zero is asked for.
pub fn apply(operator: MathOp, left: &Number, right: &Number) -> Result<Option<Number>, String> {
    if operator == MathOp::Div {
        return Ok(divide(left, right));
    }
    if let (Some(a), Some(b)) = (left.as_i64(), right.as_i64()) {
        return signed(operator, a, b);
    }
    if let (Some(a), Some(b)) = (left.as_u64(), right.as_u64()) {
        return unsigned(operator, a, b);
    }
    let (a, b) = (float(left), float(right));
    Ok(Number::from_f64(match operator {
        MathOp::Add => a + b,
        MathOp::Sub => a - b,
        MathOp::Mul => a * b,
        MathOp::Modulo | MathOp::Div => a % b,
    }))
}

/// The number as a float.
pub fn float(number: &Number) -> f64 {
    number.as_f64().unwrap_or(f64::NAN)
}

fn divide(left: &Number, right: &Number) -> Option<Number> {
    let result = float(left) / float(right);
    if result.is_nan() {
        None
    } else if result.round() == result && result.is_finite() {
        #[expect(clippy::cast_possible_truncation, reason = "Tera's own rule: whole results become integers")]
        let whole = result as i64;
        Some(whole.into())
    } else {
        Number::from_f64(result)
    }
}

fn signed(operator: MathOp, a: i64, b: i64) -> Result<Option<Number>, String> {
    let result = match operator {
        MathOp::Add => a.checked_add(b),
        MathOp::Sub => a.checked_sub(b),
        MathOp::Mul => a.checked_mul(b),
        MathOp::Modulo | MathOp::Div => {
            if b == 0 {
                return Err(format!("modulo by zero: {a} % {b}"));
            }
            a.checked_rem(b)
        }
    };
    result.map(|value| Some(value.into())).ok_or_else(|| format!("{a} and {b} give a number outside 64 bits"))
}

fn unsigned(operator: MathOp, a: u64, b: u64) -> Result<Option<Number>, String> {
    let result = match operator {
        MathOp::Add => a.checked_add(b),
        MathOp::Sub => a.checked_sub(b),
        MathOp::Mul => a.checked_mul(b),
        MathOp::Modulo | MathOp::Div => {
            if b == 0 {
                return Err(format!("modulo by zero: {a} % {b}"));
            }
            a.checked_rem(b)
        }
    };
    result.map(|value| Some(value.into())).ok_or_else(|| format!("{a} and {b} give a number outside 64 bits"))
}
