//! Asks again where Google says that it helps: throttling, faults of its own, broken connections
//! ([retry strategy](https://cloud.google.com/storage/docs/retry-strategy)).

use std::time::Duration;

use http::{StatusCode, header};

use crate::http::{Http, HttpError, Request, Response};

/// Tries in all.
const TRIES: u32 = 4;

/// The first pause; each further one is twice as long, and each is shortened by chance.
const FIRST_PAUSE: Duration = Duration::from_millis(250);

/// A pause that the service asks for is kept up to this length.
const LONGEST_PAUSE: Duration = Duration::from_secs(20);

/// Sends a request, and again where that may help. The caller bounds the whole time.
pub(super) async fn send(http: &Http, request: Request) -> Result<Response, HttpError> {
    let mut tries: u32 = 1;
    loop {
        let copy = Request {
            method: request.method.clone(),
            uri: request.uri.clone(),
            headers: request.headers.clone(),
            body: request.body.clone(),
        };
        let answer = http.send(copy).await;
        if tries >= TRIES || !worth_another_try(&answer) {
            return answer;
        }
        tokio::time::sleep(pause(tries, &answer)).await;
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
        Err(HttpError::TooLarge { .. } | HttpError::Address { .. }) => false,
    }
}

fn pause(tries: u32, answer: &Result<Response, HttpError>) -> Duration {
    let asked_for = answer
        .as_ref()
        .ok()
        .and_then(|response| response.headers.get(header::RETRY_AFTER))
        .and_then(|value| value.to_str().ok()?.trim().parse::<u64>().ok())
        .map(Duration::from_secs);
    match asked_for {
        Some(pause) => pause.min(LONGEST_PAUSE),
        None => {
            let longest = FIRST_PAUSE.saturating_mul(2_u32.saturating_pow(tries.saturating_sub(1)));
            longest.mul_f64(0.5 + fastrand::f64() / 2.0)
        }
    }
}
