//! Lanes in words: what stands at their left, and what is told of those that are not drawn.

use crate::recording::{Lane, Outcome};

/// Columns of a label at most.
pub(crate) const LONGEST_LABEL: usize = 28;

/// The lanes as they are drawn: each under the lane it was created on, else in order of creation.
pub(crate) fn as_a_tree(lanes: &[Lane]) -> Vec<usize> {
    let mut children = vec![Vec::new(); lanes.len() + 1];
    for (index, lane) in lanes.iter().enumerate().rev() {
        children[lane.parent.map_or(0, |parent| parent + 1)].push(index);
    }
    let mut order = Vec::with_capacity(lanes.len());
    let mut next = std::mem::take(&mut children[0]);
    while let Some(index) = next.pop() {
        order.push(index);
        next.append(&mut children[index + 1]);
    }
    order
}

/// A lane's label, indented under its parents, shortened if it must be.
pub(crate) fn label(lane: &Lane, lanes: &[Lane]) -> String {
    let depth = std::iter::successors(lane.parent, |&parent| lanes[parent].parent).count();
    let label = format!("{:indent$}{}", "", lane.label, indent = 2 * depth);
    shortened(&label, LONGEST_LABEL)
}

/// At most `most` letters of a text; an ellipsis stands for the rest.
pub(crate) fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let start: String = text.chars().take(most - 1).collect();
    format!("{start}…")
}

/// What there was below the last lane that is drawn: `and 60 lanes more: 58 finished, 2 cancelled`.
pub(crate) fn left_out(lanes: &[Lane], rest: &[usize]) -> Option<String> {
    if rest.is_empty() {
        return None;
    }
    let counts: Vec<String> = Outcome::ALL
        .into_iter()
        .filter_map(|outcome| {
            let count = rest
                .iter()
                .filter(|&&lane| lanes[lane].outcome == outcome)
                .count();
            (count > 0).then(|| format!("{count} {}", outcome.name()))
        })
        .collect();
    let noun = if rest.len() == 1 { "lane" } else { "lanes" };
    Some(format!(
        "and {} {noun} more: {}",
        rest.len(),
        counts.join(", ")
    ))
}
