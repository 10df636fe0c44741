//! What the tests stand on: the program, and servers that behave like the services, in this
//! process.

pub(crate) mod aws;
pub(crate) mod gcp;
pub(crate) mod http;
pub(crate) mod program;
pub(crate) mod schema;
