//! The bot lets people sleep: `Policy::in_daytime` puts off to the morning what falls into the night.
//! Then a group of nurses asks for the hours from 22 to 6, when they are awake. Since then, not one
//! of them has been warned.
//!
//! Goal: `put_off` gives `at` itself within the hours, and otherwise the moment when they next begin.
//! Hours may go over midnight. As ever, the end is excluded, and the hours are local ones.
//!
//! Lesson: `chapters/ch15_group_verification/README.md`, "A core that never waits"

use ch15_group_verification::{model::Timestamp, policy::Policy, sim::EPOCH};
use tokio::time::Duration;
use tracing::info;

const HOUR: u64 = 60 * 60 * 1_000;
const DAY: u64 = 24 * HOUR;

/// `at`, or the next moment within `policy.hours`.
fn put_off(policy: &Policy, at: Timestamp) -> Timestamp {
    let ahead = i64::from(policy.utc_offset_minutes) * 60_000;
    let local = at.0.saturating_add_signed(ahead) % DAY;
    let opens = HOUR * u64::from(policy.hours.start);
    let closes = HOUR * u64::from(policy.hours.end);
    // Counted from the opening, no night is in the way.
    let open_for = (local + DAY - opens) % DAY;
    if open_for < length(opens, closes) {
        at
    } else {
        Timestamp(at.0 + DAY - open_for)
    }
}

/// From one time of day to the next time it is the other one; from 0:00 to 24:00 it is a day.
fn length(opens: u64, closes: u64) -> u64 {
    if opens < closes {
        closes - opens
    } else {
        closes + DAY - opens
    }
}

fn main() {
    let policy = nurses(0);
    stage::play("A night shift", async {
        for hour in [3, 12, 23] {
            let at = EPOCH.after(Duration::from_hours(hour));
            let wait = put_off(&policy, at).since(at);
            info!("{hour}:00 is put off by {} h", wait.as_secs() / 3_600);
        }
    });
}

fn nurses(utc_offset_minutes: i32) -> Policy {
    #[expect(clippy::reversed_empty_ranges, reason = "from 22 to 6 in the morning")]
    let hours = 22..6;
    Policy {
        hours,
        utc_offset_minutes,
        ..Policy::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: u64 = 60_000;

    /// Looks at every minute in turn.
    fn expected(policy: &Policy, at: Timestamp) -> Timestamp {
        let open = |minute: u64| {
            let local = minute.strict_add_signed(policy.utc_offset_minutes.into());
            let hour = local / 60 % 24;
            let (start, end) = (policy.hours.start.into(), policy.hours.end.into());
            if start < end {
                (start..end).contains(&hour)
            } else {
                hour >= start || hour < end
            }
        };
        if open(at.0 / MINUTE) {
            return at;
        }
        let mut later = at.0 / MINUTE + 1..;
        Timestamp(later.find(|&minute| open(minute)).unwrap() * MINUTE)
    }

    fn check(policy: &Policy) {
        for minute in (0..2 * 24 * 60).step_by(15) {
            for millis in [0, 1, 59_999] {
                let at = Timestamp(EPOCH.0 + minute * MINUTE + millis);
                let hours = &policy.hours;
                let (shift, local) = (policy.utc_offset_minutes, minute % (24 * 60));
                assert_eq!(
                    put_off(policy, at),
                    expected(policy, at),
                    "hours {hours:?}, offset {shift} min, {:02}:{:02} UTC and {millis} ms",
                    local / 60,
                    local % 60,
                );
            }
        }
    }

    #[test]
    fn nurses_are_awake_at_night() {
        check(&nurses(0));
    }

    #[test]
    fn nurses_live_everywhere() {
        for offset in [60, -300, 345, -570, 840, -720] {
            check(&nurses(offset));
        }
    }

    #[test]
    fn others_still_sleep_at_night() {
        for hours in [8..22, 0..24, 0..1, 23..24] {
            for utc_offset_minutes in [0, 120, -210] {
                check(&Policy {
                    hours: hours.clone(),
                    utc_offset_minutes,
                    ..Policy::default()
                });
            }
        }
    }
}
