//! The listener, and how it comes to an end.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Router,
    routing::{any, post},
    serve::ListenerExt,
};
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

use crate::{
    aws_api,
    embedded::until,
    error::LocalError,
    gateway::{self, Gateway},
    invoke_api, s3_api,
};

/// How long requests may take to end after the stop. A function has 10 seconds.
const DRAIN: Duration = Duration::from_secs(10);

/// Listens on `port` of 127.0.0.1; 0 takes a free one.
pub(crate) async fn listen(port: u16) -> Result<(TcpListener, u16), LocalError> {
    let failed = |source: io::Error| match source.kind() {
        io::ErrorKind::AddrInUse => LocalError::PortInUse(port),
        _ => LocalError::Listen { port, source },
    };
    let listener = TcpListener::bind(("127.0.0.1", port)).await.map_err(failed)?;
    let port = listener.local_addr().map_err(failed)?.port();
    Ok((listener, port))
}

/// A gateway that takes requests. It stops when dropped, too, but then nobody waits for it.
pub(crate) struct Serving {
    stop: watch::Sender<bool>,
    server: JoinHandle<io::Result<()>>,
}

impl Serving {
    pub(crate) fn start(gateway: Arc<Gateway>, listener: TcpListener) -> Self {
        let (stop, stopped) = watch::channel(false);
        let mut app = Router::new()
            .route(invoke_api::PATH, post(invoke_api::handle).fallback(gateway::handle))
            .route(aws_api::PATH, any(aws_api::handle));
        for bucket in gateway.objects.buckets() {
            let path = format!("/{}", bucket.name);
            for path in [format!("{path}/"), format!("{path}/{{*key}}"), path] {
                app = app.route(&path, any(s3_api::handle));
            }
        }
        let app =
            app.fallback(any(gateway::handle)).with_state(gateway).into_make_service_with_connect_info::<SocketAddr>();
        // Answers are small and whole: waiting to fill a packet only delays them.
        let listener = listener.tap_io(|stream| {
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!(%error, "small packets may be delayed");
            }
        });
        let server = tokio::spawn(axum::serve(listener, app).with_graceful_shutdown(until(stopped)).into_future());
        Self { stop, server }
    }

    /// Takes no more requests and lets the running ones end.
    pub(crate) async fn stop(self) {
        self.stop.send_replace(true);
        match tokio::time::timeout(DRAIN, self.server).await {
            Ok(Ok(Ok(()))) => {}
            Ok(Ok(Err(error))) => tracing::warn!(%error, "the gateway did not stop cleanly"),
            Ok(Err(error)) => tracing::warn!(%error, "the gateway did not stop cleanly"),
            Err(_) => tracing::warn!("requests were still running when the gateway was stopped"),
        }
    }
}
