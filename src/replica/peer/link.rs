//! The way to a server: its address, the token, TCP and TLS, one HTTP request, one WebSocket.

use std::fs;
use std::io;
use std::net::IpAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::body::to_bytes;
use axum::http::Request;
use axum::http::StatusCode;
use axum::http::Uri;
use axum::http::header;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::AsyncRead;
use tokio::io::AsyncWrite;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::ClientConfig;
use tokio_rustls::rustls::RootCertStore;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Error as SocketError;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

/// Time to reach the server, and for its answer to a request.
const WITHIN: Duration = Duration::from_secs(30);
/// The longest answer to a request.
const LONGEST: usize = 64 << 20;

/// The longest frame of the socket: what a server can be set to take.
const LONGEST_FRAME: usize = 1 << 30;
/// Characters of a server's words that are shown.
const MOST_WORDS: usize = 600;

/// A server's words as a terminal can show them: no control characters, and not without end.
pub fn shown(words: &str) -> String {
    words.chars().take(MOST_WORDS).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// A connection of either kind.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// A WebSocket to the server.
pub type Socket = WebSocketStream<Box<dyn Stream>>;

/// Why there is no way to the server, or it does not let us in.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// The address is none.
    #[error(
        "đây không phải là địa chỉ máy chủ: hãy ghi https://host, hoặc http://127.0.0.1:port nếu máy chủ ở trên máy này, không kèm tên hay \
         mật khẩu; qua http thường, mã thiết bị đi trên mạng ở dạng đọc được. / This is no address of a server: write https://host, or \
         http://127.0.0.1:port for a server on this machine, with no name or password in it. Over plain http the token would cross the \
         network in the clear"
    )]
    Address,
    /// The token's file.
    #[error(
        "không đọc được mã thiết bị trong {path}; người quản trị cấp mã bằng `niemyet account token LOGIN --device TÊN`, hãy ghi riêng mã đó \
         vào tệp này, hoặc chỉ tệp khác bằng --token-file. / Read the token in {path}: {source}. An administrator makes one with `niemyet \
         account token LOGIN --device NAME`; put it alone into this file, or name another with --token-file"
    )]
    TokenFile {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// Others can read the token.
    #[error(
        "người khác đọc được mã thiết bị trong {path}; hãy chạy `chmod 600 {path}` rồi chạy lại. / Others can read the token in {path}: run \
         `chmod 600 {path}` and repeat the command"
    )]
    TokenOpen {
        /// The file.
        path: PathBuf,
    },
    /// The server cannot be reached.
    #[error(
        "không kết nối được {server}; nội dung đã soạn vẫn ở máy này, hãy chạy lại khi có mạng. / {server} cannot be reached: {what}. What was \
         edited is kept here; repeat the command when the network is back"
    )]
    Unreachable {
        /// The server.
        server: String,
        /// Why.
        what: String,
    },
    /// The server says no.
    #[error("{server} trả lời / answered {status}: {what}")]
    Refused {
        /// The server.
        server: String,
        /// The status.
        status: StatusCode,
        /// The server's words.
        what: String,
    },
}

impl LinkError {
    /// Whether the same may do later.
    pub const fn is_passing(&self) -> bool {
        match self {
            Self::Unreachable { .. } => true,
            Self::Refused { status, .. } => status.as_u16() >= 500 || status.as_u16() == 429,
            Self::Address | Self::TokenFile { .. } | Self::TokenOpen { .. } => false,
        }
    }
}

/// A server and what it knows us by.
pub struct Remote {
    secure: bool,
    host: String,
    port: u16,
    token: String,
    tls: TlsConnector,
}

impl Remote {
    /// The server at an address; the token is the only line of a file that nobody else can read.
    pub fn new(address: &str, token: &Path) -> Result<Self, LinkError> {
        let bad = || LinkError::Address;
        let uri: Uri = address.parse().map_err(|_| bad())?;
        let secure = match uri.scheme_str() {
            Some("https" | "wss") => true,
            Some("http" | "ws") => false,
            _ => return Err(bad()),
        };
        let host = uri.host().ok_or_else(bad)?.to_owned();
        let plain = matches!(uri.path(), "" | "/" | "/sync") && uri.query().is_none();
        let bare = uri.authority().is_some_and(|authority| !authority.as_str().contains('@'));
        if !plain || !bare || !secure && !is_this_machine(&host) {
            return Err(bad());
        }
        let port = uri.port_u16().unwrap_or(if secure { 443 } else { 80 });
        Ok(Self { secure, host, port, token: read_token(token)?, tls: tls() })
    }

