//! What the book talks about, asked for the truth: cargo's targets, examples and the compiler.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::Value;

/// The book test's only way to the outside, so that its own tests can fake it.
pub trait Runner: Send + Sync {
    /// What cargo can build here.
    fn targets(&self) -> Vec<Target>;

    /// Runs an example in a folder of its own.
    fn example(&self, name: &str, arguments: &[&str]) -> Result<Ran, String>;

    /// The picture that an example draws.
    fn picture(&self, example: &str, arguments: &[&str]) -> Result<String, String>;

    /// What the compiler says about a file; `None` if this is not the version the book quotes.
    fn compiler(&self, folder: &Path, file: &str) -> Result<Option<String>, String>;
}

/// An example, test, bench or binary.
#[derive(Clone)]
pub struct Target {
    pub kind: String,
    pub name: String,
    pub package: String,
    pub source: PathBuf,
}

/// What a program that was run has left behind.
#[derive(Clone)]
pub struct Ran {
    pub stdout: String,
    pub stderr: String,
    pub code: i32,
}

/// The real thing.
pub struct Cargo {
    root: PathBuf,
}

impl Cargo {
    pub fn at(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
        }
    }

    fn cargo(&self, arguments: &[&str]) -> Command {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(arguments).current_dir(&self.root);
        cargo
    }
}

impl Runner for Cargo {
    fn targets(&self) -> Vec<Target> {
        let mut ask = self.cargo(&["metadata", "--no-deps", "--offline", "--format-version=1"]);
        let told = finish(&mut ask).expect("cargo knows its workspace");
        let metadata: Value = serde_json::from_str(&told).expect("cargo writes JSON");
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let string = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let mut targets = Vec::new();
        for package in list(&metadata["packages"]) {
            targets.extend(list(&package["targets"]).iter().map(|target| Target {
                kind: string(&target["kind"][0]),
                name: string(&target["name"]),
                package: string(&package["name"]),
                source: string(&target["src_path"]).into(),
            }));
        }
        targets
    }

    fn example(&self, name: &str, arguments: &[&str]) -> Result<Ran, String> {
        run(temporary_folder()?.path(), name, arguments)
    }

    fn picture(&self, example: &str, arguments: &[&str]) -> Result<String, String> {
        let folder = temporary_folder()?;
        let mut all = vec!["--virtual", "--no-timeline", "--svg", "picture.svg"];
        all.extend(arguments);
        let ran = run(folder.path(), example, &all)?;
        fs::read_to_string(folder.path().join("picture.svg"))
            .map_err(|_| format!("example `{example}` draws no picture: {}", ran.stderr))
    }

    fn compiler(&self, folder: &Path, file: &str) -> Result<Option<String>, String> {
        let version = finish(Command::new("rustc").arg("--version"))?;
        let quoted = concat!("rustc ", env!("CARGO_PKG_RUST_VERSION"), ".");
        if !version.starts_with(quoted) {
            println!("note: the book quotes {quoted}x; this is {version}");
            return Ok(None);
        }
        let path = folder.join(file);
        let source = fs::read_to_string(&path)
            .map_err(|error| format!("cannot read {}: {error}", path.display()))?;
        let kind = if source.contains("fn main()") {
            "bin"
        } else {
            "lib"
        };
        let out = temporary_folder()?;
        let output = Command::new("rustc")
            .args(["--edition=2024", "--emit=metadata", "--color=never"])
            .args(["--crate-type", kind, "-o"])
            .arg(out.path().join("out"))
            .arg(file)
            .current_dir(folder)
            .output()
            .map_err(|error| format!("cannot run rustc: {error}"))?;
        Ok(Some(text(&output.stderr)))
    }
}

fn run(folder: &Path, example: &str, arguments: &[&str]) -> Result<Ran, String> {
    let executable = async_workbook_tests::examples()?
        .get(example)
        .ok_or_else(|| format!("there is no example `{example}`"))?;
    let output = Command::new(executable)
        .args(arguments)
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .env_remove("RUST_BACKTRACE")
        .env_remove("RUST_LOG")
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("cannot run {}: {error}", executable.display()))?;
    Ok(Ran {
        stdout: text(&output.stdout),
        stderr: text(&output.stderr),
        code: output
            .status
            .code()
            .ok_or_else(|| format!("example `{example}` was killed: {}", output.status))?,
    })
}

fn finish(command: &mut Command) -> Result<String, String> {
    let output = command
        .output()
        .map_err(|error| format!("cannot run {command:?}: {error}"))?;
    if output.status.success() {
        Ok(text(&output.stdout))
    } else {
        Err(format!("{command:?} failed:\n{}", text(&output.stderr)))
    }
}

fn temporary_folder() -> Result<tempfile::TempDir, String> {
    tempfile::tempdir().map_err(|error| format!("cannot make a temporary folder: {error}"))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
