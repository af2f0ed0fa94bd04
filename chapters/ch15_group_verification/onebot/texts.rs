//! The words of the bot, in one file that can be replaced, and the way back: what a message of such a bot means.

use std::{collections::BTreeMap, str::FromStr};

use serde::Deserialize;
use uuid::Uuid;

use super::segments::{Segment, spoken_to, words};
use crate::{
    model::{Code, GroupId, UserId},
    platform::{Message, Tally},
};

/// The words of the bot, and those that it obeys.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Texts {
    greeting: String,
    welcome: String,
    warning: String,
    announcement: String,
    notice: String,
    report: String,
    no_rights: String,
    scan_all: String,
    scan_group: String,
}

/// A file of texts cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TextsError {
    /// It is not JSON, or not such JSON.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    /// A text lacks something without which it cannot be understood, or has something unknown.
    #[error("'{text}' takes {expected} in braces, and says '{found}'")]
    Placeholders {
        /// Which text.
        text: &'static str,
        /// What has to be in it, each once.
        expected: String,
        /// The text.
        found: String,
    },
    /// An order that nobody could give.
    #[error("'{0}' is empty")]
    NoOrder(&'static str),
}

impl Default for Texts {
    fn default() -> Self {
        let texts = include_str!("texts.json").parse();
        texts.expect("the file beside this one is in order")
    }
}

impl FromStr for Texts {
    type Err = TextsError;

    fn from_str(json: &str) -> Result<Self, TextsError> {
        let texts: Self = serde_json::from_str(json)?;
        let all: [(_, _, &[&str]); 7] = [
            ("greeting", &texts.greeting, &["at", "code"]),
            ("welcome", &texts.welcome, &["group"]),
            ("warning", &texts.warning, &["at"]),
            ("announcement", &texts.announcement, &["at"]),
            ("notice", &texts.notice, &["group", "kick", "warn"]),
            (
                "report",
                &texts.report,
                &["failed", "groups", "kicked", "warned"],
            ),
            ("no_rights", &texts.no_rights, &["group"]),
        ];
        for (text, found, expected) in all {
            let mut names: Vec<_> = pieces(found).filter_map(|(_, name)| name).collect();
            names.sort_unstable();
            if names != expected {
                let (expected, found) = (expected.join(", "), found.clone());
                return Err(TextsError::Placeholders {
                    text,
                    expected,
                    found,
                });
            }
        }
        for (name, order) in [
            ("scan_all", &texts.scan_all),
            ("scan_group", &texts.scan_group),
        ] {
            if order.trim().is_empty() {
                return Err(TextsError::NoOrder(name));
            }
        }
        Ok(texts)
    }
}

impl Texts {
    /// What is sent.
    #[must_use]
    pub fn say(&self, message: &Message) -> Vec<Segment> {
        let number = |name, number: u64| (name, number.to_string());
        let fill = |text, at: &[UserId], values: &[(&str, String)]| fill(text, at, values);
        match message {
            Message::Greeting { user, code } => {
                fill(&self.greeting, &[*user], &[("code", code.to_string())])
            }
            Message::Welcome(group) => fill(&self.welcome, &[], &[number("group", group.0)]),
            Message::Warning(users) => fill(&self.warning, users, &[]),
            Message::Announcement(users) => fill(&self.announcement, users, &[]),
            Message::Notice { group, warn, kick } => {
                let (warn, kick) = (*warn as u64, *kick as u64);
                let values = [
                    number("group", group.0),
                    number("warn", warn),
                    number("kick", kick),
                ];
                fill(&self.notice, &[], &values)
            }
            Message::Report(tally) => {
                let values = [
                    number("groups", tally.groups.into()),
                    number("warned", tally.warned.into()),
                    number("kicked", tally.kicked.into()),
                    number("failed", tally.failed.into()),
                ];
                fill(&self.report, &[], &values)
            }
            Message::NoRights(group) => fill(&self.no_rights, &[], &[number("group", group.0)]),
        }
    }

    /// What a message in a group means to those who read it. Also one of a bot with other words: who is spoken to
    /// and told something like a code is greeted, who is just spoken to is warned. `None` if it is about nobody.
    ///
    /// `code` keeps what stands for the code, which need not be a UUID elsewhere.
    pub fn heard_in_group(
        &self,
        said: &[Segment],
        code: impl FnOnce(&str) -> Code,
    ) -> Option<Message> {
        let users: Vec<UserId> = spoken_to(said).collect();
        let first = *users.first()?;
        let words = words(said);
        if read(&self.announcement, &words).is_some() {
            return Some(Message::Announcement(users));
        }
        if read(&self.warning, &words).is_some() {
            return Some(Message::Warning(users));
        }
        let token = match read(&self.greeting, &words) {
            Some(values) => Some(values["code"].clone()),
            None => like_a_code(&words).map(str::to_owned),
        };
        Some(match token {
            Some(token) => Message::Greeting {
                user: first,
                code: code(&token),
            },
            None => Message::Warning(users),
        })
    }

