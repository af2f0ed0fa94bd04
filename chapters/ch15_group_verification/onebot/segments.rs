//! A message: pieces of text and the people it speaks to, as segments or with CQ codes.

use serde_json::{Value, json};

use crate::model::UserId;

/// A piece of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// Words.
    Text(String),
    /// Somebody is spoken to.
    At(UserId),
    /// What this program has no use for: pictures, replies, `@all`.
    Other,
}

/// Reads a message: a string with CQ codes, an array of segments, or a single segment. What is not understood
/// is [`Segment::Other`].
#[must_use]
pub fn from_json(message: &Value) -> Vec<Segment> {
    match message {
        Value::String(text) => from_cq(text),
        Value::Array(segments) => segments.iter().map(segment).collect(),
        Value::Object(_) => vec![segment(message)],
        _ => Vec::new(),
    }
}

fn segment(json: &Value) -> Segment {
    let data = &json["data"];
    match json["type"].as_str() {
        Some("text") => match &data["text"] {
            Value::String(text) => Segment::Text(text.clone()),
            _ => Segment::Other,
        },
        Some("at") => {
            super::frames::id(&data["qq"]).map_or(Segment::Other, |id| Segment::At(UserId(id)))
        }
        _ => Segment::Other,
    }
}

/// As it is sent: an array of segments. Only what can be said is: there is no way to send [`Segment::Other`].
#[must_use]
pub fn to_json(segments: &[Segment]) -> Value {
    let each = segments.iter().filter_map(|segment| match segment {
        Segment::Text(text) => Some(json!({"type": "text", "data": {"text": text}})),
        Segment::At(user) => Some(json!({"type": "at", "data": {"qq": user.to_string()}})),
        Segment::Other => None,
    });
    each.collect()
}

/// Reads a string with CQ codes. A code that is not closed is text.
#[must_use]
pub fn from_cq(text: &str) -> Vec<Segment> {
    let mut segments = Vec::new();
    let mut rest = text;
    while let Some((before, code, after)) = next_code(rest) {
        push_text(&mut segments, before);
        segments.push(from_code(code));
        rest = after;
    }
    push_text(&mut segments, rest);
    segments
}

/// What is before a code, in it, and after it.
fn next_code(text: &str) -> Option<(&str, &str, &str)> {
    let (before, from) = text.split_once("[CQ:")?;
    let (code, after) = from.split_once(']')?;
    Some((before, code, after))
}

fn push_text(segments: &mut Vec<Segment>, escaped: &str) {
    if !escaped.is_empty() {
        segments.push(Segment::Text(unescaped(escaped)));
    }
}

/// `at,qq=123`
fn from_code(code: &str) -> Segment {
    let mut parts = code.split(',');
    if parts.next() != Some("at") {
        return Segment::Other;
    }
    let qq = parts.find_map(|part| part.trim().strip_prefix("qq="));
    let id = qq.and_then(|qq| unescaped(qq).trim().parse().ok());
    id.map_or(Segment::Other, |id| Segment::At(UserId(id)))
}

/// As a string with CQ codes.
#[must_use]
pub fn to_cq(segments: &[Segment]) -> String {
    let each = segments.iter().map(|segment| match segment {
        Segment::Text(text) => escaped(text),
        Segment::At(user) => format!("[CQ:at,qq={user}]"),
        Segment::Other => String::new(),
    });
    each.collect()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('[', "&#91;")
        .replace(']', "&#93;")
}

fn unescaped(text: &str) -> String {
    let text = text.replace("&#91;", "[").replace("&#93;", "]");
    // The ampersand comes last: what it begins here was text.
    text.replace("&#44;", ",").replace("&amp;", "&")
}

/// Who is spoken to, in order.
pub fn spoken_to(segments: &[Segment]) -> impl Iterator<Item = UserId> {
    segments.iter().filter_map(|segment| match segment {
        Segment::At(user) => Some(*user),
        _ => None,
    })
}

/// The words alone.
#[must_use]
pub fn words(segments: &[Segment]) -> String {
    let texts = segments.iter().filter_map(|segment| match segment {
        Segment::Text(text) => Some(text.as_str()),
        _ => None,
    });
    texts.collect()
}
