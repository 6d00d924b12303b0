//! Frames into messages.

use minicbor::data::Type;
use minicbor::decode::Decoder;
use minicbor::decode::Error;

use super::Body;
use super::Message;
use super::Metadata;
use super::NAME_BYTES;
use super::WireError;

/// Deepest nesting of a value that is skipped. The deepest of the protocol is `remote-heads-changed`, with 4.
const LEVELS: usize = 16;
/// Most entries of a map and versions of a `join`.
const ENTRIES: u64 = 32;

#[derive(Default)]
struct Fields<'a> {
    kind: Option<&'a str>,
    sender: Option<&'a str>,
    target: Option<&'a str>,
    document: Option<&'a str>,
    data: Option<&'a [u8]>,
    count: Option<u64>,
    session: Option<&'a str>,
    message: Option<&'a str>,
    version: Option<&'a str>,
    versions: Vec<&'a str>,
    metadata: Metadata<'a>,
}

pub(super) fn message(frame: &[u8]) -> Result<Message<'_>, WireError> {
    let mut decoder = Decoder::new(frame);
    let mut fields = Fields::default();
    each_entry(&mut decoder, |key, decoder| field(&mut fields, key, decoder))?;
    if decoder.position() != frame.len() {
        return Err(WireError::Cbor { at: decoder.position(), what: "bytes after the message".to_owned() });
    }
    build(fields)
}

fn field<'a>(fields: &mut Fields<'a>, key: &str, decoder: &mut Decoder<'a>) -> Result<(), WireError> {
    match key {
        "type" => fields.kind = text(decoder, "type")?,
        "senderId" => fields.sender = text(decoder, "senderId")?,
        "targetId" => fields.target = text(decoder, "targetId")?,
        "documentId" => fields.document = text(decoder, "documentId")?,
        "sessionId" => fields.session = text(decoder, "sessionId")?,
        "selectedProtocolVersion" => fields.version = text(decoder, "selectedProtocolVersion")?,
        "message" => fields.message = long_text(decoder)?,
        "data" => fields.data = bytes(decoder)?,
        "count" => fields.count = number(decoder)?,
        "supportedProtocolVersions" => fields.versions = versions(decoder)?,
        "peerMetadata" if matches!(decoder_at(decoder)?, Type::Map | Type::MapIndef) => {
            fields.metadata = metadata(decoder)?
        }
        _ => skip(decoder, LEVELS)?,
    }
    Ok(())
}

fn build(fields: Fields<'_>) -> Result<Message<'_>, WireError> {
    let missing =
        |field| WireError::Missing { kind: fields.kind.unwrap_or("?").chars().take(32).collect(), field };
    let kind = fields.kind.ok_or_else(|| missing("type"))?;
    let sender = fields.sender.ok_or_else(|| missing("senderId"))?;
    let document = || Ok::<_, WireError>(fields.document.ok_or_else(|| missing("documentId"))?.parse()?);
    let data = || fields.data.ok_or_else(|| missing("data"));
    let body = match kind {
        "join" => Body::Join { metadata: fields.metadata, versions: fields.versions.clone() },
        "peer" => Body::Peer {
            metadata: fields.metadata,
            version: fields.version.ok_or_else(|| missing("selectedProtocolVersion"))?,
        },
        "sync" => Body::Sync { document: document()?, data: data()? },
        "request" => Body::Request { document: document()?, data: data()? },
        "doc-unavailable" => Body::Unavailable { document: document()? },
        "ephemeral" => Body::Ephemeral {
            document: document()?,
            count: fields.count.ok_or_else(|| missing("count"))?,
            session: fields.session.ok_or_else(|| missing("sessionId"))?,
            data: data()?,
        },
        "leave" => Body::Leave,
        "error" => Body::Error { message: fields.message.unwrap_or_default() },
        kind => Body::Other { kind },
    };
    Ok(Message { sender, target: fields.target, body })
}

fn each_entry<'a>(
    decoder: &mut Decoder<'a>,
    mut entry: impl FnMut(&'a str, &mut Decoder<'a>) -> Result<(), WireError>,
) -> Result<(), WireError> {
    let length = decoder.map().map_err(|error| cbor(decoder, &error))?;
    if length.is_some_and(|length| length > ENTRIES) {
        return Err(WireError::TooMuch { what: "entries" });
    }
    for index in 0..=ENTRIES {
        let over = match length {
            Some(length) => index == length,
            None => end_of_open(decoder)?,
        };
        if over {
            return Ok(());
        }
        let key = decoder.str().map_err(|error| cbor(decoder, &error))?;
        entry(key, decoder)?;
    }
    Err(WireError::TooMuch { what: "entries" })
}

