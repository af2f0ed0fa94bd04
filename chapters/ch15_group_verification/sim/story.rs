//! What happens to people, in words.

use super::entry::CallEnd;
use crate::{
    model::UserId,
    platform::{By, Call, Event, Message},
};

/// Whom an event is about, and what there is to tell.
pub(super) fn of_event(event: &Event) -> Vec<(UserId, String)> {
    let (user, words) = match event {
        Event::Joined(group, user) => (user, format!("joins group {group}")),
        Event::Left(group, user) => (user, format!("leaves group {group}")),
        Event::Kicked(group, user, By::Admin) => {
            (user, format!("is kicked from group {group} by an admin"))
        }
        Event::Unmuted(group, user) => (user, format!("is unmuted in group {group} by an admin")),
        Event::Said(user, text) => (user, format!("writes \"{text}\"")),
        _ => return Vec::new(),
    };
    vec![(*user, words)]
}

/// Whom a call is about, and what there is to tell.
pub(super) fn of_call(call: &Call, outcome: CallEnd) -> Vec<(UserId, String)> {
    let lost = match outcome {
        CallEnd::ReplyLost => " (the bot does not hear back)",
        _ if outcome.is_success() => "",
        _ => return Vec::new(),
    };
    let one = |user: &UserId, words: String| vec![(*user, format!("{words}{lost}"))];
    let all = |users: &[UserId], words: String| {
        let each = users.iter().map(|user| (*user, format!("{words}{lost}")));
        each.collect()
    };
    match call {
        Call::Mute(group, user) => one(user, format!("is muted in group {group}")),
        Call::Unmute(group, user) => one(user, format!("is unmuted in group {group}")),
        Call::Kick(group, user) => one(user, format!("is kicked from group {group}")),
        Call::SendToPerson(user, Message::Welcome(group)) => {
            one(user, format!("is welcome in group {group}"))
        }
        Call::SendToGroup(group, Message::Greeting { user, .. }) => {
            one(user, format!("is greeted in group {group}"))
        }
        Call::SendToGroup(group, Message::Warning(users)) => {
            let number = users.len();
            all(
                users,
                format!("is warned in group {group}, one of {number}"),
            )
        }
        Call::SendToGroup(group, Message::Announcement(users)) => {
            all(users, format!("is to be kicked from group {group}"))
        }
        _ => Vec::new(),
    }
}
