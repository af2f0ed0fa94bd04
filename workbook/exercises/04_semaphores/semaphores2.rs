//! A photo lab has one printer that takes two photos at once. A photo is printed for a second and
//! then dries for two, on a rack where there is room for any number. The program counts printers
//! and still prints everything at once; and its author knows that something else must be taken
//! care of when that is mended.
//!
//! Goal: two photos in the printer, never more; a photo that is drying does not keep the printer, and
//! neither does one that is called off.
//!
//! Lessons: `chapters/ch04_semaphores/README.md`, "Ten jobs, three at a time"; for a photo that is called
//! off, "A forgotten permit"; for the line before the printer, "Who is next?"

use std::time::Duration;

use futures::future::join_all;
use stage::Instrument;
use tokio::{sync::Semaphore, time::sleep};
use tracing::info_span;

async fn develop(number: u32, printer: &Semaphore) {
    // TODO: the place in the printer should be kept while the photo is in there, and no longer.
    let _ = printer.acquire().await.expect("the lab is open");
    print(number).await;
    dry(number).await;
}

async fn print(number: u32) {
    let printing = sleep(Duration::from_secs(1));
    printing.instrument(info_span!("print", number)).await;
}

async fn dry(number: u32) {
    let drying = sleep(Duration::from_secs(2));
    drying.instrument(info_span!("dry", number)).await;
}

async fn lab(photos: u32) -> usize {
    let printer = Semaphore::new(2);
    join_all((1..=photos).map(|number| develop(number, &printer))).await;
    printer.available_permits()
}

fn main() {
    stage::play("A photo lab", lab(5));
}

#[cfg(test)]
mod tests {
    use stage::{Recording, ms};
    use tokio::{join, time::timeout};

    use super::*;

    const HINT: &str = "Who holds a place in the printer, and when do they give it back?";

    #[test]
    fn two_photos_in_the_printer_and_any_number_on_the_rack() {
        for photos in [1, 2, 5, 8] {
            let (free, played) = play(lab(photos));

            for number in 1..=photos {
                let printed = ms(u64::from((number - 1) / 2) * 1000);
                for (label, expected) in [
                    (format!("print {number}"), printed),
                    (format!("dry {number}"), printed + ms(1000)),
                ] {
                    let begun = played.lane(&label).created;
                    assert!(
                        begun == expected,
                        "{photos} photos: `{label}` should begin at {expected:?} and began at \
                         {begun:?}{}",
                        played.what_happened()
                    );
                }
            }
            let all = ms(u64::from(photos.div_ceil(2)) * 1000 + 2000);
            assert!(
                played.elapsed == all,
                "{photos} photos should be dry after {all:?}, and the lab is closed after {:?}{}",
                played.elapsed,
                played.what_happened()
            );
            assert_eq!(free, 2, "places in the printer that are free in the end");
        }
    }

    #[test]
    fn a_photo_waits_for_its_place_and_is_printed_at_once() {
        let free = ms(10_333);
        let ((), played) = play(async {
            let printer = Semaphore::new(1);
            let somebody = async {
                let _place = printer.acquire().await;
                sleep(free).await;
            };
            let photo = develop(1, &printer).instrument(info_span!("photo"));
            join!(biased; somebody, photo);
        });
        let begun = played.lane("print 1").created;
        assert!(
            begun == free,
            "the printer is free after {free:?}, but printing began after {begun:?}{}",
            played.what_happened()
        );
        let looks = played.lane("photo").polls;
        assert!(
            looks <= 6,
            "it was looked {looks} times whether the printer is free: who awaits `acquire` is woken"
        );
    }

    #[test]
    fn a_photo_that_is_called_off_leaves_its_place() {
        for patience in [500, 1_500] {
            let (free, played) = play(async {
                let printer = Semaphore::new(2);
                let photo = timeout(ms(patience), develop(1, &printer)).await;
                assert!(photo.is_err(), "a photo is printed and dry after 3 s");
                printer.available_permits()
            });
            assert!(
                free == 2,
                "a photo was called off after {patience} ms; {free} of 2 places are free{}",
                played.what_happened()
            );
        }
    }

    fn play<F: Future>(story: F) -> (F::Output, Recording) {
        stage::record_within(Duration::from_mins(1), HINT, story).split()
    }
}
