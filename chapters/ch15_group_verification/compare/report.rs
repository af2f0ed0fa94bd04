//! What was measured, as a table or as JSON.

use std::fmt::Write;

use serde_json::{Value, json};

use super::{Cost, Engine, Measured, Workload};

/// What `engine` needed, as JSON.
#[must_use]
pub fn measured_json(engine: Engine, measured: &Measured) -> Value {
    let mut json = cost_json(engine.name(), &measured.cost);
    json["calls"] = measured.calls.into();
    json["peak_in_flight"] = measured.peak_in_flight.into();
    json["state_digest"] = format!("{:016x}", measured.state_digest).into();
    json
}

/// What the [naive program](Workload::naive) needed, as JSON.
#[must_use]
pub fn naive_json(cost: &Cost) -> Value {
    cost_json("naive", cost)
}

fn cost_json(name: &str, cost: &Cost) -> Value {
    let (elapsed, ideal) = (cost.elapsed.as_secs_f64(), cost.ideal.as_secs_f64());
    json!({
        "engine": name,
        "elapsed_s": elapsed,
        "ideal_s": ideal,
        "ratio": elapsed / ideal,
        "peak_threads": cost.peak_threads,
        "peak_rss_mib": cost.peak_rss_mib,
    })
}

/// All engines side by side, as JSON; `engines` are of [`measured_json`], `naive` of
/// [`naive_json`].
#[must_use]
pub fn comparison_json(workload: &Workload, engines: &[Value], naive: &Value) -> Value {
    json!({
        "groups": workload.groups,
        "members": workload.members,
        "latency_ms": workload.latency.as_secs_f64() * 1e3,
        "store": workload.store.name(),
        "engines": engines,
        "naive": naive,
    })
}

/// All engines side by side, and below them the naive program, as a table with bars.
#[must_use]
pub fn comparison_table(engines: &[Value], naive: &Value) -> String {
    const BAR: f64 = 30.0;
    let rows = || engines.iter().chain([naive]);
    let number = |row: &Value, name: &str| row[name].as_f64();
    let longest = rows()
        .filter_map(|row| number(row, "elapsed_s"))
        .fold(f64::EPSILON, f64::max);
    let mut table = format!(
        "{:<11}{:>10}{:>10}{:>7}{:>9}{:>11}{:>9}{:>9}\n",
        "engine", "elapsed", "ideal", "ratio", "calls", "in flight", "threads", "memory"
    );
    for row in rows() {
        let known = |name, unit: &str| match row.get(name) {
            // The naive program makes no calls.
            None => "-".into(),
            Some(value) => value
                .as_f64()
                .map_or("?".into(), |value| format!("{value:.0}{unit}")),
        };
        let seconds = |name| format!("{:.3} s", number(row, name).unwrap_or_default());
        let _ = writeln!(
            table,
            "{:<11}{:>10}{:>10}{:>7.2}{:>9}{:>11}{:>9}{:>9}",
            row["engine"].as_str().unwrap_or("?"),
            seconds("elapsed_s"),
            seconds("ideal_s"),
            number(row, "ratio").unwrap_or_default(),
            known("calls", ""),
            known("peak_in_flight", ""),
            known("peak_threads", ""),
            known("peak_rss_mib", " MiB"),
        );
    }
    table.push('\n');
    for row in rows() {
        let elapsed = number(row, "elapsed_s").unwrap_or_default();
        // At most BAR, and never negative.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let bar = "█".repeat(((elapsed / longest * BAR).round() as usize).max(1));
        let name = row["engine"].as_str().unwrap_or("?");
        let _ = writeln!(table, "{name:<11}{bar} {elapsed:.3} s");
    }
    table
        .push_str("\nnaive: a task for each group that only sleeps; the ideal is that of gather\n");
    table
}
