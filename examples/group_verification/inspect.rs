//! `inspect`: who stands where in a store.

use ch15_group_verification::{
    model::GroupId,
    report::{self, Standing},
    store::Sqlite,
};
use lexopt::{Arg, Parser};

use crate::{
    ending::{Ended, Ending, unusable},
    flags::{help, number, store},
    terminal::say,
};

/// Looks into a store without changing it.
pub fn inspect(mut parser: Parser) -> Ended {
    let (mut path, mut group, mut json) = (None, None, false);
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("store") => path = store(&mut parser)?,
            Arg::Long("group") => {
                group = Some(GroupId(number(&mut parser, "--group", 0..=u64::MAX)?));
            }
            Arg::Long("json") => json = true,
            Arg::Long("help") | Arg::Short('h') => return Err(help()),
            unknown => return Err(unknown.unexpected().into()),
        }
    }
    let Some(path) = path else {
        return Err(Ending::Wrong("inspect needs --store sqlite:PATH".into()));
    };
    let store = Sqlite::open_read_only(&path).map_err(unusable)?;
    let mut rosters = report::rosters(&store)?;
    if let Some(group) = group {
        rosters.retain(|&other, _| other == group);
        if rosters.is_empty() {
            let path = path.display();
            let words = format!("--group {group}: there is no such group in '{path}'");
            return Err(Ending::Wrong(words));
        }
    }
    if json {
        return say(report::groups_json(&rosters));
    }
    if let Some(group) = group {
        say(report::group_table(group, &rosters[&group]))?;
    }
    say(Standing::of(rosters.values()).table().trim_end())
}
