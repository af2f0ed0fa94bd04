//! Makes a module of each solution in `../wrong` and `../right`. They stand there without what all
//! have in common with the solution: from a certain line on, which is named at their end.

use std::{env, error::Error, fmt::Write, fs, path::Path};

const MARK: &str = "// From here on as in the solution:\n// ";

fn main() -> Result<(), Box<dyn Error>> {
    let workbook = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("..");
    let out = env::var("OUT_DIR")?;
    let out = Path::new(&out);
    // `KEPT=locks` builds only what belongs to exercises whose names begin so.
    let beginning = env::var("KEPT").unwrap_or_default();
    println!("cargo::rerun-if-env-changed=KEPT");
    println!("cargo::rerun-if-changed=../solutions");
    let (mut modules, mut names) = (String::new(), String::new());
    for verdict in ["wrong", "right"] {
        println!("cargo::rerun-if-changed=../{verdict}");
        writeln!(modules, "mod {verdict} {{")?;
        let all = entries(&workbook.join(verdict))?.into_iter();
        for exercise in all.filter(|name| name.starts_with(&beginning)) {
            println!("cargo::rerun-if-changed=../{verdict}/{exercise}");
            writeln!(modules, "mod {exercise} {{")?;
            let solution = solution(&workbook, &exercise)?;
            let folder = workbook.join(verdict).join(&exercise);
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
    Ok(fs::write(out.join("kept.rs"), all)?)
}

/// The solution of this exercise, in whichever chapter it is.
fn solution(workbook: &Path, exercise: &str) -> Result<String, Box<dyn Error>> {
    let solutions = workbook.join("solutions");
    let path = |chapter| solutions.join(chapter).join(format!("{exercise}.rs"));
    let paths: Vec<_> = entries(&solutions)?.into_iter().map(path).collect();
    let path = paths.iter().find(|path| path.exists());
    Ok(fs::read_to_string(path.ok_or("no such solution")?)?)
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
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        names.push(entry?.file_name().into_string().map_err(|_| "a name")?);
    }
    names.sort();
    Ok(names)
}
