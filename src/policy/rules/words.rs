//! What a refused person is told: what is wrong, and what to do next.

use niemyet_sync::access::Refusal;

use crate::document::halves;
use crate::document::notice::Lack;
use crate::document::status::Refusal as StatusRefusal;
use crate::document::status::Status;

const REMEDY_VI: &str = "Nội dung của bạn vẫn còn trên thiết bị: hãy sao chép lại rồi bỏ thay đổi này, sau đó nhập theo biểu mẫu.";
const REMEDY_EN: &str = "What you wrote is still on your device: copy it, discard this change, and enter it again through the form.";

fn refusal(code: &'static str, vi: &str, en: &str) -> Refusal {
    Refusal { code, vi: format!("{vi} {REMEDY_VI}"), en: format!("{en} {REMEDY_EN}") }
}

/// A document that is none of this election, or not the one of its id.
pub(super) fn foreign() -> Refusal {
    refusal(
        "foreign-document",
        "Văn bản này không thuộc cuộc bầu cử của máy chủ, hoặc khóa của nó không khớp với mã văn bản.",
        "This document is none of this server's election, or its key does not give its id.",
    )
}

/// It does not begin as every replica begins it, or begins twice.
pub(super) fn beginning() -> Refusal {
    refusal(
        "another-beginning",
        "Văn bản không bắt đầu bằng thay đổi đầu tiên mà mọi thiết bị tạo giống nhau.",
        "The document does not begin with the one first change that every device makes alike.",
    )
}

/// Somebody uses an actor that belongs to nobody.
pub(super) fn reserved() -> Refusal {
    refusal(
        "reserved-actor",
        "Thay đổi mang danh nghĩa dành riêng cho hệ thống.",
        "The change bears an actor that is reserved for the changes which every device makes alike.",
    )
}

/// Bytes that nothing reads.
pub(super) fn unknown_bytes() -> Refusal {
    refusal(
        "unknown-bytes",
        "Thay đổi mang dữ liệu mà phiên bản này không đọc được. Hãy cập nhật chương trình.",
        "The change carries bytes that this version cannot read. Update the programs.",
    )
}

/// A place that documents of this kind do not have.
pub(super) fn outside(path: &str) -> Refusal {
    refusal(
        "outside-schema",
        &format!("Loại văn bản này không có mục `{path}`."),
        &format!("Documents of this kind have no `{path}`."),
    )
}

/// A value that the place cannot hold.
pub(super) fn not_so(path: &str) -> Refusal {
    refusal(
        "wrong-value",
        &format!("Mục `{path}` không nhận giá trị này."),
        &format!("`{path}` cannot hold this value."),
    )
}

/// Something that is never taken away or replaced.
pub(super) fn stays(path: &str) -> Refusal {
    refusal(
        "must-stay",
        &format!("Không được xóa mục `{path}`."),
        &format!("`{path}` is not to be taken away."),
    )
}

/// A record that was written before.
pub(super) fn written_once(path: &str) -> Refusal {
    refusal(
        "written-once",
        &format!("Bản ghi `{path}` chỉ được ghi một lần, không sửa lại được."),
        &format!("The record `{path}` is written once and not changed afterwards; write a new one."),
    )
}

/// A text or list that is too long.
pub(super) fn too_long(path: &str, most: usize) -> Refusal {
    refusal(
        "too-long",
        &format!("Mục `{path}` dài quá {most}. Hãy rút gọn hoặc chia ra."),
        &format!("`{path}` is longer than {most}. Shorten or divide it."),
    )
}

/// A record without what it must say, or that says something else than is so.
pub(super) fn incomplete(what_vi: &str, what_en: &str) -> Refusal {
    refusal("incomplete-record", what_vi, what_en)
}

/// A standing approval of what is not public by law.
pub(super) fn not_by_law(kind: &str) -> Refusal {
    refusal(
        "not-public-by-law",
        &format!("Loại văn bản `{kind}` không được công khai theo quy tắc: phải duyệt từng phiên bản."),
        &format!(
            "Documents of kind `{kind}` are not public by rule: approve each by the heads that were looked at."
        ),
    )
}

