//! The words of the story as plain data.

use std::{fmt, time::Duration};

use uuid::Uuid;

/// A chat group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupId(pub u64);

/// A person, the same in every group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserId(pub u64);

/// A message that the platform has accepted; needed to recall it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId(pub u64);

impl fmt::Display for GroupId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// What a member has to send to the bot: a random UUID (version 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code(pub Uuid);

impl Code {
    /// A code from sixteen random bytes.
    #[must_use]
    pub fn from_random_bytes(bytes: [u8; 16]) -> Self {
        Self(uuid::Builder::from_random_bytes(bytes).into_uuid())
    }

    /// Whether this is what somebody wrote, spaces around it and case aside.
    #[must_use]
    pub fn is(self, text: &str) -> bool {
        Uuid::try_parse(text.trim()) == Ok(self.0)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// A moment: milliseconds since 1970-01-01T00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub u64);

impl Timestamp {
    /// The moment that comes `later` than this one.
    #[must_use]
    pub fn after(self, later: Duration) -> Self {
        Self(self.0.saturating_add(millis(later)))
    }

    /// How long ago `earlier` was; zero if it is still to come.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }
}

/// Whole milliseconds.
pub(crate) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Where a member stands. All but [`Pending`](Status::Pending) are final until the member joins
/// again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Muted, and asked for the code.
    Pending,
    /// Sent the right code.
    Verified,
    /// An admin of the group vouched for the member by unmuting.
    UnmutedByAdmin,
    /// Went away before sending the code.
    Left,
    /// An admin of the group decided.
    KickedByAdmin,
    /// Used up every warning.
    KickedByTimeout,
}

impl Status {
    /// Every status, in the order of reports.
    pub const ALL: [Self; 6] = [
        Self::Verified,
        Self::UnmutedByAdmin,
        Self::Left,
        Self::KickedByAdmin,
        Self::KickedByTimeout,
        Self::Pending,
    ];

    /// Whether the member was last seen going away.
    #[must_use]
    pub fn is_away(self) -> bool {
        matches!(
            self,
            Self::Left | Self::KickedByAdmin | Self::KickedByTimeout
        )
    }

    /// The name used in stores and reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Verified => "verified",
            Self::UnmutedByAdmin => "unmuted_by_admin",
            Self::Left => "left",
            Self::KickedByAdmin => "kicked_by_admin",
            Self::KickedByTimeout => "kicked_by_timeout",
        }
    }

    /// The status with this [`name`](Self::name).
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }
}

/// Something the bot still has to do for one member after an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// Take the member's voice.
    Mute,
    /// Greet in the group, with the code.
    Greet,
    /// Give the voice back.
    Unmute,
    /// Tell the member in private that all is well.
    Welcome,
    /// Take a greeting back.
    Recall(MessageId),
}

/// A set of [`Step`]s without recalls, stored with the member: what a crash must not make the bot
/// forget. (Which greetings are to be recalled is stored beside it, in [`Member::stale`].)
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Steps(u8);

impl Steps {
    /// In the order in which they are done; the place is the bit in the store.
    const ALL: [Step; 4] = [Step::Mute, Step::Greet, Step::Unmute, Step::Welcome];

    /// The set of these.
    #[must_use]
    pub fn of(steps: &[Step]) -> Self {
        let bits = (0..)
            .zip(Self::ALL)
            .filter(|(_, step)| steps.contains(step));
        Self(bits.fold(0, |all, (bit, _)| all | 1 << bit))
    }

    /// The set that [`bits`](Self::bits) came from; `None` if there is no such set.
    #[must_use]
    pub fn from_bits(bits: u8) -> Option<Self> {
        (bits < 1 << Self::ALL.len()).then_some(Self(bits))
    }

    /// One bit per step, for the store.
    #[must_use]
    pub fn bits(self) -> u8 {
        self.0
    }

    /// This set and one step more.
    #[must_use]
    pub fn with(self, step: Step) -> Self {
        Self(self.0 | Self::of(&[step]).0)
    }

    /// This set without one step.
    #[must_use]
    pub fn without(self, step: Step) -> Self {
        Self(self.0 & !Self::of(&[step]).0)
    }

    /// Whether this step is one of them.
    #[must_use]
    pub fn has(self, step: Step) -> bool {
        self.0 & Self::of(&[step]).0 != 0
    }

    /// What comes next.
    #[must_use]
    pub fn first(self) -> Option<Step> {
        Self::ALL.into_iter().find(|&step| self.has(step))
    }
}

/// One person's case in one group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub user: UserId,
    /// Where the case stands.
    pub status: Status,
    /// Which stay this is: one more each time the member comes back. The answer to a call that was
    /// made in one stay is never counted for another.
    pub stay: u32,
    /// What the member must send in this stay.
    pub code: Code,
    /// When this stay began.
    pub joined: Timestamp,
    /// The latest moment for which it is known whether the member was there. A joining from before
    /// it is old news.
    pub as_of: Timestamp,
    /// How many warnings have been delivered.
    pub warnings: u8,
    /// When the bot last spoke to the member: when the greeting or the last warning was delivered.
    pub told: Option<Timestamp>,
    /// The greeting of this stay, while the case is open.
    pub greeting: Option<MessageId>,
    /// Greetings of closed cases that still stand in the group, and are to be recalled.
    pub stale: Box<[MessageId]>,
    /// What else is still to be done.
    pub owed: Steps,
}

impl Member {
    /// What is to be done next for this member.
    #[must_use]
    pub fn next_step(&self) -> Option<Step> {
        let recall = self.stale.first().map(|&message| Step::Recall(message));
        self.owed.first().or(recall)
    }
}
