//! Finds the modules of a room that need each other in a circle.
//! A file that declares and re-exports needs nothing by that: a name is followed to the file that defines it.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::{Module, modules_of, rooms};

/// One name that a `use` brings into a module.
struct Import {
    name: String,
    path: Vec<String>,
    /// Whether others can take the name from here.
    shown: bool,
}

/// What one module says of others.
struct Mentions {
    imports: Vec<Import>,
    /// What it takes whole, by `use path::*`.
    globs: Vec<Import>,
    /// What it defines itself.
    defined: BTreeSet<String>,
    /// Paths outside of `use`, and lone words: a re-exported name can also be used where it is re-exported.
    paths: BTreeSet<Vec<String>>,
}

/// The words before a name that is defined; `mod` too, so that a declaration is not a use.
const DEFINES: [&str; 9] = ["struct", "enum", "trait", "type", "fn", "const", "static", "union", "mod"];

type Tree = BTreeMap<Vec<String>, Mentions>;

#[test]
fn no_circles_inside_a_room() {
    let circles: Vec<String> = rooms().iter().flat_map(|room| circles_of(&modules_of(room))).collect();
    assert!(circles.is_empty(), "modules that need each other in a circle:\n{}", circles.join("\n"));
}

#[test]
fn a_circle_is_found_over_re_exports_and_parents() {
    let module = |path: &str, code: &str| Module {
        path: path.split("::").map(str::to_owned).collect(),
        file: path.into(),
        code: code.to_owned(),
    };
    let parent = |code: &str| module("room", code);
    let re_exports = "mod a;\nmod b;\npub use a::A;\npub use b::{B, Other as Else};\n";

    let tree = [parent(re_exports), module("room::a", "use super::B;\n"), module("room::b", "struct B;\n")];
    assert_eq!(circles_of(&tree), Vec::<String>::new(), "re-exports alone make no circle");

    let tree = [parent(re_exports), module("room::a", "use super::Else;"), module("room::b", "fn f(a: super::A) {}")];
    assert_eq!(circles_of(&tree), ["room::a <-> room::b (room::a: super::Else; room::b: super::A)"]);

    let tree = [parent("mod a;\nuse a::A;\nstruct P(A);"), module("room::a", "use crate::room::P;\n")];
    assert_eq!(circles_of(&tree), ["room <-> room::a (room: a::A; room::a: crate::room::P)"]);

    let tree = [parent("mod a;\npub use a::A;\nstruct P(A);"), module("room::a", "use super::P;\n")];
    assert_eq!(circles_of(&tree), ["room <-> room::a (room: a::A; room::a: super::P)"]);
}

/// The circles among the modules of one room, each with the words that close it.
fn circles_of(modules: &[Module]) -> Vec<String> {
    let tree: Tree = modules.iter().map(|module| (module.path.clone(), mentions(&module.code))).collect();
    let mut needs: BTreeMap<&Vec<String>, BTreeMap<Vec<String>, String>> = BTreeMap::new();
    for (module, said) in &tree {
        let lone: BTreeSet<&str> = said.paths.iter().filter_map(|path| path.first()).map(String::as_str).collect();
        let used = |import: &&Import| !import.shown || lone.contains(import.name.as_str());
        let taken = said.globs.iter().filter(|glob| !glob.shown);
        let imported = said.imports.iter().filter(used).chain(taken).map(|import| &import.path);
        for path in imported.chain(said.paths.iter().filter(|path| path.len() > 1)) {
            if let Some(other) = resolve(&tree, module, path, 0)
                && other != *module
            {
                needs.entry(module).or_default().entry(other).or_insert_with(|| path.join("::"));
            }
        }
    }
    let reaches: BTreeMap<&Vec<String>, BTreeSet<&Vec<String>>> =
        tree.keys().map(|module| (module, reach(&needs, module))).collect();
    let mut circles = BTreeMap::new();
    for (module, reached) in reaches.iter().filter(|(module, reached)| reached.contains(*module)) {
        let circle: BTreeSet<&Vec<String>> =
            reached.iter().copied().filter(|other| reaches[*other].contains(module)).collect();
        circles.insert(circle.clone(), told(&circle, &needs));
    }
    circles.into_values().collect()
}