/// Somebody gives or takes the right to publish.
pub(super) fn who_publishes() -> Refusal {
    refusal(
        "who-publishes",
        "Cơ quan nào được công bố nội dung (`communications`) do dữ liệu cài đặt trên máy chủ quyết định, không thay đổi được qua đồng bộ. Hãy đề nghị người quản trị máy chủ.",
        "Which body publishes (`communications`) is set up on the server itself and does not change by syncing. Ask the server's administrator.",
    )
}

/// An approval by somebody who did not know that the document was withdrawn.
pub(super) fn withdrawn_meanwhile(key: &str) -> Refusal {
    refusal(
        "withdrawn-meanwhile",
        &format!(
            "`{key}` đã bị rút khỏi trang công khai trong lúc bạn duyệt. Hãy xem lại, rồi duyệt lần nữa nếu vẫn muốn công khai."
        ),
        &format!(
            "`{key}` was withdrawn from the public while you approved it. Look at it again, and approve it once more if it is to be public."
        ),
    )
}

/// A withdrawal by somebody who did not know that the document was approved anew.
pub(super) fn approved_meanwhile(key: &str) -> Refusal {
    refusal(
        "approved-meanwhile",
        &format!(
            "`{key}` vừa được duyệt lại trong lúc bạn rút, nên vẫn công khai. Hãy xem lại, rồi rút lần nữa nếu vẫn không muốn công khai."
        ),
        &format!(
            "`{key}` was approved anew while you withdrew it, and is public still. Look at it again, and withdraw it once more if it is not to be public."
        ),
    )
}

/// A decision that would take the election from under the site.
pub(super) fn election_stays() -> Refusal {
    refusal(
        "election-stays",
        "Cả trang dựa vào `election`: sau quyết định này không còn phiên bản nào được duyệt, nên không phát hành được gì nữa, kể cả việc rút \
         nội dung. Hãy duyệt một phiên bản trước.",
        "The whole site stands on `election`: after this decision no version of it would be approved, so nothing could be released any more, \
         withdrawals included. Approve a version first.",
    )
}

/// A decision that says of one version of the election that it is public and that it is not.
pub(super) fn election_held_as_approved() -> Refusal {
    refusal(
        "election-held-as-approved",
        "Cả trang dựa vào đúng phiên bản đã duyệt này của `election`, nên giữ nó lại thì nó vẫn công khai. Hãy quay lại một bản phát hành cũ, \
         rồi duyệt bản sửa.",
        "The whole site stands on just this approved version of `election`: held back, it would be public all the same. Go back to an older \
         release, then approve a correction.",
    )
}

/// An election without a day that is verified, a law that is known, or a timetable that follows.
pub(super) fn no_site(why: &str) -> Refusal {
    let (vi, en) = halves(why);
    refusal(
        "no-site",
        &format!("Sau thay đổi này không còn dựng được trang công khai ({vi})."),
        &format!("After this change no public site could be built: {en}."),
    )
}

/// A second notice under one id, whose page would take the place of the first.
pub(super) fn notice_twice(id: &str) -> Refusal {
    refusal(
        "notice-twice",
        &format!("Đã có một thông báo `{id}` khác; hãy thêm thông báo này dưới mã mới."),
        &format!("There is another notice `{id}`; add this one under a new id."),
    )
}

/// A notice in which whoever reads it would miss something.
pub(super) fn notice(id: &str, lack: &Lack) -> Refusal {
    let (vi, en) = (sentence(&lack.vi()), sentence(&lack.en()));
    refusal("incomplete-notice", &format!("Thông báo `{id}`: {vi}"), &format!("Notice `{id}`: {en}"))
}

/// Somebody signs with another body's name.
pub(super) fn signed(by: &str) -> Refusal {
    refusal(
        "signed-for-another",
        &format!("Quyết định được ghi tên `{by}`, không phải cơ quan của tài khoản này."),
        &format!("The decision is signed `{by}`, which is not the body of this account."),
    )
}

/// A report that was handed in is not written in.
pub(super) fn handed_in() -> Refusal {
    refusal(
        "handed-in",
        "Báo cáo đã nộp. Hãy rút lại trước khi sửa, hoặc chờ cơ quan thường trực trả lại.",
        "The report was handed in. Withdraw it first, or revise it once the standing agency returned it.",
    )
}

