use std::{collections::BTreeSet, fmt, ops::Range, time::Duration};

use crate::model::{Code, GroupId, Status, Timestamp, UserId};

const MILLI: Duration = Duration::from_millis(1);
const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);
/// From the announcement of a kick to the kick, about.
const KICK: Duration = Duration::from_millis(300);

/// How somebody behaves after joining.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Sends the code within minutes.
    Prompt,
    /// Sends it within hours.
    Late,
    /// Sends it after the second warning.
    SecondWarning,
    /// Sends a wrong code first.
    WrongFirst,
    /// Joins two groups and mixes up the codes.
    TwoGroups,
    /// Never sends anything.
    Bot,
    /// Never sends anything, and comes back after the kick.
    Stubborn,
    /// Sends the code when the kick is announced.
    LastMoment,
    /// Leaves when the kick is announced.
    Quitter,
    /// Leaves when the kick is announced, and is back at once.
    Hopper,
    /// Leaves.
    Leaver,
    /// Leaves, comes back, and sends the code.
    Returner,
    /// Leaves at once, comes back at once, and sends the code.
    Restless,
    /// Sends the code, and leaves and comes back before it has been answered.
    Forgetful,
    /// Is unmuted by an admin.
    Trusted,
    /// Is kicked by an admin.
    Unwanted,
    /// Was there before the bot.
    Veteran,
}

/// When somebody begins to do what they have in mind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trigger {
    Joined,
    /// Greeted, in this stay or a later one.
    Greeted(u32),
    /// Warned for the second time.
    WarnedTwice,
    Announced,
    Kicked,
}

/// What they do, so long after what they did before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    SendCode,
    /// The one for the other group.
    SendOtherCode,
    SendNonsense,
    Leave,
    Return,
    AdminUnmutes,
    AdminKicks,
}

/// What a kind of person is: how many of a hundred, how patient, and what they do.
pub(super) struct Habit {
    kind: Kind,
    share: u32,
    patience: Range<Duration>,
    pub(super) trigger: Trigger,
    pub(super) acts: &'static [(Duration, Act)],
}

const NOW: Duration = Duration::ZERO;

#[rustfmt::skip]
const HABITS: [Habit; 17] = {
    use {Act as A, Kind as K, Trigger as T};
    const fn habit(
        kind: Kind, share: u32, patience: Range<Duration>, trigger: Trigger, acts: &'static [(Duration, Act)],
    ) -> Habit {
        Habit { kind, share, patience, trigger, acts }
    }
    const MINUTES: Range<Duration> = MINUTE..Duration::from_mins(10);
    const HOURS: Range<Duration> = Duration::from_mins(10)..Duration::from_hours(20);
    // No slower than the kick itself, so that the two cross.
    const AT_ONCE: Range<Duration> = Duration::ZERO..KICK;
    const LATER: Duration = Duration::from_mins(5);
    [
        habit(K::Prompt, 26, MINUTES, T::Greeted(1), &[(NOW, A::SendCode)]),
        habit(K::Late, 12, HOUR..Duration::from_hours(12), T::Greeted(1), &[(NOW, A::SendCode)]),
        habit(K::SecondWarning, 8, MINUTE..HOUR, T::WarnedTwice, &[(NOW, A::SendCode)]),
        habit(K::WrongFirst, 7, MINUTES, T::Greeted(1), &[(NOW, A::SendNonsense), (LATER, A::SendCode)]),
        habit(K::TwoGroups, 6, MINUTES, T::Greeted(1), &[(NOW, A::SendOtherCode), (LATER, A::SendCode)]),
        habit(K::Bot, 9, MINUTES, T::Joined, &[]),
        habit(K::Stubborn, 2, MINUTES, T::Kicked, &[(NOW, A::Return)]),
        habit(K::LastMoment, 3, AT_ONCE, T::Announced, &[(NOW, A::SendCode)]),
        habit(K::Quitter, 2, AT_ONCE, T::Announced, &[(NOW, A::Leave)]),
        habit(K::Hopper, 2, AT_ONCE, T::Announced, &[(NOW, A::Leave), (KICK, A::Return)]),
        habit(K::Leaver, 6, HOURS, T::Joined, &[(NOW, A::Leave)]),
        habit(K::Returner, 3, HOURS, T::Joined, &[(NOW, A::Leave), (HOUR, A::Return)]),
        habit(K::Restless, 2, MILLI..MINUTE, T::Joined, &[(NOW, A::Leave), (KICK, A::Return)]),
        habit(K::Forgetful, 2, MINUTES, T::Greeted(1), &[(NOW, A::SendCode), (MILLI, A::Leave), (KICK, A::Return)]),
        habit(K::Trusted, 5, HOURS, T::Joined, &[(NOW, A::AdminUnmutes)]),
        habit(K::Unwanted, 5, HOURS, T::Joined, &[(NOW, A::AdminKicks)]),
        // Drawn apart.
        habit(K::Veteran, 0, HOURS, T::Joined, &[]),
    ]
};

