//! Tera's syntax tree to ours, refusing by name what the engine does not implement.

use serde_json::Number;
use tera::ast;

use super::filter;
use super::ir::Call;
use super::ir::Expr;
use super::ir::LogicOp;
use super::ir::Loop;
use super::ir::MathOp;
use super::ir::Node;
use super::ir::Path;
use super::ir::Test;
use super::ir::Value;
use super::path;
use super::set::Symbols;
use super::set::TemplateError;
use super::set::line_of;

/// Compiles one template.
#[derive(Debug)]
pub struct Compiler<'c> {
    /// Path below `templates/`.
    pub name: &'c str,
    /// Its text.
    pub source: &'c str,
    /// Names of the whole set.
    pub symbols: &'c mut Symbols,
    /// Fragment slots given out so far.
    pub fragments: &'c mut u32,
}

type Compiled<T> = Result<T, TemplateError>;

impl Compiler<'_> {
    /// Compiles a list of nodes.
    ///
    /// # Errors
    /// On anything that is not implemented.
    pub fn body(&mut self, nodes: &[ast::Node]) -> Compiled<Box<[Node]>> {
        let mut body = Vec::with_capacity(nodes.len());
        for node in nodes {
            if let Some(compiled) = self.node(node)? {
                body.push(compiled);
            }
        }
        Ok(body.into())
    }

    fn node(&mut self, node: &ast::Node) -> Compiled<Option<Node>> {
        Ok(Some(match node {
            ast::Node::Comment(..) | ast::Node::Extends(..) => return Ok(None),
            ast::Node::Text(text) | ast::Node::Raw(_, text, _) => Node::Text(text.as_str().into()),
            ast::Node::VariableBlock(_, expr) => Node::Print(self.expr(expr)?),
            ast::Node::Super => Node::Super,
            ast::Node::Break(_) => Node::Break,
            ast::Node::Continue(_) => Node::Continue,
            ast::Node::Set(_, set) => {
                Node::Set(self.symbols.intern(&set.key), self.expr(&set.value)?, set.global)
            }
            ast::Node::If(branch, _) => self.branch(branch)?,
            ast::Node::Forloop(_, forloop, _) => Node::For(Box::new(self.forloop(forloop)?)),
            ast::Node::Block(_, block, _) => {
                Node::Block(self.symbols.intern(&block.name), self.body(&block.body)?)
            }
            ast::Node::Include(_, names, ignore) => {
                Node::Include(names.iter().map(|name| name.as_str().into()).collect(), *ignore)
            }
            ast::Node::FilterSection(_, section, _) => {
                Node::Filter(self.filter_call(&section.filter)?, self.body(&section.body)?)
            }
            ast::Node::MacroDefinition(..) => return Err(self.refuse("macro", "macros are")),
            ast::Node::ImportMacro(..) => return Err(self.refuse("import", "importing macros is")),
        }))
    }

    fn branch(&mut self, branch: &ast::If) -> Compiled<Node> {
        let mut arms = Vec::with_capacity(branch.conditions.len());
        for (_, condition, body) in &branch.conditions {
            arms.push((self.expr(condition)?, self.body(body)?));
        }
        let otherwise = match &branch.otherwise {
            Some((_, body)) => Some(self.body(body)?),
            None => None,
        };
        Ok(Node::If(arms.into(), otherwise))
    }

    fn forloop(&mut self, forloop: &ast::Forloop) -> Compiled<Loop> {
        let container_name = match &forloop.container.val {
            ast::ExprVal::Ident(name) => name.as_str(),
            ast::ExprVal::FunctionCall(call) => call.name.as_str(),
            ast::ExprVal::Array(_) => "an array literal",
            _ => {
                return Err(self.refuse("for", "iterating on anything but a variable, a call or an array is"));
            }
        };
        let value = self.symbols.intern(&forloop.value);
        let body = self.body(&forloop.body)?;
        // `loop.index` is the place in the list, also where the value itself is called `loop`.
        let closed = forloop.value != "loop" && super::fragment::is_closed(&body, value);
        let fragment = closed.then(|| {
            *self.fragments += 1;
            *self.fragments - 1
        });
        Ok(Loop {
            key: forloop.key.as_deref().map(|key| self.symbols.intern(key)),
            value,
            container: self.expr(&forloop.container)?,
            container_name: container_name.into(),
            body,
            empty: match &forloop.empty_body {
                Some(body) => Some(self.body(body)?),
                None => None,
            },
            fragment,
        })
    }

    fn expr(&mut self, expr: &ast::Expr) -> Compiled<Expr> {
        let mut filters = Vec::new();
        for call in &expr.filters {
            if call.name != "safe" && call.name != "default" {
                filters.push(self.filter_call(call)?);
            }
        }
        let default = match expr.filters.first() {
            Some(first) if first.name == "default" => Some(match first.args.get("value") {
                Some(value) => Some(Box::new(self.expr(value)?)),
                None => None,
            }),
            _ => None,
        };
        Ok(Expr {
            value: self.value(&expr.val)?,
            negated: expr.negated,
            filters: filters.into(),
            default,
            safe: expr.filters.last().is_some_and(|last| last.name == "safe"),
        })
    }

    fn value(&mut self, value: &ast::ExprVal) -> Compiled<Value> {
        Ok(match value {
            ast::ExprVal::String(text) => Value::Text(text.as_str().into()),
            ast::ExprVal::Int(number) => Value::Number((*number).into()),
            ast::ExprVal::Float(number) => match Number::from_f64(*number) {
                Some(number) => Value::Number(number),
                None => return Err(self.refuse(&number.to_string(), "a number that is not finite is")),
            },
            ast::ExprVal::Bool(value) => Value::Bool(*value),
            ast::ExprVal::Ident(name) => Value::Path(self.path(name)?),
            ast::ExprVal::Math(math) => {
                let operator = math_op(math.operator);
                Value::Math(Box::new((self.expr(&math.lhs)?, operator, self.expr(&math.rhs)?)))
            }
            ast::ExprVal::Logic(logic) => {
                let operator = logic_op(logic.operator);
                Value::Logic(Box::new((self.expr(&logic.lhs)?, operator, self.expr(&logic.rhs)?)))
            }
            ast::ExprVal::Test(test) => Value::Test(self.test(test)?),
            ast::ExprVal::MacroCall(call) => {
                return Err(self.refuse(&format!("{}::", call.namespace), "calling macros is"));
            }
            ast::ExprVal::FunctionCall(call) => Value::Call(self.function_call(call)?),
            ast::ExprVal::Array(items) => {
                Value::Array(items.iter().map(|item| self.expr(item)).collect::<Compiled<_>>()?)
            }
            ast::ExprVal::StringConcat(concat) => {
                Value::Concat(concat.values.iter().map(|item| self.value(item)).collect::<Compiled<_>>()?)
            }
            ast::ExprVal::In(test) => {
                Value::In(Box::new((self.expr(&test.lhs)?, self.expr(&test.rhs)?)), test.negated)
            }
        })
    }

    fn test(&mut self, test: &ast::Test) -> Compiled<Test> {
        if !filter::is_known_test(&test.name) {
            return Err(self.refuse(&format!("is {}", test.name), &format!("the test `{}` is", test.name)));
        }
        Ok(Test {
            path: self.path(&test.ident)?,
            negated: test.negated,
            name: test.name.as_str().into(),
            args: test.args.iter().map(|arg| self.expr(arg)).collect::<Compiled<_>>()?,
        })
    }

    fn function_call(&mut self, call: &ast::FunctionCall) -> Compiled<Call> {
        if !filter::FUNCTIONS.contains(&call.name.as_str()) {
            return Err(self.refuse(&format!("{}(", call.name), &format!("the function `{}` is", call.name)));
        }
        self.call(call)
    }

    fn filter_call(&mut self, call: &ast::FunctionCall) -> Compiled<Call> {
        if !filter::is_known_filter(&call.name) {
            return Err(self.refuse(&call.name, &format!("the filter `{}` is", call.name)));
        }
        self.call(call)
    }

    fn call(&mut self, call: &ast::FunctionCall) -> Compiled<Call> {
        let mut args = Vec::with_capacity(call.args.len());
        for (name, expr) in &call.args {
            args.push((name.as_str().into(), self.expr(expr)?));
        }
        args.sort_by(|(a, _): &(Box<str>, Expr), (b, _)| a.cmp(b));
        Ok(Call { name: call.name.as_str().into(), args: args.into() })
    }

    fn path(&mut self, text: &str) -> Compiled<Path> {
        if text.starts_with("__tera_context") {
            return Err(self.refuse(text, "`__tera_context` is"));
        }
        let (name, source) = (self.name, self.source);
        path::parse(text, &mut |part| self.symbols.intern(part)).map_err(|message| TemplateError {
            template: name.to_owned(),
            line: line_of(source, text),
            message: format!("{message}; correct it"),
        })
    }

    fn refuse(&self, needle: &str, what: &str) -> TemplateError {
        TemplateError {
            template: self.name.to_owned(),
            line: line_of(self.source, needle),
            message: format!(
                "{what} not implemented by niemyet's engine; write it without, or build with `--engine zola`"
            ),
        }
    }
}

fn math_op(operator: ast::MathOperator) -> MathOp {
    match operator {
        ast::MathOperator::Add => MathOp::Add,
        ast::MathOperator::Sub => MathOp::Sub,
        ast::MathOperator::Mul => MathOp::Mul,
        ast::MathOperator::Div => MathOp::Div,
        ast::MathOperator::Modulo => MathOp::Modulo,
    }
}

fn logic_op(operator: ast::LogicOperator) -> LogicOp {
    match operator {
        ast::LogicOperator::Gt => LogicOp::Gt,
        ast::LogicOperator::Gte => LogicOp::Gte,
        ast::LogicOperator::Lt => LogicOp::Lt,
        ast::LogicOperator::Lte => LogicOp::Lte,
        ast::LogicOperator::Eq => LogicOp::Eq,
        ast::LogicOperator::NotEq => LogicOp::NotEq,
        ast::LogicOperator::And => LogicOp::And,
        ast::LogicOperator::Or => LogicOp::Or,
    }
}
