//! What the tests stand on: the program, and servers that behave like the services, in this
//! process.

pub(crate) mod aws;
#[expect(
    dead_code,
    unused_imports,
    reason = "the servers here need a part of it"
)]
pub(crate) mod http;
pub(crate) mod program;
pub(crate) mod schema;
