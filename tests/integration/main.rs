//! The integration tests: one binary, so that they link once.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that fails here says where"
)]

mod account_details;
mod aws;
mod aws_server;
mod bindings;
mod diff;
mod formats;
mod gate;
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
mod terraform;
