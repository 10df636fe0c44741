//! The embedded data, policed: every file registered, every permission explained, nothing orphaned.

use std::collections::BTreeSet;
use std::path::Path;

use remperm::manifest::{Partition, Product, explained, lists, reason};
use remperm::permission::{Level, Subject};
use serde_json::Value;

fn folder(product: Product) -> String {
    format!("{}/policies/{}", env!("CARGO_MANIFEST_DIR"), product.name())
}

fn needed(product: Product) -> BTreeSet<(Subject, String)> {
    let mut needed = BTreeSet::new();
    for list in lists(product) {
        for partition in list.partitions() {
            for subject in [Subject::User, Subject::Role] {
                for statement in &list.policy(subject, partition).unwrap().statement {
                    for action in &statement.action {
                        needed.insert((subject, action.clone()));
                    }
                }
            }
        }
        for permission in list.permissions() {
            needed.insert((Subject::ServiceAccount, permission.clone()));
        }
    }
    needed
}

/// A file that is not registered would silently be no list at all.
#[test]
fn every_file_is_embedded_under_the_first_version_that_has_it() {
    for product in [Product::Lambda, Product::CloudRun] {
        let mut files: Vec<String> = std::fs::read_dir(folder(product))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        let mut embedded: Vec<String> = lists(product)
            .iter()
            .map(|list| format!("{}.json", list.oldest()))
            .collect();
        files.sort();
        embedded.sort();
        assert_eq!(files, embedded);
    }
}

#[test]
fn versions_ascend_over_all_lists() {
    for product in [Product::Lambda, Product::CloudRun] {
        let seen: Vec<_> = lists(product)
            .into_iter()
            .flat_map(|list| list.seen)
            .collect();
        assert!(seen.len() > 20);
        assert!(seen.is_sorted_by(|one, next| one < next));
    }
}

#[test]
fn neighbouring_lists_differ() {
    for product in [Product::Lambda, Product::CloudRun] {
        for pair in lists(product).windows(2) {
            let content = |index: usize| {
                let path =
                    Path::new(&folder(product)).join(format!("{}.json", pair[index].oldest()));
                let file: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
                file.get("partitions").cloned()
            };
            assert_ne!(content(0), content(1));
        }
    }
}

#[test]
fn every_permission_has_a_reason_and_every_reason_a_permission() {
    for product in [Product::Lambda, Product::CloudRun] {
        let explained: BTreeSet<(Subject, String)> = explained(product)
            .into_iter()
            .map(|(subject, name)| (subject, name.to_owned()))
            .collect();
        assert_eq!(explained, needed(product));
    }
}

#[test]
fn no_reason_is_blank_or_told_twice() {
    let mut told = BTreeSet::new();
    for product in [Product::Lambda, Product::CloudRun] {
        for (subject, permission) in explained(product) {
            let reason = reason(product, subject, permission).unwrap();
            assert!(reason.reason.len() > 30, "{permission}: {}", reason.reason);
            assert!(!reason.activities.is_empty(), "{permission}");
            assert!(told.insert(reason.reason.clone()), "{}", reason.reason);
        }
    }
}

/// The nine that Google lets one grant below the project, and no others.
#[test]
fn nine_permissions_can_be_granted_below_the_project() {
    let below: BTreeSet<&str> = explained(Product::CloudRun)
        .into_iter()
        .filter(|(subject, name)| {
            let reason = reason(Product::CloudRun, *subject, name).unwrap();
            assert_eq!(reason.grantable_at.first(), Some(&Level::Project), "{name}");
            reason.grantable_at.len() > 1
        })
        .map(|(_, name)| name)
        .collect();
    let nine = BTreeSet::from([
        "iam.serviceAccounts.actAs",
        "run.routes.invoke",
        "run.services.get",
        "run.services.update",
        "run.services.delete",
        "storage.buckets.get",
        "storage.objects.create",
        "storage.objects.delete",
        "storage.objects.list",
    ]);
    assert_eq!(below, nine);
}

#[test]
fn the_partition_of_china_has_lists_since_4_0_512() {
    for list in lists(Product::Lambda) {
        let knows = list.partitions().contains(&Partition::AwsCn);
        assert_eq!(knows, *list.oldest() >= "4.0.512".parse().unwrap());
    }
}