/// A state does not lead to another.
pub(super) fn transition(refused: StatusRefusal) -> Refusal {
    let vi = match refused {
        StatusRefusal::NotYours { .. } => "Bên kia quyết định việc này.".to_owned(),
        StatusRefusal::NotNow { status, .. } => {
            format!("Báo cáo đang ở trạng thái “{}” nên không làm được việc này.", status_vi(status))
        }
    };
    refusal("forbidden-transition", &vi, &sentence(&halves(&refused.to_string()).1))
}

/// The same for a task.
pub(super) fn task(from: &str, to: &str) -> Refusal {
    refusal(
        "forbidden-transition",
        &format!("Nhiệm vụ đang là `{from}` thì không chuyển sang `{to}` được; hãy xem lại trạng thái."),
        &format!("A task that is `{from}` does not become `{to}`; look at its status first."),
    )
}

/// What was read does not make a whole; `why` in both languages.
pub(super) fn unreadable(why: &str) -> Refusal {
    let (vi, en) = halves(why);
    refusal(
        "not-whole",
        &format!("Sau thay đổi này văn bản không còn đọc được trọn vẹn ({vi})."),
        &format!("After this change the document cannot be read as a whole: {en}."),
    )
}

fn sentence(text: &str) -> String {
    format!("{}.", text.trim_end_matches('.'))
}

const fn status_vi(status: Status) -> &'static str {
    match status {
        Status::Draft => "bản nháp",
        Status::Submitted => "đã nộp",
        Status::Returned => "bị trả lại",
        Status::Accepted => "đã được tiếp nhận",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::status::Action;
    use crate::document::status::Party;

    #[test]
    fn a_sentence_ends_once() {
        for lack in [Lack::Title, Lack::Text] {
            let Refusal { vi, en, .. } = notice("tin-1", &lack);
            for text in [vi, en] {
                assert!(text.contains(". ") && !text.contains("..") && !text.contains(" / "), "{text}");
            }
        }
    }

    /// Every refusal that there is, with something in every gap.
    fn all() -> Vec<Refusal> {
        let mut all = vec![
            foreign(),
            beginning(),
            reserved(),
            unknown_bytes(),
            outside("x"),
            not_so("x"),
            stays("x"),
            written_once("x"),
            too_long("x", 1),
            incomplete("Thiếu tên.", "It lacks a name."),
            not_by_law("x"),
            who_publishes(),
            withdrawn_meanwhile("x"),
            approved_meanwhile("x"),
            election_stays(),
            election_held_as_approved(),
            no_site("`x` thiếu. / `x` is missing"),
            notice_twice("x"),
            notice("x", &Lack::Title),
            notice("x", &Lack::Text),
            signed("x"),
            handed_in(),
            task("x", "y"),
            unreadable("mục `x` thiếu. / `x` is missing"),
        ];
        for action in Action::ALL {
            let states = [Status::Draft, Status::Submitted, Status::Returned, Status::Accepted];
            all.extend(states.map(|status| transition(StatusRefusal::NotNow { action, status })));
            let sides = [Party::Reporter, Party::StandingAgency];
            all.extend(sides.map(|party| transition(StatusRefusal::NotYours { action, party })));
        }
        all
    }

    #[test]
    fn each_half_is_in_its_language_alone() {
        for Refusal { code, vi, en } in all() {
            assert!(!en.chars().any(|c| c.is_alphabetic() && !c.is_ascii()), "{code}: {en}");
            assert!(!vi.contains(" is ") && !vi.contains(" / "), "{code}: {vi}");
        }
    }

    #[test]
    fn no_sentence_has_two_spaces_in_a_row() {
        let own = [
            niemyet_sync::refusals::forbidden(),
            niemyet_sync::refusals::read_only(),
            niemyet_sync::refusals::actor_taken(),
            niemyet_sync::refusals::actor_sequence(),
            niemyet_sync::refusals::operation_numbers(),
            niemyet_sync::refusals::damaged(),
            niemyet_sync::refusals::unreadable(),
            niemyet_sync::refusals::too_large("x"),
            niemyet_sync::refusals::too_many_documents(),
        ];
        for Refusal { code, vi, en } in all().into_iter().chain(own) {
            for text in [vi, en] {
                assert!(!text.contains("  ") && !text.contains('\n'), "{code}: {text}");
            }
        }
    }
}
