//! Somebody joins two groups, gets two codes, and sends one of them to the bot in private. A private
//! message does not say which group it is about. This bot looks at the first case it knows, and so
//! half of the people who send a right code are told that it is wrong.
//!
//! Goal: the right code ends the pending case it belongs to, and no other. Anything else changes
//! nothing: somebody who is pending is told so, once; with everybody else the bot does not talk.
//!
//! Lesson: `chapters/ch15_group_verification/README.md`, "A core that never waits"

use ch15_group_verification::model::{Code, GroupId, Status, UserId};
use tracing::info;

/// One person in one group.
#[derive(Clone, Debug, PartialEq)]
struct Case {
    group: GroupId,
    user: UserId,
    code: Code,
    status: Status,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Reply {
    Welcome(GroupId),
    WrongCode,
}

/// `user` wrote `text` to the bot.
fn said(cases: &mut [Case], user: UserId, text: &str) -> Option<Reply> {
    // TODO: all cases of this person.
    let case = cases.iter_mut().find(|case| case.user == user)?;
    if case.code.is(text) {
        case.status = Status::Verified;
        Some(Reply::Welcome(case.group))
    } else {
        Some(Reply::WrongCode)
    }
}

fn case(group: u64, user: u64, status: Status) -> Case {
    let [.., group_byte] = group.to_be_bytes();
    let [.., user_byte] = user.to_be_bytes();
    Case {
        group: GroupId(group),
        user: UserId(user),
        code: Code::from_random_bytes([16 * group_byte + user_byte; 16]),
        status,
    }
}

fn main() {
    stage::play("Two groups, two codes", async {
        let mut cases = [case(1, 7, Status::Pending), case(2, 7, Status::Pending)];
        for text in [cases[1].code.to_string(), cases[0].code.to_string()] {
            let reply = said(&mut cases, UserId(7), &text);
            info!("7 wrote {text}: {reply:?}");
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two cases of user 7, and one of user 8 in between.
    fn cases(first: Status, second: Status) -> [Case; 3] {
        [
            case(1, 7, first),
            case(1, 8, Status::Pending),
            case(2, 7, second),
        ]
    }

    #[test]
    fn a_code_is_for_one_group() {
        for first in Status::ALL {
            for second in Status::ALL {
                for (mine, pending) in [(0, first), (2, second)] {
                    let before = cases(first, second);
                    let code = before[mine].code.to_string();
                    let mut expected = before.clone();
                    let reply = if pending == Status::Pending {
                        expected[mine].status = Status::Verified;
                        Some(Reply::Welcome(expected[mine].group))
                    } else if [first, second].contains(&Status::Pending) {
                        Some(Reply::WrongCode)
                    } else {
                        None
                    };
                    for text in [code.clone(), format!(" {code}\n"), code.to_uppercase()] {
                        let mut now = before.clone();
                        let answered = said(&mut now, UserId(7), &text);
                        let what = format!(
                            "{first:?} in group 1, {second:?} in group 2, code of group {}",
                            before[mine].group
                        );
                        assert_eq!(now, expected, "{what}");
                        assert_eq!(answered, reply, "{what}");
                    }
                }
            }
        }
    }

    #[test]
    fn anything_else_changes_nothing() {
        let somebody_elses = case(1, 8, Status::Pending).code.to_string();
        for first in Status::ALL {
            for second in Status::ALL {
                let before = cases(first, second);
                let pending = [first, second].contains(&Status::Pending);
                for text in ["hello", "", &somebody_elses] {
                    let mut now = before.clone();
                    let reply = said(&mut now, UserId(7), text);
                    assert_eq!(now, before, "{first:?}, {second:?}, wrote '{text}'");
                    assert_eq!(
                        reply,
                        pending.then_some(Reply::WrongCode),
                        "{first:?}, {second:?}, wrote '{text}'"
                    );
                }
            }
        }
    }

    #[test]
    fn one_code_after_the_other() {
        let mut cases = cases(Status::Pending, Status::Pending);
        let codes: Vec<_> = cases.iter().map(|case| case.code.to_string()).collect();
        let mut say = |user, text: &str| said(&mut cases, UserId(user), text);
        assert_eq!(say(9, &codes[0]), None, "a stranger");
        assert_eq!(say(7, &codes[2]), Some(Reply::Welcome(GroupId(2))));
        assert_eq!(say(7, &codes[2]), Some(Reply::WrongCode), "used already");
        assert_eq!(say(8, &codes[0]), Some(Reply::WrongCode));
        assert_eq!(say(7, &codes[0]), Some(Reply::Welcome(GroupId(1))));
        assert_eq!(say(7, &codes[0]), None, "nothing is pending any more");
        assert_eq!(say(8, &codes[1]), Some(Reply::Welcome(GroupId(1))));
    }
}
