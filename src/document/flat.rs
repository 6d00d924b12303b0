//! Everything below an object as JSON, read in one pass over the document: to search for each object of a long list takes four
//! times as long.

use std::collections::HashMap;
use std::sync::Arc;

use automerge::ObjId;
use automerge::ObjType;
use automerge::ScalarValueRef;
use automerge::ValueRef;
use automerge::iter::DocItem;
use automerge::iter::DocIter;
use automerge::iter::DocObjItem;
use serde_json::Value;

/// A value, or the object that stands there.
enum Cell {
    Plain(Value),
    Object(ObjType, ObjId),
}

/// What an object has: the members of a map, the items of a list, the pieces of a text.
enum Member {
    Named(String, Cell),
    Next(Cell),
    Piece(String),
}

/// What stands below the map `at`, as the iterator over it gives it. Nothing if that cannot be said in this way: a value is no text,
/// whole number, truth value or null, or stands where the pass does not come.
pub(super) fn json(items: DocIter<'_>, at: &ObjId) -> Option<Value> {
    // The items of one object follow each other.
    let mut objects: Vec<(Arc<ObjId>, Vec<Member>)> = Vec::new();
    for DocObjItem { obj, item } in items {
        let member = match item {
            DocItem::Map(item) => {
                let cell = cell(&obj, &item.value, || item.id())?;
                Member::Named(item.key.into_owned(), cell)
            }
            DocItem::List(item) => Member::Next(cell(&obj, &item.value, || item.id())?),
            DocItem::Text(span) => Member::Piece(span.as_str().to_owned()),
        };
        match objects.last_mut() {
            Some((last, members)) if Arc::ptr_eq(last, &obj) => members.push(member),
            _ => objects.push((obj, vec![member])),
        }
    }
    let mut objects: HashMap<ObjId, Vec<Member>> =
        objects.into_iter().map(|(id, members)| (Arc::unwrap_or_clone(id), members)).collect();
    Some(grown(ObjType::Map, at, &mut objects))
}

/// What stands in an object, unless the pass would miss what is below it: a table, or an object that is numbered before the one in
/// which it stands.
fn cell(above: &ObjId, value: &ValueRef<'_>, id: impl FnOnce() -> ObjId) -> Option<Cell> {
    let number = |id: &ObjId| match id {
        ObjId::Root => 0,
        ObjId::Id(number, ..) => *number,
    };
    let value = match value {
        ValueRef::Object(ObjType::Table) => return None,
        ValueRef::Object(form) => {
            let id = id();
            return (number(&id) >= number(above)).then_some(Cell::Object(*form, id));
        }
        ValueRef::Scalar(value) => value,
    };
    Some(Cell::Plain(match value {
        ScalarValueRef::Null => Value::Null,
        ScalarValueRef::Str(text) => text.as_ref().into(),
        ScalarValueRef::Int(number) => (*number).into(),
        ScalarValueRef::Uint(number) => (*number).into(),
        ScalarValueRef::Boolean(truth) => (*truth).into(),
        _ => return None,
    }))
}

/// An object with all that is below it; one that has nothing did not occur.
fn grown(form: ObjType, id: &ObjId, objects: &mut HashMap<ObjId, Vec<Member>>) -> Value {
    let members = objects.remove(id).unwrap_or_default();
    let mut value = |cell: Cell| match cell {
        Cell::Plain(value) => value,
        Cell::Object(form, id) => grown(form, &id, objects),
    };
    match form {
        ObjType::Map | ObjType::Table => {
            let named = members.into_iter().filter_map(|member| match member {
                Member::Named(name, cell) => Some((name, value(cell))),
                _ => None,
            });
            Value::Object(named.collect())
        }
        ObjType::List => {
            let items = members.into_iter().filter_map(|member| match member {
                Member::Next(cell) => Some(value(cell)),
                _ => None,
            });
            Value::Array(items.collect())
        }
        ObjType::Text => {
            let pieces = members.into_iter().filter_map(|member| match member {
                Member::Piece(text) => Some(text),
                _ => None,
            });
            Value::String(pieces.collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use automerge::AutoCommit;
    use automerge::ROOT;
    use automerge::ReadDoc;
    use automerge::transaction::Transactable;

    use crate::document::error::Subject;
    use crate::document::id::DocumentId;
    use crate::document::key::Key;
    use crate::document::read::View;

    use super::*;

    /// A document with every form of value, conflicts, what was deleted and what is empty, and what it held before.
    fn documents() -> (AutoCommit, Vec<automerge::ChangeHash>) {
        let mut doc = AutoCommit::new();
        let content = doc.put_object(ROOT, "content", ObjType::Map).unwrap();
        let rows = doc.put_object(&content, "rows", ObjType::List).unwrap();
        for at in 0..5_usize {
            let row = doc.insert_object(&rows, at, ObjType::Map).unwrap();
            doc.put(&row, "name", format!("Xã {at}")).unwrap();
            doc.put(&row, "number", i64::try_from(at).unwrap()).unwrap();
            doc.put(&row, "unsigned", 7_u64).unwrap();
            doc.put(&row, "parent", ()).unwrap();
            let below = doc.put_object(&row, "provenance", ObjType::Map).unwrap();
            doc.put(&below, "verified", at % 2 == 0).unwrap();
            let text = doc.put_object(&row, "text", ObjType::Text).unwrap();
            doc.splice_text(&text, 0, 0, if at == 3 { "" } else { "Đoạn văn" }).unwrap();
            doc.splice_text(&text, 0, isize::from(at == 1), "Mở ").unwrap();
            doc.put_object(&row, "empty", ObjType::List).unwrap();
        }
        doc.put_object(&content, "nothing", ObjType::Map).unwrap();
        let before = doc.get_heads();
        let mut other = doc.fork();
        for (doc, name) in [(&mut doc, "một"), (&mut other, "hai")] {
            let rows = doc.get(&content, "rows").unwrap().unwrap().1;
            let row = doc.get(&rows, 0).unwrap().unwrap().1;
            doc.put(&row, "name", name).unwrap();
            doc.put_object(&row, "provenance", ObjType::Map).unwrap();
            doc.insert(&rows, 2, name).unwrap();
            doc.delete(&rows, 4).unwrap();
        }
        doc.merge(&mut other).unwrap();
        (doc, before)
    }

    #[test]
    fn one_pass_reads_what_a_search_for_each_object_reads() {
        let (mut doc, before) = documents();
        let key = Key::Election;
        let subject = Subject { id: DocumentId::derive("an-election", &key).unwrap(), key };
        for heads in [None, Some(before.as_slice())] {
            let view = View::new(&doc, heads, &subject);
            assert_eq!(view.json().unwrap(), view.content().unwrap().json().unwrap(), "{heads:?}");
        }
        // What is no value of ours is told with its place.
        let content = doc.get(ROOT, "content").unwrap().unwrap().1;
        doc.put(&content, "real", 0.5_f64).unwrap();
        let told = View::new(&doc, None, &subject).json().unwrap_err().to_string();
        assert!(told.contains("content/real"), "{told}");
        let empty = AutoCommit::new();
        assert_eq!(View::new(&empty, None, &subject).json().unwrap(), serde_json::json!({}));
    }
}
