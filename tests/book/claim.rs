//! What a page claims and something else must stand for: notes on asyncio, and rules in bold.

use pulldown_cmark::{Event, Parser, Tag, TagEnd};

use crate::markdown::{Located, Marker, OPTIONS, line_at};

const NOTE: &str = "Coming from asyncio";

#[derive(Default)]
pub struct Claims {
    /// Paragraphs that begin "Coming from asyncio".
    pub notes: Vec<Claim>,
    /// What is set in bold and says something.
    pub rules: Vec<Claim>,
    /// Markers below which nothing is claimed.
    pub stray: Vec<Located<Marker>>,
}

pub struct Claim {
    pub line: usize,
    pub words: String,
    /// What stands for it: the next marker of its kind above the paragraph, list or quotation.
    pub marker: Option<Marker>,
}

impl Claims {
    pub fn read(text: &str) -> Self {
        let mut claims = Self::default();
        let mut above: Vec<Located<Marker>> = Vec::new();
        let mut bold: Option<Claim> = None;
        let mut in_table = false;
        let mut depth = 0;
        for (event, range) in Parser::new_ext(text, OPTIONS).into_offset_iter() {
            let claim = |words| Claim {
                line: line_at(text, range.start),
                words,
                marker: None,
            };
            match event {
                Event::Html(html) => {
                    let marker = Marker::parse(&html).filter(Marker::proves);
                    above.extend(marker.map(|it| Located {
                        line: line_at(text, range.start),
                        it,
                    }));
                }
                Event::Text(words) if words.starts_with(NOTE) => claims.notes.push(Claim {
                    marker: take("probe", &mut above),
                    ..claim(words.to_string())
                }),
                Event::Text(words) | Event::Code(words) => {
                    if let Some(bold) = &mut bold {
                        bold.words.push_str(&words);
                    }
                }
                Event::SoftBreak => {
                    if let Some(bold) = &mut bold {
                        bold.words.push(' ');
                    }
                }
                Event::Start(tag) => {
                    depth += 1;
                    match tag {
                        Tag::Table(_) => in_table = true,
                        Tag::Strong => bold = Some(claim(String::new())),
                        _ => {}
                    }
                }
                Event::End(tag) => {
                    depth -= 1;
                    match tag {
                        TagEnd::Table => in_table = false,
                        TagEnd::Strong => {
                            let said = bold.take().filter(|bold| says_something(&bold.words));
                            if let Some(rule) = said.filter(|_| !in_table) {
                                claims.rules.push(Claim {
                                    marker: take("rule", &mut above),
                                    ..rule
                                });
                            }
                        }
                        _ => {}
                    }
                    if depth == 0 && tag != TagEnd::HtmlBlock {
                        claims.stray.append(&mut above);
                    }
                }
                _ => {}
            }
        }
        claims.stray.append(&mut above);
        claims
    }
}

/// Whether words are a sentence rather than a term such as `**task group**`: four or more, or
/// three with a full stop. (The full stop of a sentence may also stand behind the bold words. In a
/// table, bold words head a row or a column and are left alone.)
fn says_something(words: &str) -> bool {
    match words.split_whitespace().count() {
        0..=2 => false,
        3 => words.ends_with(['.', '!', '?']),
        _ => true,
    }
}

fn take(kind: &str, above: &mut Vec<Located<Marker>>) -> Option<Marker> {
    let first = above.iter().position(|marker| marker.it.kind == kind)?;
    Some(above.remove(first).it)
}
