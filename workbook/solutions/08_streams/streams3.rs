//! A program sends its log lines away in uploads of up to ten. At night there are few lines, and an upload
//! waits for hours until it is full.
//!
//! Goal: an upload goes out when it has ten lines, or one second after its first line, or when no line can
//! come any more, whichever is first. No line is lost, and no upload is empty.
//!
//! Lesson: `chapters/ch08_streams/README.md`, "A bag that is not full"

use std::time::Duration;

use futures::{Stream, StreamExt};
use tokio::{sync::mpsc, time::sleep};
use tokio_stream::wrappers::ReceiverStream;
use tracing::info;

const FULL: usize = 10;
const PATIENCE: Duration = Duration::from_secs(1);

/// The lines in uploads.
fn uploads(lines: impl Stream<Item = u32>) -> impl Stream<Item = Vec<u32>> {
    tokio_stream::StreamExt::chunks_timeout(lines, FULL, PATIENCE)
}

/// Writes a line after each of these pauses (in milliseconds) but the last, and ends after that.
fn log(pauses: Vec<u64>) -> impl Stream<Item = u32> {
    let (sender, lines) = mpsc::channel(100);
    tokio::spawn(async move {
        for (number, pause) in (1..).zip(&pauses) {
            sleep(Duration::from_millis(*pause)).await;
            if number < pauses.len() && sender.send(number as u32).await.is_err() {
                return;
            }
        }
    });
    ReceiverStream::new(lines)
}

fn main() {
    stage::play("A quiet night", async {
        uploads(log(vec![0, 400, 400, 400, 400, 5000]))
            .for_each(async |lines| info!("{lines:?}"))
            .await;
    });
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;

    /// When each upload went out, in milliseconds, and how many lines it had.
    fn uploaded(pauses: &[u64]) -> Vec<(u128, usize)> {
        let (told, lines): (Vec<_>, Vec<_>) = stage::virtual_time(async {
            let start = Instant::now();
            uploads(log(pauses.to_vec()))
                .map(|lines| ((start.elapsed().as_millis(), lines.len()), lines))
                .unzip()
                .await
        });
        let lines: Vec<u32> = lines.concat();
        let expected: Vec<u32> = (1..pauses.len() as u32).collect();
        assert_eq!(lines, expected, "every line, in order, once");
        told
    }

    #[test]
    fn ten_lines_go_out_at_once() {
        let mut burst = vec![0; 25];
        burst.push(9_000);
        assert_eq!(
            uploaded(&burst),
            [(0, 10), (0, 10), (1_000, 5)],
            "(millisecond, lines): 25 lines at once, and then a long silence"
        );
        let mut steady = vec![50; 20];
        steady.push(3_000);
        assert_eq!(
            uploaded(&steady),
            [(500, 10), (1_000, 10)],
            "(millisecond, lines): a line every 50 ms, and then silence"
        );
    }

    #[test]
    fn a_line_waits_for_a_second_at_most() {
        assert_eq!(
            uploaded(&[0, 400, 400, 400, 400, 5_000]),
            [(1_000, 3), (2_200, 2)],
            "(millisecond, lines): a line every 400 ms; the second begins with a line, not with a tick"
        );
        assert_eq!(
            uploaded(&[5_300, 7_000, 9_000]),
            [(6_300, 1), (13_300, 1)],
            "(millisecond, lines): two lines far apart"
        );
    }

    #[test]
    fn the_end_sends_the_rest_at_once() {
        assert_eq!(uploaded(&[100, 200]), [(300, 1)], "(millisecond, lines)");
        assert_eq!(uploaded(&[5_000]), [], "no lines, no upload");
    }
}
