//! The network protocol of automerge-repo, version 1: CBOR maps, one a WebSocket frame. Reading borrows from the frame and
//! allocates nothing by what the peer claims; a frame that is no message is an error, never a panic.

mod read;
mod write;

use crate::DocumentId;

/// The one version that there is.
pub const VERSION: &str = "1";

/// Longest peer id, session id or storage id that is read, in bytes.
pub const NAME_BYTES: usize = 256;

/// What a peer says of itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Metadata<'a> {
    /// Names what the peer keeps documents in; peers tell each other by it what that storage has.
    pub storage: Option<&'a str>,
    /// Whether what it holds is gone when it leaves.
    pub ephemeral: bool,
}

/// A message between one peer and another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message<'a> {
    /// Who sends it.
    pub sender: &'a str,
    /// Whom it is for; `join` and `leave` have none.
    pub target: Option<&'a str>,
    /// What it says.
    pub body: Body<'a>,
}

/// What a message says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body<'a> {
    /// First of a client.
    Join {
        /// Of the client.
        metadata: Metadata<'a>,
        /// Versions of the protocol that it speaks.
        versions: Vec<&'a str>,
    },
    /// The server's answer to `join`.
    Peer {
        /// Of the server.
        metadata: Metadata<'a>,
        /// The version chosen.
        version: &'a str,
    },
    /// A message of Automerge's sync protocol.
    Sync {
        /// About which document.
        document: DocumentId,
        /// The message.
        data: &'a [u8],
    },
    /// The same, from somebody who has nothing of the document yet.
    Request {
        /// About which document.
        document: DocumentId,
        /// The message.
        data: &'a [u8],
    },
    /// The sender has not got that document.
    Unavailable {
        /// Which.
        document: DocumentId,
    },
    /// Something that nobody keeps: a cursor, a presence.
    Ephemeral {
        /// About which document.
        document: DocumentId,
        /// Numbers the messages of a session, upwards.
        count: u64,
        /// The session of the first sender.
        session: &'a str,
        /// What it says.
        data: &'a [u8],
    },
    /// The sender goes.
    Leave,
    /// The sender gives up, and closes the connection.
    Error {
        /// Why.
        message: &'a str,
    },
    /// `remote-subscription-change`, `remote-heads-changed` and whatever later versions add: read, and not acted on.
    Other {
        /// Its type.
        kind: &'a str,
    },
}

/// A frame that is no message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// It is not CBOR, or ends early.
    #[error("the frame is no CBOR map at byte {at}: {what}")]
    Cbor {
        /// Where reading stopped.
        at: usize,
        /// What was wrong.
        what: String,
    },
    /// It goes deeper or has more entries than any message.
    #[error("the frame has more {what} than any message of the protocol")]
    TooMuch {
        /// Levels, entries or versions.
        what: &'static str,
    },
    /// A field that its type needs is missing or of another kind.
    #[error("a `{kind}` message needs the field `{field}`")]
    Missing {
        /// The message's type.
        kind: String,
        /// The field.
        field: &'static str,
    },
    /// A name that is too long.
    #[error("the field `{field}` is longer than {NAME_BYTES} bytes")]
    LongName {
        /// The field.
        field: &'static str,
    },
    /// A document id that is none.
    #[error(transparent)]
    Document(#[from] crate::id::BadDocumentId),
}

impl<'a> Message<'a> {
    /// Reads a frame.
    ///
    /// # Errors
    /// If it is no message of the protocol.
    pub fn decode(frame: &'a [u8]) -> Result<Self, WireError> {
        read::message(frame)
    }

