//! Putting many items, without conditions.

use std::{collections::VecDeque, time::Duration};

use aws_sdk_dynamodb::types::{PutRequest, ReturnConsumedCapacity, WriteRequest};
use tokio::task::JoinSet;

use crate::{Store, StoreError, items::Item, retry::random_part};

/// The most items a batch may have.
const BATCH: usize = 25;
/// Batches on their way at the same time. A table takes a few thousand items a second from the start;
/// with more batches than this a load would mostly be throttled.
const CONCURRENCY: usize = 4;
/// How often a batch is sent. The SDK retries calls that fail; this is for what a call leaves over.
const TRIES: u32 = 8;
/// The longest wait before the second try; it doubles with each one.
const FIRST_WAIT: Duration = Duration::from_millis(50);
/// The longest wait there is.
const LONGEST_WAIT: Duration = Duration::from_secs(2);

impl Store {
    /// Puts items with distinct keys in place of what is there, in any order. Gives their number.
    pub(crate) async fn put_batches(&self, items: Vec<Item>) -> Result<usize, StoreError> {
        let count = items.len();
        let mut waiting = batches(items)?;
        let mut running = JoinSet::new();
        loop {
            while running.len() < CONCURRENCY
                && let Some(batch) = waiting.pop_front()
            {
                let store = self.clone();
                running.spawn(async move { store.put_batch(batch).await });
            }
            match running.join_next().await {
                None => return Ok(count),
                Some(Ok(put)) => put?,
                Some(Err(lost)) => {
                    return Err(StoreError::Call { operation: "BatchWriteItem", cause: lost.to_string() });
                }
            }
        }
    }

    /// Puts one batch. A throttled table takes a part and gives back the rest, which is no error: that
    /// part is sent again, later each time, and at a random moment, so that batches do not meet again.
    async fn put_batch(&self, batch: Vec<WriteRequest>) -> Result<(), StoreError> {
        let mut pending = batch;
        let mut wait = FIRST_WAIT;
        let mut tries = 0;
        loop {
            let answer = self
                .client
                .batch_write_item()
                .request_items(&self.table, pending)
                .return_consumed_capacity(ReturnConsumedCapacity::Total)
                .send()
                .await
                .map_err(|error| StoreError::call("BatchWriteItem", &error))?;
            self.counter.add(answer.consumed_capacity());
            pending = answer.unprocessed_items.unwrap_or_default().remove(&self.table).unwrap_or_default();
            if pending.is_empty() {
                return Ok(());
            }
            tries += 1;
            if tries == TRIES {
                return Err(StoreError::Busy("BatchWriteItem: unprocessed items".into()));
            }
            tokio::time::sleep(random_part(wait)).await;
            wait = LONGEST_WAIT.min(wait * 2);
        }
    }
}

fn batches(items: Vec<Item>) -> Result<VecDeque<Vec<WriteRequest>>, StoreError> {
    let request = |item| {
        let put = PutRequest::builder().set_item(Some(item)).build();
        put.map(|put| WriteRequest::builder().put_request(put).build())
    };
    let requests: Result<Vec<_>, _> = items.into_iter().map(request).collect();
    let requests = requests.map_err(|error| StoreError::Setup(error.to_string()))?;
    Ok(requests.chunks(BATCH).map(<[WriteRequest]>::to_vec).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_has_at_most_as_many_items_as_the_service_takes() {
        for (items, sizes) in [(0, vec![]), (1, vec![1]), (25, vec![25]), (26, vec![25, 1]), (51, vec![25, 25, 1])] {
            let batches = batches(vec![Item::new(); items]).unwrap();
            assert_eq!(batches.iter().map(Vec::len).collect::<Vec<_>>(), sizes);
        }
    }
}
