//! Files that come compressed with gzip (RFC 1952).

use std::io::Write;

use flate2::write::MultiGzDecoder;

use crate::Refusal;

/// Whether what a file begins with says that it is gzip.
#[must_use]
pub fn is_gzip(beginning: &[u8]) -> bool {
    beginning.starts_with(&[0x1f, 0x8b])
}

/// Inflates a file as it comes, also one of several members, as whoever appends to one writes it.
#[derive(Debug)]
pub struct Inflater(MultiGzDecoder<Vec<u8>>);

impl Default for Inflater {
    fn default() -> Self {
        Self(MultiGzDecoder::new(Vec::new()))
    }
}

impl Inflater {
    /// How many bytes to inflate at a time. Deflate makes at most 1032 of one, so that no file, whatever is packed into it,
    /// takes more than a megabyte at once.
    pub const PIECE: usize = 1024;

    /// Inflates the next bytes of the file, [`Self::PIECE`] at most, and gives what comes of them.
    ///
    /// # Errors
    /// The file is damaged; with what came before that.
    pub fn inflate(&mut self, piece: &[u8]) -> Result<Vec<u8>, (Vec<u8>, Refusal)> {
        let outcome = self.0.write_all(piece);
        self.inflated(outcome.is_ok(), Refusal::Damaged)
    }

    /// What is left at the end of the file.
    ///
    /// # Errors
    /// It is no end of a gzip; with what came before that.
    pub fn finish(&mut self) -> Result<Vec<u8>, (Vec<u8>, Refusal)> {
        let outcome = self.0.try_finish();
        self.inflated(outcome.is_ok(), Refusal::CutShort)
    }

    fn inflated(&mut self, is_well: bool, refusal: Refusal) -> Result<Vec<u8>, (Vec<u8>, Refusal)> {
        // What could be inflated and was not asked for yet. What is wrong is known by now.
        let _ = self.0.flush();
        let inflated = std::mem::take(self.0.get_mut());
        if is_well { Ok(inflated) } else { Err((inflated, refusal)) }
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
    fn inflated(file: &[u8], piece: usize) -> (Vec<u8>, usize, Result<(), Refusal>) {
        let (mut plain, mut most, mut inflater) = (Vec::new(), 0, Inflater::default());
        let mut pieces = file.chunks(piece);
        loop {
            let piece = pieces.next();
            let outcome = match piece {
                Some(piece) => inflater.inflate(piece),
                None => inflater.finish(),
            };
            let (bytes, refusal) =
                outcome.map_or_else(|(bytes, refusal)| (bytes, Some(refusal)), |bytes| (bytes, None));
            plain.extend_from_slice(&bytes);
            most = most.max(bytes.len());
            match (piece, refusal) {
                (_, Some(refusal)) => return (plain, most, Err(refusal)),
                (None, None) => return (plain, most, Ok(())),
                (Some(_), None) => {}
            }
        }
    }

    #[test]
    fn several_members_are_one_file() {
        let file = [gzip(b"one\n"), gzip(b""), gzip(b"two\n")].concat();
        for piece in [1, 7, 1000] {
            let (plain, _, outcome) = inflated(&file, piece);
            assert_eq!((plain, outcome), (b"one\ntwo\n".to_vec(), Ok(())), "{piece}");
        }
    }

    #[test]
    fn what_is_cut_short_or_damaged_gives_what_came_before() {
        let plain: Vec<u8> = (0..200_000_u32).flat_map(|n| (n.wrapping_mul(2_654_435_761)).to_le_bytes()).collect();
        let file = gzip(&plain);
        let (before, _, outcome) = inflated(&file[..file.len() / 2], Inflater::PIECE);
        assert_eq!(outcome, Err(Refusal::CutShort));
        assert!(before.len() > plain.len() / 3 && plain.starts_with(&before), "{}", before.len());
        for cut in [0, 1, 2, 9, file.len() - 1, file.len() - 8] {
            assert_eq!(inflated(&file[..cut], Inflater::PIECE).2, Err(Refusal::CutShort), "{cut}");
        }
        assert_eq!(
            inflated(&[gzip(b"one"), b"rest of something else".to_vec()].concat(), Inflater::PIECE).2,
            Err(Refusal::Damaged)
        );
    }

    #[test]
    fn a_bomb_goes_off_in_a_megabyte() {
        let bomb = gzip(&vec![b'\n'; 100_000_000]);
        let (plain, most, outcome) = inflated(&bomb, Inflater::PIECE);
        assert_eq!((plain.len(), outcome), (100_000_000, Ok(())));
        assert!(most <= 1_200_000, "{most}");
    }

    proptest! {
        #[test]
        fn whatever_comes_nothing_panics(plain in prop::collection::vec(any::<u8>(), 0..300), at in any::<prop::sample::Index>(), other in any::<u8>(), piece in 1..50_usize) {
            let mut file = gzip(&plain);
            prop_assert_eq!(inflated(&file, piece).0, plain);
            let place = at.index(file.len());
            file[place] = other;
            let _ = inflated(&file, piece);
        }
    }
}
