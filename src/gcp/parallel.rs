//! Waits for several calls at once.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;

/// Calls that are under way at the same time.
const AT_ONCE: usize = 40;

/// Runs futures side by side, a bounded number at a time, and gives their results in order.
pub(super) async fn all<F: Future>(futures: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    let mut results = Vec::new();
    let mut futures = futures.into_iter();
    loop {
        let group: Vec<F> = futures.by_ref().take(AT_ONCE).collect();
        if group.is_empty() {
            return results;
        }
        results.extend(side_by_side(group).await);
    }
}

async fn side_by_side<F: Future>(futures: Vec<F>) -> Vec<F::Output> {
    let mut slots: Vec<(Pin<Box<F>>, Option<F::Output>)> = futures
        .into_iter()
        .map(|future| (Box::pin(future), None))
        .collect();
    poll_fn(|context| {
        let mut waiting = false;
        for (future, result) in &mut slots {
            if result.is_none() {
                match future.as_mut().poll(context) {
                    Poll::Ready(ready) => *result = Some(ready),
                    Poll::Pending => waiting = true,
                }
            }
        }
        if waiting {
            Poll::Pending
        } else {
            Poll::Ready(())
        }
    })
    .await;
    slots.into_iter().filter_map(|(_, result)| result).collect()
}