/// What those do who come back, when they are greeted again.
const AGAIN: Habit = Habit {
    kind: Kind::Returner,
    share: 0,
    patience: MINUTE..HOUR,
    trigger: Trigger::Greeted(2),
    acts: &[(NOW, Act::SendCode)],
};

impl Kind {
    /// The kind of the person with this number, from 0 to 99.
    pub(super) fn drawn(number: u32) -> Self {
        let mut left = number;
        for habit in &HABITS {
            match left.checked_sub(habit.share) {
                Some(rest) => left = rest,
                None => return habit.kind,
            }
        }
        Self::Bot
    }

    /// How long it takes such a person to begin.
    pub(super) fn patience(self) -> Range<Duration> {
        self.habit().patience.clone()
    }

    /// What such a person does because of this.
    pub(super) fn acts(self, trigger: Trigger) -> &'static [(Duration, Act)] {
        let comes_back = matches!(self, Self::Returner | Self::Restless | Self::Forgetful);
        [self.habit(), &AGAIN]
            .into_iter()
            .take(if comes_back { 2 } else { 1 })
            .find(|habit| habit.trigger == trigger)
            .map_or(&[], |habit| habit.acts)
    }

    fn habit(self) -> &'static Habit {
        static ALL: [Habit; 17] = HABITS;
        ALL.iter()
            .find(|habit| habit.kind == self)
            .unwrap_or(&ALL[0])
    }
}

/// One person in one group: behaviour, and all that really happened.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "what is true of somebody")]
pub struct Person {
    /// In which group.
    pub group: GroupId,
    /// Who.
    pub user: UserId,
    /// How.
    pub kind: Kind,
    /// When they first join.
    pub comes: Timestamp,
    /// How long it takes them to begin what they do.
    pub patience: Duration,
    /// Calls about them fail.
    pub poisoned: bool,
    /// Nobody may kick them.
    pub protected: bool,
    /// In the group at this moment.
    pub present: bool,
    /// Without a voice at this moment.
    pub muted: bool,
    /// How often they joined.
    pub joined: u32,
    /// When they last did anything that the bot should know of.
    pub acted: Timestamp,
    /// Their present stay, or the last one.
    pub stay: Stay,
    /// Everything in this stay that could have ended their case, whether the bot knows of it or
    /// not; `Verified` stands for having sent the code.
    pub happened: BTreeSet<Status>,
    /// The same for all earlier stays.
    pub happened_before: BTreeSet<Status>,
}

/// What really happened since somebody last joined.
#[derive(Clone, Debug, Default)]
pub struct Stay {
    /// When that was.
    pub since: Timestamp,
    /// Since when the bot could know of it: by an event, or because it asked.
    pub known: Option<Timestamp>,
    /// The code they were last greeted with.
    pub code: Option<Code>,
    /// When the first greeting was delivered.
    pub greeted: Option<Timestamp>,
    /// When warnings were delivered.
    pub warned: Vec<Timestamp>,
    /// When the right code had reached the bot.
    pub heard: Option<Timestamp>,
    /// When the bot first tried to mute them.
    pub mute_tried: bool,
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Prompt => "sends the code at once",
            Self::Late => "sends the code hours later",
            Self::SecondWarning => "waits for the second warning",
            Self::WrongFirst => "sends something else first",
            Self::TwoGroups => "joins two groups and mixes up the codes",
            Self::Bot => "never answers",
            Self::Stubborn => "never answers, and comes back",
            Self::LastMoment => "waits until the kick is announced",
            Self::Quitter => "leaves when the kick is announced",
            Self::Hopper => "leaves when the kick is announced, and is back at once",
            Self::Leaver => "leaves",
            Self::Returner => "leaves and comes back",
            Self::Restless => "leaves and comes back at once",
            Self::Forgetful => "leaves and comes back after sending the code",
            Self::Trusted => "is known to an admin",
            Self::Unwanted => "is not wanted by an admin",
            Self::Veteran => "was there before",
        })
    }
}
