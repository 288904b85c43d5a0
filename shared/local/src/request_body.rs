//! Takes in a request's body, up to a limit.

use axum::body::{Body, Bytes};
use http_body_util::BodyExt;

/// Why a body was not taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BodyFault {
    /// It is larger than the limit.
    TooLarge,
    /// The connection broke, or the framing of the body is wrong.
    Broken,
}

/// How many times the limit is read, and dropped, before the connection is given up. A client that
/// is still sending reads no answer, so that a body somewhat too large is heard out.
const HEARD_OUT: usize = 4;

/// The body, of at most `limit` bytes.
pub(crate) async fn collect(mut body: Body, limit: usize) -> Result<Bytes, BodyFault> {
    let mut taken = Vec::new();
    let mut length: usize = 0;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| BodyFault::Broken)?;
        let Ok(data) = frame.into_data() else { continue };
        length = length.saturating_add(data.len());
        if length <= limit {
            taken.extend_from_slice(&data);
        } else if length > limit.saturating_mul(HEARD_OUT) {
            break;
        }
    }
    if length > limit { Err(BodyFault::TooLarge) } else { Ok(taken.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_body_up_to_the_limit_is_taken() {
        assert_eq!(collect(Body::from("1234"), 4).await.unwrap(), "1234");
        assert_eq!(collect(Body::empty(), 0).await.unwrap(), "");
        assert_eq!(collect(Body::from("12345"), 4).await, Err(BodyFault::TooLarge));
        assert_eq!(collect(Body::from(vec![0; 100]), 4).await, Err(BodyFault::TooLarge));
    }
}