    /// Its name and port.
    pub fn authority(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    fn unreachable(&self, what: impl ToString) -> LinkError {
        LinkError::Unreachable { server: self.authority(), what: what.to_string() }
    }

    async fn connect(&self) -> Result<Box<dyn Stream>, LinkError> {
        let host = self.host.trim_start_matches('[').trim_end_matches(']');
        let stream = timeout(WITHIN, TcpStream::connect((host, self.port))).await;
        let stream = stream.map_err(|_| self.unreachable("no answer in 30 seconds"))?;
        let stream = stream.map_err(|error| self.unreachable(error))?;
        stream.set_nodelay(true).map_err(|error| self.unreachable(error))?;
        if !self.secure {
            return Ok(Box::new(stream));
        }
        let name = ServerName::try_from(host.to_owned()).map_err(|error| self.unreachable(error))?;
        let shaken = timeout(WITHIN, self.tls.connect(name, stream)).await;
        let shaken = shaken.map_err(|_| self.unreachable("no TLS in 30 seconds"))?;
        Ok(Box::new(shaken.map_err(|error| self.unreachable(error))?))
    }

    /// The JSON at a path.
    pub async fn get<T: serde::de::DeserializeOwned>(&self, path: &str) -> Result<T, LinkError> {
        let (status, bytes) = timeout(WITHIN, self.request(path))
            .await
            .unwrap_or_else(|_| Err(self.unreachable("no answer in 30 seconds")))?;
        if !status.is_success() {
            return Err(self.refused(status, &bytes));
        }
        serde_json::from_slice(&bytes).map_err(|error| LinkError::Refused {
            server: self.authority(),
            status,
            what: format!(
                "không phải câu trả lời của niemyet phiên bản này; hãy kiểm tra địa chỉ. / What no niemyet of this version answers ({error}); is \
                 the address right?"
            ),
        })
    }

    /// Whether the server says of itself that it cannot keep changes.
    pub async fn keeps_nothing(&self) -> bool {
        let asked = timeout(WITHIN, self.request("/readyz")).await;
        matches!(asked, Ok(Ok((StatusCode::SERVICE_UNAVAILABLE, _))))
    }

    async fn request(&self, path: &str) -> Result<(StatusCode, Vec<u8>), LinkError> {
        let stream = TokioIo::new(self.connect().await?);
        let lost = |error: hyper::Error| self.unreachable(error);
        let (mut sender, connection) = http1::handshake(stream).await.map_err(lost)?;
        let request = Request::get(path)
            .header(header::HOST, self.authority())
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token))
            .body(Body::empty())
            .map_err(|error| self.unreachable(error))?;
        let answer = async {
            let response = sender.send_request(request).await.map_err(lost)?;
            let status = response.status();
            let bytes = to_bytes(Body::new(response.into_body()), LONGEST).await;
            Ok((status, bytes.map_err(|error| self.unreachable(error))?.to_vec()))
        };
        // The connection has to be driven beside the request; it ends with the request at the latest.
        tokio::select! {
            answer = answer => answer,
            ended = connection => Err(match ended {
                Ok(()) => self.unreachable("it closed the connection"),
                Err(error) => lost(error),
            }),
        }
    }

    fn refused(&self, status: StatusCode, body: &[u8]) -> LinkError {
        let problem: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
        let said = |name: &str| problem.get(name).and_then(|text| text.as_str()).map(shown);
        let advice = match status {
            StatusCode::UNAUTHORIZED => (
                "Mã thiết bị không còn hiệu lực, là của máy chủ khác, hoặc tài khoản bị khóa; hãy xin người quản trị cấp mã mới.",
                "The token is not valid (any more) or of another server, or the account is disabled; ask an administrator for a new one",
            ),
            StatusCode::NOT_FOUND => {
                ("Địa chỉ này có phải của máy chủ niemyet không?", "Is the address that of a niemyet server?")
            }
            _ => ("", ""),
        };
        let both = [(said("detail_vi"), advice.0), (said("title"), advice.1)];
        let what =
            both.map(|(said, advice)| format!("{} {advice}", said.unwrap_or_default()).trim().to_owned());
        let what: Vec<String> = what.into_iter().filter(|text| !text.is_empty()).collect();
        LinkError::Refused { server: self.authority(), status, what: what.join(" / ") }
    }

    /// Opens the socket.
    pub async fn socket(&self) -> Result<Socket, LinkError> {
        let stream = self.connect().await?;
        let mut request = format!("ws://{}/sync", self.authority())
            .into_client_request()
            .map_err(|error| self.unreachable(error))?;
        let bearer = format!("Bearer {}", self.token).parse().map_err(|error| self.unreachable(error))?;
        request.headers_mut().insert(header::AUTHORIZATION, bearer);
        // The server has limits of its own for what it takes, and so for what it sends.
        let config = WebSocketConfig::default()
            .max_message_size(Some(LONGEST_FRAME))
            .max_frame_size(Some(LONGEST_FRAME));
        let opened =
            timeout(WITHIN, tokio_tungstenite::client_async_with_config(request, stream, Some(config))).await;
        match opened.map_err(|_| self.unreachable("no WebSocket in 30 seconds"))? {
            Ok((socket, _)) => Ok(socket),
            Err(SocketError::Http(answer)) => {
                Err(self.refused(answer.status(), answer.body().as_deref().unwrap_or_default()))
            }
            Err(error) => Err(self.unreachable(error)),
        }
    }
}

fn is_this_machine(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// Trusts what the machine trusts; a server whose certificate nobody there vouches for is not reached.
fn tls() -> TlsConnector {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    TlsConnector::from(Arc::new(ClientConfig::builder().with_root_certificates(roots).with_no_client_auth()))
}

fn read_token(path: &Path) -> Result<String, LinkError> {
    let failed = |source| LinkError::TokenFile { path: path.to_owned(), source };
    let metadata = fs::metadata(path).map_err(failed)?;
    if metadata.permissions().mode() & 0o077 != 0 {
        return Err(LinkError::TokenOpen { path: path.to_owned() });
    }
    let text = fs::read_to_string(path).map_err(failed)?;
    let token = text.trim();
    // What a header may hold, and what a token is: one word.
    if token.is_empty() || !token.chars().all(|c| c.is_ascii_graphic()) {
        return Err(failed(io::Error::new(
            io::ErrorKind::InvalidData,
            "it does not hold one token and nothing else",
        )));
    }
    Ok(token.to_owned())
}
