//! Conditions, comparisons and arithmetic.

use serde_json::Number;

use super::eval::Evaluated;
use super::eval::Evaluator;
use super::eval::fault;
use super::ir::Expr;
use super::ir::LogicOp;
use super::ir::Value;
use super::lookup::unknown;
use super::number;
use super::value::Val;

impl<'s> Evaluator<'s, '_> {
    pub(super) fn truth(&mut self, expr: &'s Expr) -> Evaluated<bool> {
        let result = match &expr.value {
            Value::Logic(logic) => match self.logic(logic)? {
                Some(value) => value,
                None => return Ok(false),
            },
            Value::Path(_) => {
                let value = self.raw(expr).map(|(value, _)| value.is_truthy()).unwrap_or(false);
                return Ok(value);
            }
            Value::Math(_) | Value::Number(_) => {
                self.number(&expr.value)?.is_some_and(|number| number::float(&number) != 0.0)
            }
            Value::In(pair, negated) => self.contains(pair, *negated)?,
            Value::Test(test) => self.test(test)?,
            Value::Bool(value) => *value,
            Value::Text(text) => !text.is_empty(),
            Value::Call(call) => match self.call(call)? {
                Val::Bool(value) => value,
                _ => return fault("a function used as a condition must return true or false", &call.name),
            },
            Value::Concat(_) => match self.raw(expr)?.0.as_str() {
                Some(text) => !text.is_empty(),
                None => {
                    return fault("a condition joined with `~` must stay text; put it in a variable", "~");
                }
            },
            Value::Array(_) => return fault("an array literal cannot be a condition", "if"),
        };
        Ok(result != expr.negated)
    }

    /// `None` if a number is compared with something else: Tera says false then, before it looks at a `not`.
    pub(super) fn logic(&mut self, logic: &'s (Expr, LogicOp, Expr)) -> Evaluated<Option<bool>> {
        let (left, operator, right) = logic;
        Ok(Some(match operator {
            LogicOp::Or => self.truth(left)? || self.truth(right)?,
            LogicOp::And => self.truth(left)? && self.truth(right)?,
            LogicOp::Eq | LogicOp::NotEq => {
                let left = self.escaped(left)?;
                let right = self.escaped(right)?;
                let equal = super::compare::equal(self.model, &left, &right)
                    .or_else(|message| fault(message, "=="))?;
                match (equal, operator) {
                    (None, _) => return Ok(None),
                    (Some(equal), LogicOp::Eq) => equal,
                    (Some(equal), _) => !equal,
                }
            }
            _ => {
                let (Some(left), Some(right)) = (self.operand(left)?, self.operand(right)?) else {
                    return fault("comparison with something that is not a number", "");
                };
                let (left, right) = (number::float(&left), number::float(&right));
                match operator {
                    LogicOp::Gt => left > right,
                    LogicOp::Gte => left >= right,
                    LogicOp::Lt => left < right,
                    _ => left <= right,
                }
            }
        }))
    }

    /// An operand of arithmetic: filters count here, negation does not.
    pub(super) fn operand(&mut self, expr: &'s Expr) -> Evaluated<Option<Number>> {
        if expr.filters.is_empty() && expr.default.is_none() && !expr.safe {
            return self.number(&expr.value);
        }
        match self.escaped(expr)? {
            Val::Num(number) => Ok(Some(number)),
            _ => fault("arithmetic with an expression that does not give a number", ""),
        }
    }

    pub(super) fn number(&mut self, value: &'s Value) -> Evaluated<Option<Number>> {
        match value {
            Value::Number(number) => Ok(Some(number.clone())),
            Value::Path(path) => match self.lookup(path)? {
                Some(Val::Num(number)) => Ok(Some(number)),
                Some(_) => fault(format!("`{}` is not a number", path.text), &path.text),
                None => fault(unknown(path), &path.text),
            },
            Value::Math(math) => {
                let (Some(left), Some(right)) = (self.operand(&math.0)?, self.operand(&math.2)?) else {
                    return Ok(None);
                };
                number::apply(math.1, &left, &right).or_else(|message| fault(message, ""))
            }
            Value::Call(call) => match self.call(call)? {
                Val::Num(number) => Ok(Some(number)),
                _ => fault(format!("`{}` does not return a number", call.name), &call.name),
            },
            _ => fault("arithmetic with something that is not a number", ""),
        }
    }
}
