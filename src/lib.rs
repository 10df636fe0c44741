//! Does an identity hold exactly what a Remotion version needs, how do we know, and if not, what
//! stands in the way?
//!
//! ```text
//! version ──► manifest ──► plan ──► aws, gcp ──► judge ──► report ──► render
//! which       what it      what to  what the     what it   all        bytes
//! one applies needs        ask      cloud said   means     findings
//! ```
//!
//! The first law is: never a false pass. A verdict has three values, and whatever was not
//! answered is `unknown`, with its reason.
//!
//! # What a version needs
//!
//! ```
//! use remperm::manifest::{Manifest, Partition, Product};
//! use remperm::permission::Subject;
//!
//! let manifest = Manifest::of(Product::Lambda, &"4.0.527".parse()?)?;
//! let needs = manifest.requirements(Subject::User, Partition::Aws)?;
//! assert!(needs.iter().any(|one| one.permission == "s3:PutObject" && !one.reason.is_empty()));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # A check
//!
//! ```
//! use remperm::audit::{self, Terms};
//! use remperm::environment::Environment;
//! use remperm::exit::Exit;
//! use remperm::http::Http;
//! use remperm::manifest::Product;
//! use remperm::version::{self, Search};
//!
//! # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
//! let search = Search { version: Some("4.0.461".to_owned()), ..Search::default() };
//! let applied = version::find(Product::CloudRun, &search)?;
//! // An environment without credentials, where the machine is not asked for its own either: nothing
//! // can be asked, so nothing passes.
//! let variables = [("NO_GCE_CHECK".to_owned(), "true".to_owned())];
//! let environment = Environment::with_process(variables.into(), "nowhere".as_ref())?;
//! let options = remperm::gcp::Options { project: Some("my-project".to_owned()), ..Default::default() };
//! let http = Http::new()?;
//! let report = audit::gcp(&options, &applied, &Terms::default(), &environment, &http).await?;
//! assert_eq!(report.exit(), Exit::Undetermined);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod permission;
pub mod verdict;

pub mod manifest;
pub mod project;
pub mod version;

pub mod judge;
pub mod plan;

pub mod holder;

pub mod environment;
pub mod http;
pub mod interrupt;
pub mod parallel;

pub mod aws;
pub mod bindings;
pub mod gcp;
pub mod iam;
pub mod offline;
pub mod terraform;

pub mod audit;
pub mod diff;
pub mod explain;
pub mod fix;
pub mod render;
pub mod report;
pub mod waiver;

pub mod config;

pub mod error;
pub mod exit;
mod input;
pub mod text;

/// The time that a check may take where nothing else is said.
pub const DEFAULT_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(30);
