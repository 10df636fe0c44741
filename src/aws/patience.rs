//! Makes a throttled call again for as long as there is time: the limit of the simulator is
//! account-wide and not published, so no number of tries is the right one.

use std::future::Future;
use std::time::Duration;

use aws_sdk_iam::Client as Iam;
use tokio::time::Instant;

use super::failure::{Failed, Kind};

/// The pause after the client's own tries; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(300);

/// No pause is longer.
const LONGEST_PAUSE: Duration = Duration::from_secs(3);

/// Whether throttled calls are made again: not where a single try was asked for.
pub(super) fn is_wanted(iam: &Iam) -> bool {
    iam.config()
        .retry_config()
        .is_none_or(|retry| retry.max_attempts() > 1)
}

/// Makes a call until its answer is another one than that there are too many calls, or until the
/// next pause would end too late.
pub(super) async fn with<T, F>(
    wanted: bool,
    deadline: Instant,
    call: impl Fn() -> F,
) -> Result<T, Failed>
where
    F: Future<Output = Result<T, Failed>>,
{
    let mut pause = FIRST_PAUSE;
    loop {
        let answer = call().await;
        let throttled = matches!(&answer, Err(failed) if failed.kind == Kind::Throttled);
        // Shortened by chance, so that calls that were refused together do not come together.
        let now = pause.mul_f64(0.5 + fastrand::f64() / 2.0);
        if !throttled || !wanted || Instant::now() + now >= deadline {
            return answer;
        }
        tokio::time::sleep(now).await;
        pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
    }
}
