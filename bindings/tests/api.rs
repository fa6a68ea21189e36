//! The surface that Kotlin and Swift see is the one written down in `api.txt`.
//!
//! The listing is made from the metadata in the built library, from which the foreign code is
//! generated too. A change to it is a change to somebody's app: it must be seen in review.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use uniffi_meta::{FieldMetadata, FnParamMetadata, Metadata, Type};

#[test]
fn the_surface_is_the_one_written_down() {
    let listing = listing(&metadata());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("api.txt");
    if std::env::var_os("DAYFLY_UPDATE_API").is_some() {
        std::fs::write(&path, &listing).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == listing,
        "The surface of the bindings differs from bindings/api.txt:\n{}\n\
         If that is meant, write it down, and look at the difference before you commit it:\n\
         DAYFLY_UPDATE_API=1 cargo test --workspace --test api",
        difference(&written, &listing),
    );
}

fn metadata() -> Vec<Metadata> {
    let program = std::env::current_exe().expect("a test knows its program");
    let name = format!(
        "{}dayfly{}",
        std::env::consts::DLL_PREFIX,
        std::env::consts::DLL_SUFFIX
    );
    let library = program.parent().expect("a program is in a folder").join(name);
    let bytes = std::fs::read(&library)
        .unwrap_or_else(|error| panic!("{}: {error}; build the library first", library.display()));
    uniffi_bindgen::macro_metadata::extract_from_bytes(&bytes).expect("the library holds its metadata")
}

fn listing(all: &[Metadata]) -> String {
    // What a type consists of stands below it, in order of names; top-level items likewise.
    let mut items: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut members: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for item in all {
        match item {
            Metadata::Func(f) => {
                let call = call(
                    &f.name,
                    f.is_async,
                    &f.inputs,
                    f.return_type.as_ref(),
                    f.throws.as_ref(),
                );
                items.entry(format!("function {call}")).or_default();
            }
            Metadata::Object(o) => drop(items.entry(format!("object {}", o.name)).or_default()),
            Metadata::CallbackInterface(c) => {
                items.entry(format!("callback interface {}", c.name)).or_default();
            }
            Metadata::Record(r) => {
                items.insert(format!("record {}", r.name), r.fields.iter().map(field).collect());
            }
            Metadata::Enum(e) => {
                let variant = |v: &uniffi_meta::VariantMetadata| match v.fields.as_slice() {
                    [] => v.name.clone(),
                    fields => {
                        format!(
                            "{}({})",
                            v.name,
                            fields.iter().map(field).collect::<Vec<_>>().join(", ")
                        )
                    }
                };
                let kind = if e.shape.is_error() { "error" } else { "enum" };
                items.insert(
                    format!("{kind} {}", e.name),
                    e.variants.iter().map(variant).collect(),
                );
            }
            Metadata::CustomType(c) => {
                items
                    .entry(format!("type {} = {}", c.name, name(&c.builtin)))
                    .or_default();
            }
            Metadata::Constructor(c) => {
                let call = call(&c.name, c.is_async, &c.inputs, None, c.throws.as_ref());
                members
                    .entry(c.self_name.clone())
                    .or_default()
                    .push(format!("constructor {call}"));
            }
            Metadata::Method(m) => {
                let call = call(
                    &m.name,
                    m.is_async,
                    &m.inputs,
                    m.return_type.as_ref(),
                    m.throws.as_ref(),
                );
                members.entry(m.self_name.clone()).or_default().push(call);
            }
            Metadata::TraitMethod(m) => {
                let call = call(
                    &m.name,
                    m.is_async,
                    &m.inputs,
                    m.return_type.as_ref(),
                    m.throws.as_ref(),
                );
                members.entry(m.trait_name.clone()).or_default().push(call);
            }
            Metadata::Namespace(_)
            | Metadata::UdlFile(_)
            | Metadata::UniffiTrait(_)
            | Metadata::ObjectTraitImpl(_) => {}
        }
    }
    let mut text =
        String::from("What Kotlin and Swift see; tests/api.rs keeps it true and says how to update it.\n");
    for (item, mut parts) in items {
        let owner = item.rsplit(' ').next().unwrap_or_default();
        if item.starts_with("object") || item.starts_with("callback") {
            parts = members.remove(owner).unwrap_or_default();
            parts.sort();
        }
        let _ = writeln!(text, "\n{item}");
        for part in parts {
            let _ = writeln!(text, "    {part}");
        }
    }
    text
}

fn call(
    called: &str,
    is_async: bool,
    inputs: &[FnParamMetadata],
    returns: Option<&Type>,
    throws: Option<&Type>,
) -> String {
    let inputs: Vec<_> = inputs
        .iter()
        .map(|input| {
            let default = if input.default.is_some() {
                " (optional)"
            } else {
                ""
            };
            format!("{}: {}{default}", input.name, name(&input.ty))
        })
        .collect();
    let mut text = format!(
        "{}{called}({})",
        if is_async { "async " } else { "" },
        inputs.join(", ")
    );
    if let Some(returns) = returns {
        let _ = write!(text, " -> {}", name(returns));
    }
    if let Some(throws) = throws {
        let _ = write!(text, " throws {}", name(throws));
    }
    text
}

fn field(field: &FieldMetadata) -> String {
    let default = if field.default.is_some() {
        " (optional)"
    } else {
        ""
    };
    format!("{}: {}{default}", field.name, name(&field.ty))
}

fn name(ty: &Type) -> String {
    match ty {
        Type::Object { name, .. }
        | Type::Record { name, .. }
        | Type::Enum { name, .. }
        | Type::CallbackInterface { name, .. }
        | Type::Custom { name, .. } => name.clone(),
        Type::Box { inner_type } => name(inner_type),
        Type::Optional { inner_type } => format!("{}?", name(inner_type)),
        Type::Sequence { inner_type } | Type::Set { inner_type } => format!("[{}]", name(inner_type)),
        Type::Map { key_type, value_type } => format!("[{}: {}]", name(key_type), name(value_type)),
        primitive => format!("{primitive:?}").to_lowercase(),
    }
}

fn difference(old: &str, new: &str) -> String {
    let without = |a: &str, b: &str, sign: &str| -> String {
        let b: Vec<_> = b.lines().collect();
        a.lines()
            .filter(|line| !b.contains(line))
            .map(|line| format!("{sign} {line}\n"))
            .collect()
    };
    without(old, new, "-") + &without(new, old, "+")
}