fn told(circle: &BTreeSet<&Vec<String>>, needs: &BTreeMap<&Vec<String>, BTreeMap<Vec<String>, String>>) -> String {
    let names: Vec<String> = circle.iter().map(|module| module.join("::")).collect();
    let inside = |module: &Vec<String>| {
        let inner = needs[module].iter().filter(|(other, _)| circle.contains(other)).map(|(_, word)| word.as_str());
        format!("{}: {}", module.join("::"), inner.collect::<Vec<_>>().join(", "))
    };
    let words: Vec<String> = circle.iter().map(|module| inside(module)).collect();
    format!("{} ({})", names.join(" <-> "), words.join("; "))
}

/// What a module needs, over others too.
fn reach<'a>(
    needs: &'a BTreeMap<&Vec<String>, BTreeMap<Vec<String>, String>>,
    module: &Vec<String>,
) -> BTreeSet<&'a Vec<String>> {
    let mut found = BTreeSet::new();
    let mut open: Vec<&Vec<String>> = needs.get(module).into_iter().flat_map(BTreeMap::keys).collect();
    while let Some(next) = open.pop() {
        if found.insert(next) {
            open.extend(needs.get(next).into_iter().flat_map(BTreeMap::keys));
        }
    }
    found
}

/// The module of this room that defines what a path means when `module` says it.
fn resolve(tree: &Tree, module: &[String], path: &[String], depth: usize) -> Option<Vec<String>> {
    let (first, mut rest) = path.split_first()?;
    let room = module.first()?;
    let mut at = module.to_vec();
    match first.as_str() {
        _ if depth > 8 => return None,
        "crate" => {
            rest = rest.strip_prefix(std::slice::from_ref(room))?;
            at.truncate(1);
        }
        "super" => {
            at.pop();
        }
        "self" => {}
        name if is_module(tree, &at, name) => at.push(name.to_owned()),
        name => {
            let import = tree.get(&at)?.imports.iter().find(|import| import.name == name && import.path != path)?;
            let whole: Vec<String> = import.path.iter().chain(rest).cloned().collect();
            return resolve(tree, module, &whole, depth + 1);
        }
    }
    while let Some((name, after)) = rest.split_first() {
        let said = tree.get(&at)?;
        let imported = said.imports.iter().find(|import| import.name == *name);
        match (name.as_str(), imported) {
            ("super", _) => {
                at.pop();
            }
            (_, Some(import)) if after.is_empty() || !is_module(tree, &at, name) => {
                let whole: Vec<String> = import.path.iter().chain(after).cloned().collect();
                if let Some(found) = resolve(tree, &at, &whole, depth + 1) {
                    return Some(found);
                }
                break;
            }
            _ if is_module(tree, &at, name) => at.push(name.clone()),
            _ if said.defined.contains(name) => break,
            _ => return behind_globs(tree, &at, name, depth).or(Some(at)),
        }
        rest = after;
    }
    tree.contains_key(&at).then_some(at)
}

/// The module that defines a name which another shows by `pub use child::*`.
fn behind_globs(tree: &Tree, at: &[String], name: &str, depth: usize) -> Option<Vec<String>> {
    let shown = tree.get(at)?.globs.iter().filter(|glob| glob.shown);
    let mut behind = shown.filter_map(|glob| resolve(tree, at, &glob.path, depth + 1));
    behind.find_map(|module| {
        let said = &tree[&module];
        let import = said.imports.iter().find(|import| import.shown && import.name == name);
        match import {
            _ if said.defined.contains(name) => Some(module),
            Some(import) => resolve(tree, &module, &import.path, depth + 1),
            None => None,
        }
    })
}

