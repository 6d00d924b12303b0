//! The canaries on the whole way: documents on a disk, the project, the rendered release, its packs, its export, and what
//! is served of it under each content coding.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use niemyet::build::engine::Engine;
use niemyet::build::engine::Sink;
use niemyet::build::source::SourceTree;
use niemyet::release::Draft;
use niemyet::release::Kind;
use niemyet::release::Store;
use niemyet::release::plain;
use niemyet::replica::disk::RealDisk;
use niemyet::replica::documents::DocumentStore;
use niemyet::replica::lock;
use niemyet::replica::project;
use niemyet::replica::project::Settings;
use niemyet::replica::site_source;

use super::canary::Nest;
use super::ear::Ear;
use super::leaked;
use super::nothing_private;
use super::office::Office;
use super::office::as_of;
use super::office_of_canaries;
use super::only_public;
use crate::support::tree;
use crate::support::tree::Tree;
use crate::web::serve;

#[test]
fn only_the_listed_fields_reach_the_release_its_packs_its_export_and_its_readers() {
    let nest = Nest::default();
    let dir = tempfile::tempdir().unwrap();
    let project = release(dir.path(), office_of_canaries(&nest));
    let packs = tree::read(&dir.path().join("releases")).unwrap();
    assert!(packs.keys().any(|path| path.starts_with("packs/")), "{:?}", packs.keys());
    let exported = tree::read(&dir.path().join("out")).unwrap();
    for (name, files) in [("project", &project), ("packs", &packs), ("export", &exported)] {
        only_public(name, &leaked(&nest, &ear(files)));
    }
    nothing_private("header fields", &leaked(&nest, &ear(&served_heads(dir.path(), &exported))));
}

fn ear(files: &Tree) -> Ear {
    Ear::new(files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())))
}

/// Makes a release and its export of an office, each document through the store; gives the Zola project between.
fn release(dir: &Path, mut office: Office) -> Tree {
    let documents = DocumentStore::create(dir).unwrap();
    for document in office.documents.values_mut() {
        documents.save(document).unwrap();
    }
    let site = site_source::default_site();
    let settings = Settings {
        contents: documents.contents(),
        laws: &office.laws,
        as_of: as_of(),
        base_url: None,
        engine: "embedded",
    };
    let made = project::current(&mut documents.load().unwrap(), &site, settings).unwrap();
    let lock = lock::lock(dir).unwrap();
    let store = Store::open_for_writing(&dir.join("releases"), Arc::new(RealDisk), &lock).unwrap();
    let draft = Draft::whole(&store, &lock).unwrap();
    Engine::build(made.tree.clone(), &IntoDraft(&draft)).unwrap_or_else(|error| panic!("{error}"));
    for (path, bytes) in &site {
        draft.put(Kind::Source, path, bytes).unwrap();
    }
    draft.commit(made.inputs, "2021-03-05T00:00:00Z").unwrap();
    let release = store.require_current().unwrap();
    let files = release.files(Kind::Page).map(|(path, file)| (path, move || file.read_checked(path)));
    plain::write(&RealDisk, &dir.join("out"), files).unwrap();
    plain(&made.tree)
}

struct IntoDraft<'a>(&'a Draft<'a>);

impl Sink for IntoDraft<'_> {
    fn write(&self, path: &str, bytes: Vec<u8>) -> std::io::Result<()> {
        self.0.put(Kind::Page, path, &bytes)
    }
}

fn plain(tree: &SourceTree) -> Tree {
    tree.iter().map(|(path, bytes)| (path.clone(), bytes.to_vec())).collect()
}

/// The header fields of every file as it is served, whose body must be the exported file under each content coding.
fn served_heads(dir: &Path, exported: &Tree) -> Tree {
    let server = serve(dir);
    let mut heads = Tree::new();
    for (path, bytes) in exported {
        let address = path.strip_suffix("index.html").unwrap_or(path);
        for coding in ["identity", "gzip", "br"] {
            let answer = server.ask(&format!("GET /{address}"), &[("accept-encoding", coding)]);
            assert_eq!(answer.status, 200, "{path}");
            assert_eq!(&unpacked(&answer.headers, &answer.body), bytes, "{path} as {coding}");
            heads.insert(format!("{coding} {path}"), format!("{:?}", answer.headers).into_bytes());
        }
    }
    heads
}

fn unpacked(headers: &BTreeMap<String, String>, body: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    match headers.get("content-encoding").map(String::as_str) {
        Some("gzip") => drop(flate2::read::GzDecoder::new(body).read_to_end(&mut plain).unwrap()),
        Some("br") => brotli::BrotliDecompress(&mut &*body, &mut plain).unwrap(),
        Some(other) => panic!("an unknown coding: {other}"),
        None => plain.extend_from_slice(body),
    }
    plain
}
