//! Sentences of the chapters that say which of two is less, and the figures behind them.

use crate::results::{Results, three_digits, time};

pub struct Claim {
    pub chapter: u8,
    pub sentence: &'static str,
    pub bench: &'static str,
    /// Full names of two benchmarks: what the sentence says takes less time, and what more.
    pub less: &'static str,
    pub more: &'static str,
}

pub const CLAIMS: [Claim; 1] = [Claim {
    chapter: 1,
    sentence: "",
    bench: "headline",
    less: "three_fetches/joined",
    more: "three_fetches/blocking",
}];

pub fn table(results: &Results) -> String {
    let mut table = "| chapter | it says | less | more | measured |\n\
                     | ---: | --- | ---: | ---: | --- |\n"
        .to_owned();
    for claim in &CLAIMS {
        let nanos = |name| results.nanos(name).unwrap_or(f64::NAN);
        let (less, more) = (nanos(claim.less), nanos(claim.more));
        let verdict = if less < more {
            format!("{} times", three_digits(more / less))
        } else {
            "**not so here**".into()
        };
        table += &format!(
            "| {} | {} | `{}` {} | `{}` {} | {verdict} |\n",
            claim.chapter,
            claim.sentence,
            claim.less,
            time(less),
            claim.more,
            time(more),
        );
    }
    table
}
