//! Every number of the bot in one place.

use std::{ops::Range, time::Duration};

use super::model::{Member, Timestamp, UserId};

const HOUR: Duration = Duration::from_hours(1);
const DAY: u64 = 24 * 60 * 60 * 1000;

/// How patient, how polite and how busy the bot is.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// Who owns the bot: may scan all groups and gets the reports.
    pub owner: UserId,
    /// Warnings before a kick.
    pub warnings: u8,
    /// From joining to the first warning, and from each warning to what follows.
    pub scan_every: Duration,
    /// Local hours in which scheduled scans happen; the end is excluded. They may not go over
    /// midnight: a start that is not before its end means never.
    pub hours: Range<u8>,
    /// How far local time is ahead of UTC, in minutes.
    pub utc_offset_minutes: i32,
    /// Pause between two kicks in one group.
    pub kick_gap: Duration,
    /// After this long without an answer a call counts as failed.
    pub call_timeout: Duration,
    /// How often a call is tried again after a passing failure.
    pub retries: u32,
    /// Longest wait before the first of these; it doubles from one to the next.
    pub backoff: Duration,
    /// No wait between two tries is longer, unless the platform asks for it.
    pub longest_backoff: Duration,
    /// When all tries failed, the group is left alone for this long.
    pub retry_later: Duration,
    /// Groups that may act at the same time.
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
            hours: 8..22,
            utc_offset_minutes: 0,
            kick_gap: Duration::from_secs(1),
            call_timeout: Duration::from_secs(10),
            retries: 4,
            backoff: Duration::from_millis(500),
            longest_backoff: Duration::from_secs(30),
            retry_later: Duration::from_mins(5),
            groups_in_flight: 32,
            calls_per_second: Some(50),
            inbox: 64,
        }
    }
}

impl Policy {
    /// When a pending member is next looked at without anybody asking for it.
    #[must_use]
    pub fn due(&self, member: &Member) -> Timestamp {
        let since = member.warned.unwrap_or(member.joined);
        self.in_daytime(since.after(self.scan_every))
    }

    /// `at`, or the next morning if `at` is at night.
    #[must_use]
    pub fn in_daytime(&self, at: Timestamp) -> Timestamp {
        let of_day = self.local_time_of_day(at);
        let opens = u64::from(self.hours.start) * 3_600_000;
        let closes = u64::from(self.hours.end) * 3_600_000;
        let wait = match of_day {
            early if early < opens => opens - early,
            late if late >= closes => DAY - late + opens,
            _ => 0,
        };
        Timestamp(at.0.saturating_add(wait))
    }

    /// Whether scheduled scans may happen now.
    #[must_use]
    pub fn is_daytime(&self, now: Timestamp) -> bool {
        self.in_daytime(now) == now
    }

    /// The manners towards the platform, for a world that runs `speed` times as fast as ours.
    #[must_use]
    pub fn at_speed(self, speed: f64) -> Self {
        // A float too large becomes the largest number; a rate of zero would let nobody through.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let faster = |rate: u32| ((f64::from(rate) * speed) as u32).max(1);
        Self {
            call_timeout: self.call_timeout.div_f64(speed),
            backoff: self.backoff.div_f64(speed),
            longest_backoff: self.longest_backoff.div_f64(speed),
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