fn is_module(tree: &Tree, parent: &[String], name: &str) -> bool {
    let child: Vec<String> = parent.iter().cloned().chain([name.to_owned()]).collect();
    tree.contains_key(&child)
}

/// Reads the `use` lines and the paths of a file.
fn mentions(code: &str) -> Mentions {
    let words = words(code);
    let mut said = Mentions { imports: vec![], globs: vec![], defined: BTreeSet::new(), paths: BTreeSet::new() };
    let mut at = 0;
    while at < words.len() {
        if words[at] == "use" {
            let end = words[at..].iter().position(|word| word == ";").map_or(words.len(), |length| at + length);
            // `pub use` or `pub(super) use`
            let shown = at > 0 && (words[at - 1] == "pub" || words[at - 1] == ")");
            flatten(&words[at + 1..end], &[], shown, &mut said);
            at = end;
        } else if DEFINES.contains(&words[at].as_str()) && words.get(at + 1).is_some_and(|word| is_name(word)) {
            said.defined.insert(words[at + 1].clone());
            at += 1;
        } else if words[at] == "(" && words.get(at + 1).is_some_and(|word| word == "in") {
            // `pub(in path)` says who may see, not what is needed.
            at += words[at..].iter().position(|word| word == ")").unwrap_or_default();
            continue;
        } else if is_name(&words[at]) {
            let mut path = vec![words[at].clone()];
            while words.get(at + 1).is_some_and(|word| word == "::")
                && let Some(name) = words.get(at + 2).filter(|word| is_name(word))
            {
                path.push(name.clone());
                at += 2;
            }
            said.paths.insert(path);
        }
        at += 1;
    }
    said
}

/// The names of a tree such as `super::{a, b::{C as D}}`.
fn flatten(words: &[String], before: &[String], shown: bool, said: &mut Mentions) {
    let mut path = before.to_vec();
    let mut alias = None;
    let mut rest = words;
    while let Some((word, after)) = rest.split_first() {
        match word.as_str() {
            "{" => {
                for branch in branches(after) {
                    flatten(branch, &path, shown, said);
                }
                return;
            }
            "as" => {
                alias = after.first().cloned();
                break;
            }
            "*" => {
                said.globs.push(Import { name: String::new(), path, shown });
                return;
            }
            "self" if !path.is_empty() => {}
            name if is_name(name) => path.push(name.to_owned()),
            _ => {}
        }
        rest = after;
    }
    if let Some(name) = alias.or_else(|| path.last().cloned()) {
        said.imports.push(Import { name, path, shown });
    }
}

/// The parts between the commas of a group, whose opening brace has been read.
fn branches(words: &[String]) -> Vec<&[String]> {
    let mut depth = 0usize;
    let mut found = vec![];
    let mut start = 0;
    for (at, word) in words.iter().enumerate() {
        match word.as_str() {
            "{" => depth += 1,
            "}" if depth > 0 => depth -= 1,
            "," if depth > 0 => {}
            "}" | "," => {
                found.push(&words[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    found.retain(|branch| !branch.is_empty());
    found
}

fn is_name(word: &str) -> bool {
    word.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// The words of a file: names, `::`, and single signs; without comments and texts.
fn words(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in code.lines() {
        let mut rest = line.split("//").next().unwrap_or_default();
        while let Some(c) = rest.chars().next() {
            let length = if is_name(rest) {
                rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len())
            } else if rest.starts_with("::") {
                2
            } else if c == '"' {
                let close = rest[1..].find('"').map_or(rest.len(), |at| at + 2);
                rest = &rest[close..];
                continue;
            } else {
                c.len_utf8()
            };
            let (word, after) = rest.split_at(length);
            if !word.trim().is_empty() {
                found.push(word.to_owned());
            }
            rest = after;
        }
    }
    found
}
