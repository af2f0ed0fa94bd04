//! The page whose tables and pictures are filled; its words are written by hand.

use std::{
    fs,
    path::{Path, PathBuf},
};

pub struct Page {
    path: PathBuf,
    text: String,
}

pub enum Filling {
    Table(String),
    /// An SVG file, where the page says.
    Picture(String),
}

impl Page {
    pub fn read(path: &Path) -> Result<Self, String> {
        let text = fs::read_to_string(path)
            .map_err(|error| format!("cannot read {}: {error}", path.display()))?;
        let path = path.to_owned();
        Ok(Self { path, text })
    }

    /// The words of all markers.
    pub fn asked(&self) -> impl Iterator<Item = Vec<&str>> {
        self.text.lines().filter_map(marker)
    }

    /// Replaces what stands below each marker, up to the next blank line.
    pub fn fill(
        &self,
        mut fill: impl FnMut(&[&str]) -> Result<Filling, String>,
    ) -> Result<(), String> {
        let mut filled = String::new();
        let mut lines = self.text.lines();
        while let Some(line) = lines.next() {
            filled += line;
            filled.push('\n');
            let Some(words) = marker(line) else { continue };
            let old: Vec<&str> = lines.by_ref().take_while(|line| !line.is_empty()).collect();
            match fill(&words)? {
                Filling::Table(table) => filled += &table,
                Filling::Picture(svg) => {
                    let shown = old.join("\n");
                    self.draw(&shown, &svg)?;
                    filled += &shown;
                    filled.push('\n');
                }
            }
            filled.push('\n');
        }
        write(&self.path, &format!("{}\n", filled.trim_end()))
    }

    /// `![what it shows](where it lies)`
    fn draw(&self, shown: &str, svg: &str) -> Result<(), String> {
        let path = shown
            .strip_prefix("![")
            .and_then(|rest| rest.split_once("](")?.1.strip_suffix(')'))
            .ok_or_else(|| format!("'{shown}' is not a picture"))?;
        write(&self.path.with_file_name(path), svg)
    }
}

/// A table in Markdown; the first column names, the others hold figures.
pub fn table(head: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let line = |cells: &[&str]| format!("| {} |\n", cells.join(" | "));
    let mut aligned = vec!["---:"; head.len()];
    aligned[0] = "---";
    let mut table = line(head) + &line(&aligned);
    for row in rows {
        table += &line(&row.iter().map(String::as_str).collect::<Vec<_>>());
    }
    table
}

fn marker(line: &str) -> Option<Vec<&str>> {
    let words = line.strip_prefix("<!-- measured: ")?.strip_suffix(" -->")?;
    Some(words.split_whitespace().collect())
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    let folder = path.parent().unwrap_or(Path::new(""));
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(path, text))
        .map_err(|error| format!("cannot write {}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_marked_is_replaced() {
        let folder = tempfile::tempdir().expect("there is room for a page");
        let path = folder.path().join("page.md");
        let page = "Words.\n\n<!-- measured: new -->\n\n<!-- measured: old -->\n| 1 |\n| 2 |\n\n\
                    <!-- measured: picture -->\n![It grows](it/grows.svg)\n\nMore words.\n";
        write(&path, page).expect("it can be written");
        let page = Page::read(&path).expect("it can be read");
        assert!(page.asked().eq([["new"], ["old"], ["picture"]]));
        let filled = page.fill(|words| {
            Ok(match words {
                ["picture"] => Filling::Picture("<svg/>".into()),
                other => Filling::Table(table(&other[..1], [])),
            })
        });
        assert_eq!(filled, Ok(()));
        let read = |path| fs::read_to_string(folder.path().join(path)).unwrap_or_default();
        assert_eq!(read("it/grows.svg"), "<svg/>");
        assert_eq!(
            read("page.md"),
            "Words.\n\n<!-- measured: new -->\n| new |\n| --- |\n\n<!-- measured: old -->\n\
             | old |\n| --- |\n\n<!-- measured: picture -->\n![It grows](it/grows.svg)\n\n\
             More words.\n"
        );
    }
}
