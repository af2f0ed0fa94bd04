//! Time from left to right: its scale, its ticks, and how a moment is written.

use std::time::Duration;

/// The scale for an act that took `elapsed` beside one that took `longest`: the same for both,
/// so that lengths can be compared, unless the shorter would be hard to see.
pub(crate) fn scale(elapsed: Duration, longest: Duration) -> Duration {
    if elapsed.saturating_mul(10) < longest {
        elapsed
    } else {
        longest.max(elapsed)
    }
}

/// Up to here a scale is told in seconds, and its ticks are decimal.
const IN_SECONDS: Duration = Duration::from_mins(10);
/// Up to here in minutes, above in hours.
const IN_MINUTES: Duration = Duration::from_hours(6);

/// Round moments from zero to `scale`, at most `most + 1` of them.
pub(crate) fn ticks(scale: Duration, most: usize) -> Vec<Duration> {
    let decimal = (0..12)
        .flat_map(|power| [1, 2, 5].map(|digit| Duration::from_nanos(digit * 10_u64.pow(power))));
    let minutes = [1, 2, 5, 10, 15, 30].map(Duration::from_mins);
    let hours = (0..32).map(|doublings| Duration::from_hours(1 << doublings));
    let fits = |step: &Duration| scale.as_secs_f64() / step.as_secs_f64() <= most.max(1) as f64;
    let step = if scale < IN_SECONDS {
        decimal.into_iter().find(fits)
    } else {
        minutes.into_iter().chain(hours).find(fits)
    };
    let step = step.unwrap_or(Duration::MAX);
    (0..)
        .map_while(|number| step.checked_mul(number))
        .take_while(|at| *at <= scale)
        .collect()
}

/// A round moment, in the unit that suits the whole scale: `0s`, `250ms`, `1.5s`, `10min`, `3h`.
pub(crate) fn roundly(at: Duration, scale: Duration) -> String {
    let nanos = at.as_nanos() as f64;
    match scale {
        _ if at.is_zero() => "0s".into(),
        _ if scale < Duration::from_micros(1) => format!("{nanos}ns"),
        _ if scale < Duration::from_millis(1) => format!("{}µs", nanos / 1e3),
        _ if scale < Duration::from_secs(1) => format!("{}ms", nanos / 1e6),
        _ if scale < IN_SECONDS => format!("{}s", nanos / 1e9),
        _ if scale < IN_MINUTES => format!("{}min", nanos / 60e9),
        _ => format!("{}h", nanos / 3600e9),
    }
}

/// A span of time to the millisecond: `3.000 s`, or in hours where that reads better.
pub(crate) fn exactly(duration: Duration) -> String {
    let seconds = duration.as_secs();
    if duration < IN_SECONDS {
        format!("{:.3} s", duration.as_secs_f64())
    } else {
        format!(
            "{} h {:02} min {:02} s",
            seconds / 3600,
            seconds / 60 % 60,
            seconds % 60
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn acts_share_a_scale_unless_one_is_far_longer() {
        assert_eq!(scale(SECOND, 3 * SECOND), 3 * SECOND);
        assert_eq!(scale(3 * SECOND, SECOND), 3 * SECOND);
        assert_eq!(scale(SECOND, 100 * SECOND), SECOND);
    }

    #[test]
    fn ticks_are_round_whatever_the_scale() {
        let labels = |scale, most| {
            let ticks = ticks(scale, most);
            ticks
                .into_iter()
                .map(|at| roundly(at, scale))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            labels(Duration::from_micros(7), 4),
            ["0s", "2µs", "4µs", "6µs"]
        );
        assert_eq!(labels(Duration::from_millis(1001), 2), ["0s", "1s"]);
        assert_eq!(
            labels(100 * SECOND, 5),
            ["0s", "20s", "40s", "60s", "80s", "100s"]
        );
        assert_eq!(
            labels(Duration::from_hours(1), 4),
            ["0s", "15min", "30min", "45min", "60min"]
        );
        assert_eq!(
            labels(Duration::from_hours(72), 5),
            ["0s", "16h", "32h", "48h", "64h"]
        );
        assert_eq!(labels(Duration::ZERO, 5), ["0s"]);
        assert!(labels(Duration::MAX, 5).len() <= 6);
    }
}
