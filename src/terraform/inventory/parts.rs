//! The parts of the JSON, made into resources.

use std::collections::BTreeMap;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::{Gatherer, Place, matters};
use crate::error::Error;
use crate::terraform::address::{self, Key};
use crate::terraform::format::{self, Module, ResourceChange};
use crate::terraform::resource::{Fate, Mode, Resource};
use crate::text::one_line;

impl Gatherer<'_> {
    /// The resources that matter of a module and the modules in it.
    pub(super) fn found<'d>(
        &self,
        part: &str,
        root: Option<&'d Module<'d>>,
    ) -> Result<BTreeMap<Place, Found<'d>>, Error> {
        let mut found = BTreeMap::new();
        let mut modules: Vec<&Module<'_>> = root.into_iter().collect();
        while let Some(module) = modules.pop() {
            let address = module.address.as_deref().unwrap_or_default();
            for raw in module.resources.iter().flatten() {
                if !matters(&raw.kind) {
                    continue;
                }
                let place = (raw.address.clone(), raw.deposed_key.clone());
                let one = Found {
                    raw,
                    module: address,
                };
                if found.insert(place, one).is_some() {
                    return Err(self.wrong(part, &raw.address, "it stands there twice"));
                }
            }
            modules.extend(module.child_modules.iter().flatten());
        }
        Ok(found)
    }

    pub(super) fn resource(
        &self,
        found: &Found<'_>,
        fate: Fate,
        unknown: Value,
        sensitive: Option<&RawValue>,
    ) -> Result<Resource, Error> {
        let raw = found.raw;
        let modules = address::modules(found.module)
            .ok_or_else(|| self.wrong("module", found.module, "it is no address of a module"))?;
        let mode = self.mode(&raw.address, &raw.mode)?;
        let sensitive = match sensitive.or(raw.sensitive_values) {
            Some(raw_tree) => self.tree(&raw.address, raw_tree)?,
            None => Value::Null,
        };
        Ok(Resource {
            file: self.name.into(),
            address: match &raw.deposed_key {
                Some(key) => format!("{} (deposed object {})", raw.address, one_line(key)),
                None => raw.address.clone(),
            },
            modules,
            mode,
            kind: raw.kind.clone(),
            name: raw.name.clone(),
            key: self.key(&raw.address, raw.index.as_ref())?,
            fate,
            values: match raw.values {
                Some(values) => self.values(&raw.address, values)?,
                None => Map::new(),
            },
            unknown,
            sensitive,
        })
    }

    /// A resource with values of a change.
    pub(super) fn at(
        &self,
        change: &ResourceChange<'_>,
        values: Option<&RawValue>,
        sensitive: Option<&RawValue>,
        fate: Fate,
    ) -> Result<Resource, Error> {
        let address = &change.address;
        let (modules, last) = address::of_resource(address)
            .ok_or_else(|| self.wrong("resource_changes", address, "it is no address"))?;
        Ok(Resource {
            file: self.name.into(),
            address: match &change.deposed {
                Some(deposed) => format!("{address} (deposed object {})", one_line(deposed)),
                None => address.clone(),
            },
            modules,
            mode: self.mode(address, change.mode.as_deref().unwrap_or("managed"))?,
            kind: change.kind.clone(),
            name: last.name,
            key: last.key,
            fate,
            values: match values {
                Some(values) => self.values(address, values)?,
                None => Map::new(),
            },
            unknown: Value::Null,
            sensitive: match sensitive {
                Some(raw) => self.tree(address, raw)?,
                None => Value::Null,
            },
        })
    }

    fn mode(&self, address: &str, mode: &str) -> Result<Mode, Error> {
        match mode {
            "managed" => Ok(Mode::Managed),
            "data" => Ok(Mode::Data),
            other => Err(self.wrong(
                "mode",
                address,
                &format!("{:?} is not known", one_line(other)),
            )),
        }
    }

    fn key(&self, address: &str, index: Option<&Value>) -> Result<Option<Key>, Error> {
        match index {
            None | Some(Value::Null) => Ok(None),
            Some(index) => match Key::of(index) {
                Some(key) => Ok(Some(key)),
                None => Err(self.wrong("index", address, "it is neither a text nor a number")),
            },
        }
    }

    fn values(&self, address: &str, raw: &RawValue) -> Result<Map<String, Value>, Error> {
        serde_json::from_str(raw.get())
            .map(|Fields(fields)| fields)
            .map_err(|error| {
                format::malformed(&format!("{}: {address}: values", self.name), &error)
            })
    }

    pub(super) fn tree(&self, address: &str, raw: &RawValue) -> Result<Value, Error> {
        serde_json::from_str(raw.get())
            .map_err(|error| format::malformed(&format!("{}: {address}", self.name), &error))
    }

    pub(super) fn wrong(&self, part: &str, address: &str, what: &str) -> Error {
        Error::call(format!(
            "{}: {part}: {}: {what}",
            self.name,
            one_line(address)
        ))
        .hint("give the output of `terraform show -json` as it is")
    }
}

/// A resource and the address of its module.
pub(super) struct Found<'d> {
    pub(super) raw: &'d format::Resource<'d>,
    pub(super) module: &'d str,
}

/// The fields of an object, each of which stands there once.
struct Fields(Map<String, Value>);

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;

        impl<'de> Visitor<'de> for Collect {
            type Value = Fields;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                let mut fields = Map::new();
                while let Some((name, value)) = map.next_entry::<String, Value>()? {
                    if fields.insert(name, value).is_some() {
                        return Err(serde::de::Error::custom("a key stands twice in one object"));
                    }
                }
                Ok(Fields(fields))
            }
        }

        deserializer.deserialize_map(Collect)
    }
}
