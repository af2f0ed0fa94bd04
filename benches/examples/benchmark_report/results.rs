//! What criterion has measured: `target/criterion/**/new/{benchmark,estimates}.json`.

use std::{
    collections::BTreeMap,
    fs, iter,
    path::{Path, PathBuf},
};

use serde_json::Value;

use crate::{charts, page::table};

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
            _ => Ok(()),
        }
    }

    /// Says what to run.
    pub fn missing(&self, name: &str, bench: &str) -> String {
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
        if functions.values().any(|rows| rows.len() > 1) {
            matrix(&functions, &columns)
        } else {
            list(functions.into_values().flatten().collect())
        }
    }
}

fn matrix(functions: &BTreeMap<(&str, &str), Vec<&Measured>>, parameters: &[&str]) -> String {
    let names: Vec<String> = parameters.iter().map(|it| words(it)).collect();
    let head = iter::once("").chain(names.iter().map(String::as_str));
    let rows = functions.iter().map(|((group, function), cells)| {
        let cell = |parameter| {
            let measured = cells.iter().find(|it| it.parameter == parameter);
            measured.map_or_else(String::new, |it| time(it.nanos))
        };
        iter::once(named(group, function))
            .chain(parameters.iter().map(|it| cell(*it)))
            .collect()
    });
    table(&head.collect::<Vec<_>>(), rows)
}

fn list(mut rows: Vec<&Measured>) -> String {
    rows.sort_by(|a, b| a.group.cmp(&b.group).then(a.nanos.total_cmp(&b.nanos)));
    let rows = rows.into_iter().map(|it| {
        let name = format!("{} {}", it.function, it.parameter);
        let each = time(it.nanos);
        vec![named(&it.group, name.trim()), each, count(1e9 / it.nanos)]
    });
    table(&["", "one takes", "in a second"], rows)
}

fn named(group: &str, function: &str) -> String {
    match function {
        "" => format!("`{group}`"),
        function => format!("`{group}`: {}", words(function)),
    }
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

/// A name as words, a number with its thousands apart.
fn words(name: &str) -> String {
    let number = name.parse().map(charts::thousands);
    number.unwrap_or_else(|_| name.replace('_', " "))
}

fn leading_number(name: &str) -> u64 {
    let digits = name.split(|c: char| !c.is_ascii_digit()).next();
    digits.and_then(|it| it.parse().ok()).unwrap_or(0)
}

fn collect(folder: &Path, into: &mut BTreeMap<String, Measured>) -> Result<(), String> {
    // Where a folder is missing, or a bench was interrupted, there are no results; whoever asks
    // for one is told.
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.join("benchmark.json").is_file() && path.ends_with("new") {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_group_is_told_with_the_command_that_measures_it() {
        let folder = tempfile::tempdir().expect("there is room for a result");
        let results = Results::read(folder.path()).expect("an empty folder can be read");
        let said = results.check(&["bench", "primitives", "wake"]).unwrap_err();
        assert!(said.ends_with(": run `cargo bench --bench primitives` first"));
        assert_eq!(said.lines().count(), 1);
    }

    #[test]
    fn a_result_is_the_median_of_one_element() {
        let folder = tempfile::tempdir().expect("there is room for a result");
        let new = folder.path().join("wake/notify/new");
        fs::create_dir_all(&new).expect("it can be made");
        let put = |file, text| fs::write(new.join(file), text).expect("it can be written");
        put(
            "benchmark.json",
            r#"{"group_id":"wake","function_id":"notify","value_str":null,
                "throughput":{"Elements":2},"full_id":"wake/notify"}"#,
        );
        put(
            "estimates.json",
            r#"{"mean":{"point_estimate":9.0},"median":{"point_estimate":5000.0}}"#,
        );
        let results = Results::read(folder.path()).expect("it can be read");
        assert_eq!(results.check(&["bench", "primitives", "wake"]), Ok(()));
        assert_eq!(results.nanos("wake/notify"), Some(2500.0));
        let table = "| | one takes | in a second |\n| --- | ---: | ---: |\n\
                     | `wake`: notify | 2.50 µs | 400 thousand |\n";
        assert_eq!(results.table(&["wake"]), table.replacen("| |", "|  |", 1));
    }
}
