//! The integration tests: one binary, so that they link once.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that fails here says where"
)]

mod aws;
mod aws_server;
mod formats;
mod gcp;
mod gcp_server;
mod http_server;
mod offline;
#[cfg(unix)]
mod pipeline;
mod policies;
mod project;
mod readme;
mod support;
mod targets;
