//! How the book's Markdown is read, and the markers in it.

use pulldown_cmark::Options;

pub const OPTIONS: Options = Options::ENABLE_TABLES.union(Options::ENABLE_FOOTNOTES);

/// `<!-- kind: words … -->`
pub struct Marker {
    pub kind: String,
    pub words: Vec<String>,
}

/// Something and the line it stands on.
pub struct Located<T> {
    pub line: usize,
    pub it: T,
}

impl Marker {
    /// Other comments are none of the book's business.
    pub fn parse(html: &str) -> Option<Self> {
        let comment = html.trim().strip_prefix("<!--")?.strip_suffix("-->")?;
        let (kind, words) = comment.trim().split_once(':')?;
        kind.chars().all(char::is_alphabetic).then(|| Self {
            kind: kind.to_owned(),
            words: words.split_whitespace().map(str::to_owned).collect(),
        })
    }

    /// Whether it names what proves the words below, and fills nothing.
    pub fn proves(&self) -> bool {
        matches!(self.kind.as_str(), "probe" | "rule")
    }
}

pub fn line_at(text: &str, at: usize) -> usize {
    1 + text[..at].matches('\n').count()
}
