//! A ship goes through a canal. Its gates are opened one after the other, the ship passes, the gates are
//! closed. If one gate is stuck, or the ship runs aground, all gates stay open and the canal runs dry.
//!
//! Goal: the gates that were opened are closed, one at a time, the last one first, whatever fails. All
//! troubles are told: that of the way there, then those of closing. Without any, the ship's value.
//!
//! Lesson: `chapters/ch09_resources/README.md`, "Three sessions, and anything may fail"

use std::{cell::RefCell, time::Duration};

use tokio::time::sleep;
use tracing::info;

async fn pass<T>(
    canal: &Canal,
    names: &[&'static str],
    ship: impl AsyncFnOnce(&[Gate<'_>]) -> Result<T, Trouble>,
) -> Result<T, Vec<Trouble>> {
    let mut gates = Vec::new();
    let passed = async {
        for name in names {
            gates.push(canal.open(name).await?);
        }
        ship(&gates).await
    }
    .await;
    let mut troubles = Vec::new();
    while let Some(gate) = gates.pop() {
        troubles.extend(gate.close().await.err());
    }
    match passed {
        Ok(value) if troubles.is_empty() => Ok(value),
        passed => Err(passed.err().into_iter().chain(troubles).collect()),
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Trouble {
    Stuck(&'static str),
    Aground,
    Jammed(&'static str),
}

#[derive(Default)]
struct Canal {
    troubles: Vec<Trouble>,
    log: RefCell<Vec<String>>,
}

struct Gate<'a> {
    name: &'static str,
    canal: &'a Canal,
}

impl Canal {
    async fn open(&self, name: &'static str) -> Result<Gate<'_>, Trouble> {
        sleep(Duration::from_secs(1)).await;
        self.check(Trouble::Stuck(name))?;
        self.note(format!("open {name}"));
        Ok(Gate { name, canal: self })
    }

    fn check(&self, trouble: Trouble) -> Result<(), Trouble> {
        if self.troubles.contains(&trouble) {
            return Err(trouble);
        }
        Ok(())
    }

    fn note(&self, line: String) {
        info!("{line}");
        self.log.borrow_mut().push(line);
    }
}

impl Gate<'_> {
    /// A gate that jams is closed, by hand.
    async fn close(self) -> Result<(), Trouble> {
        sleep(Duration::from_secs(1)).await;
        self.canal.note(format!("close {}", self.name));
        self.canal.check(Trouble::Jammed(self.name))
    }
}

async fn voyage(canal: &Canal) -> Result<usize, Vec<Trouble>> {
    pass(canal, &["A", "B", "C"], async |gates| {
        sleep(Duration::from_secs(1)).await;
        canal.check(Trouble::Aground)?;
        Ok(gates.len())
    })
    .await
}

fn main() {
    stage::play("A canal", async {
        let canal = Canal {
            troubles: vec![Trouble::Stuck("C"), Trouble::Jammed("A")],
            ..Canal::default()
        };
        info!("{:?}", voyage(&canal).await);
    });
}

#[cfg(test)]
mod tests {
    use super::Trouble::{Aground, Jammed, Stuck};
    use super::*;

    /// What should be told, noted in the log, and how many seconds it should take.
    #[track_caller]
    fn check(troubles: &[Trouble], expected: (Result<usize, Vec<Trouble>>, &str, u64)) {
        let canal = Canal {
            troubles: troubles.to_vec(),
            ..Canal::default()
        };
        let played = stage::record(async { voyage(&canal).await });
        let log = canal.log.borrow().join(", ");
        let happened = played.what_happened();
        assert_eq!(
            (played.value, log.as_str(), played.elapsed.as_secs()),
            expected,
            "what was told, the gates, and seconds, with the troubles {troubles:?}{happened}"
        );
    }

    const ALL: &str = "open A, open B, open C, close C, close B, close A";

    #[test]
    fn a_voyage_without_trouble() {
        check(&[], (Ok(3), ALL, 7));
    }

    #[test]
    fn a_stuck_gate_closes_those_before() {
        for (stuck, log, seconds) in [
            ("A", "", 1),
            ("B", "open A, close A", 3),
            ("C", "open A, open B, close B, close A", 5),
        ] {
            check(&[Stuck(stuck)], (Err(vec![Stuck(stuck)]), log, seconds));
        }
    }

    #[test]
    fn a_ship_aground_and_gates_that_jam() {
        for troubles in [
            &[Aground][..],
            &[Jammed("C")],
            &[Jammed("A")],
            &[Aground, Jammed("B")],
            &[Jammed("C"), Jammed("B"), Jammed("A")],
            &[Aground, Jammed("C"), Jammed("A")],
        ] {
            check(troubles, (Err(troubles.to_vec()), ALL, 7));
        }
    }

    #[test]
    fn a_stuck_gate_and_one_that_jams() {
        let log = "open A, open B, close B, close A";
        let told = Err(vec![Stuck("C"), Jammed("A")]);
        check(&[Stuck("C"), Jammed("A"), Aground], (told, log, 5));
    }
}
