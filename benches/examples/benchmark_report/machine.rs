//! Where and with what it was measured.

use std::{env::consts, fs, process::Command, thread::available_parallelism, time::SystemTime};

use crate::{root, system};

/// Crates whose speed is on the page.
const CRATES: [&str; 6] = [
    "tokio",
    "futures",
    "parking_lot",
    "crossbeam-channel",
    "rusqlite",
    "criterion",
];

pub fn table() -> String {
    let unknown = || "unknown".to_owned();
    let cores = available_parallelism().map_or_else(|_| unknown(), |it| it.to_string());
    let memory = system("/proc/meminfo", "MemTotal:").map_or_else(unknown, |kib| {
        format!("{:.0} GiB", kib as f64 / f64::from(1 << 20))
    });
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let versions = CRATES.map(|name| format!("{name} {}", locked(name).unwrap_or_else(unknown)));
    let date = humantime::format_rfc3339_seconds(SystemTime::now()).to_string();
    let rows = [
        ("processor", processor().unwrap_or_else(unknown)),
        ("cores", cores),
        ("memory", memory),
        (
            "system",
            format!("{} {} {}", consts::OS, kernel.trim(), consts::ARCH),
        ),
        ("compiler", said("rustc").unwrap_or_else(unknown)),
        ("crates", versions.join(", ")),
        ("Python", said("python3").unwrap_or_else(|| "none".into())),
        ("date", date.chars().take(10).collect()),
    ];
    let rows = rows.map(|(name, value)| format!("| {name} | {value} |\n"));
    format!("| | |\n| --- | --- |\n{}", rows.concat())
}

fn processor() -> Option<String> {
    let text = fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn said(program: &str) -> Option<String> {
    let output = Command::new(program).arg("--version").output().ok()?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The version that `Cargo.lock` holds.
fn locked(name: &str) -> Option<String> {
    let lock = fs::read_to_string(root().join("Cargo.lock")).ok()?;
    let (_, rest) = lock.split_once(&format!("name = \"{name}\"\nversion = \""))?;
    Some(rest.split_once('"')?.0.to_owned())
}
