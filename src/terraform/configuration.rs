//! What an argument refers to, where its value is known only after apply.
//!
//! The plan holds of each expression the references in it and not the expression
//! ([expression representation](https://developer.hashicorp.com/terraform/internals/json-format#expression-representation)).
//! So a value is traced to a resource only where that resource is the only thing that it is made
//! of: whatever names a second thing stays unknown.

use serde_json::Value;

use super::address::{self, Key, Step};
use super::format::{Configuration, ConfiguredModule, ConfiguredResource};
use super::resource::Resource;

/// How far a reference is followed through variables and outputs of modules.
const FURTHEST: usize = 64;

/// A resource that was referred to; which of its instances, and by which of its attributes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) modules: Vec<Step>,
    /// `data` resources have the same types as others.
    pub(super) is_data: bool,
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) instance: Instance,
    /// `None` where the reference does not tell, as with `[each.key]`.
    pub(super) attribute: Option<String>,
}

/// Which instance of a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Instance {
    /// This one; `None` for a resource without `count` and `for_each`.
    Exactly(Option<Key>),
    /// The only one, if there is only one.
    Only,
}

/// The one among these that a reference leads to.
pub(super) fn instance<T: Copy>(
    all: impl Iterator<Item = T>,
    resource: impl Fn(&T) -> &Resource,
    target: &Target,
) -> Option<T> {
    let mut found = all.filter(|one| {
        let resource = resource(one);
        resource.name == target.name
            && resource.modules == target.modules
            && match &target.instance {
                Instance::Exactly(key) => &resource.key == key,
                Instance::Only => true,
            }
    });
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

/// Where an expression stands: each.key means another thing in each module.
#[derive(Debug, Clone)]
struct Scope {
    modules: Vec<Step>,
    key: Option<Key>,
}

/// The configuration in a plan.
pub(super) struct References<'c> {
    root: Option<&'c ConfiguredModule>,
}

impl<'c> References<'c> {
    pub(super) fn new(configuration: Option<&'c Configuration>) -> Self {
        Self {
            root: configuration.and_then(|configuration| configuration.root_module.as_ref()),
        }
    }

    fn module(&self, modules: &[Step]) -> Option<&'c ConfiguredModule> {
        modules.iter().try_fold(self.root?, |module, step| {
            module.module_calls.get(&step.name).map(|call| &call.module)
        })
    }

    fn configured(&self, resource: &Resource) -> Option<&'c ConfiguredResource> {
        let address = match resource.mode {
            super::resource::Mode::Managed => format!("{}.{}", resource.kind, resource.name),
            super::resource::Mode::Data => format!("data.{}.{}", resource.kind, resource.name),
        };
        let module = self.module(&resource.modules)?;
        module
            .resources
            .iter()
            .find(|one| one.address == address && one.kind == resource.kind)
    }

    /// Whether an argument was written; `None` where there is no configuration to look into.
    pub(super) fn is_written(&self, resource: &Resource, argument: &str) -> Option<bool> {
        let configured = self.configured(resource)?;
        Some(configured.expressions.contains_key(argument))
    }

    /// The provider configuration that a resource belongs to: another one may be another account.
    pub(super) fn provider(&self, resource: &Resource) -> Option<&'c str> {
        self.configured(resource)?.provider_config_key.as_deref()
    }

    /// The only resource that an argument is made of.
    pub(super) fn target(&self, resource: &Resource, argument: &str) -> Option<Target> {
        let mut targets = self.targets(resource, argument)?;
        let target = targets.pop()?;
        targets.is_empty().then_some(target)
    }

    /// All resources that an argument is made of, if it is made of nothing else.
    pub(super) fn targets(&self, resource: &Resource, argument: &str) -> Option<Vec<Target>> {
        let configured = self.configured(resource)?;
        let expression = configured.expressions.get(argument)?;
        let scope = Scope {
            modules: resource.modules.clone(),
            key: resource.key.clone(),
        };
        let for_each = configured.for_each_expression.as_ref();
        self.follow(expression, for_each, &scope, FURTHEST)
    }

    fn follow(
        &self,
        expression: &Value,
        for_each: Option<&Value>,
        scope: &Scope,
        left: usize,
    ) -> Option<Vec<Target>> {
        let left = left.checked_sub(1)?;
        let references = Leaves::of(expression)?;
        let one_of_many = references.by_key;
        // A key chooses among the instances of a resource; what else it does, the plan does not tell.
        if one_of_many && !references.leaves.iter().all(|leaf| is_whole(leaf)) {
            return None;
        }
        let mut targets = Vec::new();
        for steps in references.leaves {
            let names: Vec<&str> = steps.iter().map(|step| step.name.as_str()).collect();
            match names.as_slice() {
                ["each", "value", attribute @ ..] if attribute.len() < 2 => {
                    targets.push(of_each(for_each?, scope, attribute.first().copied())?);
                }
                // Of a value with keys, others may stand beside in a form that is not told.
                ["var", _] | ["module", _, _]
                    if steps.last().is_some_and(|step| step.key.is_some()) =>
                {
                    return None;
                }
                ["var", name] => targets.extend(self.variable(name, scope, left)?),
                ["module", _, output] => {
                    let call = steps.get(1)?;
                    targets.extend(self.output(call, output, scope, left)?);
                }
                ["data", kind, name, attribute @ ..] if attribute.len() < 2 => {
                    let place = (*kind, *name, attribute.first().copied());
                    targets.push(of_resource(true, place, steps.get(2)?, one_of_many, scope));
                }
                [word, ..] if KEYWORDS.contains(word) => return None,
                [kind, name, attribute @ ..] if attribute.len() < 2 => {
                    let place = (*kind, *name, attribute.first().copied());
                    targets.push(of_resource(false, place, steps.get(1)?, one_of_many, scope));
                }
                _ => return None,
            }
        }
        Some(targets)
    }

    /// What the module's caller gave for a variable.
    fn variable(&self, name: &str, scope: &Scope, left: usize) -> Option<Vec<Target>> {
        let (call, above) = scope.modules.split_last()?;
        let caller = self.module(above)?.module_calls.get(&call.name)?;
        let scope = Scope {
            modules: above.to_vec(),
            key: call.key.clone(),
        };
        self.follow(caller.expressions.get(name)?, None, &scope, left)
    }

    /// What a module puts out.
    fn output(&self, call: &Step, output: &str, scope: &Scope, left: usize) -> Option<Vec<Target>> {
        let mut modules = scope.modules.clone();
        modules.push(call.clone());
        let expression = self
            .module(&modules)?
            .outputs
            .get(output)?
            .expression
            .as_ref()?;
        let scope = Scope { modules, key: None };
        self.follow(expression, None, &scope, left)
    }
}

