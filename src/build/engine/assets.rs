//! Files that lie beside a page or section and are copied with it.

use std::collections::BTreeSet;

use super::dirty::Dirty;
use super::node::Assets;
use super::node::Field;
use super::node::NodeId;
use super::site::Site;
use super::update::file_name;
use crate::build::source::Edit;

/// Tells nodes which files beside them are theirs.
pub fn own(site: &mut Site, edits: &[Edit], dirty: &mut Dirty) {
    let mut owners: BTreeSet<NodeId> =
        dirty.fields.iter().filter(|(_, mask)| **mask & Field::Path.bit() != 0).map(|(id, _)| *id).collect();
    for edit in edits {
        if !edit.path.starts_with("content/") || edit.path.ends_with(".md") {
            continue;
        }
        let mut folder = edit.path.as_str();
        let mut direct = true;
        while let Some((above, _)) = folder.rsplit_once('/') {
            folder = above;
            for lang in site.library.config.languages.keys() {
                let index = site.library.index_name(lang);
                let page = site.library.find(&format!("{folder}/{}", &index[1..]));
                let section = direct.then(|| site.library.find(&format!("{folder}/{index}"))).flatten();
                owners.extend(page.into_iter().chain(section));
            }
            direct = false;
        }
    }
    for id in owners {
        let assets = assets_of(site, id);
        if site.library.node(id).assets != assets {
            site.library.node_mut(id).assets = assets;
            dirty.mark(id, Field::Assets);
            dirty.outputs.insert(id);
        }
    }
}

fn assets_of(site: &Site, id: NodeId) -> Assets {
    let node = site.library.node(id);
    let name = file_name(&node.source);
    let recursive = match (node.page(), node.section()) {
        (Some(_), _) if name.starts_with("index.") => true,
        (_, Some(_)) => false,
        _ => return Assets::default(),
    };
    let folder = node.source.strip_suffix(name).unwrap_or_default();
    let mut sources: Vec<String> = Vec::new();
    for path in site.files.range(folder.to_owned()..).map(|(path, _)| path) {
        let Some(inside) = path.strip_prefix(folder) else { break };
        let extension = file_name(inside).rsplit_once('.').map_or("", |(_, extension)| extension);
        if extension != "md" && (recursive || !inside.contains('/')) {
            sources.push(path.clone());
        }
    }
    sources.sort_by_key(|path| path.to_ascii_lowercase());
    // Zola gives a page's files by their place in `content/`, a section's by the section's address.
    let prefix = match node.section() {
        Some(section) => section.path.clone(),
        None => format!("/{}", folder.strip_prefix("content/").unwrap_or(folder)),
    };
    let addresses = sources.iter().map(|path| format!("{prefix}{}", &path[folder.len()..])).collect();
    Assets { sources, addresses }
}
