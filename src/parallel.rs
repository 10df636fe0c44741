//! Waits for several things at once.

use std::future::Future;

use futures_util::StreamExt;
use futures_util::stream;

/// Runs futures side by side, no more than `limit` at a time, and gives their results in order.
pub async fn all<F: Future>(limit: usize, futures: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    let numbered = futures
        .into_iter()
        .enumerate()
        .map(|(index, future)| async move { (index, future.await) });
    let mut results: Vec<(usize, F::Output)> = stream::iter(numbered)
        .buffer_unordered(limit.max(1))
        .collect()
        .await;
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}
