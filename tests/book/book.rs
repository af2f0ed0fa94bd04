//! The book as a whole, and what in it can be rewritten.

use std::{
    collections::BTreeMap,
    fs, io,
    ops::Range,
    path::{Path, PathBuf},
};

use similar::TextDiff;

use crate::{page::Page, runner::Runner};

/// Lines of a difference that are printed; a new legend changes every picture in many places.
const LONGEST_DIFF: usize = 40;

pub struct Book {
    pub root: PathBuf,
    pub pages: Vec<Page>,
    pub runner: Box<dyn Runner>,
}

/// A part of the book that is never typed by hand.
pub struct Kept<'a> {
    pub page: &'a Page,
    pub line: usize,
    pub is: String,
    pub should_be: String,
    pub place: Place,
}

/// Where a part is written.
pub enum Place {
    /// In its page.
    Here(Range<usize>),
    /// In a file of its own, relative to the root.
    File(PathBuf),
}

impl Book {
    /// Reads all Markdown that readers are shown.
    pub fn open(root: &Path, runner: Box<dyn Runner>) -> Self {
        let mut paths = Vec::new();
        for page in [
            "README.md",
            "CONTRIBUTING.md",
            "CHANGELOG.md",
            "workbook/README.md",
        ] {
            paths.extend(root.join(page).is_file().then(|| page.into()));
        }
        paths.extend(files_below(root, Path::new("chapters"), "md"));
        let read = |path: PathBuf| {
            let text = fs::read_to_string(root.join(&path)).expect("a page is readable text");
            Page::parse(path, text)
        };
        Self {
            root: root.to_owned(),
            pages: paths.into_iter().map(read).collect(),
            runner,
        }
    }

    pub fn page(&self, path: impl AsRef<Path>) -> Option<&Page> {
        self.pages.iter().find(|page| page.path == path.as_ref())
    }

    /// Writes what is kept true as it should be. What cannot be found out stays as it is.
    pub fn rewrite(&self, kept: Vec<Kept>) -> io::Result<()> {
        let mut pages: BTreeMap<&Path, Vec<(Range<usize>, String)>> = BTreeMap::new();
        for part in kept {
            match part.place {
                Place::File(path) => {
                    let path = self.root.join(path);
                    fs::create_dir_all(path.parent().unwrap_or(&self.root))?;
                    fs::write(path, part.should_be)?;
                }
                Place::Here(range) => {
                    let edits = pages.entry(&part.page.path).or_default();
                    edits.push((range, part.should_be));
                }
            }
        }
        for (path, mut edits) in pages {
            let mut text = fs::read_to_string(self.root.join(path))?;
            edits.sort_by_key(|(range, _)| range.start);
            for (range, should_be) in edits.into_iter().rev() {
                text.replace_range(range, &should_be);
            }
            fs::write(self.root.join(path), text)?;
        }
        Ok(())
    }
}

impl Kept<'_> {
    /// Where and how the book differs from the truth.
    pub fn fault(&self) -> Option<String> {
        if self.is == self.should_be {
            return None;
        }
        let diff = TextDiff::from_lines(&self.is, &self.should_be);
        let diff = diff.unified_diff().context_radius(2).to_string();
        let mut shown: Vec<&str> = diff.lines().take(LONGEST_DIFF).collect();
        if diff.lines().nth(LONGEST_DIFF).is_some() {
            shown.push("…");
        }
        let what = match &self.place {
            Place::Here(_) => "this block".into(),
            Place::File(path) => path.display().to_string(),
        };
        let words = format!(
            "{what} is out of date (-: the book, +: the truth)\n{}",
            shown.join("\n")
        );
        Some(self.page.fault(self.line, &words))
    }
}

/// All files below a folder whose names end in `.extension`, sorted, relative to the root.
pub fn files_below(root: &Path, folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for path in entries(root, folder) {
        if root.join(&path).is_dir() {
            files.extend(files_below(root, &path, extension));
        } else if path.extension().is_some_and(|it| it == extension) {
            files.push(path);
        }
    }
    files
}

/// What stands in a folder, sorted, relative to the root.
pub fn entries(root: &Path, folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(root.join(folder)).into_iter().flatten();
    let mut paths: Vec<PathBuf> = entries
        .filter_map(|entry| Some(folder.join(entry.ok()?.file_name())))
        .collect();
    paths.sort();
    paths
}
