//! What several proofs share: the examples as programs.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use serde_json::Value;

/// The executables of all examples by name, built once as `cargo test --all-features` builds
/// them, so that nothing is built twice.
///
/// # Errors
///
/// What cargo said, if it could not build them.
pub fn examples() -> Result<&'static BTreeMap<String, PathBuf>, String> {
    static BUILT: OnceLock<Result<BTreeMap<String, PathBuf>, String>> = OnceLock::new();
    BUILT.get_or_init(build).as_ref().map_err(Clone::clone)
}

/// A command that runs an example.
///
/// # Panics
///
/// If it cannot be built.
pub fn example(name: &str) -> Command {
    let examples = examples().expect("the examples can be built");
    Command::new(examples.get(name).expect("there is such an example"))
}

fn build() -> Result<BTreeMap<String, PathBuf>, String> {
    let mut build = Command::new(env!("CARGO"));
    build
        .args(["build", "--examples", "--all-features"])
        .arg("--message-format=json-render-diagnostics")
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."));
    if !cfg!(debug_assertions) {
        build.arg("--release");
    }
    let output = build
        .output()
        .map_err(|error| format!("cannot run {build:?}: {error}"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{build:?} failed:\n{said}"));
    }
    let executable = |message: &str| {
        let message: Value = serde_json::from_str(message).ok()?;
        let name = message["target"]["name"].as_str()?.to_owned();
        Some((name, message["executable"].as_str()?.into()))
    };
    let messages = String::from_utf8_lossy(&output.stdout);
    Ok(messages.lines().filter_map(executable).collect())
}
