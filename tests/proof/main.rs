//! The proof of the policy engine: a slow reference, a corpus from AWS's pages, files that are no
//! policies. A binary of its own, because a million cases want an optimised build.
#![expect(clippy::indexing_slicing, reason = "a test that fails here says where")]

mod iam;
