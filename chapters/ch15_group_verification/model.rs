//! The words of the story as plain data.

use std::{fmt, sync::Arc, time::Duration};

use uuid::Uuid;

use super::policy::Policy;

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

/// What the bot still has to do for one member after an event.
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
    /// Take the greeting back.
    Recall,
}

impl Step {
    /// In the order in which they are done.
    pub const ALL: [Self; 5] = [
        Self::Mute,
        Self::Greet,
        Self::Unmute,
        Self::Welcome,
        Self::Recall,
    ];
}

/// A set of [`Step`]s, stored with the member: what a crash must not make the bot forget.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Steps(u8);

impl Steps {
    /// The set that [`bits`](Self::bits) came from; `None` if there is no such set.
    #[must_use]
    pub fn from_bits(bits: u8) -> Option<Self> {
        (bits < 1 << Step::ALL.len()).then_some(Self(bits))
    }

    /// One bit per step, for the store.
    #[must_use]
    pub fn bits(self) -> u8 {
        self.0
    }

    /// This set and one step more.
    #[must_use]
    pub fn with(self, step: Step) -> Self {
        Self(self.0 | 1 << step as u8)
    }

    /// This set without one step.
    #[must_use]
    pub fn without(self, step: Step) -> Self {
        Self(self.0 & !(1 << step as u8))
    }

    /// What comes next.
    #[must_use]
    pub fn first(self) -> Option<Step> {
        Step::ALL.into_iter().find(|&step| self.with(step) == self)
    }
}

/// One person's case in one group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub user: UserId,
    /// Where the case stands.
    pub status: Status,
    /// What the member must send.
    pub code: Code,
    /// When the member joined.
    pub joined: Timestamp,
    /// How many warnings have been delivered.
    pub warnings: u8,
    /// When the last of them was.
    pub warned: Option<Timestamp>,
    /// The greeting that stands in the group.
    pub greeting: Option<MessageId>,
    /// What is still to be done.
    pub owed: Steps,
}

/// The members of one group, sorted by user.
///
/// Clones share the members until one of them changes; only then are they copied.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roster(Arc<[Member]>);

impl Roster {
    /// The member with this id.
    #[must_use]
    pub fn get(&self, user: UserId) -> Option<&Member> {
        self.place(user).ok().map(|place| &self.0[place])
    }

    /// Adds a member, or replaces what was known of this user.
    pub fn put(&mut self, member: Member) {
        match self.place(member.user) {
            Ok(place) => Arc::make_mut(&mut self.0)[place] = member,
            Err(place) => {
                let mut members = self.0.to_vec();
                members.insert(place, member);
                self.0 = members.into();
            }
        }
    }

    /// When the next member is due for a scheduled scan; `None` if nobody is pending.
    #[must_use]
    pub fn next_due(&self, policy: &Policy) -> Option<Timestamp> {
        let pending = |member: &&Member| member.status == Status::Pending;
        let due = |member| policy.due(member);
        self.iter().filter(pending).map(due).min()
    }

    /// All members, by user.
    pub fn iter(&self) -> impl Iterator<Item = &Member> {
        self.0.iter()
    }

    fn place(&self, user: UserId) -> Result<usize, usize> {
        self.0.binary_search_by_key(&user, |member| member.user)
    }
}

impl FromIterator<Member> for Roster {
    fn from_iter<I: IntoIterator<Item = Member>>(members: I) -> Self {
        let mut members: Vec<_> = members.into_iter().collect();
        members.sort_by_key(|member| member.user);
        members.dedup_by_key(|member| member.user);
        Self(members.into())
    }
}