/// The references of an expression, each in its longest form.
struct Leaves {
    leaves: Vec<Vec<Step>>,
    /// `each.key` or `count.index` stands in it too.
    by_key: bool,
}

impl Leaves {
    /// `None` where they can't be read.
    fn of(expression: &Value) -> Option<Self> {
        let references = expression.get("references")?.as_array()?;
        let mut all: Vec<Vec<Step>> = Vec::new();
        let mut by_key = false;
        for reference in references {
            let text = reference.as_str()?;
            if matches!(text, "each.key" | "count.index") {
                by_key = true;
            } else {
                all.push(address::steps(text)?);
            }
        }
        // Behind each reference stand its beginnings, down to the resource without its key.
        let mut leaves: Vec<Vec<Step>> = Vec::new();
        for steps in all {
            let is_beginning = leaves.last().is_some_and(|leaf| begins(leaf, &steps));
            if !is_beginning && !leaves.contains(&steps) {
                leaves.push(steps);
            }
        }
        (!leaves.is_empty()).then_some(Self { leaves, by_key })
    }
}

/// Whether a reference is to a resource with all of its instances.
fn is_whole(leaf: &[Step]) -> bool {
    let is_resource = |kind: &Step, name: &Step| kind.key.is_none() && name.key.is_none();
    match leaf {
        [kind, name] => is_resource(kind, name) && !KEYWORDS.contains(&kind.name.as_str()),
        [data, kind, name] => data.name == "data" && is_resource(kind, name),
        _ => false,
    }
}

/// First steps of references that are not to resources.
const KEYWORDS: [&str; 9] = [
    "each",
    "count",
    "var",
    "module",
    "local",
    "path",
    "terraform",
    "self",
    "data",
];

/// Whether `leaf` goes on from `beginning`, whose last step may lack its key.
fn begins(leaf: &[Step], beginning: &[Step]) -> bool {
    let Some((last, before)) = beginning.split_last() else {
        return true;
    };
    leaf.get(..before.len()) == Some(before)
        && leaf
            .get(before.len())
            .is_some_and(|step| step == last || (last.key.is_none() && step.name == last.name))
        && leaf != beginning
}

fn of_resource(
    is_data: bool,
    (kind, name, attribute): (&str, &str, Option<&str>),
    step: &Step,
    by_key: bool,
    scope: &Scope,
) -> Target {
    let instance = match (&step.key, attribute) {
        (Some(key), _) => Instance::Exactly(Some(key.clone())),
        (None, Some(_)) => Instance::Exactly(None),
        // `[each.key]` and `[count.index]` end a reference, and so does `[*]`.
        (None, None) if by_key => Instance::Exactly(scope.key.clone()),
        (None, None) => Instance::Only,
    };
    Target {
        modules: scope.modules.clone(),
        is_data,
        kind: kind.to_owned(),
        name: name.to_owned(),
        instance,
        attribute: attribute.map(str::to_owned),
    }
}

