//! The flags of `remperm aws`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::{ReportArgs, VersionArgs};

/// Commands for AWS.
#[derive(Debug, Subcommand)]
pub(crate) enum AwsCommand {
    /// Check the deploying user and the execution role with the policy simulator
    ///
    /// Finds out who is calling, asks iam:SimulatePrincipalPolicy for everything that the Remotion
    /// version needs, and prints one row per permission. The caller needs
    /// iam:SimulatePrincipalPolicy, which Remotion's own user policy contains.
    #[command(after_help = AWS_EXAMPLES)]
    Check(Box<AwsCheckArgs>),
}

const AWS_EXAMPLES: &str = "\
Examples:
  remperm aws check
  remperm aws check --profile production --region eu-central-1 --expect-account 123456789012
  remperm aws check --subject role --role-name my-remotion-role
  remperm aws check --for render --wait 3m
  remperm aws check --subject user --fix > missing.json
  remperm aws check --subject user --identity-policy policy.json --boundary boundary.json
  remperm aws check --principal arn:aws:iam::123456789012:user/deployer --format json
  remperm aws check --account-details details.json --principal deployer
  remperm aws check --account-details details.json --all-principals
  remperm aws check --terraform plan.json --address aws_iam_user.ci

Credentials, the first that is there: --profile, REMOTION_AWS_PROFILE, REMOTION_AWS_ACCESS_KEY_ID
and its secret, AWS_PROFILE, AWS_ACCESS_KEY_ID and its secret, the SDK's default chain. A .env file
of the working directory is read; the environment wins over it.

The simulator compares the resources that are asked about literally, and sees identity policies,
the permissions boundary and service control policies. It does not see resource control policies,
session policies, VPC endpoint policies and bucket policies.";

/// Whose permissions, and by which evidence.
#[derive(Debug, Args)]
pub(crate) struct AwsSourceArgs {
    /// A profile of the AWS configuration
    #[arg(long, value_name = "NAME", help_heading = "Who and where")]
    pub(crate) profile: Option<String>,
    /// Take on this role before anything is asked, with the credentials that are found
    #[arg(long, value_name = "ARN", help_heading = "Who and where")]
    pub(crate) assume_role: Option<String>,
    /// The external id that the role asks for, where it belongs to somebody else
    #[arg(
        long,
        value_name = "ID",
        help_heading = "Who and where",
        requires = "assume_role"
    )]
    pub(crate) external_id: Option<String>,
    /// The region; else REMOTION_AWS_REGION, AWS_REGION, us-east-1. Several can be given
    #[arg(long, value_name = "REGION", help_heading = "Who and where")]
    pub(crate) region: Vec<String>,
    /// The user, group or role to test in place of the caller; of account details also by its
    /// name, and with --all-principals several times
    #[arg(long, value_name = "ARN", help_heading = "Who and where")]
    pub(crate) principal: Vec<String>,
    /// The execution role
    #[arg(long, value_name = "NAME", default_value = remperm::aws::DEFAULT_ROLE_NAME, help_heading = "Who and where")]
    pub(crate) role_name: String,
    /// Whose permissions to check; both by default
    #[arg(long, value_name = "SUBJECT", help_heading = "Who and where")]
    pub(crate) subject: Vec<AwsSubject>,
    /// End with code 2 if the credentials belong to another account
    #[arg(long, value_name = "ID", help_heading = "Who and where")]
    pub(crate) expect_account: Option<String>,
    /// A render bucket to ask about in place of a sample; several can be given
    #[arg(long, value_name = "NAME", help_heading = "Who and where")]
    pub(crate) bucket: Vec<String>,
    /// A render function to ask about in place of a sample; several can be given
    #[arg(long, value_name = "NAME", help_heading = "Who and where")]
    pub(crate) function: Vec<String>,
    /// Policy files that are checked in place of an account, for one --subject: identity policies,
    /// inline, managed or of groups; - is the standard input. Nothing of AWS is asked
    #[arg(long, value_name = "FILE", num_args = 1.., help_heading = "Policy files", group = "offline",
          conflicts_with_all = ["profile", "assume_role", "principal", "expect_account", "wait"])]
    pub(crate) identity_policy: Vec<PathBuf>,
    /// Account details that are checked in place of an account: the JSON that `aws iam
    /// get-account-authorization-details` prints, all of its pages, in one file or several; - is
    /// the standard input. --principal names who deploys, --role-name the execution role. Nothing
    /// of AWS is asked
    #[arg(long, value_name = "FILE", num_args = 1.., help_heading = "Policy files", group = "offline",
          conflicts_with_all = ["profile", "assume_role", "expect_account", "wait"])]
    pub(crate) account_details: Vec<PathBuf>,
    /// A Terraform plan or state that is checked in place of an account: the JSON that `terraform
    /// show -json` prints, or OpenTofu's `tofu show -json`; - is the standard input. Nothing of AWS
    /// is asked
    #[arg(long, value_name = "FILE", help_heading = "Policy files", group = "offline",
          conflicts_with_all = ["profile", "assume_role", "principal", "expect_account", "wait"])]
    pub(crate) terraform: Option<PathBuf>,
    /// The user or role of the Terraform file to check, such as module.render.aws_iam_user.ci[0];
    /// one for each subject. Without it, its only user, and the role of the name --role-name
    #[arg(
        long,
        value_name = "ADDRESS",
        help_heading = "Policy files",
        requires = "terraform"
    )]
    pub(crate) address: Vec<String>,
    /// The permissions boundary, as a file
    #[arg(
        long,
        value_name = "FILE",
        help_heading = "Policy files",
        requires = "identity_policy"
    )]
    pub(crate) boundary: Option<PathBuf>,
    /// A session policy, as a file; several can be given
    #[arg(
        long,
        value_name = "FILE",
        help_heading = "Policy files",
        requires = "offline"
    )]
    pub(crate) session_policy: Vec<PathBuf>,
    /// The service control policies of one level of the organization, as files
    #[arg(long, value_name = "FILE", num_args = 1.., help_heading = "Policy files", requires = "offline")]
    pub(crate) scp: Vec<PathBuf>,
    /// A directory with the service control policies of one level; several levels can be given,
    /// and each of them must allow
    #[arg(
        long,
        value_name = "DIR",
        help_heading = "Policy files",
        requires = "offline"
    )]
    pub(crate) scp_level: Vec<PathBuf>,
    /// The account of the policy files, without which they have to hold for any account; or which
    /// one of the account details is meant
    #[arg(
        long,
        value_name = "ID",
        help_heading = "Policy files",
        requires = "offline"
    )]
    pub(crate) account: Option<String>,
    /// A condition key that a real call carries, such as aws:MultiFactorAuthPresent=true; with a
    /// type in front where it can't be guessed (string@, numeric@, boolean@, ip@, date@); the same
    /// key several times means several values
    #[arg(long, value_name = "KEY=VALUE", help_heading = "Questions")]
    pub(crate) context: Vec<String>,
    /// Let nothing pass that holds only as long as a condition key is absent
    #[arg(long, help_heading = "Questions")]
    pub(crate) strict_context: bool,
}

