//! Asks again where Google says that it helps: throttling, faults of its own, broken connections
//! ([retry strategy](https://cloud.google.com/storage/docs/retry-strategy)).

use std::time::Duration;

use http::{StatusCode, header};
use tokio::time::Instant;

use crate::http::{Http, HttpError, Request, Response};

/// Tries in all.
const TRIES: u32 = 4;

/// The first pause; each further one is twice as long, and each is shortened by chance.
const FIRST_PAUSE: Duration = Duration::from_millis(250);

/// Sends a request, and again where that may help. A pause that does not fit into the time that
/// is left is not begun: the last answer says more than that time was up.
pub(super) async fn send(
    http: &Http,
    request: Request,
    deadline: Instant,
) -> Result<Response, HttpError> {
    let host = request.uri.host().unwrap_or_default().to_owned();
    let mut tries: u32 = 1;
    loop {
        let copy = Request {
            method: request.method.clone(),
            uri: request.uri.clone(),
            headers: request.headers.clone(),
            body: request.body.clone(),
        };
        let answer = tokio::time::timeout_at(deadline, http.send(copy))
            .await
            .unwrap_or_else(|_| Err(HttpError::Timeout { host: host.clone() }));
        if tries >= TRIES || !worth_another_try(&answer) {
            return answer;
        }
        let pause = pause(tries, &answer);
        let left = deadline.saturating_duration_since(Instant::now());
        if pause >= left {
            return answer;
        }
        http.pause(pause).await;
        tries += 1;
    }
}

fn worth_another_try(answer: &Result<Response, HttpError>) -> bool {
    match answer {
        Ok(response) => {
            response.status == StatusCode::TOO_MANY_REQUESTS
                || (response.status.is_server_error()
                    && response.status != StatusCode::NOT_IMPLEMENTED)
        }
        Err(
            HttpError::Connect { .. }
            | HttpError::Broken { .. }
            | HttpError::Cut { .. }
            | HttpError::Timeout { .. },
        ) => true,
        Err(
            HttpError::TooLarge { .. } | HttpError::Address { .. } | HttpError::Interrupted { .. },
        ) => false,
    }
}

fn pause(tries: u32, answer: &Result<Response, HttpError>) -> Duration {
    let asked_for = answer
        .as_ref()
        .ok()
        .and_then(|response| response.headers.get(header::RETRY_AFTER))
        .and_then(|value| value.to_str().ok()?.trim().parse::<u64>().ok())
        .map(Duration::from_secs);
    let longest = FIRST_PAUSE.saturating_mul(2_u32.saturating_pow(tries.saturating_sub(1)));
    let own = longest.mul_f64(0.5 + fastrand::f64() / 2.0);
    // Whoever was told the same time as everybody else should not come back with everybody else.
    asked_for.map_or(own, |pause| pause.saturating_add(own))
}
