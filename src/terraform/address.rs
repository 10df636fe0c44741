//! Addresses and references, such as `module.render["eu"].aws_iam_role.remotion[0]` and
//! `aws_iam_policy.render["a"].arn`
//! ([resource addresses](https://developer.hashicorp.com/terraform/cli/state/resource-addressing)).

use serde_json::Value;

/// The key of one instance of a resource or module with `count` or `for_each`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    /// Of `count`.
    Number(u64),
    /// Of `for_each`.
    Text(String),
}

impl Key {
    /// The key as resources carry it in their field `index`.
    pub(super) fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Number(number) => number.as_u64().map(Self::Number),
            Value::String(text) => Some(Self::Text(text.clone())),
            _ => None,
        }
    }
}

/// A name and the key behind it, if there is one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Step {
    pub(super) name: String,
    pub(super) key: Option<Key>,
}

/// The steps of an address or reference; `None` where it is not written as one.
pub(super) fn steps(text: &str) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    let mut rest = text;
    loop {
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        let (name, behind) = rest.split_at_checked(end)?;
        if name.is_empty() {
            return None;
        }
        let mut step = Step {
            name: name.to_owned(),
            key: None,
        };
        rest = behind;
        if let Some(inside) = rest.strip_prefix('[') {
            let (key, behind) = key(inside)?;
            step.key = Some(key);
            rest = behind;
        }
        steps.push(step);
        if rest.is_empty() {
            return Some(steps);
        }
        rest = rest.strip_prefix('.')?;
    }
}

/// The key at the start of the text, and what stands behind its closing bracket.
fn key(text: &str) -> Option<(Key, &str)> {
    if text.starts_with('"') {
        // Keys are quoted with the escapes of JSON, but for `\x`, which Go's quoting also knows:
        // such a key is read as none.
        let mut strings = serde_json::Deserializer::from_str(text).into_iter::<String>();
        let key = strings.next()?.ok()?;
        let behind = text.get(strings.byte_offset()..)?.strip_prefix(']')?;
        Some((Key::Text(key), behind))
    } else {
        let (number, behind) = text.split_once(']')?;
        Some((Key::Number(number.parse().ok()?), behind))
    }
}

/// The modules in which something stands, from the address of the innermost one; empty for the
/// root module.
pub(super) fn modules(address: &str) -> Option<Vec<Step>> {
    if address.is_empty() {
        return Some(Vec::new());
    }
    let steps = steps(address)?;
    let mut modules = Vec::new();
    let mut steps = steps.into_iter();
    while let Some(word) = steps.next() {
        if word.name != "module" || word.key.is_some() {
            return None;
        }
        modules.push(steps.next()?);
    }
    Some(modules)
}

/// The modules that a resource stands in, and its name and key, from its address.
pub(super) fn of_resource(address: &str) -> Option<(Vec<Step>, Step)> {
    let mut steps = steps(address)?.into_iter().peekable();
    let mut modules = Vec::new();
    while steps.next_if(|step| step.name == "module").is_some() {
        modules.push(steps.next()?);
    }
    steps.next_if(|step| step.name == "data");
    steps.next()?;
    let name = steps.next()?;
    steps.next().is_none().then_some((modules, name))
}

#[cfg(test)]
mod tests {
    use super::{Key, Step, modules, of_resource, steps};

    fn step(name: &str, key: Option<Key>) -> Step {
        Step {
            name: name.to_owned(),
            key,
        }
    }

    #[test]
    fn keys_may_hold_what_separates_steps() {
        let key = Key::Text("b.c[0] \"quoted\"".to_owned());
        assert_eq!(
            steps(r#"module.m[3].aws_iam_user.ci["b.c[0] \"quoted\""].name"#).unwrap(),
            [
                step("module", None),
                step("m", Some(Key::Number(3))),
                step("aws_iam_user", None),
                step("ci", Some(key)),
                step("name", None),
            ]
        );
        assert_eq!(
            modules(r#"module.a["x"].module.b"#).unwrap(),
            [step("a", Some(Key::Text("x".to_owned()))), step("b", None),]
        );
        assert!(modules("").unwrap().is_empty());
        let (modules, name) = of_resource("module.m[3].data.aws_iam_user.ci[0]").unwrap();
        assert_eq!(modules, [step("m", Some(Key::Number(3)))]);
        assert_eq!(name, step("ci", Some(Key::Number(0))));
    }

    #[test]
    fn what_is_no_address_is_none() {
        for text in [
            "", ".", "a.", "a[", "a[0", "a[\"", "a[\"x]", "a[x]", "a[0]b", "a..b", "a[-1]", "ä[",
        ] {
            assert_eq!(steps(text), None, "{text}");
        }
        for text in ["module", "aws_iam_user.x", "module[0].x", "module.a.b.c"] {
            assert_eq!(modules(text), None, "{text}");
        }
    }
}
