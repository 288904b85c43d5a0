//! Files that come compressed with gzip (RFC 1952).

use std::io::Write;

use flate2::write::MultiGzDecoder;

use crate::Refusal;

/// Whether what a file begins with says that it is gzip.
#[must_use]
pub fn is_gzip(beginning: &[u8]) -> bool {
    beginning.starts_with(&[0x1f, 0x8b])
}

/// How many bytes are inflated at a time. Deflate makes at most 1032 of one, so that no file, whatever is packed into it,
/// takes more than a megabyte at once.
const PIECE: usize = 1024;

/// Inflates a file as it comes, also one of several members, as whoever appends to one writes it.
#[derive(Debug)]
pub struct Inflater(MultiGzDecoder<Vec<u8>>);

impl Default for Inflater {
    fn default() -> Self {
        Self(MultiGzDecoder::new(Vec::new()))
    }
}

impl Inflater {
    /// Inflates the next bytes of the file; `take` is handed what comes of them, at most about a megabyte at a time.
    ///
    /// # Errors
    /// The file is damaged, or `take` does not want more.
    pub fn inflate<E: From<Refusal>>(
        &mut self,
        bytes: &[u8],
        mut take: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        for piece in bytes.chunks(PIECE) {
            let outcome = self.0.write_all(piece);
            // What came before the damage is read all the same.
            self.hand_over(&mut take)?;
            outcome.map_err(|_| Refusal::Damaged)?;
        }
        Ok(())
    }

    /// The end of the file.
    ///
    /// # Errors
    /// It is no end of a gzip, or `take` does not want more.
    pub fn finish<E: From<Refusal>>(&mut self, mut take: impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
        let outcome = self.0.try_finish();
        self.hand_over(&mut take)?;
        outcome.map_err(|_| Refusal::CutShort)?;
        Ok(())
    }

    fn hand_over<E>(&mut self, take: &mut impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
        // Where a piece ends in the middle of what can be inflated, the rest is pushed out here.
        let _ = self.0.flush();
        let inflated = self.0.get_mut();
        if inflated.is_empty() {
            return Ok(());
        }
        let outcome = take(inflated);
        inflated.clear();
        outcome
    }
}

#[cfg(test)]
mod tests {
    use flate2::{Compression, write::GzEncoder};
    use proptest::prelude::*;

    use super::*;

    fn gzip(plain: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(plain).unwrap();
        encoder.finish().unwrap()
    }

    /// What comes of a file, the most that came at once, and how it ended.
    fn inflated(file: &[u8], chunk: usize) -> (Vec<u8>, usize, Result<(), Refusal>) {
        let (mut plain, mut most) = (Vec::new(), 0);
        let mut take = |bytes: &[u8]| {
            plain.extend_from_slice(bytes);
            most = most.max(bytes.len());
            Ok::<_, Refusal>(())
        };
        let mut inflater = Inflater::default();
        let outcome = file.chunks(chunk.max(1)).try_for_each(|chunk| inflater.inflate(chunk, &mut take));
        let outcome = outcome.and_then(|()| inflater.finish(&mut take));
        (plain, most, outcome)
    }

    #[test]
    fn several_members_are_one_file() {
        let file = [gzip(b"one\n"), gzip(b""), gzip(b"two\n")].concat();
        for chunk in [1, 7, 1000] {
            assert_eq!(inflated(&file, chunk), (b"one\ntwo\n".to_vec(), inflated(&file, chunk).1, Ok(())), "{chunk}");
        }
    }

    #[test]
    fn what_is_cut_short_or_damaged_gives_what_came_before() {
        let plain: Vec<u8> = (0..200_000_u32).flat_map(|n| (n.wrapping_mul(2_654_435_761)).to_le_bytes()).collect();
        let file = gzip(&plain);
        let (before, _, outcome) = inflated(&file[..file.len() / 2], 4096);
        assert_eq!(outcome, Err(Refusal::CutShort));
        assert!(before.len() > plain.len() / 3 && plain.starts_with(&before), "{}", before.len());
        for cut in [0, 1, 2, 9, file.len() - 1, file.len() - 8] {
            assert_eq!(inflated(&file[..cut], 4096).2, Err(Refusal::CutShort), "{cut}");
        }
        assert_eq!(
            inflated(&[gzip(b"one"), b"rest of something else".to_vec()].concat(), 4096).2,
            Err(Refusal::Damaged)
        );
    }

    #[test]
    fn a_bomb_goes_off_in_a_megabyte() {
        let bomb = gzip(&vec![b'\n'; 100_000_000]);
        let (plain, most, outcome) = inflated(&bomb, bomb.len());
        assert_eq!((plain.len(), outcome), (100_000_000, Ok(())));
        assert!(most <= 1_200_000, "{most}");
    }

    proptest! {
        #[test]
        fn whatever_comes_nothing_panics(plain in prop::collection::vec(any::<u8>(), 0..300), at in any::<prop::sample::Index>(), other in any::<u8>(), chunk in 1..50_usize) {
            let mut file = gzip(&plain);
            prop_assert_eq!(inflated(&file, chunk).0, plain);
            let place = at.index(file.len());
            file[place] = other;
            let _ = inflated(&file, chunk);
        }
    }
}
