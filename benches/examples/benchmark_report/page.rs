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