    /// What a private message of the bot is; one with other words is a [`Message::Report`] of nothing.
    #[must_use]
    pub fn heard_in_private(&self, said: &[Segment]) -> Message {
        let words = words(said);
        let group = |text| Some(GroupId(number(&read(text, &words)?, "group")?));
        let notice = || {
            let values = read(&self.notice, &words)?;
            let count = |name| usize::try_from(number(&values, name)?).ok();
            let group = GroupId(number(&values, "group")?);
            Some(Message::Notice {
                group,
                warn: count("warn")?,
                kick: count("kick")?,
            })
        };
        let report = || {
            let values = read(&self.report, &words)?;
            let count = |name| u32::try_from(number(&values, name)?).ok();
            Some(Message::Report(Tally {
                groups: count("groups")?,
                failed: count("failed")?,
                warned: count("warned")?,
                kicked: count("kicked")?,
            }))
        };
        None.or_else(|| group(&self.welcome).map(Message::Welcome))
            .or_else(|| group(&self.no_rights).map(Message::NoRights))
            .or_else(notice)
            .or_else(report)
            .unwrap_or(Message::Report(Tally::default()))
    }

    /// Whether this asks for a scan of all groups.
    #[must_use]
    pub fn asks_for_all(&self, words: &str) -> bool {
        words.trim() == self.scan_all.trim()
    }

    /// Whether this asks for a scan of the group in which it is said.
    #[must_use]
    pub fn asks_for_group(&self, words: &str) -> bool {
        words.trim() == self.scan_group.trim()
    }

    /// How one asks for a scan of all groups.
    #[must_use]
    pub fn order_for_all(&self) -> &str {
        &self.scan_all
    }

    /// How one asks for a scan of a group, in that group.
    #[must_use]
    pub fn order_for_group(&self) -> &str {
        &self.scan_group
    }
}

/// Text and the name in braces that follows it, if any. Braces that hold anything else are text.
fn pieces(text: &str) -> impl Iterator<Item = (&str, Option<&str>)> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let all = rest.take()?;
        let mut from = 0;
        while let Some(open) = all[from..].find('{').map(|at| from + at) {
            let inside = &all[open + 1..];
            let name = inside.split('}').next().unwrap_or_default();
            let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase());
            if is_name && inside.len() > name.len() {
                rest = Some(&inside[name.len() + 1..]);
                return Some((&all[..open], Some(name)));
            }
            from = open + 1;
        }
        Some((all, None))
    })
}

fn fill(text: &str, at: &[UserId], values: &[(&str, String)]) -> Vec<Segment> {
    let mut segments = Vec::new();
    let mut words = String::new();
    for (before, name) in pieces(text) {
        words.push_str(before);
        match name {
            Some("at") => {
                for &user in at {
                    if !words.is_empty() {
                        segments.push(Segment::Text(std::mem::take(&mut words)));
                    }
                    segments.push(Segment::At(user));
                    words.push(' ');
                }
                // The text brings its own blank after the last one.
                words.pop();
            }
            Some(name) => {
                let value = values.iter().find(|(other, _)| *other == name);
                words.extend(value.map(|(_, value)| value.as_str()));
            }
            None => {}
        }
    }
    if !words.is_empty() {
        segments.push(Segment::Text(words));
    }
    segments
}

/// What stands in the places of the names, if these are the words of that text; how many blanks there are does not
/// matter. Those who are spoken to are no words.
fn read(text: &str, words: &str) -> Option<BTreeMap<String, String>> {
    let (text, words) = (
        with_single_blanks(&text.replace("{at}", "")),
        with_single_blanks(words),
    );
    let mut values = BTreeMap::new();
    let mut rest = words.as_str();
    let mut pending: Option<&str> = None;
    for (before, name) in pieces(&text) {
        match pending.take() {
            None => rest = rest.strip_prefix(before)?,
            Some(open) => {
                // A value goes on to the next word of the text, or to the end.
                let ends = if before.is_empty() && name.is_none() {
                    rest.len()
                } else {
                    rest.find(before)?
                };
                values.insert(open.to_owned(), rest[..ends].to_owned());
                rest = &rest[ends + before.len()..];
            }
        }
        pending = name;
    }
    rest.is_empty().then_some(values)
}

fn with_single_blanks(words: &str) -> String {
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn number(values: &BTreeMap<String, String>, name: &str) -> Option<u64> {
    values.get(name)?.parse().ok()
}

/// The first UUID, else the longest word of letters and digits with a digit in it, four letters at least.
pub(super) fn like_a_code(words: &str) -> Option<&str> {
    let is_inside = |one: char| one.is_ascii_alphanumeric() || one == '-';
    let tokens = || {
        words
            .split(|one| !is_inside(one))
            .map(|token| token.trim_matches('-'))
    };
    let is_code =
        |token: &&str| token.len() >= 4 && token.bytes().any(|byte| byte.is_ascii_digit());
    let uuid = tokens().find(|token| Uuid::try_parse(token).is_ok());
    uuid.or_else(|| tokens().filter(is_code).max_by_key(|token| token.len()))
}
