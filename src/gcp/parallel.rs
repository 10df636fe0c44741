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

/// A future, and its result once it is there.
struct Slot<F: Future> {
    future: Pin<Box<F>>,
    result: Option<F::Output>,
}

async fn side_by_side<F: Future>(futures: Vec<F>) -> Vec<F::Output> {
    let mut slots: Vec<Slot<F>> = futures
        .into_iter()
        .map(|future| Slot {
            future: Box::pin(future),
            result: None,
        })
        .collect();
    poll_fn(|context| {
        let mut waiting = false;
        for slot in &mut slots {
            if slot.result.is_none() {
                match slot.future.as_mut().poll(context) {
                    Poll::Ready(ready) => slot.result = Some(ready),
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
    slots.into_iter().filter_map(|slot| slot.result).collect()
}
