//! A photo laboratory has room for two machines that develop films. Now and then one jams, or breaks. Whoever takes longer
//! than a second is not waited for; but then the machine goes on, and the next film gets its print.
//!
//! Goal: a machine that has failed, or was not waited for, is switched off; when it is off, what it may have left of the
//! print is thrown away; then another one is started. A film is tried three times at most. At the end no machine is on,
//! and `develop_all` tells which films were given up, in their order.
//!
//! Lesson: `chapters/ch11_parallelism/README.md`, "A batch of images"

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use futures::future::join;
use tokio::{
    sync::mpsc,
    task::JoinHandle,
    time::{sleep, timeout},
};
use tracing::info;

const PATIENCE: Duration = Duration::from_secs(1);

async fn develop_all(lab: &Lab, films: &[&'static str]) -> Vec<&'static str> {
    let left = Mutex::new(films.iter().copied());
    let (one, other) = join(place(lab, &left), place(lab, &left)).await;
    let is_given_up = |film: &&'static str| one.contains(film) || other.contains(film);
    films.iter().copied().filter(is_given_up).collect()
}

/// Where one machine stands at a time. Returns the films that were given up.
async fn place(lab: &Lab, left: &Mutex<impl Iterator<Item = &'static str>>) -> Vec<&'static str> {
    let next = || left.lock().unwrap().next();
    let mut given_up = Vec::new();
    let mut machine = Machine::start(lab);
    while let Some(film) = next() {
        // TODO: what should become of the machine, of its half print, and of the film?
        let developed = timeout(PATIENCE, machine.develop(film)).await;
        if !matches!(developed, Ok(Ok(_))) {
            given_up.push(film);
        }
    }
    machine.switch_off().await;
    given_up
}

/// The laboratory: which machines are on, and the prints on the shelf.
#[derive(Clone, Default)]
struct Lab(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    on: usize,
    started: usize,
    most_on: usize,
    tries: BTreeMap<&'static str, usize>,
    /// What is written on each print. Half a print has no more than half of the film's name.
    shelf: BTreeMap<&'static str, String>,
    thrown_away: usize,
}

#[derive(Debug)]
struct Broken;

impl Lab {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// Throws away what lies on the shelf for this film, if anything.
    fn throw_away(&self, film: &str) {
        let mut lab = self.state();
        if lab.shelf.remove(film).is_some() {
            lab.thrown_away += 1;
        }
    }
}

/// A machine. It is on until it is switched off.
struct Machine {
    lab: Lab,
    films: mpsc::UnboundedSender<&'static str>,
    prints: mpsc::UnboundedReceiver<&'static str>,
    running: JoinHandle<()>,
}

impl Machine {
    fn start(lab: &Lab) -> Self {
        let mut state = lab.state();
        state.on += 1;
        state.started += 1;
        state.most_on = state.most_on.max(state.on);
        let (films, mut to_develop) = mpsc::unbounded_channel();
        let (done, prints) = mpsc::unbounded_channel();
        let shelf = lab.clone();
        let running = tokio::spawn(async move {
            while let Some(film) = to_develop.recv().await {
                if shelf.develop(film).await.is_err() || done.send(film).is_err() {
                    return;
                }
            }
        });
        let lab = lab.clone();
        Self {
            lab,
            films,
            prints,
            running,
        }
    }

    /// Develops a film, and says of which one it is the print that comes out.
    async fn develop(&mut self, film: &'static str) -> Result<&'static str, Broken> {
        self.films.send(film).map_err(|_| Broken)?;
        self.prints.recv().await.ok_or(Broken)
    }

    /// Switches it off, and waits until it stands still.
    async fn switch_off(self) {
        sleep(Duration::from_millis(100)).await;
        self.running.abort();
        let _ = self.running.await;
        self.lab.state().on -= 1;
    }
}

impl Lab {
    async fn develop(&self, film: &'static str) -> Result<(), Broken> {
        let tries = {
            let mut state = self.state();
            let tries = state.tries.entry(film).or_default();
            *tries += 1;
            *tries
        };
        let spoilt = match film {
            "wedding" => tries <= 1,
            "holiday" => tries <= 2,
            "fog" | "night" => true,
            _ => false,
        };
        sleep(Duration::from_millis(300)).await;
        if spoilt {
            if matches!(film, "wedding" | "fog") {
                // It jams, and goes on printing the same half.
                for _ in 0..25 {
                    self.state()
                        .shelf
                        .insert(film, film[..film.len() / 2].to_owned());
                    sleep(Duration::from_millis(50)).await;
                }
            } else {
                self.state()
                    .shelf
                    .insert(film, film[..film.len() / 2].to_owned());
                return Err(Broken);
            }
        }
        self.state().shelf.insert(film, film.to_owned());
        Ok(())
    }
}

fn main() {
    stage::play("A laboratory", async {
        let lab = Lab::default();
        let films = ["party", "wedding", "holiday", "garden", "fog"];
        let given_up = develop_all(&lab, &films).await;
        let state = lab.state();
        info!("given up: {given_up:?}, still on: {}", state.on);
        for (film, print) in &state.shelf {
            info!("{film}: the print says {print}");
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn developed(films: &[&'static str]) -> (Vec<&'static str>, State, Duration) {
        let lab = Lab::default();
        let played = stage::record(async { develop_all(&lab, films).await });
        let state = std::mem::take(&mut *lab.state());
        for (film, print) in &state.shelf {
            assert_eq!(film, print, "half a print lies on the shelf");
        }
        assert_eq!(state.on, 0, "so many machines are left on");
        let (most, room) = (state.most_on, 2);
        assert!(most <= room, "{most} machines were on at the same time");
        (played.value, state, played.elapsed)
    }

    #[test]
    fn good_films_cost_nobody_anything() {
        let (given_up, state, elapsed) = developed(&["a", "b", "c", "d", "e", "f"]);
        assert!(given_up.is_empty());
        assert_eq!(state.shelf.len(), 6);
        assert_eq!(state.started, 2, "machines were started that nobody needed");
        // Three films after each other, and switching off.
        assert_eq!(elapsed, Duration::from_millis(1_000));
    }

    #[test]
    fn a_jam_and_a_break_cost_machines_and_no_film() {
        let (given_up, state, _) = developed(&["party", "wedding", "holiday", "garden"]);
        assert!(given_up.is_empty());
        assert_eq!(state.shelf.len(), 4);
        assert_eq!(state.started, 2 + 1 + 2, "a machine for each trouble");
        let expected = [("garden", 1), ("holiday", 3), ("party", 1), ("wedding", 2)];
        assert_eq!(state.tries, BTreeMap::from(expected));
    }

    #[test]
    fn what_cannot_be_developed_is_given_up_after_three_tries_and_leaves_nothing() {
        let (given_up, state, _) = developed(&["fog", "party", "night", "garden"]);
        assert_eq!(given_up, ["fog", "night"]);
        assert_eq!(
            state.shelf.keys().copied().collect::<Vec<_>>(),
            ["garden", "party"]
        );
        let expected = [("fog", 3), ("garden", 1), ("night", 3), ("party", 1)];
        assert_eq!(state.tries, BTreeMap::from(expected));
    }

    #[test]
    fn a_jam_is_waited_for_one_second_and_others_go_on_meanwhile() {
        let films = ["wedding", "a", "b", "c", "d"];
        let (given_up, state, elapsed) = developed(&films);
        assert!(given_up.is_empty());
        assert_eq!(state.shelf.len(), 5);
        // 1 s, 0.1 s to switch off, 0.3 s for the second try, 0.1 s to switch off; four films beside it.
        assert_eq!(elapsed, Duration::from_millis(1_500));
    }

    #[test]
    fn an_empty_batch_leaves_nothing_on() {
        assert!(developed(&[]).0.is_empty());
    }
}
