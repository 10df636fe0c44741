//! The requests that a server has seen.

use std::sync::Mutex;

use super::fault::Matcher;
use super::lock;
use super::message::Request;

/// All requests of a server, in the order in which they came.
#[derive(Default)]
pub(crate) struct Log(Mutex<Entries>);

#[derive(Default)]
struct Entries {
    requests: Vec<Request>,
    open: usize,
    most_open: usize,
}

impl Log {
    /// A copy of all requests.
    pub(crate) fn all(&self) -> Vec<Request> {
        lock(&self.0).requests.clone()
    }

    /// A copy of those requests that `matcher` picks.
    pub(crate) fn matching(&self, matcher: &Matcher) -> Vec<Request> {
        let entries = lock(&self.0);
        entries
            .requests
            .iter()
            .filter(|request| matcher.matches(request))
            .cloned()
            .collect()
    }

    /// How many requests `matcher` picks.
    pub(crate) fn count(&self, matcher: &Matcher) -> usize {
        lock(&self.0)
            .requests
            .iter()
            .filter(|request| matcher.matches(request))
            .count()
    }

    /// The most requests that waited for their answer at the same time. The handler itself
    /// answers one after the other: set a latency to see requests overlap.
    pub(crate) fn most_at_once(&self) -> usize {
        lock(&self.0).most_open
    }

    /// Forgets everything; requests that still wait for an answer go on counting as open.
    pub(crate) fn clear(&self) {
        let mut entries = lock(&self.0);
        entries.requests.clear();
        entries.most_open = entries.open;
    }

    /// Writes a request down and counts it as open until the returned value is dropped.
    pub(super) fn enter(&self, request: &Request) -> Open<'_> {
        let mut entries = lock(&self.0);
        entries.requests.push(request.clone());
        entries.open += 1;
        entries.most_open = entries.most_open.max(entries.open);
        Open(self)
    }
}

/// A request that waits for its answer.
pub(super) struct Open<'log>(&'log Log);

impl Drop for Open<'_> {
    fn drop(&mut self) {
        lock(&self.0.0).open -= 1;
    }
}
