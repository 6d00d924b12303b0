//! What is said of an account's errors in Vietnamese. The English words are the errors' own.

use super::AccountError;

impl AccountError {
    /// What is wrong and what to do next, in Vietnamese.
    pub fn vietnamese(&self) -> String {
        let words = match self {
            Self::Refused => {
                "Tên đăng nhập hoặc mật khẩu, mã không đúng; hãy thử lại, hoặc xin người quản trị cấp mã mới."
            }
            Self::TooMany { wait } => {
                let seconds = (wait + 999) / 1_000;
                return format!("Đã thử quá nhiều lần; hãy đợi {seconds} giây rồi thử lại.");
            }
            Self::Busy => "Quá nhiều người đăng nhập cùng lúc; hãy thử lại sau một phút.",
            Self::BadLogin => {
                "Tên đăng nhập gồm 3 đến 32 ký tự a–z, 0–9, `.`, `-`, `_`, bắt đầu bằng chữ và kết thúc bằng chữ hoặc số."
            }
            Self::BadName { .. } => "Tên phải là một dòng từ 1 đến 100 ký tự.",
            Self::LoginTaken { .. } => "Tên đăng nhập đã có người dùng; hãy chọn tên khác.",
            Self::DeviceTaken { device, number } => {
                return format!(
                    "Thiết bị `{device}` đã có mã đang dùng, số {number}; hãy thu hồi mã đó trước (`niemyet account revoke {number}`), hoặc \
                     chọn tên khác."
                );
            }
            Self::PasswordTooShort { .. } | Self::PasswordTooLong { .. } | Self::PasswordCommon => {
                return self.of_password();
            }
            other => other.of_state(),
        };
        words.to_owned()
    }

    /// Of a password that is not accepted.
    fn of_password(&self) -> String {
        match self {
            Self::PasswordTooShort { shortest } => {
                format!("Mật khẩu cần ít nhất {shortest} ký tự; vài từ ghép lại thì dễ nhớ.")
            }
            Self::PasswordTooLong { longest } => format!("Mật khẩu chỉ được dài tối đa {longest} ký tự."),
            _ => "Mật khẩu dễ đoán; hãy chọn mật khẩu khác.".to_owned(),
        }
    }

    /// Of an account that is not there, or not in a state for this.
    const fn of_state(&self) -> &'static str {
        match self {
            Self::Unknown { .. } => "Không có tài khoản này; hãy xem danh sách tài khoản.",
            Self::UnknownSession => "Không có thiết bị hay phiên này; hãy xem danh sách.",
            Self::LastAdministrator => {
                "Đây là người quản trị cuối cùng; hãy giao quyền quản trị cho tài khoản khác trước."
            }
            Self::HasAdministrator => "Đã có người quản trị; hãy xin họ cấp tài khoản.",
            Self::Disabled => "Tài khoản đã bị khóa; hãy mở khóa trước.",
            _ => "Máy chủ gặp lỗi; hãy thử lại.",
        }
    }
}
