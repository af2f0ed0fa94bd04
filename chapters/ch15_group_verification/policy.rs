//! What one may want to change about the bot, in one place.

use std::{ops::Range, time::Duration};

use super::{
    hash::Fnv1a,
    model::{Timestamp, UserId},
};

const HOUR: Duration = Duration::from_hours(1);
const DAY: u64 = 24 * 60 * 60 * 1000;

/// How patient, how polite and how busy the bot is.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// Who owns the bot: may scan all groups and gets the reports.
    pub owner: UserId,
    /// Warnings before a kick.
    pub warnings: u8,
    /// From the greeting to the first warning, and from each warning to what follows.
    pub scan_every: Duration,
    /// The same in a scan that somebody ordered.
    pub ordered_scan_every: Duration,
    /// An order that could not be carried out for so long is given up.
    pub order_expires: Duration,
    /// Local hours in which scheduled scans happen; the end is excluded. From 22 to 6 is the
    /// night, from 8 to 8 is always.
    pub hours: Range<u8>,
    /// How far local time is ahead of UTC, in minutes.
    pub utc_offset_minutes: i32,
    /// Pause between two kicks in one group.
    pub kick_gap: Duration,
    /// How often the platform is asked who is in a group, in case an event got lost.
    pub look_every: Duration,
    /// After this long without an answer a call counts as failed.
    pub call_timeout: Duration,
    /// How often a scan tries a call again before it breaks off.
    pub retries: u32,
    /// Longest wait before the first of these; it doubles from one to the next.
    pub backoff: Duration,
    /// No wait between two of these tries is longer, unless the platform asks for it.
    pub longest_backoff: Duration,
    /// The longest pause after which a member, or a group, is tried again that was set aside.
    pub longest_pause: Duration,
    /// No matter how long the platform asks us to wait, after this long it is asked again.
    pub longest_wait: Duration,
    /// Calls that may be under way at the same time.
    pub groups_in_flight: usize,
    /// Calls per second over all groups; `None` means no limit.
    pub calls_per_second: Option<u32>,
    /// Events that may wait in front of one group before the source is slowed down.
    pub inbox: usize,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            owner: UserId(1),
            warnings: 3,
            scan_every: 4 * HOUR,
            ordered_scan_every: Duration::from_mins(10),
            order_expires: HOUR,
            hours: 8..22,
            utc_offset_minutes: 0,
            kick_gap: Duration::from_secs(1),
            look_every: Duration::from_mins(30),
            call_timeout: Duration::from_secs(10),
            retries: 4,
            backoff: Duration::from_millis(500),
            longest_backoff: Duration::from_secs(30),
            longest_pause: Duration::from_mins(20),
            longest_wait: 4 * HOUR,
            groups_in_flight: 32,
            calls_per_second: Some(50),
            inbox: 64,
        }
    }
}

impl Policy {
    /// `at`, or the next opening if `at` is outside of the hours.
    #[must_use]
    pub fn in_daytime(&self, at: Timestamp) -> Timestamp {
        let hour = |hour: u8| u64::from(hour) * 3_600_000;
        let (opens, closes) = (hour(self.hours.start), hour(self.hours.end));
        // Counted from the opening, no midnight is in the way.
        let open_for = (self.local_time_of_day(at) + DAY - opens % DAY) % DAY;
        let hours = match closes.checked_sub(opens) {
            None => closes + DAY - opens,
            Some(0) => DAY,
            Some(hours) => hours,
        };
        if open_for < hours {
            at
        } else {
            Timestamp(at.0.saturating_add(DAY - open_for))
        }
    }

    /// Whether scheduled scans may happen now.
    #[must_use]
    pub fn is_daytime(&self, now: Timestamp) -> bool {
        self.in_daytime(now) == now
    }

    /// How long to wait after this many failures in a row: it doubles from `first` to `longest`,
    /// and is drawn from its upper half, so that those who failed together do not come back
    /// together.
    ///
    /// Exponential back-off with equal jitter, after Brooker, *Exponential Backoff and Jitter*
    /// (AWS Architecture Blog, 2015). `salt` stands for chance: who waits, and since when.
    #[must_use]
    pub fn pause(failures: u32, first: Duration, longest: Duration, salt: u64) -> Duration {
        let doubled = 2_u32.saturating_pow(failures.saturating_sub(1));
        let ceiling = first.saturating_mul(doubled).min(longest);
        let mut hash = Fnv1a::default();
        hash.add(&salt.to_le_bytes());
        hash.add(&failures.to_le_bytes());
        // The upper bits are well mixed.
        let share = f64::from((hash.value() >> 40) as u32) / f64::from(1_u32 << 24);
        ceiling.mul_f64(0.5 + share / 2.0)
    }

    /// The manners towards the platform, for a world that runs `speed` times as fast as ours.
    #[must_use]
    pub fn at_speed(self, speed: f64) -> Self {
        // A float too large becomes the largest number; a rate of zero would let nobody through.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let faster = |rate: u32| ((f64::from(rate) * speed) as u32).max(1);
        Self {
            call_timeout: self.call_timeout.div_f64(speed),
            calls_per_second: self.calls_per_second.map(faster),
            ..self
        }
    }

    /// Milliseconds since local midnight.
    fn local_time_of_day(&self, at: Timestamp) -> u64 {
        let offset = i64::from(self.utc_offset_minutes) * 60_000;
        let ahead = offset.rem_euclid(DAY.cast_signed()).cast_unsigned();
        (at.0 % DAY + ahead) % DAY
    }
}
