//! Finds items in Rust source that `rustfmt` has laid out: an item ends with the first line that
//! is indented like its beginning and ends in `}` or `;`.

/// What the words of a `code:` marker name, as it is shown in the book.
pub fn excerpt(source: &str, words: &[String]) -> Result<String, String> {
    let source = Source(source.lines().collect());
    let items = wanted(words)?;
    if items.is_empty() {
        return Err("name what is to be shown of the file".into());
    }
    let found: Result<Vec<Found>, String> = items.iter().map(|item| source.find(item)).collect();
    // Members of one block that are named one after the other stand in it together.
    let together = |one: &Found, next: &Found| one.owner.is_some() && one.owner == next.owner;
    let blocks: Vec<String> = found?
        .chunk_by(together)
        .map(|block| source.show(block))
        .collect();
    Ok(blocks.join("\n\n") + "\n")
}

/// The lines of the `#[test]` function of that name, if it is not ignored.
pub fn test<'a>(source: &'a str, name: &str) -> Option<Vec<&'a str>> {
    let source = Source(source.lines().collect());
    let has = |item: usize, attribute: &str| {
        let above = &source.0[source.start(item)..item];
        above.iter().any(|line| line.trim().starts_with(attribute))
    };
    let test = (0..source.0.len()).find(|&at| {
        declares(source.0[at]) == Some(name) && has(at, "#[test]") && !has(at, "#[ignore")
    })?;
    Some(source.0[test..=source.end(test)].to_vec())
}

enum Wanted<'a> {
    Anchor(&'a str),
    Item(&'a str),
    Member(&'a str, &'a str),
    Impl(Option<&'a str>, &'a str),
}

fn wanted(words: &[String]) -> Result<Vec<Wanted<'_>>, String> {
    let mut words = words.iter().map(String::as_str).peekable();
    let mut wanted = Vec::new();
    while let Some(word) = words.next() {
        wanted.push(if word == "impl" {
            let incomplete = "`impl` what? Say `impl Type` or `impl Trait for Type`";
            let name = words.next().ok_or(incomplete)?;
            match words.next_if_eq(&"for") {
                Some(_) => Wanted::Impl(Some(name), words.next().ok_or(incomplete)?),
                None => Wanted::Impl(None, name),
            }
        } else if let Some(anchor) = word.strip_prefix('#') {
            Wanted::Anchor(anchor)
        } else if let Some((owner, name)) = word.split_once("::") {
            Wanted::Member(owner, name)
        } else {
            Wanted::Item(word)
        });
    }
    Ok(wanted)
}

struct Source<'a>(Vec<&'a str>);

struct Found<'a> {
    /// Where the `impl` or the trait begins whose member this is.
    owner: Option<usize>,
    lines: Vec<&'a str>,
}

impl<'a> Source<'a> {
    fn find(&self, wanted: &Wanted) -> Result<Found<'a>, String> {
        let alone = |lines| Found { owner: None, lines };
        match *wanted {
            Wanted::Anchor(name) => Ok(alone(self.anchored(name)?)),
            Wanted::Item(name) => {
                let items = self.items(|line| declares(line) == Some(name));
                Ok(alone(self.item(only(name, &items)?)))
            }
            Wanted::Impl(of, owner) => {
                let name = match of {
                    Some(of) => format!("impl {of} for {owner}"),
                    None => format!("impl {owner}"),
                };
                let items = self.items(|line| implements(line) == Some((of, owner)));
                Ok(alone(self.item(only(&name, &items)?)))
            }
            Wanted::Member(owner, name) => {
                let owners = self.items(|line| {
                    implements(line).is_some_and(|(_, it)| it == owner)
                        || (line.contains("trait ") && declares(line) == Some(owner))
                });
                let members: Vec<(usize, usize)> = owners
                    .into_iter()
                    .flat_map(|first| (first + 1..self.end(first)).map(move |at| (first, at)))
                    .filter(|&(_, at)| {
                        indentation(self.0[at]) == 4 && declares(self.0[at]) == Some(name)
                    })
                    .collect();
                let (owner, member) = only(&format!("{owner}::{name}"), &members)?;
                Ok(Found {
                    owner: Some(owner),
                    lines: self.item(member),
                })
            }
        }
    }

    /// Members stand between the first and the last line of what they belong to.
    fn show(&self, block: &[Found<'a>]) -> String {
        let members: Vec<&[&str]> = block.iter().map(|found| &found.lines[..]).collect();
        let members = members.join(&"");
        match block[0].owner {
            Some(owner) => shown(&[self.head(owner), members, vec!["}"]].concat()),
            None => shown(&members),
        }
    }

    /// Where items begin that are not inside another.
    fn items(&self, is_wanted: impl Fn(&str) -> bool) -> Vec<usize> {
        (0..self.0.len())
            .filter(|&at| indentation(self.0[at]) == 0 && is_wanted(self.0[at]))
            .collect()
    }

    fn item(&self, item: usize) -> Vec<&'a str> {
        self.lines(item, self.end(item))
    }

    /// An `impl` or a trait up to its opening brace.
    fn head(&self, owner: usize) -> Vec<&'a str> {
        let opens = |&at: &usize| self.0[at].ends_with('{');
        self.lines(owner, (owner..self.0.len()).find(opens).unwrap_or(owner))
    }

    /// An item's lines up to the `last` one, without its docs.
    fn lines(&self, item: usize, last: usize) -> Vec<&'a str> {
        let above = (self.start(item)..item).filter(|&at| !is_doc(self.0[at]));
        above.chain(item..=last).map(|at| self.0[at]).collect()
    }

    /// Attributes and comments above an item belong to it.
    fn start(&self, item: usize) -> usize {
        let mut start = item;
        let mut inside_attribute = false;
        for at in (0..item).rev() {
            let line = self.0[at].trim_start();
            let opens_attribute = line.starts_with("#[");
            inside_attribute = !opens_attribute && (inside_attribute || line.ends_with(")]"));
            if opens_attribute || line.starts_with("//") {
                start = at;
            } else if !inside_attribute {
                break;
            }
        }
        start
    }

    fn end(&self, first: usize) -> usize {
        let indent = indentation(self.0[first]);
        (first..self.0.len())
            .find(|&at| {
                let code = self.0[at].split(" // ").next().unwrap_or_default();
                indentation(code) == indent && code.trim_end().ends_with(['}', ';'])
            })
            .unwrap_or(self.0.len() - 1)
    }

    fn anchored(&self, name: &str) -> Result<Vec<&'a str>, String> {
        let find = |comment: String| {
            let at = self.0.iter().position(|line| line.trim() == comment);
            at.ok_or(format!("the file has no line `{comment}`"))
        };
        let from = find(format!("// ANCHOR: {name}"))?;
        let to = find(format!("// ANCHOR_END: {name}"))?;
        let lines = self.0.get(from..to);
        let lines = lines.ok_or(format!("anchor `{name}` ends before it begins"))?;
        Ok(lines.to_vec())
    }
}

