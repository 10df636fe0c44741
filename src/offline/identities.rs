//! Whose policies are judged: those of files, which belong to a subject, or those of users and roles
//! that come with them.

use std::path::PathBuf;

use super::{AccountDetails, Options, Policies, account_details, files, terraform};
use crate::aws::Trust;
use crate::aws::arn::Arn;
use crate::error::Error;
use crate::holder::Holder;
use crate::iam::Document;
use crate::input::Input;
use crate::permission::Subject;
use crate::verdict::{Answer, Source};

/// Where users and roles with their policies come from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Holders {
    /// From nowhere: the identity policies are files, and belong to the subject.
    #[default]
    None,
    /// From the account's details, as
    /// [`GetAccountAuthorizationDetails`](https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html)
    /// gives them.
    AccountDetails {
        /// The files; `-` is the standard input.
        files: Vec<PathBuf>,
        /// The ARN or name of the user or role that is measured by the user's list.
        principal: Option<String>,
    },
    /// From a Terraform plan or state, as `terraform show -json` prints it.
    Terraform {
        /// The file; `-` is the standard input.
        file: PathBuf,
        /// The addresses of those who are judged; without any, the only user, and the execution
        /// role by its name.
        addresses: Vec<String>,
    },
}

/// Everything that files say, put together.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    /// What kind of evidence it is.
    pub(crate) source: Source,
    /// The account, where the files or the call tell it.
    pub(crate) account: Option<String>,
    /// The files, as they were given.
    pub(crate) files: Vec<String>,
    /// Who is judged, one per subject, in the order of subjects.
    pub(crate) identities: Vec<Identity>,
    /// What a person should know of the files.
    pub(crate) notes: Vec<String>,
}

/// Who is judged for a subject.
#[derive(Debug, Clone)]
pub(crate) struct Identity {
    /// Whose list it is measured by.
    pub(crate) subject: Subject,
    /// What people call it; nothing for the policies of files.
    pub(crate) name: Option<String>,
    /// Its policies, or the answer to every question where there are none to judge.
    pub(crate) policies: Result<Policies, Answer>,
    /// Whether Lambda may assume it, for a role.
    pub(crate) trust: Option<Trust>,
}

impl Seen {
    /// One policy document of a subject.
    ///
    /// # Errors
    ///
    /// A document that was read as another kind of policy.
    pub(crate) fn of_document(document: Document, subject: Subject) -> Result<Self, Error> {
        let files = vec![document.name().to_owned()];
        let mut policies = Policies::default();
        policies
            .layers
            .add(document)
            .map_err(|error| Error::call(error.to_string()))?;
        Ok(Self {
            source: Source::AwsPolicyFiles,
            account: None,
            files,
            notes: Vec::new(),
            identities: vec![Identity {
                subject,
                name: None,
                policies: Ok(policies),
                trust: None,
            }],
        })
    }
}

impl Identity {
    /// A user or role with its policies on top of those of files.
    ///
    /// # Errors
    ///
    /// A text that is no policy document, or a second permissions boundary.
    pub(crate) fn of(subject: Subject, base: &Policies, holder: &Holder) -> Result<Self, Error> {
        Ok(Self {
            subject,
            name: Some(holder.name.clone()),
            policies: Ok(base.clone().with(holder)?),
            trust: holder.trust.as_ref().map(Trust::of).transpose()?,
        })
    }

    /// Its ARN, where that is known.
    pub(crate) fn arn(&self) -> Option<Arn> {
        self.name.as_deref().and_then(Arn::parse)
    }
}

/// Reads everything that the options name.
///
/// # Errors
///
/// A file that can't be read or is not what its flag says, or nobody to judge.
pub(crate) fn find(options: &Options) -> Result<Seen, Error> {
    let mut input = Input::default();
    let base = files::read(options, &mut input)?;
    match &options.holders {
        Holders::None => {
            let subject = options.subject.ok_or_else(|| {
                Error::call("whose permissions the policy files should hold is not said")
                    .hint("add --subject user or --subject role")
            })?;
            Ok(Seen {
                source: Source::AwsPolicyFiles,
                account: options.account.clone(),
                files: base.files.clone(),
                notes: Vec::new(),
                identities: vec![Identity {
                    subject,
                    name: None,
                    policies: Ok(base),
                    trust: None,
                }],
            })
        }
        Holders::AccountDetails { files, principal } => {
            let details = account_details::read(files, &mut input)?;
            account_details::identities(&details, principal.as_deref(), &base, options)
        }
        Holders::Terraform { file, addresses } => {
            terraform::find(file, addresses, &base, options, &mut input)
        }
    }
}

/// Reads the account's details, and the policies that apply to everybody in them.
///
/// # Errors
///
/// A file that can't be read or is not what its flag says.
pub(crate) fn details(options: &Options) -> Result<(AccountDetails, Policies), Error> {
    let mut input = Input::default();
    let base = files::read(options, &mut input)?;
    match &options.holders {
        Holders::AccountDetails { files, .. } => {
            Ok((account_details::read(files, &mut input)?, base))
        }
        Holders::None | Holders::Terraform { .. } => Err(Error::call(
            "users and roles can be listed from account details only",
        )
        .hint("give their file to --account-details")),
    }
}
