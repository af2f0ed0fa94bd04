//! A photo lab has one printer that takes two photos at once. A photo is printed for a second and
//! then dries for two, on a rack where there is room for any number. The program counts printers
//! and still prints everything at once; and its author knows that something else must be taken
//! care of when that is mended.
//!
//! Goal: two photos in the printer, never more; drying photos do not keep the printer.
//!
//! Lesson: `chapters/ch04_semaphores/README.md`, "A forgotten permit"

use std::time::Duration;

use futures::future::join_all;
use stage::Instrument;
use tokio::{sync::Semaphore, time::sleep};
use tracing::info_span;

async fn develop(number: u32, printer: &Semaphore) {
    let place = printer.acquire().await.expect("the lab is open");
    print(number).await;
    drop(place);
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
    use super::*;

    #[test]
    fn two_photos_in_the_printer_and_any_number_on_the_rack() {
        for photos in [1, 2, 5, 8] {
            let played = stage::record(lab(photos));

            for number in 1..=photos {
                let begun = Duration::from_secs(u64::from((number - 1) / 2));
                let print = played.lane(&format!("print {number}"));
                assert_eq!(print.created, begun, "photo {number} goes into the printer");
                let dry = played.lane(&format!("dry {number}"));
                assert_eq!(dry.created, begun + Duration::from_secs(1));
            }
            let prints = u64::from(photos.div_ceil(2));
            assert_eq!(played.elapsed, Duration::from_secs(prints + 2));
            assert_eq!(played.value, 2, "all places are free in the end");
        }
    }
}
