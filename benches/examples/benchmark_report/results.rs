//! What criterion has measured: `target/criterion/**/new/{benchmark,estimates}.json`.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

use crate::claims;

/// By full name, such as `wake/threads_park/2_threads`.
pub struct Results {
    folder: PathBuf,
    by_name: BTreeMap<String, Measured>,
}

pub struct Measured {
    group: String,
    function: String,
    parameter: String,
    /// Nanoseconds for one element of the throughput: the median of all samples.
    pub nanos: f64,
}

impl Results {
    pub fn read(folder: &Path) -> Result<Self, String> {
        let mut by_name = BTreeMap::new();
        collect(folder, &mut by_name)?;
        Ok(Self {
            folder: folder.to_owned(),
            by_name,
        })
    }

    /// Whether everything is there that a marker asks for.
    pub fn check(&self, words: &[&str]) -> Result<(), String> {
        match words {
            ["bench", bench, groups @ ..] => groups.iter().try_for_each(|group| {
                let found = self.by_name.values().any(|it| it.group == *group);
                found
                    .then_some(())
                    .ok_or_else(|| self.missing(group, bench))
            }),
            ["claims"] => claims::CLAIMS.iter().try_for_each(|claim| {
                let names = [claim.less, claim.more];
                let lost = names.iter().find(|name| !self.by_name.contains_key(**name));
                lost.map_or(Ok(()), |name| Err(self.missing(name, claim.bench)))
            }),
            _ => Ok(()),
        }
    }

    fn missing(&self, name: &str, bench: &str) -> String {
        format!(
            "no results of '{name}' in {}: run `cargo bench --bench {bench}` first",
            self.folder.display()
        )
    }

    pub fn nanos(&self, name: &str) -> Option<f64> {
        Some(self.by_name.get(name)?.nanos)
    }

    /// Groups beneath each other, the quickest first; a column for each parameter if a function
    /// has several.
    pub fn table(&self, groups: &[&str]) -> String {
        let rows: Vec<&Measured> = self
            .by_name
            .values()
            .filter(|it| groups.contains(&it.group.as_str()))
            .collect();
        let mut columns: Vec<&str> = rows.iter().map(|it| it.parameter.as_str()).collect();
        columns.sort_by_key(|name| (leading_number(name), *name));
        columns.dedup();
        let mut functions: BTreeMap<(&str, &str), Vec<&Measured>> = BTreeMap::new();
        for row in rows {
            functions
                .entry((&row.group, &row.function))
                .or_default()
                .push(row);
        }
        let wide = functions.values().any(|rows| rows.len() > 1);
        if wide {
            matrix(&functions, &columns)
        } else {
            list(functions.into_values().flatten().collect())
        }
    }
}

fn matrix(functions: &BTreeMap<(&str, &str), Vec<&Measured>>, columns: &[&str]) -> String {
    let head = columns.iter().map(|column| format!(" {} |", words(column)));
    let mut table = format!("| |{}\n| --- |", head.collect::<String>());
    table += &" ---: |".repeat(columns.len());
    table.push('\n');
    for ((group, function), rows) in functions {
        table += &format!("| `{group}`: {} |", words(function));
        for column in columns {
            let cell = rows.iter().find(|it| it.parameter == *column);
            table += &cell.map_or_else(|| " |".into(), |it| format!(" {} |", time(it.nanos)));
        }
        table.push('\n');
    }
    table
}

fn list(mut rows: Vec<&Measured>) -> String {
    rows.sort_by(|a, b| {
        (&a.group, a.nanos)
            .partial_cmp(&(&b.group, b.nanos))
            .expect("no NaN")
    });
    let mut table = "| | one takes | in a second |\n| --- | ---: | ---: |\n".to_owned();
    for row in rows {
        let name = [row.function.as_str(), row.parameter.as_str()].join(" ");
        table += &format!(
            "| `{}`: {} | {} | {} |\n",
            row.group,
            words(name.trim()),
            time(row.nanos),
            count(1e9 / row.nanos)
        );
    }
    table
}

/// Nanoseconds as people write them, to three digits.
pub fn time(nanos: f64) -> String {
    let (value, unit) = match nanos {
        it if it < 1e3 => (it, "ns"),
        it if it < 1e6 => (it / 1e3, "µs"),
        it if it < 1e9 => (it / 1e6, "ms"),
        it => (it / 1e9, "s"),
    };
    format!("{} {unit}", three_digits(value))
}

fn count(value: f64) -> String {
    match value {
        it if it < 1e3 => three_digits(it),
        it if it < 1e6 => format!("{} thousand", three_digits(it / 1e3)),
        it => format!("{} million", three_digits(it / 1e6)),
    }
}

pub fn three_digits(value: f64) -> String {
    match value {
        it if it < 9.995 => format!("{it:.2}"),
        it if it < 99.95 => format!("{it:.1}"),
        it => format!("{it:.0}"),
    }
}

fn words(name: &str) -> String {
    name.replace('_', " ")
}

fn leading_number(name: &str) -> u64 {
    let digits = name.split(|c: char| !c.is_ascii_digit()).next();
    digits.and_then(|it| it.parse().ok()).unwrap_or(0)
}

fn collect(folder: &Path, into: &mut BTreeMap<String, Measured>) -> Result<(), String> {
    // Without the folder there are no results, and whoever asks for one is told.
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.ends_with("new") {
            let (name, measured) = read(&path)?;
            into.insert(name, measured);
        } else if path.is_dir() {
            collect(&path, into)?;
        }
    }
    Ok(())
}

fn read(folder: &Path) -> Result<(String, Measured), String> {
    let json = |file: &str| -> Result<Value, String> {
        let path = folder.join(file);
        let fault = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
        let text = fs::read_to_string(&path).map_err(|error| fault(&error))?;
        serde_json::from_str(&text).map_err(|error| fault(&error))
    };
    let benchmark = json("benchmark.json")?;
    let estimates = json("estimates.json")?;
    let string = |key: &str| benchmark[key].as_str().unwrap_or_default().to_owned();
    let elements = benchmark["throughput"]["Elements"].as_f64().unwrap_or(1.0);
    let median = estimates["median"]["point_estimate"].as_f64();
    let median = median.ok_or_else(|| format!("{}: no median", folder.display()))?;
    let measured = Measured {
        group: string("group_id"),
        function: string("function_id"),
        parameter: string("value_str"),
        nanos: median / elements,
    };
    Ok((string("full_id"), measured))
}
