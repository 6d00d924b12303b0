//! What the engine refuses, and in which words: the file, the line where there is one, and what to do. After a refusal
//! the engine is in the state before.

use niemyet::build::engine::Engine;
use niemyet::build::engine::Memory;
use niemyet::build::source::Edit;

use crate::incremental;
use crate::incremental::directed::small;

mod cases;

/// One bad input.
struct Case {
    /// Files that make a good site a bad one; `None` takes a file away.
    files: Vec<(&'static str, Option<&'static [u8]>)>,
    /// How the message starts: file and line.
    place: &'static str,
    /// What it says is wrong, and what to do.
    words: &'static [&'static str],
}

impl Case {
    fn edits(&self) -> Vec<Edit> {
        let edit = |(path, bytes): &(&'static str, Option<&'static [u8]>)| Edit {
            path: (*path).to_owned(),
            bytes: bytes.map(Into::into),
        };
        self.files.iter().map(edit).collect()
    }

    /// What the message lacks.
    fn check(&self, error: &str) -> Option<String> {
        let missing: Vec<_> = self.words.iter().filter(|words| !error.contains(**words)).collect();
        let ok = error.starts_with(self.place) && missing.is_empty();
        (!ok).then(|| {
            format!(
                "{:?}\n said: {error}\nplace: {}\nwords that are missing: {missing:?}",
                self.names(),
                self.place
            )
        })
    }

    fn names(&self) -> Vec<&str> {
        self.files.iter().map(|(path, _)| *path).collect()
    }
}

#[test]
fn every_bad_input_is_refused_with_its_place_and_remedy() {
    let mut wrong = Vec::new();
    for case in cases::all() {
        let source = incremental::applied(&small(), &case.edits());
        match Engine::build(source, &Memory::default()) {
            Err(error) => wrong.extend(case.check(&error.to_string())),
            Ok(_) => wrong.push(format!(
                "{:?} is accepted; expected {} {:?}",
                case.names(),
                case.place,
                case.words
            )),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn after_every_refusal_the_engine_goes_on_from_the_state_before() {
    let (mut engine, mut pages) = incremental::full(&small()).expect("a good site");
    let mut source = small();
    for (at, case) in cases::all().into_iter().enumerate() {
        let error = engine.apply(&case.edits()).expect_err("a bad edit").to_string();
        assert_eq!(case.check(&error), None);
        assert_eq!(engine.source(), &source, "{:?} stays in the source", case.names());
        // A good edit next to the bad one's place, so that what was left behind would show.
        let text = format!("+++\ntitle = \"Sau {at}\"\nweight = {at}\n+++\n[một](@/tin/mot.md)\n");
        let good = [
            Edit { path: "content/tin/sau.md".to_owned(), bytes: Some(text.into_bytes().into()) },
            Edit {
                path: "templates/chung.html".to_owned(),
                bytes: Some(format!("chung {at} {{{{ page.title }}}}").into_bytes().into()),
            },
        ];
        source = incremental::applied(&source, &good);
        let changes = engine.apply(&good).expect("a good edit");
        incremental::take(&mut pages, changes);
        let (_, expected) = incremental::full(&source).expect("a good site");
        incremental::assert_same(&pages, &expected, &format!("after {:?}", case.names()));
    }
}

#[test]
fn of_many_bad_files_the_first_is_named_at_every_build() {
    for (text, words) in [("không có đầu", "+++"), ("+++\n+++\n[a](@/khong-co.md)", "broken link")] {
        let bad = (0..300).map(|number| Edit {
            path: format!("content/tin/a{number:03}.md"),
            bytes: Some(text.as_bytes().into()),
        });
        let source = incremental::applied(&small(), &bad.collect::<Vec<_>>());
        for _ in 0..10 {
            let error = Engine::build(source.clone(), &Memory::default()).expect_err("bad files").to_string();
            assert!(error.starts_with("content/tin/a000.md:") && error.contains(words), "{error}");
        }
    }
}
