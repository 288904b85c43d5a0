//! The content of a file, as it is without its compression.

use bytes::{Buf, Bytes};
use wattbook_api::{
    Failure,
    bucket::{Bucket, BucketError, Reading},
};
use wattbook_domain::import::{ImportFailure, ImportJob};
use wattbook_import::{Inflater, Place, Reader, Refusal, is_gzip};

/// The most bytes that a compressed file may have without its compression: whoever goes on with one inflates it anew from
/// its beginning, and has to get there.
const MAX_INFLATED: u64 = 4 * 1024 * 1024 * 1024;

/// A file that is being read.
pub(super) struct Content<'a> {
    reading: Reading<'a>,
    inflater: Option<Inflater>,
    chunk: Bytes,
    /// What has been read before, of what is inflated.
    skip: u64,
    inflated: u64,
    /// What ends the file after what it has given.
    end: Option<End>,
}

/// How a file ends.
pub(super) enum End {
    /// There is no more of it.
    Whole,
    /// It cannot be read any further.
    Refused(Refusal),
    /// It is not there, or another one.
    Failed(ImportFailure),
}

/// What comes next of a file.
pub(super) enum Next {
    Bytes(Bytes),
    End(End),
}

impl End {
    /// The file is not there any more.
    pub(super) fn gone() -> Self {
        Self::Failed(ImportFailure {
            code: "file_gone".into(),
            message: "the file was removed or replaced before it could be read to its end; import it again".into(),
        })
    }

    /// What is told of it.
    pub(super) fn failure(&self) -> Option<ImportFailure> {
        match self {
            Self::Whole => None,
            Self::Refused(refusal) => Some(ImportFailure { code: refusal.code().into(), message: refusal.to_string() }),
            Self::Failed(failure) => Some(failure.clone()),
        }
    }
}

/// Goes on with a file where its job is; `None` if it is not there any more. Whether it is compressed is noted at its
/// beginning.
pub(super) async fn open<'a>(
    bucket: &'a Bucket,
    job: &mut ImportJob,
) -> Result<Option<(Content<'a>, Reader)>, Failure> {
    let place: Option<Place> = job
        .splitting
        .place
        .as_deref()
        .map(serde_json::from_str)
        .transpose()
        .map_err(|error| Failure::Internal(error.into()))?;
    let is_new = place.is_none();
    let place = place.unwrap_or_else(|| Place::beginning(job.format));
    let (is_gzip_file, before) = (job.splitting.is_gzip, place.offset);
    let offset = if is_gzip_file { 0 } else { before };
    let reading = match bucket.read(&job.source.key, offset, Some(&job.source.etag)).await {
        Ok(reading) => reading,
        Err(BucketError::Missing | BucketError::Replaced) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let mut content = Content { reading, inflater: None, chunk: Bytes::new(), skip: 0, inflated: 0, end: None };
    if is_new {
        content.fill().await?;
        job.splitting.is_gzip = is_gzip(&content.chunk);
    }
    if job.splitting.is_gzip {
        content.inflater = Some(Inflater::default());
        content.skip = before;
    }
    // What a job holds has been read before.
    let reader = Reader::at(job.dialect, place).map_err(|error| Failure::Internal(error.into()))?;
    Ok(Some((content, reader)))
}

impl Content<'_> {
    /// What comes next: a megabyte at most.
    pub(super) async fn next(&mut self) -> Result<Next, Failure> {
        loop {
            if let Some(end) = self.end.take() {
                return Ok(Next::End(end));
            }
            if self.chunk.is_empty() && !self.fill().await? {
                continue;
            }
            if self.inflater.is_none() {
                let bytes = std::mem::take(&mut self.chunk);
                self.end = bytes.is_empty().then_some(End::Whole).or(self.end.take());
                return Ok(Next::Bytes(bytes));
            }
            let plain = self.inflate();
            if !plain.is_empty() {
                return Ok(Next::Bytes(plain));
            }
        }
    }

    /// Takes the next bytes of the object. `false` if there are none because the object is another one now.
    async fn fill(&mut self) -> Result<bool, Failure> {
        match self.reading.chunk().await {
            Ok(chunk) => {
                self.chunk = chunk.unwrap_or_default();
                Ok(true)
            }
            Err(BucketError::Missing | BucketError::Replaced) => {
                self.end = Some(End::gone());
                Ok(false)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Inflates the next piece of what was taken; if nothing was, the object has ended.
    fn inflate(&mut self) -> Bytes {
        let Some(inflater) = &mut self.inflater else { return Bytes::new() };
        let is_end = self.chunk.is_empty();
        let piece = self.chunk.split_to(self.chunk.len().min(Inflater::PIECE));
        let outcome = if is_end { inflater.finish() } else { inflater.inflate(&piece) };
        let plain = match outcome {
            Ok(plain) => {
                self.end = is_end.then_some(End::Whole);
                plain
            }
            Err((plain, refusal)) => {
                self.end = Some(End::Refused(refusal));
                plain
            }
        };
        let length = u64::try_from(plain.len()).unwrap_or(u64::MAX);
        self.inflated = self.inflated.saturating_add(length);
        if self.inflated > MAX_INFLATED {
            self.end = Some(End::Failed(ImportFailure {
                code: "file_too_large".into(),
                message: "a compressed file can have at most 4 GiB without its compression; import it as it is".into(),
            }));
            return Bytes::new();
        }
        let skipped = self.skip.min(length);
        self.skip -= skipped;
        let mut plain = Bytes::from(plain);
        plain.advance(usize::try_from(skipped).unwrap_or_default());
        plain
    }
}
