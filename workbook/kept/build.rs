//! Makes a module of each solution in `../wrong` and `../right`, and a list of them for each chapter. They
//! stand there without what all have in common with the solution: from a certain line on, which is named
//! at their end.

use std::{
    collections::BTreeSet,
    env,
    error::Error,
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

const MARK: &str = "// From here on as in the solution:\n// ";

fn main() -> Result<(), Box<dyn Error>> {
    // `KEPT=locks` builds only what belongs to exercises whose names begin so.
    let beginning = env::var("KEPT").unwrap_or_default();
    println!("cargo::rerun-if-env-changed=KEPT");
    let workbook = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("..");
    let mut unused = BTreeSet::new();
    for folder in ["wrong", "right"] {
        println!("cargo::rerun-if-changed=../{folder}");
        unused.extend(entries(&workbook.join(folder))?);
    }
    println!("cargo::rerun-if-changed=../solutions");
    for chapter in entries(&workbook.join("solutions"))? {
        if !workbook.join(format!("kept/tests/{chapter}.rs")).exists() {
            return Err(format!("kept/tests/{chapter}.rs is missing").into());
        }
        let mut exercises = Vec::new();
        for file in entries(&workbook.join("solutions").join(&chapter))? {
            let exercise = file.trim_end_matches(".rs").to_owned();
            unused.remove(&exercise);
            if exercise.starts_with(&beginning) {
                exercises.push(exercise);
            }
        }
        write_modules(&workbook, &chapter, &exercises)?;
    }
    match unused.first() {
        Some(name) => Err(format!("no exercise is called {name}").into()),
        None => Ok(()),
    }
}

/// The modules of a chapter, and `ALL`, their paths.
fn write_modules(
    workbook: &Path,
    chapter: &str,
    exercises: &[String],
) -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let (mut modules, mut names) = (String::new(), String::new());
    for verdict in ["wrong", "right"] {
        writeln!(modules, "mod {verdict} {{")?;
        for exercise in exercises {
            let solution = workbook.join(format!("solutions/{chapter}/{exercise}.rs"));
            let solution = fs::read_to_string(solution)?;
            let folder = workbook.join(verdict).join(exercise);
            writeln!(modules, "mod {exercise} {{")?;
            for file in entries(&folder)? {
                let whole = spliced(&fs::read_to_string(folder.join(&file))?, &solution)
                    .ok_or_else(|| format!("{verdict}/{exercise}/{file}: no such line"))?;
                let path = out.join(format!("{verdict}_{exercise}_{file}"));
                fs::write(&path, whole)?;
                let name = file.trim_end_matches(".rs");
                writeln!(modules, "#[path = {path:?}] mod {name};")?;
                writeln!(names, "\"{verdict}::{exercise}::{name}\",")?;
            }
            writeln!(modules, "}}")?;
        }
        writeln!(modules, "}}")?;
    }
    let all = format!("{modules}\nconst ALL: &[&str] = &[\n{names}];\n");
    Ok(fs::write(out.join(format!("{chapter}.rs")), all)?)
}

/// What somebody wrote, and the rest of the solution.
fn spliced(written: &str, solution: &str) -> Option<String> {
    let Some((own, line)) = written.split_once(MARK) else {
        return Some(written.to_owned());
    };
    let from = format!("\n{}\n", line.trim_end());
    Some(format!("{own}{}", &solution[solution.find(&from)?..]))
}

fn entries(folder: &Path) -> Result<Vec<String>, Box<dyn Error>> {
    let entries = fs::read_dir(folder).map_err(|err| format!("{}: {err}", folder.display()))?;
    let mut names = Vec::new();
    for entry in entries {
        names.push(entry?.file_name().into_string().map_err(|_| "a name")?);
    }
    names.sort();
    Ok(names)
}
