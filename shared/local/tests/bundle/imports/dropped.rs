//! Files that are put into the bucket.
