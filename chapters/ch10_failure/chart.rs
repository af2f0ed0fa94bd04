//! Curves as lines of text.

/// One column for each value, `rows` high at `top`; at least a trace of every value above 0.
#[must_use]
pub fn columns(values: &[u32], top: u32, rows: u32) -> Vec<String> {
    const STEPS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let line = |row: u32| {
        let steps = values.iter().map(|&value| {
            let height = (value * rows * 8 / top).max(value.min(1));
            STEPS[height.saturating_sub(row * 8).min(8) as usize]
        });
        steps.collect::<String>().trim_end().to_owned()
    };
    (0..rows).rev().map(line).collect()
}

/// A bar, `width` columns long at `top`.
#[must_use]
pub fn bar(value: u32, top: u32, width: u32) -> String {
    "█".repeat(((value * width + top / 2) / top) as usize)
}
