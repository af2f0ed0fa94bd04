//! The members of one group.

use std::{collections::BTreeMap, sync::Arc};

use super::model::{Member, Timestamp, UserId};

/// Up to here an array is smaller than a tree, and not slower.
const FEW: usize = 32;

/// The members of one group, in order of users, and since when the bot has been in it.
///
/// Clones share the members until one of them changes. A change costs as much as it takes to find
/// a member among n, O(log n), save that the first one after a clone copies all of them.
#[derive(Clone, Debug, Default)]
pub struct Roster {
    /// When the bot was first in the group; who was there before is none of its business.
    pub since: Option<Timestamp>,
    members: Members,
}

#[derive(Clone, Debug)]
enum Members {
    Few(Arc<[Member]>),
    Many(Arc<BTreeMap<UserId, Member>>),
}

impl Default for Members {
    fn default() -> Self {
        Self::Few(Arc::default())
    }
}

impl Roster {
    /// The member with this id.
    #[must_use]
    pub fn get(&self, user: UserId) -> Option<&Member> {
        match &self.members {
            Members::Few(few) => place(few, user).ok().map(|place| &few[place]),
            Members::Many(many) => many.get(&user),
        }
    }

    /// Adds a member, or replaces what was known of this user.
    pub fn put(&mut self, member: Member) {
        match &mut self.members {
            Members::Few(few) => match place(few, member.user) {
                Ok(place) => Arc::make_mut(few)[place] = member,
                Err(place) => {
                    let mut members = few.to_vec();
                    members.insert(place, member);
                    self.members = members.into_iter().collect();
                }
            },
            Members::Many(many) => {
                Arc::make_mut(many).insert(member.user, member);
            }
        }
    }

    /// Whether somebody else holds the same members, so that the next change copies them.
    pub(crate) fn is_shared(&self) -> bool {
        match &self.members {
            Members::Few(few) => Arc::strong_count(few) > 1,
            Members::Many(many) => Arc::strong_count(many) > 1,
        }
    }

    /// All members, by user.
    pub fn iter(&self) -> impl Iterator<Item = &Member> {
        let (few, many) = match &self.members {
            Members::Few(few) => (Some(few.iter()), None),
            Members::Many(many) => (None, Some(many.values())),
        };
        few.into_iter().flatten().chain(many.into_iter().flatten())
    }
}

fn place(few: &[Member], user: UserId) -> Result<usize, usize> {
    few.binary_search_by_key(&user, |member| member.user)
}

impl PartialEq for Roster {
    fn eq(&self, other: &Self) -> bool {
        self.since == other.since && self.iter().eq(other.iter())
    }
}

impl Eq for Roster {}

impl FromIterator<Member> for Roster {
    fn from_iter<I: IntoIterator<Item = Member>>(members: I) -> Self {
        Self {
            since: None,
            members: members.into_iter().collect(),
        }
    }
}

impl FromIterator<Member> for Members {
    fn from_iter<I: IntoIterator<Item = Member>>(members: I) -> Self {
        let by_user = members.into_iter().map(|member| (member.user, member));
        let many: BTreeMap<_, _> = by_user.collect();
        if many.len() > FEW {
            Self::Many(Arc::new(many))
        } else {
            Self::Few(many.into_values().collect())
        }
    }
}