/// Flags of `aws check`.
#[derive(Debug, Args)]
pub(crate) struct AwsCheckArgs {
    /// Whose permissions, and by which evidence.
    #[command(flatten)]
    pub(crate) source: AwsSourceArgs,
    /// Check only what this activity needs; several can be given
    #[arg(long = "for", value_name = "ACTIVITY", help_heading = "Questions")]
    pub(crate) activities: Vec<AwsActivity>,
    /// List for every user and role of the account details whether it holds what the Remotion
    /// version needs: users by the user's list, roles by both lists; --subject and --principal
    /// narrow it. A list and no check: it ends with code 0 where everything could be determined,
    /// and with 3 where something could not
    #[arg(
        long,
        help_heading = "Report",
        requires = "account_details",
        conflicts_with = "fix"
    )]
    pub(crate) all_principals: bool,
    /// Print the smallest policy that mends what is missing, alone, as JSON; needs one --subject
    #[arg(long, help_heading = "Report", conflicts_with_all = ["format", "report", "only"])]
    pub(crate) fix: bool,
    /// Which Remotion version applies.
    #[command(flatten)]
    pub(crate) version: VersionArgs,
    /// What becomes of the result.
    #[command(flatten)]
    pub(crate) report: ReportArgs,
}

/// What somebody does with Remotion on AWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum AwsActivity {
    /// Deploying a render function
    DeployFunction,
    /// Uploading a bundled site
    DeploySite,
    /// Rendering, following progress, fetching output
    Render,
    /// Listing what is deployed
    List,
    /// Deleting functions, sites and renders
    CleanUp,
    /// Reading and raising quotas
    Quotas,
    /// Checking permissions
    Validate,
}

/// Whom to check on AWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum AwsSubject {
    /// The identity that deploys and starts renders
    User,
    /// The execution role of the render functions
    Role,
}
