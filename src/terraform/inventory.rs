//! Which resources there will be: the planned ones, what the plan leaves alone, what it forgets;
//! or those of a state.

mod parts;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::format::{Document, ResourceChange};
use super::resource::{Fate, Resource};
use crate::error::Error;
use crate::text::one_line;

use parts::Found;

/// The resources that matter, by where they were found.
#[derive(Debug, Default)]
pub(super) struct Inventory {
    /// What there will be.
    pub(super) resources: Vec<Resource>,
    /// What a plan changes or deletes, as it is before.
    pub(super) before: Vec<Resource>,
    /// What people should know of it.
    pub(super) notes: Vec<String>,
    /// Why what there will be is not seen as a whole.
    pub(super) incomplete: Vec<String>,
}

/// Whether resources of such a type can matter here.
fn matters(kind: &str) -> bool {
    ["aws_iam_", "awscc_iam_", "google_"]
        .iter()
        .any(|start| kind.starts_with(start))
}

/// Gathers the resources of a plan or a state.
///
/// # Errors
///
/// A resource that stands there twice, contradicts the rest, or is malformed.
pub(super) fn of(name: &str, document: &Document<'_>) -> Result<Inventory, Error> {
    let mut gatherer = Gatherer {
        name,
        inventory: Inventory::default(),
    };
    match &document.planned_values {
        None => gatherer.state(document)?,
        Some(_) => gatherer.plan(document)?,
    }
    Ok(gatherer.inventory)
}

/// An address, and the key of an object that is about to go where a new one has its address.
type Place = (String, Option<String>);

struct Gatherer<'n> {
    name: &'n str,
    inventory: Inventory,
}

impl Gatherer<'_> {
    fn state(&mut self, document: &Document<'_>) -> Result<(), Error> {
        let root = document
            .values
            .as_ref()
            .and_then(|values| values.root_module.as_ref());
        let found = self.found("values", root)?;
        for (_, found) in found {
            let resource = self.resource(&found, Fate::Stays, Value::Null, None)?;
            self.inventory.resources.push(resource);
        }
        Ok(())
    }

    fn plan(&mut self, document: &Document<'_>) -> Result<(), Error> {
        let planned = document
            .planned_values
            .as_ref()
            .and_then(|values| values.root_module.as_ref());
        let prior = document
            .prior_state
            .as_ref()
            .and_then(|state| state.values.as_ref())
            .and_then(|values| values.root_module.as_ref());
        let mut planned = self.found("planned_values", planned)?;
        let prior = self.found("prior_state", prior)?;
        let mut touched: BTreeSet<String> = BTreeSet::new();
        let mut seen: BTreeSet<Place> = BTreeSet::new();
        for change in document.resource_changes.iter().flatten() {
            if !matters(&change.kind) {
                continue;
            }
            let place = (change.address.clone(), change.deposed.clone());
            if !seen.insert(place.clone()) {
                return Err(self.wrong(
                    "resource_changes",
                    &change.address,
                    "it stands there twice",
                ));
            }
            touched.insert(change.address.clone());
            touched.extend(change.previous_address.clone());
            self.change(change, planned.remove(&place), &prior)?;
        }
        // Without a change nothing says what of these is known.
        for (_, found) in planned {
            let resource = self.resource(&found, Fate::Created, Value::Bool(true), None)?;
            self.inventory.resources.push(resource);
        }
        // Data sources were read, or this plan does not touch it (-target, -refresh-only).
        for ((address, deposed), found) in &prior {
            let is_touched = seen.contains(&(address.clone(), deposed.clone()))
                || (deposed.is_none() && touched.contains(address));
            if !is_touched {
                let resource = self.resource(found, Fate::Stays, Value::Null, None)?;
                self.inventory.resources.push(resource);
            }
        }
        self.completeness(document);
        Ok(())
    }

    fn change(
        &mut self,
        change: &ResourceChange<'_>,
        planned: Option<Found<'_>>,
        prior: &BTreeMap<Place, Found<'_>>,
    ) -> Result<(), Error> {
        let does = |action: &str| change.change.actions.iter().any(|one| one == action);
        let address = &change.address;
        if let Some(other) = change.change.actions.iter().find(|action| {
            !["no-op", "create", "read", "update", "delete", "forget"].contains(&action.as_str())
        }) {
            return Err(self.wrong(
                "resource_changes",
                address,
                &format!("the action {:?} is not known", one_line(other)),
            ));
        }
        let before_change = change.change.before.filter(|before| before.get() != "null");
        if let Some(before) = before_change {
            let sensitive = change.change.before_sensitive;
            // A replacement deletes first, unless it says otherwise.
            let fate = match change.change.actions.last().map(String::as_str) {
                Some("delete") => Fate::Deleted,
                _ if does("delete") => Fate::Replaced,
                _ => Fate::Stays,
            };
            let mut before = self.at(change, Some(before), sensitive, fate)?;
            if does("forget") {
                self.inventory.notes.push(format!(
                    "{}: {address} is forgotten and not deleted: it counts as it is",
                    self.name
                ));
                if does("create") {
                    // The new one has its address.
                    before.address.push_str(" (forgotten object)");
                }
                self.inventory.resources.push(before);
            } else if !does("no-op") {
                self.inventory.before.push(before);
            }
        } else if does("forget") {
            let place = (address.clone(), change.deposed.clone());
            let Some(found) = prior.get(&place) else {
                return Err(self.wrong(
                    "resource_changes",
                    address,
                    "what it was before is missing",
                ));
            };
            let resource = self.resource(found, Fate::Stays, Value::Null, None)?;
            self.inventory.resources.push(resource);
        }
        let stays = ["no-op", "create", "read", "update"]
            .iter()
            .any(|action| does(action));
        match planned {
            Some(found) if stays => {
                let fate = if does("create") {
                    Fate::Created
                } else {
                    Fate::Stays
                };
                let unknown = match change.change.after_unknown {
                    Some(raw) => self.tree(address, raw)?,
                    None => Value::Null,
                };
                let sensitive = change.change.after_sensitive;
                let resource = self.resource(&found, fate, unknown, sensitive)?;
                self.inventory.resources.push(resource);
            }
            None if stays => {
                return Err(self.wrong(
                    "planned_values",
                    address,
                    "it is missing, and resource_changes makes or keeps it",
                ));
            }
            // What is deleted is not there, and what is forgotten stands there without values.
            Some(found) if does("delete") || found.raw.values.is_some() => {
                return Err(self.wrong(
                    "planned_values",
                    address,
                    "it stands there, and resource_changes deletes it",
                ));
            }
            _ => {}
        }
        Ok(())
    }

    fn completeness(&mut self, document: &Document<'_>) {
        let mut why = Vec::new();
        if document.errored == Some(true) {
            why.push("the plan ended with an error");
        }
        let deferred = document.deferred_changes.iter().flatten();
        if deferred.into_iter().any(|one| {
            one.resource_change
                .as_ref()
                .is_none_or(|one| matters(&one.kind))
        }) {
            why.push("the plan puts changes off to a later one");
        }
        if document.complete == Some(false) && why.is_empty() {
            why.push("the plan does not hold all changes (-target, or some were put off)");
        }
        self.inventory
            .incomplete
            .extend(why.iter().map(|why| format!("{}: {why}", self.name)));
    }
}
