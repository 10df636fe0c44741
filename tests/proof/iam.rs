//! The engine for AWS's policy language: against a reference, against AWS's documentation, and
//! against files that are no policies.

#![expect(clippy::expect_used, reason = "helpers of tests fail as tests do")]

mod compare;
mod corpus;
mod generate;
mod model;
mod properties;
mod questions;
mod random;
mod reader;
mod reference;
mod robustness;
