//! What is said to a person of an account's errors: status, code, Vietnamese. The English words are the errors' own.

use axum::http::StatusCode;

use crate::account::AccountError;

/// Status, code and Vietnamese words.
pub(super) fn of(error: &AccountError) -> (StatusCode, &'static str, String) {
    let (status, code, vi) = match error {
        AccountError::Refused => (
            StatusCode::FORBIDDEN,
            "refused",
            "Tên đăng nhập hoặc mật khẩu, mã không đúng; hãy thử lại, hoặc xin người quản trị cấp mã mới.",
        ),
        AccountError::TooMany { wait } => {
            let seconds = (wait + 999) / 1_000;
            let vi = format!("Đã thử quá nhiều lần; hãy đợi {seconds} giây rồi thử lại.");
            return (StatusCode::TOO_MANY_REQUESTS, "too-many-attempts", vi);
        }
        AccountError::Busy => (
            StatusCode::SERVICE_UNAVAILABLE,
            "busy",
            "Quá nhiều người đăng nhập cùng lúc; hãy thử lại sau một phút.",
        ),
        AccountError::BadLogin => (
            StatusCode::UNPROCESSABLE_ENTITY,
            "bad-login",
            "Tên đăng nhập gồm 3 đến 32 ký tự a–z, 0–9, `.`, `-`, `_`, bắt đầu bằng chữ và kết thúc bằng chữ hoặc số.",
        ),
        AccountError::BadName { .. } => {
            (StatusCode::UNPROCESSABLE_ENTITY, "bad-name", "Tên phải là một dòng từ 1 đến 100 ký tự.")
        }
        AccountError::LoginTaken { .. } => {
            (StatusCode::CONFLICT, "login-taken", "Tên đăng nhập đã có người dùng; hãy chọn tên khác.")
        }
        AccountError::PasswordTooShort { .. }
        | AccountError::PasswordTooLong { .. }
        | AccountError::PasswordCommon => {
            let (code, vi) = of_password(error);
            return (StatusCode::UNPROCESSABLE_ENTITY, code, vi);
        }
        AccountError::Unknown { .. } => {
            (StatusCode::NOT_FOUND, "no-such-account", "Không có tài khoản này; hãy xem danh sách tài khoản.")
        }
        AccountError::UnknownSession => {
            (StatusCode::NOT_FOUND, "no-such-device", "Không có thiết bị hay phiên này; hãy xem danh sách.")
        }
        other => return of_state(other),
    };
    (status, code, vi.to_owned())
}

/// Of a password that is not accepted.
fn of_password(error: &AccountError) -> (&'static str, String) {
    match error {
        AccountError::PasswordTooShort { shortest } => (
            "password-too-short",
            format!("Mật khẩu cần ít nhất {shortest} ký tự; vài từ ghép lại thì dễ nhớ."),
        ),
        AccountError::PasswordTooLong { longest } => {
            ("password-too-long", format!("Mật khẩu chỉ được dài tối đa {longest} ký tự."))
        }
        _ => ("password-common", "Mật khẩu dễ đoán; hãy chọn mật khẩu khác.".to_owned()),
    }
}

/// Of an account that is not in a state for this.
fn of_state(error: &AccountError) -> (StatusCode, &'static str, String) {
    let (status, code, vi) = match error {
        AccountError::LastAdministrator => (
            StatusCode::CONFLICT,
            "last-administrator",
            "Đây là người quản trị cuối cùng; hãy giao quyền quản trị cho tài khoản khác trước.",
        ),
        AccountError::HasAdministrator => {
            (StatusCode::CONFLICT, "has-administrator", "Đã có người quản trị; hãy xin họ cấp tài khoản.")
        }
        AccountError::Disabled => {
            (StatusCode::CONFLICT, "account-disabled", "Tài khoản đã bị khóa; hãy mở khóa trước.")
        }
        _ => (StatusCode::INTERNAL_SERVER_ERROR, "internal", "Máy chủ gặp lỗi; hãy thử lại."),
    };
    (status, code, vi.to_owned())
}
