//! One district renames a unit, again and again; each time every leg up to the public address is measured.

use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;
use std::time::Instant;

use automerge::ActorId;
use automerge::Automerge;
use automerge::ObjId;
use automerge::ROOT;
use automerge::ReadDoc;
use automerge::transaction::Transactable;
use futures_util::SinkExt;
use futures_util::StreamExt;
use niemyet::document::DocumentId;
use niemyet::document::Key;
use niemyet::replica::documents::DocumentStore;
use niemyet::replica::peer::exchange::Exchange;
use niemyet::replica::peer::exchange::Standing;
use niemyet::replica::peer::link::Remote;
use tokio_tungstenite::tungstenite::Message;

use crate::Result;
use crate::folder::Folder;
use crate::legs::Legs;
use crate::legs::PATIENCE;
use crate::legs::server_side;
use crate::legs::table;
use crate::legs::tag;
use crate::legs::until_served;

const ELECTION: &str = "sonla-2021";

pub fn run(pages: usize, changes: usize) -> Result<()> {
    let folder = Folder::new(pages)?;
    let agency = folder.token("thuong.truc", "standing_agency")?;
    let desk = folder.token("truyen.thong", "team_comms")?;
    let file = folder.at.path().join("token");
    fs::write(&file, agency)?;
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600))?;
    let documents = DocumentStore::open(&folder.at.path().join("niemyet"), None)?;
    let mut document = documents.load()?.remove(&Key::Election).ok_or("no election")?;
    let copy = Automerge::load(&document.save())?.with_actor(ActorId::random());
    drop(documents);
    let serving = folder.serve()?;
    let remote = Remote::new(&format!("http://{}", serving.address), &file)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let legs = runtime.block_on(measure((serving.address, &desk), &remote, copy, changes))?;
    table(&format!("{pages} hand-written pages, {changes} changes of a client"), &legs)
}

async fn measure(
    (address, desk): (SocketAddr, &str),
    remote: &Remote,
    mut copy: Automerge,
    changes: usize,
) -> Result<Vec<Legs>> {
    let id = niemyet_sync::DocumentId::new(*DocumentId::derive(ELECTION, &Key::Election)?.as_bytes());
    let unit = unit(&copy)?;
    let mut exchange = Exchange::new(ELECTION, "bench");
    let mut socket = remote.socket().await?;
    socket.send(Message::Binary(exchange.join().into())).await?;
    exchange.hold(id, &Key::Election, Some(copy.clone()), false);
    let mut all = Vec::new();
    // The first changes find a program that has just started.
    for change in 0..changes + 5 {
        let before = tag(address)?;
        let name = format!("Đơn vị đo {change}");
        copy.transact::<_, _, automerge::AutomergeError>(|doc| doc.put(&unit, "name_vi", name.as_str()))
            .map_err(|failure| failure.error)?;
        let started = Instant::now();
        exchange.hold(id, &Key::Election, Some(copy.clone()), false);
        let public = name.clone();
        let served = std::thread::spawn(move || until_served(address, (&before, &public), started));
        let mut legs = Legs::default();
        while legs.receipt == Duration::ZERO {
            for frame in exchange.frames() {
                socket.send(Message::Binary(frame.into())).await?;
            }
            if exchange.copies().any(|(one, copy)| one == id && copy.standing == Standing::InStep) {
                legs.receipt = started.elapsed();
                break;
            }
            let frame = tokio::time::timeout(PATIENCE, socket.next()).await?.ok_or("the server closed")??;
            if let Message::Binary(bytes) = frame {
                exchange.receive(&bytes)?;
            }
        }
        legs.served = served.join().map_err(|_| "the reader failed")?.map_err(|error| error.to_string())?;
        server_side(address, desk, &mut legs)?;
        all.push(legs);
    }
    Ok(all.split_off(5))
}

/// The map of one unit.
fn unit(doc: &Automerge) -> Result<ObjId> {
    let content = doc.get(ROOT, "content")?.ok_or("no content")?.1;
    let units = doc.get(&content, "units")?.ok_or("no units")?.1;
    Ok(doc.get(&units, 1)?.ok_or("no unit")?.1)
}
