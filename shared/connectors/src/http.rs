//! Requests to manufacturers, at hosts that an operator has named.

use std::{pin::Pin, sync::LazyLock, time::Duration};

use oauth2::{AsyncHttpClient, HttpRequest as OauthRequest, HttpResponse, http::Request};
use wattbook_domain::webhook::Receivers;
use wattbook_outbound::{CallError, Client};

use crate::SignInError;

/// To connect, the TLS handshake included.
const CONNECT: Duration = Duration::from_secs(3);
/// For everything, from the look-up of the name to the last byte: so that a function of 20 seconds can ask twice.
const WHOLE: Duration = Duration::from_secs(8);
/// The most that is read of an answer, in bytes.
pub const MAX_ANSWER: usize = 64 * 1024;

/// A client that follows no redirect and is impatient: [`Client`].
#[derive(Debug)]
pub struct Http(Client);

impl Http {
    /// The one of this process. It is made at its first use, which takes milliseconds: the roots are read.
    #[must_use]
    pub fn shared() -> &'static Self {
        static SHARED: LazyLock<Http> = LazyLock::new(|| Http::new(CONNECT, WHOLE));
        &SHARED
    }

    /// One with other limits: `connect` for the connection, `whole` for everything.
    #[must_use]
    pub fn new(connect: Duration, whole: Duration) -> Self {
        Self(Client::new(Receivers::Any, connect, whole))
    }

    /// Sends a request and reads the answer. One that says "not now" (408, 429, 5xx) counts as none.
    ///
    /// # Errors
    /// There is no answer in time, or it is a redirect, or larger than [`MAX_ANSWER`].
    pub async fn send(&self, request: Request<Vec<u8>>) -> Result<HttpResponse, SignInError> {
        let answer = self.0.send(request, MAX_ANSWER).await?;
        let status = answer.status();
        if status.is_server_error() || [408, 429].contains(&status.as_u16()) {
            return Err(SignInError::Unreachable { what: "it says so itself" });
        }
        if status.as_u16() / 100 == 3 {
            return Err(SignInError::Unintelligible { what: "a redirect" });
        }
        Ok(answer)
    }
}

impl From<CallError> for SignInError {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Unwritable => Self::Unintelligible { what: "a header that is no text" },
            CallError::NotHttp => Self::Unintelligible { what: "no answer of HTTP" },
            CallError::Huge => Self::Unintelligible { what: "a huge answer" },
            CallError::ConnectTimeOut => Self::Unreachable { what: "no connection in time" },
            CallError::NoConnection | CallError::NotPublic => Self::Unreachable { what: "no connection" },
            CallError::TimeOut => Self::Unreachable { what: "no answer in time" },
            CallError::BrokenOff => Self::Unreachable { what: "the answer breaks off" },
        }
    }
}

/// A type of its own and no closure: of a closure's future the compiler cannot tell that it may be sent to another thread.
impl<'c> AsyncHttpClient<'c> for Http {
    type Error = SignInError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, SignInError>> + Send + 'c>>;

    fn call(&'c self, request: OauthRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}
