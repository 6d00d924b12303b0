//! The bytes of a first load: all that a browser fetches before it works without a network, as it is sent.

use std::fs;
use std::path::Path;

use crate::browser::Result;
use crate::table;

pub fn run() -> Result<()> {
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("editor/dist");
    let (mut whole, mut engine) = (0, 0);
    for folder in [dist.clone(), dist.join("assets")] {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.ends_with(".br") {
                let bytes = entry.metadata()?.len();
                whole += bytes;
                engine += if name.ends_with(".wasm.br") { bytes } else { 0 };
            }
        }
    }
    table::head(&["first load, bytes (Brotli)", "of it Automerge", "our own part"])?;
    table::row(&[whole.to_string(), engine.to_string(), (whole - engine).to_string()])?;
    Ok(())
}
