//! The refusals that the server itself gives, in words. Those of an application come from its rules.

use crate::access::Refusal;

/// Where a local copy stays, and what can be done with it.
const KEEP_VI: &str =
    "Nội dung bạn đã nhập vẫn còn trên thiết bị: hãy sao chép sang văn bản mà bạn được ghi, hoặc bỏ đi.";
const KEEP_EN: &str =
    "What you typed is still on your device: copy it into a document that you may write, or discard it.";

fn refusal(code: &'static str, vi: &str, en: &str) -> Refusal {
    Refusal { code, vi: format!("{vi} {KEEP_VI}"), en: format!("{en} {KEEP_EN}") }
}

/// The account may not write a document, or it does not exist and the account may not create it; nobody learns which.
pub fn forbidden() -> Refusal {
    refusal(
        "forbidden",
        "Tài khoản của bạn không được ghi văn bản này.",
        "Your account may not write this document.",
    )
}

/// The account may read the document and not write it.
pub fn read_only() -> Refusal {
    refusal(
        "read-only",
        "Tài khoản của bạn chỉ được đọc văn bản này; thay đổi trên thiết bị chưa được gửi đi.",
        "Your account may only read this document; the changes on your device were not taken.",
    )
}

/// Somebody else used the actor first.
pub fn actor_taken() -> Refusal {
    refusal(
        "actor-taken",
        "Thay đổi mang danh phiên làm việc của một tài khoản khác. Hãy mở phiên làm việc mới rồi nhập lại.",
        "The change bears the actor of another account. Start a new session and enter it again.",
    )
}

/// The actor's changes do not follow each other.
pub fn actor_sequence() -> Refusal {
    refusal(
        "actor-sequence",
        "Thiết bị đã gửi hai thay đổi khác nhau cùng một số thứ tự. Hãy mở phiên làm việc mới rồi nhập lại.",
        "Two different changes came with one number of one actor. Start a new session and enter it again.",
    )
}

/// Operations are numbered from far beyond those that there are.
pub fn operation_numbers() -> Refusal {
    refusal(
        "operation-numbers",
        "Thay đổi mang số thứ tự lớn hơn hẳn những gì văn bản có. Hãy mở phiên làm việc mới rồi nhập lại.",
        "The change is numbered far beyond what the document has. Start a new session and enter it again.",
    )
}

/// What the store has of the document is damaged.
pub fn damaged() -> Refusal {
    Refusal {
        code: "damaged",
        vi: "Văn bản này bị hỏng trong kho dữ liệu của máy chủ nên chưa nhận được thay đổi. Nội dung bạn đã nhập vẫn còn trên thiết bị: hãy \
             giữ lại và báo người quản trị phục hồi bản sao lưu bằng `niemyet restore`; sau đó thiết bị sẽ tự gửi lại."
            .to_owned(),
        en: "This document is damaged in the server's store, so the change was not kept. What you typed is still on your device: keep \
             it there and ask the administrator to restore a backup with `niemyet restore`; the device sends it again then."
            .to_owned(),
    }
}

/// Too much of all accounts waits already for what it depends on.
pub fn no_room() -> Refusal {
    refusal(
        "no-room",
        "Máy chủ đang hết chỗ cho những thay đổi đến trước phần mà chúng dựa vào. Hãy chờ một phút rồi kết nối lại: thiết bị sẽ gửi lại.",
        "The server has no room at this moment for changes that come before those they depend on. Wait a minute, then connect again: the \
         device sends them again.",
    )
}

/// Automerge cannot read it.
pub fn unreadable() -> Refusal {
    refusal(
        "unreadable",
        "Máy chủ không đọc được thay đổi này. Hãy cập nhật ứng dụng rồi thử lại.",
        "The server cannot read the change. Update your program and try again.",
    )
}

/// It costs more than a message may.
pub fn too_large(what: &str) -> Refusal {
    refusal(
        "too-large",
        "Nội dung gửi lên vượt quá giới hạn của máy chủ. Hãy chia nhỏ, hoặc liên hệ người quản trị.",
        &format!("The delivery is beyond the server's limits ({what}). Divide it, or ask the administrator."),
    )
}

/// The account has created as many documents as it may.
pub fn too_many_documents() -> Refusal {
    refusal(
        "too-many-documents",
        "Tài khoản của bạn đã tạo đủ số văn bản cho phép. Hãy liên hệ người quản trị.",
        "Your account has created as many documents as it may. Ask the administrator.",
    )
}
