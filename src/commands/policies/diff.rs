//! `remperm policies diff`.

use remperm::diff::{self, Addition, Options};
use remperm::error::Error;
use remperm::exit::Exit;
use remperm::manifest::Product;
use remperm::permission::Subject;
use remperm::render::diff::{write_json, write_markdown, write_table};
use remperm::render::policy::{CustomRole, write_policy};

use super::partition;
use crate::cli::{DiffArgs, DiffFormat, DiffSubject, ProductName};
use crate::terminal::Terminal;

pub(super) fn diff(arguments: &DiffArgs, terminal: &Terminal) -> Result<Exit, Error> {
    let options = Options {
        product: arguments.product.map(|product| match product {
            ProductName::Lambda => Product::Lambda,
            ProductName::Cloudrun => Product::CloudRun,
        }),
        subject: arguments.subject.map(|subject| match subject {
            DiffSubject::User => Subject::User,
            DiffSubject::Role => Subject::Role,
            DiffSubject::ServiceAccount => Subject::ServiceAccount,
        }),
        partition: partition(arguments.partition),
    };
    if arguments.add {
        return add(arguments, &options, terminal);
    }
    let diff = diff::compare(&arguments.from, &arguments.to, &options)?;
    for warning in &diff.warnings {
        terminal.warn(warning);
    }
    terminal.print(Exit::Held, |out| match arguments.format {
        DiffFormat::Table => write_table(&diff, terminal.style, out),
        DiffFormat::Json => write_json(&diff, out),
        DiffFormat::Markdown => write_markdown(&diff, out),
    })
}

/// What to add, alone on stdout; all else goes to stderr.
fn add(arguments: &DiffArgs, options: &Options, terminal: &Terminal) -> Result<Exit, Error> {
    let (addition, notes) = diff::addition(&arguments.from, &arguments.to, options)?;
    for note in &notes {
        terminal.warn(note);
    }
    match addition {
        Addition::Aws(Some(policy)) => terminal.print(Exit::Held, |out| write_policy(&policy, out)),
        Addition::Gcp(permissions) if !permissions.is_empty() => {
            terminal.note(&format!(
                "add them to a role that is there: gcloud iam roles update RemotionSA --project PROJECT --add-permissions={}",
                permissions.join(",")
            ));
            let role = CustomRole::additions(&permissions, arguments.to.trim());
            terminal.print(Exit::Held, |out| role.write_yaml(out))
        }
        Addition::Aws(None) | Addition::Gcp(_) => {
            terminal.note("there is nothing to add");
            Ok(Exit::Held)
        }
    }
}
