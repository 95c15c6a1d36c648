//! Who may import whom (`src/lib.rs`), and which module alone uses a library.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::{Path, PathBuf};

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Every source file with its top module and its text without the tests at its end.
fn files() -> Vec<(String, PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    sources(&root, &mut paths);
    paths
        .into_iter()
        .filter(|path| !path.to_string_lossy().contains("test"))
        .map(|path| {
            let below = path.strip_prefix(&root).unwrap();
            let top =
                below.components().next().unwrap().as_os_str().to_string_lossy().trim_end_matches(".rs").to_owned();
            let text = std::fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]\nmod tests").next().unwrap().to_owned();
            (top, path, code)
        })
        .collect()
}

#[test]
fn modules_import_only_what_they_may() {
    let allowed: &[(&str, &[&str])] = &[
        ("model", &["model"]),
        ("term", &["term"]),
        ("buffers", &["buffers"]),
        ("room", &["room"]),
        ("http", &["http", "buffers", "room"]),
        ("source", &["source", "model", "room"]),
        ("vendor", &["vendor", "source", "model", "http", "buffers"]),
        ("sandbox", &["sandbox", "model"]),
        ("mirror", &["mirror", "source", "model"]),
        ("config", &["config", "vendor", "http", "source", "model"]),
        ("render", &["render", "model", "term"]),
    ];
    let mut wrong = Vec::new();
    for (top, path, code) in files() {
        let Some((_, allowed)) = allowed.iter().find(|(name, _)| *name == top) else { continue };
        for line in code.lines().filter(|line| !line.trim_start().starts_with("//")) {
            for part in line.split("crate::").skip(1) {
                let module: String = part.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                if !module.is_empty() && !allowed.contains(&module.as_str()) {
                    wrong.push(format!("{}: {}", path.display(), line.trim()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whether the file imports a module of this crate under the name of the library, as `keyring` of `config`.
fn names_a_module_of_ours(code: &str, name: &str) -> bool {
    let statements = code.split("use ").skip(1).filter_map(|rest| rest.split(';').next());
    let ours = statements.filter(|statement| statement.starts_with("crate::") || statement.starts_with("super::"));
    ours.flat_map(|statement| statement.split(|c: char| !(c.is_alphanumeric() || c == '_'))).any(|word| word == name)
}

#[test]
fn libraries_stay_where_they_belong() {
    let only: &[(&str, &[&str])] = &[
        ("clap", &["cli", "term", "render"]),
        ("rusqlite", &["mirror"]),
        ("keyring", &["config"]),
        ("indicatif", &["cli"]),
        ("hyper", &["http", "sandbox"]),
        ("hyper_util", &["http", "sandbox"]),
        ("comfy_table", &["render"]),
    ];
    for (top, path, code) in files() {
        for (library, allowed) in only {
            let by_path = code.contains(&format!(" {library}::")) && !names_a_module_of_ours(&code, library);
            let used = code.contains(&format!("\nuse {library}::")) || by_path;
            assert!(!used || allowed.contains(&top.as_str()), "{} uses {library}", path.display());
        }
    }
}

/// The packages of `Cargo.lock` that depend on one called `name`.
fn dependents<'a>(lock: &'a str, name: &str) -> Vec<&'a str> {
    let depends = |package: &&str| {
        let dependencies = package.split("dependencies = [").nth(1).unwrap_or_default();
        dependencies.split('"').any(|word| word.split(' ').next() == Some(name))
    };
    let packages = lock.split("[[package]]").skip(1).filter(depends);
    packages.filter_map(|package| package.split('"').nth(1)).collect()
}

#[test]
fn no_second_tls_library_comes_in() {
    let lock = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.lock")).unwrap();
    assert!(dependents(&lock, "rustls").contains(&"contacts"), "the lock is read as it is written");
    for name in ["aws-lc-rs", "aws-lc-sys", "native-tls"] {
        assert!(!lock.contains(&format!("name = \"{name}\"")), "{name} is in the dependency tree");
    }
    // The database alone may bring an OpenSSL, for its ciphers, and only where somebody asks for it.
    assert_eq!(dependents(&lock, "openssl-sys"), ["libsqlite3-sys"]);
    let manifest = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")).unwrap();
    assert!(!manifest.lines().any(|line| line.starts_with("default =")), "nothing is asked for by default");
}