/// `each.value` where `for_each` is a resource as a whole: its instance of the same key.
fn of_each(for_each: &Value, scope: &Scope, attribute: Option<&str>) -> Option<Target> {
    let references = Leaves::of(for_each)?;
    let [steps] = references.leaves.as_slice() else {
        return None;
    };
    let [kind, name] = steps.as_slice() else {
        return None;
    };
    if ["var", "local", "module", "each", "data"].contains(&kind.name.as_str())
        || name.key.is_some()
        || references.by_key
    {
        return None;
    }
    Some(Target {
        modules: scope.modules.clone(),
        is_data: false,
        kind: kind.name.clone(),
        name: name.name.clone(),
        instance: Instance::Exactly(Some(scope.key.clone()?)),
        attribute: attribute.map(str::to_owned),
    })
}

#[cfg(test)]
mod tests {
    use super::References;
    use crate::terraform::Terraform;
    use crate::terraform::address::Key;
    use crate::terraform::configuration::Instance;

    /// A plan that Terraform made of its built-in resources, read as if they were policies.
    fn plan() -> Terraform {
        let text = include_str!("../../tests/fixtures/terraform/terraform-1.11/fresh.json");
        let text = text
            .replace("terraform_data", "aws_iam_policy")
            .replace("\"input\":", "\"policy_arn\":");
        Terraform::parse("plan.json", text.into_bytes()).unwrap()
    }

    /// Where the argument of the resource at this address leads.
    fn leads(plan: &Terraform, address: &str) -> Option<String> {
        let references = References::new(plan.configuration.as_ref());
        let resources = &plan.inventory.resources;
        let resource = resources.iter().find(|one| one.address == address);
        let target = references.target(resource.expect(address), "policy_arn")?;
        assert_eq!(target.kind, "aws_iam_policy");
        assert!(!target.is_data);
        let modules: Vec<String> = target
            .modules
            .iter()
            .map(|step| format!("{}{:?}/", step.name, step.key))
            .collect();
        let instance = match target.instance {
            Instance::Only => "the only".to_owned(),
            Instance::Exactly(None) => String::new(),
            Instance::Exactly(Some(Key::Number(number))) => number.to_string(),
            Instance::Exactly(Some(Key::Text(text))) => text,
        };
        let attribute = target.attribute.unwrap_or_default();
        Some(format!(
            "{}{}<{instance}>.{attribute}",
            modules.concat(),
            target.name
        ))
    }

    #[test]
    fn what_terraform_writes_of_references_leads_to_the_resource() {
        let plan = plan();
        for (address, expected) in [
            ("aws_iam_policy.direct", Some("plain<>.id")),
            ("aws_iam_policy.by_index", Some("counted<1>.id")),
            ("aws_iam_policy.by_count[0]", Some("counted<0>.")),
            ("aws_iam_policy.by_count[1]", Some("counted<1>.")),
            (r#"aws_iam_policy.by_key["a"]"#, Some("keyed<a>.")),
            (r#"aws_iam_policy.by_key["b.c[0]"]"#, Some("keyed<b.c[0]>.")),
            (
                r#"aws_iam_policy.by_each["it's \"quoted\""]"#,
                Some("keyed<it's \"quoted\">.id"),
            ),
            ("aws_iam_policy.by_one", Some("single<the only>.")),
            ("aws_iam_policy.by_splat", Some("counted<the only>.")),
            // Through variables and outputs of modules.
            (
                r#"module.render["us"].aws_iam_policy.from_above"#,
                Some("plain<>.id"),
            ),
            (
                r#"module.render["us"].aws_iam_policy.from_key_above"#,
                Some("keyed<a>.id"),
            ),
            (
                r#"module.render["us"].aws_iam_policy.from_each_above"#,
                Some("keyed_by_region<us>."),
            ),
            (
                r#"module.render["eu"].module.inner[0].aws_iam_policy.deepest"#,
                Some("plain<>.id"),
            ),
            (
                "aws_iam_policy.by_output",
                Some(r#"renderSome(Text("eu"))/innerSome(Number(0))/deepest<>.id"#),
            ),
            // More than one thing, or something that the plan does not tell.
            ("aws_iam_policy.by_local", None),
            ("aws_iam_policy.either", None),
            ("aws_iam_policy.joined", None),
            ("aws_iam_policy.list", None),
            (r#"aws_iam_policy.by_map["one"]"#, None),
            ("aws_iam_policy.plain", None),
            ("aws_iam_policy.counted[0]", None),
        ] {
            assert_eq!(leads(&plan, address).as_deref(), expected, "{address}");
        }
    }

    #[test]
    fn all_that_a_list_is_made_of_is_told() {
        let plan = plan();
        let references = References::new(plan.configuration.as_ref());
        let list = |address: &str| {
            let resources = &plan.inventory.resources;
            let resource = resources.iter().find(|one| one.address == address).unwrap();
            let targets = references.targets(resource, "policy_arn")?;
            Some(targets.into_iter().map(|one| one.name).collect::<Vec<_>>())
        };
        assert_eq!(list("aws_iam_policy.list").unwrap(), ["plain", "other"]);
        assert_eq!(list("aws_iam_policy.either"), None);
    }
}
