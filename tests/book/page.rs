//! A page of Markdown: what is marked, shown, linked and set as code in it.

use std::{
    mem,
    ops::Range,
    path::{Component, Path, PathBuf},
};

use pulldown_cmark::{BrokenLink, CodeBlockKind, CowStr, Event, LinkType, Parser, Tag, TagEnd};

use crate::{
    claim::Claims,
    markdown::{Located, Marker, OPTIONS, line_at},
};

pub struct Page {
    /// Relative to the book's root.
    pub path: PathBuf,
    pub text: String,
    pub blocks: Vec<Block>,
    pub pictures: Vec<Picture>,
    /// Where links and images lead.
    pub links: Vec<Located<String>>,
    /// Inline code.
    pub spans: Vec<Located<String>>,
    /// What `#fragments` can name.
    pub slugs: Vec<String>,
    pub claims: Claims,
    /// Markers that fill nothing, and references without a definition.
    pub faults: Vec<String>,
}

/// A fenced block.
pub struct Block {
    pub line: usize,
    pub language: String,
    pub marker: Option<Marker>,
    /// What stands between the fences.
    pub body: Range<usize>,
}

pub struct Picture {
    pub line: usize,
    pub target: String,
    pub marker: Option<Marker>,
}

impl Page {
    pub fn parse(path: PathBuf, text: String) -> Self {
        let mut page = Self {
            path,
            text: String::new(),
            blocks: Vec::new(),
            pictures: Vec::new(),
            links: Vec::new(),
            spans: Vec::new(),
            slugs: Vec::new(),
            claims: Claims::read(&text),
            faults: Vec::new(),
        };
        page.read(&text);
        page.text = text;
        page
    }

    /// A complaint that names its place.
    pub fn fault(&self, line: usize, words: &str) -> String {
        format!("{}:{line}: {words}", self.path.display())
    }

    pub fn body(&self, block: &Block) -> &str {
        &self.text[block.body.clone()]
    }

    /// A path as the page writes it, relative to the root; `None` if it leads out of it.
    pub fn resolve(&self, path: &str) -> Option<PathBuf> {
        let mut resolved = self.path.parent()?.to_owned();
        for part in Path::new(path).components() {
            match part {
                Component::Normal(name) => resolved.push(name),
                Component::CurDir => {}
                Component::ParentDir => resolved.pop().then_some(())?,
                _ => return None,
            }
        }
        Some(resolved)
    }

    fn read(&mut self, text: &str) {
        let mut undefined = Vec::new();
        let mut note_undefined = |link: BrokenLink| -> Option<(CowStr, CowStr)> {
            // `[words]` alone may be meant as it stands.
            if matches!(link.link_type, LinkType::Reference | LinkType::Collapsed) {
                undefined.push((line_at(text, link.span.start), link.reference.to_string()));
            }
            None
        };
        let events =
            Parser::new_with_broken_link_callback(text, OPTIONS, Some(&mut note_undefined))
                .into_offset_iter();

        let mut pending: Option<Located<Marker>> = None;
        let mut heading: Option<String> = None;
        for (event, range) in events {
            let line = line_at(text, range.start);
            match event {
                Event::Html(html) => {
                    let filling = |marker: &Marker| !marker.proves();
                    if let Some(marker) = Marker::parse(&html).filter(filling) {
                        self.unused(pending.replace(Located { line, it: marker }));
                    }
                }
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                    let language = info.split([',', ' ']).next().unwrap_or_default().to_owned();
                    let marker = self.place(pending.take(), &format!("{language} block"));
                    let filled = marker.is_some() || language == "console";
                    if filled && !(range.start == 0 || text[..range.start].ends_with('\n')) {
                        self.complain(line, "a block that is kept true must begin at the margin");
                    }
                    self.blocks.push(Block {
                        line,
                        language,
                        marker,
                        body: between_fences(text, range),
                    });
                }
                Event::Start(Tag::Image { dest_url, .. }) => {
                    let marker = self.place(pending.take(), "picture");
                    let target = dest_url.to_string();
                    self.links.push(Located {
                        line,
                        it: target.clone(),
                    });
                    self.pictures.push(Picture {
                        line,
                        target,
                        marker,
                    });
                }
                Event::Start(Tag::Table(_)) => drop(self.place(pending.take(), "table")),
                Event::Start(Tag::Link { dest_url, .. }) => {
                    self.unused(pending.take());
                    self.links.push(Located {
                        line,
                        it: dest_url.to_string(),
                    });
                }
                Event::Start(Tag::Heading { .. }) => {
                    self.unused(pending.take());
                    heading = Some(String::new());
                }
                Event::End(TagEnd::Heading(_)) => {
                    let slug = slug(&heading.take().unwrap_or_default(), &self.slugs);
                    self.slugs.push(slug);
                }
                Event::Text(words) => {
                    self.unused(pending.take());
                    if let Some(text) = &mut heading {
                        text.push_str(&words);
                    }
                }
                Event::Code(words) => {
                    self.unused(pending.take());
                    if let Some(text) = &mut heading {
                        text.push_str(&words);
                    }
                    self.spans.push(Located {
                        line,
                        it: words.to_string(),
                    });
                }
                _ => {}
            }
        }
        self.unused(pending);
        for Located { line, it: marker } in mem::take(&mut self.claims.stray) {
            let kind = marker.kind;
            let claim = match kind.as_str() {
                "probe" => "note that begins \"Coming from asyncio\"",
                _ => "sentence in bold",
            };
            self.complain(
                line,
                &format!("below this marker `{kind}:` stands no {claim}"),
            );
        }
        for (line, reference) in undefined {
            self.complain(line, &format!("nothing defines the link [{reference}]"));
        }
    }

    /// A marker that stands before something of the right `kind`.
    fn place(&mut self, marker: Option<Located<Marker>>, kind: &str) -> Option<Marker> {
        let Located { line, it: marker } = marker?;
        match (marker.kind.as_str(), kind) {
            ("code", "rust block")
            | ("compiler", "text block")
            | ("timeline", "picture")
            | ("measured", "picture" | "table") => Some(marker),
            (other, _) => {
                self.complain(line, &format!("a marker `{other}:` cannot fill a {kind}"));
                None
            }
        }
    }

    fn unused(&mut self, marker: Option<Located<Marker>>) {
        if let Some(Located { line, it: marker }) = marker {
            let words = format!(
                "below this marker `{}:` stands nothing to fill",
                marker.kind
            );
            self.complain(line, &words);
        }
    }

    fn complain(&mut self, line: usize, words: &str) {
        let fault = self.fault(line, words);
        self.faults.push(fault);
    }
}

fn between_fences(text: &str, block: Range<usize>) -> Range<usize> {
    let shown = text[block.clone()].trim_end();
    let after = |at: Option<usize>| block.start + at.map_or(shown.len(), |at| at + 1);
    after(shown.find('\n'))..after(shown.rfind('\n'))
}

/// The name of a heading as GitHub and mdBook make it.
fn slug(heading: &str, taken: &[String]) -> String {
    let slug: String = heading
        .trim()
        .to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
        .map(|c| if c == ' ' { '-' } else { c })
        .collect();
    let numbered = (1..).map(|number| format!("{slug}-{number}"));
    std::iter::once(slug.clone())
        .chain(numbered)
        .find(|slug| !taken.contains(slug))
        .unwrap_or_default()
}
