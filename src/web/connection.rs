//! Connections and their limits: a client that sends or takes bytes slowly does not hold a place for ever.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::io::IoSlice;
use std::net::SocketAddr;
use std::pin::Pin;
use std::pin::pin;
use std::sync::Arc;
use std::task::Context;
use std::task::Poll;
use std::task::ready;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::body::Bytes;
use axum::extract::ConnectInfo;
use axum::http::Request;
use axum::http::Response;
use http_body_util::Either;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::rt::TokioTimer;
use tokio::io::AsyncRead;
use tokio::io::AsyncWrite;
use tokio::io::ReadBuf;
use tokio::net::TcpListener;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::sync::watch;
use tokio::time::Instant;
use tokio::time::Sleep;
use tower::ServiceExt;

use niemyet_sync::hub::Arrived;

use super::Site;

/// Connections at once; more wait in the kernel's queue.
const CONNECTIONS: usize = 4096;
/// Time for a whole request head, and for a kept connection to send its next one.
const HEAD: Duration = Duration::from_secs(15);
/// Time in which a client must take at least one byte.
const STALL: Duration = Duration::from_secs(30);
/// Time for requests under way once the end was asked for.
const GRACE: Duration = Duration::from_secs(10);

/// What connections lead to.
#[derive(Clone)]
pub(super) struct Doors {
    /// All routes; what has none is a page of the site.
    pub routes: Router,
    /// The site.
    pub site: Site,
}

impl Doors {
    /// Pages that were asked for before are answered at once, everything else goes through the routes.
    async fn answer(
        self: Arc<Self>,
        mut request: Request<Incoming>,
        (from, arrived): (SocketAddr, Arc<Arrived>),
    ) -> Result<Response<Either<Full<Bytes>, Body>>, Infallible> {
        if let Some(response) = self.site.current.shown().and_then(|shown| shown.ready.answer(&request)) {
            return Ok(response.map(Either::Left));
        }
        request.extensions_mut().insert(ConnectInfo(from));
        request.extensions_mut().insert(arrived);
        Ok(self.routes.clone().oneshot(request).await?.map(Either::Right))
    }
}

/// Serves until `shutdown` is done. Then nothing new is accepted, `before_the_end` is done, and what is still under way gets
/// its time.
pub(super) async fn serve(
    listener: TcpListener,
    doors: Doors,
    shutdown: impl Future<Output = ()>,
    before_the_end: impl Future<Output = ()>,
) -> io::Result<()> {
    let doors = Arc::new(doors);
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let (end, ending) = watch::channel(false);
    let mut shutdown = pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            () = &mut shutdown => break,
            accepted = accept(&listener, &places) => accepted,
        };
        let Some((stream, from, place)) = accepted else {
            continue;
        };
        let connection = connection((stream, from), Arc::clone(&doors), ending.clone());
        tokio::spawn(async move {
            connection.await;
            drop(place);
        });
    }
    drop(listener);
    before_the_end.await;
    // Each connection holds a receiver; `closed` is done when the last one is dropped.
    drop(ending);
    end.send_replace(true);
    let _ = tokio::time::timeout(GRACE, end.closed()).await;
    Ok(())
}

async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, tokio::sync::OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, from)) => Some((stream, from, place)),
        Err(error) => {
            // Out of file handles, or a client gone before it was accepted: the next attempt may do.
            tracing::warn!(%error, "a connection was not accepted");
            tokio::time::sleep(Duration::from_millis(50)).await;
            None
        }
    }
}

async fn connection(
    (stream, from): (TcpStream, SocketAddr),
    doors: Arc<Doors>,
    mut ending: watch::Receiver<bool>,
) {
    // Pages are written whole, so there is nothing to gather; failing only costs some speed.
    let _ = stream.set_nodelay(true);
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEAD).max_buf_size(64 << 10);
    let arrived = Arc::<Arrived>::default();
    let stream = Impatient { stream, stalled: None, arrived: Arc::clone(&arrived) };
    let service = service_fn(move |request| Arc::clone(&doors).answer(request, (from, Arc::clone(&arrived))));
    let mut serving = pin!(builder.serve_connection(TokioIo::new(stream), service).with_upgrades());
    let outcome = tokio::select! {
        outcome = &mut serving => outcome,
        () = asked_to_end(&mut ending) => {
            serving.as_mut().graceful_shutdown();
            serving.await
        }
    };
    if let Err(error) = outcome {
        tracing::debug!(%error, "a connection ended early");
    }
}

async fn asked_to_end(ending: &mut watch::Receiver<bool>) {
    // An error means that the server is gone, which is the same to a connection.
    let _ = ending.wait_for(|end| *end).await.map(drop);
}

/// A stream that fails when its peer takes nothing for `STALL`, and counts what arrives on it.
struct Impatient {
    stream: TcpStream,
    stalled: Option<Pin<Box<Sleep>>>,
    arrived: Arc<Arrived>,
}

impl Impatient {
    fn stall(&mut self, context: &mut Context<'_>) -> Poll<io::Error> {
        let sleep =
            self.stalled.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(Instant::now() + STALL)));
        ready!(sleep.as_mut().poll(context));
        Poll::Ready(io::Error::new(io::ErrorKind::TimedOut, "the client takes no bytes"))
    }
}

impl AsyncRead for Impatient {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        self.arrived.add(buffer.filled().len() - before);
        read
    }
}

impl AsyncWrite for Impatient {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if let Poll::Ready(written) = Pin::new(&mut self.stream).poll_write(context, bytes) {
            self.stalled = None;
            return Poll::Ready(written);
        }
        self.stall(context).map(Err)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if let Poll::Ready(written) = Pin::new(&mut self.stream).poll_write_vectored(context, parts) {
            self.stalled = None;
            return Poll::Ready(written);
        }
        self.stall(context).map(Err)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
