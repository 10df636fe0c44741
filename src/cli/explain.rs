//! The flags of `remperm explain`.

use clap::Args;

use super::PlainFormat;

/// Flags of `explain`.
#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// The permission, such as run.services.get or s3:PutObject
    pub(crate) permission: String,
    /// The format
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub(crate) format: PlainFormat,
}
