//! Messages into frames, with the field names of automerge-repo.

use minicbor::encode::Encoder;
use minicbor::encode::Error;

use super::Body;
use super::Message;
use super::Metadata;
use crate::DocumentId;

type Out = Encoder<Vec<u8>>;
type Written = Result<(), Error<std::convert::Infallible>>;

pub(super) fn message(message: &Message<'_>) -> Vec<u8> {
    let room = match &message.body {
        Body::Sync { data, .. } | Body::Request { data, .. } | Body::Ephemeral { data, .. } => data.len(),
        _ => 0,
    };
    let mut out = Encoder::new(Vec::with_capacity(room + 192));
    // A vector takes every write; the error type of minicbor does not know that.
    let written = write(&mut out, message);
    debug_assert!(written.is_ok(), "{written:?}");
    out.into_writer()
}

fn write(out: &mut Out, message: &Message<'_>) -> Written {
    out.map(2 + u64::from(message.target.is_some()) + fields(&message.body))?;
    text(out, "type", kind(&message.body))?;
    text(out, "senderId", message.sender)?;
    if let Some(target) = message.target {
        text(out, "targetId", target)?;
    }
    body(out, &message.body)
}

/// How many entries the map has for this body, besides type, sender and target.
const fn fields(body: &Body<'_>) -> u64 {
    match body {
        Body::Ephemeral { .. } => 4,
        Body::Join { .. } | Body::Peer { .. } | Body::Sync { .. } | Body::Request { .. } => 2,
        Body::Unavailable { .. } | Body::Error { .. } => 1,
        Body::Leave | Body::Other { .. } => 0,
    }
}

fn kind<'a>(body: &Body<'a>) -> &'a str {
    match body {
        Body::Join { .. } => "join",
        Body::Peer { .. } => "peer",
        Body::Sync { .. } => "sync",
        Body::Request { .. } => "request",
        Body::Unavailable { .. } => "doc-unavailable",
        Body::Ephemeral { .. } => "ephemeral",
        Body::Leave => "leave",
        Body::Error { .. } => "error",
        Body::Other { kind } => kind,
    }
}

fn body(out: &mut Out, body: &Body<'_>) -> Written {
    match body {
        Body::Join { metadata: of, versions } => {
            metadata(out, of)?;
            out.str("supportedProtocolVersions")?.array(versions.len() as u64)?;
            for version in versions {
                out.str(version)?;
            }
        }
        Body::Peer { metadata: of, version } => {
            metadata(out, of)?;
            text(out, "selectedProtocolVersion", version)?;
        }
        Body::Sync { document, data } | Body::Request { document, data } => about(out, *document, data)?,
        Body::Unavailable { document } => text(out, "documentId", &document.to_string())?,
        Body::Ephemeral { document, count, session, data } => {
            out.str("count")?.u64(*count)?;
            text(out, "sessionId", session)?;
            about(out, *document, data)?;
        }
        Body::Error { message } => text(out, "message", message)?,
        Body::Leave | Body::Other { .. } => {}
    }
    Ok(())
}

fn about(out: &mut Out, document: DocumentId, data: &[u8]) -> Written {
    text(out, "documentId", &document.to_string())?;
    out.str("data")?.bytes(data)?;
    Ok(())
}

fn metadata(out: &mut Out, metadata: &Metadata<'_>) -> Written {
    out.str("peerMetadata")?.map(1 + u64::from(metadata.storage.is_some()))?;
    if let Some(storage) = metadata.storage {
        text(out, "storageId", storage)?;
    }
    out.str("isEphemeral")?.bool(metadata.ephemeral)?;
    Ok(())
}

fn text(out: &mut Out, key: &str, value: &str) -> Written {
    out.str(key)?.str(value)?;
    Ok(())
}