fn only<T: Copy>(name: &str, found: &[T]) -> Result<T, String> {
    match *found {
        [it] => Ok(it),
        [] => Err(format!("the file has no item `{name}`")),
        _ => Err(format!(
            "the file has {} items `{name}`; mark the one you mean with an anchor",
            found.len()
        )),
    }
}

/// The lines without their common indentation and without what only the book needs.
fn shown(lines: &[&str]) -> String {
    let lines: Vec<&str> = lines
        .iter()
        .copied()
        .filter(|line| !line.trim_start().starts_with("// ANCHOR"))
        .collect();
    let written = lines.iter().filter(|line| !line.is_empty());
    let margin = written.map(|line| indentation(line)).min().unwrap_or(0);
    let lines: Vec<&str> = lines
        .iter()
        .map(|line| line.get(margin..).unwrap_or_default())
        .collect();
    lines.join("\n")
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

fn is_doc(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("///") || line.starts_with("//!")
}

/// The name of the item that begins in this line.
fn declares(line: &str) -> Option<&str> {
    const QUALIFIERS: [&str; 5] = ["async ", "unsafe ", "default ", "extern \"C\" ", "pub "];
    const KINDS: [&str; 10] = [
        "fn ",
        "struct ",
        "enum ",
        "union ",
        "trait ",
        "static ",
        "type ",
        "mod ",
        "macro_rules! ",
        "const ",
    ];
    let mut rest = line.trim_start();
    if let Some(restricted) = rest.strip_prefix("pub(") {
        rest = restricted.split_once(") ")?.1;
    }
    while let Some(after) = strip_any(rest, &QUALIFIERS) {
        rest = after;
    }
    if rest.starts_with("const fn ") || rest.starts_with("const async ") {
        return declares(rest.strip_prefix("const ")?);
    }
    let name = strip_any(rest, &KINDS)?;
    let end = name.find(|c: char| !c.is_alphanumeric() && c != '_');
    Some(&name[..end.unwrap_or(name.len())])
}

/// Trait and type of the `impl` block that begins in this line, both by their bare names.
fn implements(line: &str) -> Option<(Option<&str>, &str)> {
    let mut rest = line.strip_prefix("impl")?;
    if rest.starts_with('<') {
        rest = &rest[closing_bracket(rest)? + 1..];
    }
    let rest = rest.trim_end_matches(" {");
    let rest = rest.split(" where").next()?.trim();
    match rest.split_once(" for ") {
        Some((of, owner)) => Some((Some(bare(of)), bare(owner))),
        None => Some((None, bare(rest))),
    }
}

/// `fmt::Display` and `Pool<'_, T>` by the names `Display` and `Pool`.
fn bare(path: &str) -> &str {
    let path = path.split('<').next().unwrap_or(path);
    path.rsplit("::").next().unwrap_or(path)
}

fn closing_bracket(text: &str) -> Option<usize> {
    let mut depth = 0;
    text.char_indices().find_map(|(at, c)| {
        match c {
            '<' => depth += 1,
            // Not the arrow of a function type.
            '>' if !text[..at].ends_with('-') => depth -= 1,
            _ => {}
        }
        (depth == 0).then_some(at)
    })
}

fn strip_any<'a>(text: &'a str, prefixes: &[&str]) -> Option<&'a str> {
    prefixes.iter().find_map(|prefix| text.strip_prefix(prefix))
}
