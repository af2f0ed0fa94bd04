//! Waiters ask the kitchen over telephone lines: how much is left of a dish? Lines are kept and used
//! again. Now and then a waiter hangs up before the answer, and then strange things are served.
//!
//! Goal: nobody hears an answer to another's question, whenever somebody hung up before. A line whose
//! questions have all been answered is used again; one that failed is not.
//!
//! Lesson: `chapters/ch09_resources/README.md`, "A pool that grows when it has to" (and the section before)

use std::{
    cell::{Cell, RefCell},
    io,
    ops::{Deref, DerefMut},
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream, duplex},
    time::{sleep, timeout},
};
use tracing::info;

/// A line to the kitchen: a question goes out, its answer comes in, then the next.
struct Line {
    stream: BufReader<DuplexStream>,
}

impl Line {
    fn new(stream: BufReader<DuplexStream>) -> Self {
        Self { stream }
    }

    /// How many are left of a dish.
    async fn ask(&mut self, dish: &str) -> io::Result<String> {
        let question = format!("{dish}\n");
        self.stream.write_all(question.as_bytes()).await?;
        let mut answer = String::new();
        if self.stream.read_line(&mut answer).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(answer.trim_end().to_owned())
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        // TODO: may every line be used again?
        if let Some(line) = self.line.take() {
            self.switchboard.idle.borrow_mut().push(line);
        }
    }
}

#[derive(Default)]
struct Switchboard {
    idle: RefCell<Vec<Line>>,
    opened: Cell<u32>,
}

/// A line on loan.
struct Lent<'a> {
    line: Option<Line>,
    switchboard: &'a Switchboard,
}

impl Switchboard {
    fn lend(&self) -> Lent<'_> {
        let idle = self.idle.borrow_mut().pop();
        let line = idle.unwrap_or_else(|| {
            self.opened.set(self.opened.get() + 1);
            // A thin wire: a long question goes out bit by bit.
            let (here, there) = duplex(4);
            tokio::spawn(kitchen(there));
            Line::new(BufReader::new(here))
        });
        Lent {
            line: Some(line),
            switchboard: self,
        }
    }

    async fn ask(&self, dish: &str) -> io::Result<String> {
        self.lend().ask(dish).await
    }
}

impl Deref for Lent<'_> {
    type Target = Line;

    fn deref(&self) -> &Line {
        self.line.as_ref().expect("not yet dropped")
    }
}

impl DerefMut for Lent<'_> {
    fn deref_mut(&mut self) -> &mut Line {
        self.line.as_mut().expect("not yet dropped")
    }
}

/// Answers until the line is hung up, or it is asked for a fire.
async fn kitchen(stream: DuplexStream) {
    let mut stream = BufReader::new(stream);
    let mut dish = String::new();
    while let Ok(1..) = stream.read_line(&mut dish).await {
        sleep(Duration::from_millis(100)).await;
        let name = dish.trim_end();
        if name == "fire" {
            return;
        }
        let answer = format!("{} of {name}\n", name.len());
        let _ = stream.write_all(answer.as_bytes()).await;
        dish.clear();
    }
}

fn main() {
    stage::play("A kitchen", async {
        let switchboard = Switchboard::default();
        let patience = Duration::from_millis(50);
        let hung_up = timeout(patience, switchboard.ask("soup")).await;
        info!("{hung_up:?}");
        info!("pie? {:?}", switchboard.ask("pie").await);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_hears_an_answer_to_anothers_question() {
        for dish in ["soup", "a very long name for fried eggs"] {
            for patience in [0, 1, 50, 99] {
                stage::virtual_time(async {
                    let switchboard = Switchboard::default();
                    let patience = Duration::from_millis(patience);
                    for (dish, answer) in [("pie", "3 of pie"), ("salad", "5 of salad")] {
                        let given_up = timeout(patience, switchboard.ask("soup"));
                        given_up.await.unwrap_err();
                        assert_eq!(
                            switchboard.ask(dish).await.unwrap(),
                            answer,
                            "somebody hung up after {patience:?}"
                        );
                    }
                    timeout(patience, switchboard.ask(dish)).await.unwrap_err();
                    let left = [switchboard.ask("pie"), switchboard.ask("salad")];
                    let left = futures::future::join_all(left).await;
                    let heard: Vec<_> = left.into_iter().map(Result::unwrap).collect();
                    assert_eq!(
                        heard,
                        ["3 of pie", "5 of salad"],
                        "somebody hung up on '{dish}' after {patience:?}"
                    );
                });
            }
        }
    }

    #[test]
    fn lines_in_order_are_used_again() {
        stage::virtual_time(async {
            let switchboard = Switchboard::default();
            for _ in 0..5 {
                let both = tokio::join!(switchboard.ask("soup"), switchboard.ask("pie"));
                assert_eq!(both.0.unwrap(), "4 of soup");
                assert_eq!(both.1.unwrap(), "3 of pie");
            }
            assert_eq!(switchboard.opened.get(), 2, "lines opened");
            drop(switchboard.lend());
            assert_eq!(switchboard.opened.get(), 2, "nothing was asked on it");
            timeout(Duration::from_millis(50), switchboard.ask("soup"))
                .await
                .unwrap_err();
            let soup = timeout(Duration::from_secs(9), switchboard.ask("soup")).await;
            assert!(
                matches!(soup, Ok(Ok(_))),
                "somebody hung up, and then the next question was not answered: {soup:?}"
            );
            let opened = switchboard.opened.get();
            assert!(
                opened <= 3,
                "{opened} lines opened, though one was in order"
            );
        });
    }

    #[test]
    fn one_line_may_ask_many_questions() {
        stage::virtual_time(async {
            let switchboard = Switchboard::default();
            let mut line = switchboard.lend();
            for _ in 0..3 {
                assert_eq!(line.ask("eggs").await.unwrap(), "4 of eggs");
            }
            drop(line);
            assert_eq!(switchboard.ask("pie").await.unwrap(), "3 of pie");
            assert_eq!(switchboard.opened.get(), 1, "lines opened");
        });
    }

    #[test]
    fn who_hangs_up_and_asks_on_spoils_the_line_all_the_same() {
        stage::virtual_time(async {
            let switchboard = Switchboard::default();
            let mut line = switchboard.lend();
            timeout(Duration::from_millis(50), line.ask("soup"))
                .await
                .unwrap_err();
            // Whatever is heard now, it is this waiter's own mistake.
            let _ = timeout(Duration::from_secs(1), line.ask("pie")).await;
            drop(line);
            assert_eq!(switchboard.ask("salad").await.unwrap(), "5 of salad");
        });
    }

    #[test]
    fn a_line_that_failed_is_not_used_again() {
        stage::virtual_time(async {
            let switchboard = Switchboard::default();
            switchboard.ask("fire").await.unwrap_err();
            let pie = switchboard.ask("pie").await;
            assert!(
                pie.as_ref().is_ok_and(|pie| pie == "3 of pie"),
                "a line has failed, and then the next question was answered with {pie:?}"
            );
        });
    }
}
