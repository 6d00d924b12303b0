//! Expressions: values, filters, calls, and what of them is escaped.

use super::eval::Evaluated;
use super::eval::Evaluator;
use super::eval::fault;
use super::filter;
use super::ir::Call;
use super::ir::Expr;
use super::ir::Path;
use super::ir::Test;
use super::ir::Value;
use super::lookup::unknown;
use super::value::Args;
use super::value::Val;

impl<'s> Evaluator<'s, '_> {
    /// The value, escaped where Tera would escape it.
    pub(super) fn escaped(&mut self, expr: &'s Expr) -> Evaluated<Val<'s>> {
        let (value, needs_escape) = self.raw(expr)?;
        if self.escape
            && needs_escape
            && !expr.safe
            && let Some(text) = value.as_str()
        {
            let mut escaped = String::with_capacity(text.len() + 16);
            super::print::escape_into(text, &mut escaped);
            return Ok(Val::Text(escaped.into()));
        }
        Ok(value)
    }

    /// The value, never escaped.
    pub(super) fn plain(&mut self, expr: &'s Expr) -> Evaluated<Val<'s>> {
        let before = std::mem::replace(&mut self.escape, false);
        let result = self.raw(expr);
        self.escape = before;
        result.map(|(value, _)| value)
    }

    /// The value after filters and negation, and whether Tera would escape it.
    pub(super) fn raw(&mut self, expr: &'s Expr) -> Evaluated<(Val<'s>, bool)> {
        let mut needs_escape = false;
        let mut value = match &expr.value {
            Value::Text(text) => {
                needs_escape = true;
                Val::Str(text)
            }
            Value::Number(number) => Val::Num(number.clone()),
            Value::Bool(value) => Val::Bool(*value),
            Value::Path(path) => {
                needs_escape = true;
                match self.variable(expr, path)? {
                    Some(value) => value,
                    None => return Ok((Val::Bool(true), false)),
                }
            }
            Value::Math(_) => match self.number(&expr.value)? {
                Some(number) => Val::Num(number),
                None => Val::Str("NaN"),
            },
            Value::Logic(_) => Val::Bool(self.truth(expr)?),
            Value::Test(test) => Val::Bool(self.test(test)?),
            Value::In(pair, negated) => Val::Bool(self.contains(pair, *negated)?),
            Value::Call(call) => {
                needs_escape = !filter::SAFE_FUNCTIONS.contains(&&*call.name);
                self.call(call)?
            }
            Value::Array(items) => {
                let items: Vec<_> = items.iter().map(|item| self.escaped(item)).collect::<Evaluated<_>>()?;
                filter::list(items)
            }
            Value::Concat(items) => self.concat(items, &mut needs_escape)?,
        };
        for call in &expr.filters {
            value = self.filter(&value, call)?;
            needs_escape = &*call.name != "markdown";
        }
        if expr.negated {
            return Ok((Val::Bool(!value.is_truthy()), false));
        }
        Ok((value, needs_escape))
    }

    /// A variable with its `default`; `None` for `not undefined`, which is true.
    pub(super) fn variable(&mut self, expr: &'s Expr, path: &'s Path) -> Evaluated<Option<Val<'s>>> {
        let found = self.lookup(path)?;
        let missing = matches!(found, None | Some(Val::Null));
        match (&expr.default, found) {
            (Some(Some(default)), _) if missing => self.escaped(default).map(Some),
            (Some(None), _) if missing => fault("the `default` filter requires a `value`", &path.text),
            (_, Some(value)) => Ok(Some(value)),
            (_, None) if expr.negated => Ok(None),
            (_, None) => fault(unknown(path), &path.text),
        }
    }

    pub(super) fn concat(&mut self, items: &'s [Value], needs_escape: &mut bool) -> Evaluated<Val<'s>> {
        let mut text = String::new();
        for item in items {
            let value = match item {
                Value::Text(literal) => Val::Str(literal),
                // A literal is joined as it prints (`1`), a variable as JSON writes it (`1.0`).
                Value::Number(number) => {
                    super::print::write_number(number, &mut text);
                    continue;
                }
                Value::Path(path) => match self.lookup(path)? {
                    Some(value) => value,
                    None => return fault(unknown(path), &path.text),
                },
                Value::Call(call) => {
                    *needs_escape = !filter::SAFE_FUNCTIONS.contains(&&*call.name);
                    self.call(call)?
                }
                _ => return fault("`~` joins strings, numbers, variables and calls only", "~"),
            };
            match &value {
                Val::Str(part) => text.push_str(part),
                Val::Text(part) => text.push_str(part),
                Val::Num(number) => text.push_str(&number.to_string()),
                _ => return fault("`~` joins strings and numbers only", "~"),
            }
        }
        Ok(Val::Text(text.into()))
    }

    pub(super) fn args(&mut self, call: &'s Call) -> Evaluated<Args<'s>> {
        let mut args = Vec::with_capacity(call.args.len());
        for (name, expr) in &call.args {
            args.push((&**name, self.plain(expr)?));
        }
        Ok(Args(args))
    }

    pub(super) fn filter(&mut self, value: &Val<'s>, call: &'s Call) -> Evaluated<Val<'s>> {
        let args = self.args(call)?;
        filter::apply(self.model, &call.name, value, &args)
            .or_else(|message| fault(format!("filter `{}`: {message}", call.name), &call.name))
    }

    pub(super) fn call(&mut self, call: &'s Call) -> Evaluated<Val<'s>> {
        let args = self.args(call)?;
        let result = match self.model.call(&call.name, &args) {
            Some(result) => result,
            None => filter::call(self.model, &call.name, &args),
        };
        result.or_else(|message| fault(format!("function `{}`: {message}", call.name), &call.name))
    }

    pub(super) fn test(&mut self, test: &'s Test) -> Evaluated<bool> {
        let args: Vec<_> = test.args.iter().map(|arg| self.plain(arg)).collect::<Evaluated<_>>()?;
        let found = self.lookup(&test.path).ok().flatten();
        let result = filter::test(self.model, &test.name, found.as_ref(), &args)
            .or_else(|message| fault(format!("test `{}`: {message}", test.name), &test.name))?;
        Ok(result != test.negated)
    }

    pub(super) fn contains(&mut self, pair: &'s (Expr, Expr), negated: bool) -> Evaluated<bool> {
        let left = self.plain(&pair.0)?;
        let right = self.plain(&pair.1)?;
        let found =
            super::compare::contains(self.model, &left, &right).or_else(|message| fault(message, " in "))?;
        Ok(found != negated)
    }
}
