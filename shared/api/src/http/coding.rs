//! The coding in which a body comes (RFC 9110 §8.4.1): as it is, or as gzip.

use std::io::{ErrorKind, Read};

use flate2::bufread::MultiGzDecoder;

use super::{Failure, MAX_BODY_BYTES};
use crate::fault::Reason;

/// What every gzip begins with (RFC 1952 §2.3.1).
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// That, where a gateway has read it as text: what is no UTF-8 becomes U+FFFD, and is lost.
const READ_AS_TEXT: &[u8] = b"\x1f\xef\xbf\xbd";

/// Takes the coding off that `Content-Encoding` names. Of what is inflated no more is kept than a body may have.
///
/// # Errors
/// The coding is another one, the body is not in it, or too large without it.
pub(super) fn taken_off(body: Vec<u8>, codings: &str) -> Result<Vec<u8>, Failure> {
    if is_gzip(&body, codings)? { inflated(&body) } else { Ok(body) }
}

/// Whether a body is in gzip, as `Content-Encoding` has it.
///
/// # Errors
/// The coding is another one, or the body is not in it.
pub(super) fn is_gzip(body: &[u8], codings: &str) -> Result<bool, Failure> {
    let named = |coding: &&str| !coding.is_empty() && !coding.eq_ignore_ascii_case("identity");
    let mut codings = codings.split(',').map(str::trim).filter(named);
    match (codings.next(), codings.next()) {
        (None, _) => Ok(false),
        // RFC 9110 §8.4.1.3: `x-gzip` is the same.
        (Some(coding), None) if ["gzip", "x-gzip"].iter().any(|gzip| coding.eq_ignore_ascii_case(gzip)) => {
            if body.starts_with(READ_AS_TEXT) {
                return Err(unreadable("was read as text on its way, which destroys it; send it uncompressed"));
            }
            if body.starts_with(&GZIP) { Ok(true) } else { Err(unreadable("is not")) }
        }
        _ => Err(Failure::ContentCoding),
    }
}

fn unreadable(what: &str) -> Failure {
    let message = format!("the body should be gzip, as Content-Encoding says, and {what}");
    Failure::Unreadable(Reason::new("malformed_body", message))
}

fn inflated(body: &[u8]) -> Result<Vec<u8>, Failure> {
    let most = u64::try_from(MAX_BODY_BYTES).unwrap_or(u64::MAX);
    let mut inflated = Vec::new();
    match MultiGzDecoder::new(body).take(most.saturating_add(1)).read_to_end(&mut inflated) {
        Ok(_) if inflated.len() > MAX_BODY_BYTES => Err(Failure::BodyTooLarge),
        Ok(_) => Ok(inflated),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Err(unreadable("is cut short")),
        Err(_) => Err(unreadable("is damaged")),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};
    use proptest::prelude::*;

    use super::*;

    fn gzip(plain: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(plain).unwrap();
        encoder.finish().unwrap()
    }

    fn said(outcome: Result<Vec<u8>, Failure>) -> String {
        let failure = outcome.unwrap_err();
        format!("{} {failure}", failure.status())
    }

    #[test]
    fn what_is_not_coded_stays() {
        for codings in ["", "identity", "Identity", " , identity"] {
            assert_eq!(taken_off(b"{}".to_vec(), codings).unwrap(), b"{}", "{codings:?}");
        }
    }

    #[test]
    fn gzip_is_inflated_under_each_of_its_names() {
        for codings in ["gzip", "GZIP", "x-gzip", "identity, gzip", " gzip "] {
            assert_eq!(taken_off(gzip(b"{}"), codings).unwrap(), b"{}", "{codings:?}");
        }
        // In several members, as whoever appends to one writes it.
        assert_eq!(taken_off([gzip(b"{"), gzip(b"}")].concat(), "gzip").unwrap(), b"{}");
        assert_eq!(taken_off(gzip(b""), "gzip").unwrap(), b"");
    }

    #[test]
    fn other_codings_are_refused() {
        for codings in ["br", "deflate", "zstd", "gzip, gzip", "gzip, br", "gzip;q=1"] {
            assert_eq!(taken_off(gzip(b"{}"), codings).unwrap_err().status(), 415, "{codings:?}");
        }
    }

    #[test]
    fn what_is_no_gzip_is_told_from_what_is_cut_short_or_damaged() {
        let whole = gzip(b"{\"a\": 1}");
        for (body, says) in [
            (b"{}".to_vec(), "is not"),
            (Vec::new(), "is not"),
            (String::from_utf8_lossy(&whole).into_owned().into_bytes(), "was read as text"),
            (whole[..whole.len() - 1].to_vec(), "is cut short"),
            (whole[..12].to_vec(), "is cut short"),
            (whole[..2].to_vec(), "is cut short"),
            ([&whole[..], b"rest"].concat(), "is"),
            ([&whole[..whole.len() - 8], &[0; 8]].concat(), "is damaged"),
        ] {
            let said = said(taken_off(body, "gzip"));
            assert!(said.starts_with("400") && said.contains("Content-Encoding") && said.contains(says), "{said}");
        }
    }

    #[test]
    fn a_body_is_inflated_up_to_the_limit() {
        assert_eq!(taken_off(gzip(&vec![b' '; MAX_BODY_BYTES]), "gzip").unwrap().len(), MAX_BODY_BYTES);
        // A bomb: a thousand times the limit, in a megabyte.
        for size in [MAX_BODY_BYTES + 1, MAX_BODY_BYTES * 1000] {
            assert_eq!(taken_off(gzip(&vec![b' '; size]), "gzip").unwrap_err().status(), 413);
        }
    }

    proptest! {
        #[test]
        fn nothing_panics_and_what_was_coded_comes_back(plain in prop::collection::vec(any::<u8>(), 0..200), cut in any::<prop::sample::Index>(), other in any::<u8>()) {
            let coded = gzip(&plain);
            prop_assert_eq!(taken_off(coded.clone(), "gzip").unwrap(), plain);
            let mut damaged = coded;
            let place = cut.index(damaged.len());
            damaged[place] = other;
            let _ = taken_off(damaged, "gzip");
        }
    }
}
