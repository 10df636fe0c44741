//! What can go wrong with a request, and with which of them.

use std::sync::Arc;
use std::time::Duration;

use super::message::{Request, Response};

/// A change of a true answer.
type Alteration = dyn Fn(&Request, Response) -> Response + Send + Sync;

/// A test of a request.
type Predicate = dyn Fn(&Request) -> bool + Send + Sync;

/// What happens to a request instead of its true answer.
#[derive(Clone)]
pub(crate) enum Fault {
    /// This answer, and the handler is not asked. Faults in the body are the body's variants.
    Answer(Response),
    /// The handler's answer, changed.
    Alter(Arc<Alteration>),
    /// The handler's answer, later.
    Delay(Duration),
    /// The connection is closed in good order, without an answer.
    Close,
    /// The connection is reset (RST) without an answer.
    Reset,
    /// The head and half the body of the handler's answer are sent, then the connection is reset.
    ResetInBody,
    /// There never is an answer, and the connection stays open.
    Hang,
}

impl Fault {
    /// An answer with this status and text.
    pub(crate) fn status(status: u16, text: &str) -> Self {
        Self::Answer(Response::text(status, text))
    }

    /// The handler's answer, changed by `alter`.
    pub(crate) fn alter(
        alter: impl Fn(&Request, Response) -> Response + Send + Sync + 'static,
    ) -> Self {
        Self::Alter(Arc::new(alter))
    }
}

/// Which requests a rule is for.
#[derive(Clone)]
pub(crate) struct Matcher(Arc<Predicate>);

impl Matcher {
    /// Every request.
    pub(crate) fn any() -> Self {
        Self::when(|_| true)
    }

    /// Those whose path contains `part`.
    pub(crate) fn path(part: &str) -> Self {
        let part = part.to_owned();
        Self::when(move |request| request.path.contains(&part))
    }

    /// Those whose body, as text, contains `part`.
    pub(crate) fn body(part: &str) -> Self {
        let part = part.to_owned();
        Self::when(move |request| request.text().contains(&part))
    }

    /// Those for which `predicate` holds.
    pub(crate) fn when(predicate: impl Fn(&Request) -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(predicate))
    }

    /// Those that both match.
    pub(crate) fn and(self, other: Self) -> Self {
        Self::when(move |request| self.matches(request) && other.matches(request))
    }

    /// Whether the request is one of them.
    pub(crate) fn matches(&self, request: &Request) -> bool {
        (self.0)(request)
    }
}

/// How often a rule is used, counted over the requests that it matches.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Times {
    /// For all.
    All,
    /// For the first so many.
    First(usize),
    /// For this one only, counted from 1.
    Nth(usize),
    /// For the first, the third, the fifth and so on.
    EverySecond,
}

/// A fault, what it is for, and how many requests it has seen.
pub(super) struct Rule {
    matcher: Matcher,
    fault: Fault,
    times: Times,
    seen: usize,
}

impl Rule {
    pub(super) fn new(matcher: Matcher, fault: Fault, times: Times) -> Self {
        Self {
            matcher,
            fault,
            times,
            seen: 0,
        }
    }

    fn applies(&mut self, request: &Request) -> bool {
        if !self.matcher.matches(request) {
            return false;
        }
        self.seen += 1;
        match self.times {
            Times::All => true,
            Times::First(count) => self.seen <= count,
            Times::Nth(position) => self.seen == position,
            Times::EverySecond => self.seen % 2 == 1,
        }
    }
}

/// The fault for a request: of the rules that apply, the one that was added last.
pub(super) fn choose(rules: &mut [Rule], request: &Request) -> Option<Fault> {
    rules
        .iter_mut()
        .rev()
        .find_map(|rule| rule.applies(request).then(|| rule.fault.clone()))
}

#[cfg(test)]
mod tests {
    use super::{Fault, Matcher, Request, Rule, Times, choose};

    fn used(times: Times) -> Vec<bool> {
        let mut rules = [Rule::new(Matcher::any(), Fault::Close, times)];
        let request = Request::default();
        (0..4)
            .map(|_| choose(&mut rules, &request).is_some())
            .collect()
    }

    #[test]
    fn rules_count_the_requests_that_they_match() {
        assert_eq!(used(Times::All), [true, true, true, true]);
        assert_eq!(used(Times::First(2)), [true, true, false, false]);
        assert_eq!(used(Times::Nth(2)), [false, true, false, false]);
        assert_eq!(used(Times::EverySecond), [true, false, true, false]);
    }
}