    /// Writes it as a frame.
    pub fn encode(&self) -> Vec<u8> {
        write::message(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: DocumentId = DocumentId::new([7; 16]);

    fn bodies() -> Vec<Body<'static>> {
        let metadata = Metadata { storage: Some("kept-here"), ephemeral: false };
        vec![
            Body::Join { metadata, versions: vec!["1", "2"] },
            Body::Peer { metadata, version: "1" },
            Body::Sync { document: DOCUMENT, data: b"abc" },
            Body::Request { document: DOCUMENT, data: b"abc" },
            Body::Unavailable { document: DOCUMENT },
            Body::Ephemeral { document: DOCUMENT, count: 1 << 40, session: "s", data: b"\x00" },
            Body::Leave,
            Body::Error { message: "no" },
        ]
    }

    #[test]
    fn what_is_written_is_read_again_and_every_shorter_frame_is_refused() {
        for body in bodies() {
            let target = (!matches!(body, Body::Join { .. } | Body::Leave)).then_some("b");
            let message = Message { sender: "a", target, body };
            let frame = message.encode();
            assert_eq!(Message::decode(&frame).unwrap(), message);
            for end in 0..frame.len() {
                assert!(Message::decode(&frame[..end]).is_err(), "{message:?} cut at {end}");
            }
        }
    }

    #[test]
    fn what_cbor_x_may_write_is_read() {
        // {"type":"ephemeral","senderId":"a","targetId":"b","count":5.0 (float64),"sessionId":"s","documentId":id,
        //  "data": tag 64 h'00', "peerMetadata": {"storageId": undefined}, "later": [{"x": [null]}]}
        let id = DOCUMENT.to_string();
        let mut encoder = minicbor::Encoder::new(Vec::new());
        let e = encoder.begin_map().unwrap();
        e.str("type").unwrap().str("ephemeral").unwrap().str("senderId").unwrap().str("a").unwrap();
        e.str("targetId").unwrap().str("b").unwrap().str("count").unwrap().f64(5.0).unwrap();
        e.str("sessionId").unwrap().str("s").unwrap().str("documentId").unwrap().str(&id).unwrap();
        e.str("data").unwrap().tag(minicbor::data::Tag::new(64)).unwrap().bytes(b"\x00").unwrap();
        e.str("peerMetadata").unwrap().map(1).unwrap().str("storageId").unwrap().undefined().unwrap();
        e.str("later").unwrap().array(1).unwrap().map(1).unwrap().str("x").unwrap();
        e.array(1).unwrap().null().unwrap().end().unwrap();
        let body = Body::Ephemeral { document: DOCUMENT, count: 5, session: "s", data: b"\x00" };
        let read = encoder.into_writer();
        assert_eq!(Message::decode(&read).unwrap(), Message { sender: "a", target: Some("b"), body });
    }

    /// Frames as cbor-x 1.6 writes them with the settings of automerge-repo 2.5 (no tags for bytes, no records).
    #[test]
    fn frames_of_automerge_repo_are_read() {
        let join = "b900046474797065646a6f696e6873656e646572496466706565722d786c706565724d65746164617461b9000269\
            73746f726167654964f76b6973457068656d6572616cf57819737570706f7274656450726f746f636f6c56657273696f6e73816131";
        let metadata = Metadata { storage: None, ephemeral: true };
        let expected =
            Message { sender: "peer-x", target: None, body: Body::Join { metadata, versions: vec!["1"] } };
        assert_eq!(Message::decode(&from_hex(join)).unwrap(), expected);
        let heads = "b9000564747970657472656d6f74652d68656164732d6368616e676564687461726765744964667365727665726873\
            656e646572496466706565722d786a646f63756d656e7449646178686e65774865616473b90001627374b9000265686561647381\
            61616974696d657374616d70fb427a0c4506c00000";
        let read = from_hex(heads);
        assert_eq!(Message::decode(&read).unwrap().body, Body::Other { kind: "remote-heads-changed" });
    }

    fn from_hex(text: &str) -> Vec<u8> {
        let digits: Vec<u32> = text.chars().filter_map(|digit| digit.to_digit(16)).collect();
        digits.chunks(2).map(|pair| u8::try_from(pair[0] * 16 + pair[1]).unwrap()).collect()
    }

    #[test]
    fn hostile_frames_are_refused_with_a_reason() {
        let deep = [&b"\xa1\x61x"[..], &[0x81; 10_000]].concat();
        let lying = b"\xa1\x64data\x5b\xff\xff\xff\xff\xff\xff\xff\xff";
        let name = "x".repeat(NAME_BYTES + 1);
        let long = Message { sender: &name, target: None, body: Body::Leave }.encode();
        let table: [(&[u8], &str); 7] = [
            (b"", "no CBOR"),
            (b"\x01", "no CBOR"),
            (&deep, "more levels"),
            (lying, "no CBOR"),
            (b"\xbb\xff\xff\xff\xff\xff\xff\xff\xff", "more entries"),
            (b"\xa1\x64type\x64sync", "senderId"),
            (&long, "longer than"),
        ];
        for (frame, expected) in table {
            let error = Message::decode(frame).unwrap_err().to_string();
            assert!(error.contains(expected), "{error} should say `{expected}`");
        }
    }

    #[test]
    fn messages_of_other_types_are_read_and_named() {
        for kind in ["remote-subscription-change", "remote-heads-changed", "of-tomorrow"] {
            let message = Message { sender: "a", target: Some("b"), body: Body::Other { kind } };
            assert_eq!(Message::decode(&message.encode()).unwrap(), message);
        }
    }
}