fn metadata<'a>(decoder: &mut Decoder<'a>) -> Result<Metadata<'a>, WireError> {
    let mut read = Metadata::default();
    each_entry(decoder, |key, decoder| {
        match key {
            "storageId" => read.storage = text(decoder, "storageId")?,
            "isEphemeral" if decoder_at(decoder)? == Type::Bool => {
                read.ephemeral = decoder.bool().map_err(|error| cbor(decoder, &error))?;
            }
            _ => skip(decoder, LEVELS)?,
        }
        Ok(())
    })?;
    Ok(read)
}

fn versions<'a>(decoder: &mut Decoder<'a>) -> Result<Vec<&'a str>, WireError> {
    if decoder_at(decoder)? != Type::Array {
        skip(decoder, LEVELS)?;
        return Ok(Vec::new());
    }
    let length = decoder.array().map_err(|error| cbor(decoder, &error))?.unwrap_or(u64::MAX);
    if length > ENTRIES {
        return Err(WireError::TooMuch { what: "versions" });
    }
    let mut read = Vec::new();
    for _ in 0..length {
        read.extend(text(decoder, "supportedProtocolVersions")?);
    }
    Ok(read)
}

/// A string, or nothing if the value is of another kind (JavaScript writes `undefined` and `null`).
fn long_text<'a>(decoder: &mut Decoder<'a>) -> Result<Option<&'a str>, WireError> {
    if decoder_at(decoder)? != Type::String {
        skip(decoder, LEVELS)?;
        return Ok(None);
    }
    decoder.str().map(Some).map_err(|error| cbor(decoder, &error))
}

fn text<'a>(decoder: &mut Decoder<'a>, field: &'static str) -> Result<Option<&'a str>, WireError> {
    let text = long_text(decoder)?;
    match text {
        Some(text) if text.len() > NAME_BYTES => Err(WireError::LongName { field }),
        text => Ok(text),
    }
}

/// Bytes; a typed array of RFC 8746 (tag 64) as well, which cbor-x writes unless told otherwise.
fn bytes<'a>(decoder: &mut Decoder<'a>) -> Result<Option<&'a [u8]>, WireError> {
    if decoder_at(decoder)? == Type::Tag {
        decoder.tag().map_err(|error| cbor(decoder, &error))?;
    }
    if decoder_at(decoder)? != Type::Bytes {
        skip(decoder, LEVELS)?;
        return Ok(None);
    }
    decoder.bytes().map(Some).map_err(|error| cbor(decoder, &error))
}

/// A whole number; JavaScript writes those from 2^32 as floating point.
fn number(decoder: &mut Decoder<'_>) -> Result<Option<u64>, WireError> {
    let read = match decoder_at(decoder)? {
        Type::U8 | Type::U16 | Type::U32 | Type::U64 => decoder.u64(),
        Type::F32 => decoder.f32().map(|number| whole(f64::from(number))),
        Type::F64 => decoder.f64().map(whole),
        _ => return skip(decoder, LEVELS).map(|()| None),
    };
    read.map(Some).map_err(|error| cbor(decoder, &error))
}

/// Casts of Rust saturate: what is no number or negative is 0, what is too great the greatest.
fn whole(number: f64) -> u64 {
    number as u64
}

fn skip(decoder: &mut Decoder<'_>, levels: usize) -> Result<(), WireError> {
    if levels == 0 {
        return Err(WireError::TooMuch { what: "levels" });
    }
    let per_item = match decoder_at(decoder)? {
        Type::Array | Type::ArrayIndef => 1,
        Type::Map | Type::MapIndef => 2,
        Type::Tag => {
            decoder.tag().map_err(|error| cbor(decoder, &error))?;
            return skip(decoder, levels - 1);
        }
        _ => return decoder.skip().map_err(|error| cbor(decoder, &error)),
    };
    let length = if per_item == 1 { decoder.array() } else { decoder.map() };
    let Some(length) = length.map_err(|error| cbor(decoder, &error))? else {
        while !end_of_open(decoder)? {
            skip(decoder, levels - 1)?;
        }
        return Ok(());
    };
    // Each item takes at least one byte, so a false length ends with the frame.
    for _ in 0..length.saturating_mul(per_item) {
        skip(decoder, levels - 1)?;
    }
    Ok(())
}

fn end_of_open(decoder: &mut Decoder<'_>) -> Result<bool, WireError> {
    let over = decoder_at(decoder)? == Type::Break;
    if over {
        decoder.set_position(decoder.position() + 1);
    }
    Ok(over)
}

fn decoder_at(decoder: &Decoder<'_>) -> Result<Type, WireError> {
    decoder.datatype().map_err(|error| cbor(decoder, &error))
}

fn cbor(decoder: &Decoder<'_>, error: &Error) -> WireError {
    WireError::Cbor { at: decoder.position(), what: error.to_string() }
}
