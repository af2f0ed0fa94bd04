//! Scales send a line for each weighing, such as `12 kg`, and the line `alive` every second while nobody stands on
//! them. On the bench, each line comes in one piece. In the shop they hang on a long wire.
//!
//! Goal: `weigh` returns the next weight, however its line comes in pieces, and skips `alive`. If two seconds pass
//! without the end of a line, it returns the error `TimedOut`; if the wire is cut, `UnexpectedEof`; other errors of
//! the wire are handed on. What comes after the line of a weight is for the next call.
//!
//! Lesson: `chapters/ch12_observing/README.md`, "Testing what waits"

use std::{io, time::Duration};

use stage::Instrument;
use tokio::{
    io::{AsyncBufRead, AsyncBufReadExt, BufReader},
    time::timeout,
};
use tracing::{info, info_span};

const PATIENCE: Duration = Duration::from_secs(2);

/// The next weight in kilograms.
async fn weigh(wire: &mut (impl AsyncBufRead + Unpin)) -> io::Result<u32> {
    loop {
        let mut line = String::new();
        timeout(PATIENCE, wire.read_line(&mut line)).await??;
        match line
            .strip_suffix('\n')
            .ok_or(io::ErrorKind::UnexpectedEof)?
        {
            "alive" => {}
            weight => return kilograms(weight),
        }
    }
}

fn kilograms(line: &str) -> io::Result<u32> {
    let number = line.strip_suffix(" kg").and_then(|kg| kg.parse().ok());
    number.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, format!("{line:?}")))
}

fn main() {
    stage::play("Scales on a long wire", async {
        let wire = tokio_test::io::Builder::new()
            .read(b"ali")
            .wait(Duration::from_millis(300))
            .read(b"ve\n1")
            .wait(Duration::from_millis(700))
            .read(b"2 kg\n")
            .build();
        async {
            match weigh(&mut BufReader::new(wire)).await {
                Ok(kg) => info!("{kg} kg"),
                Err(error) => info!("{error}"),
            }
        }
        .instrument(info_span!("scales"))
        .await;
    });
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use stage::{ms, record_within};
    use tokio_test::io::{Builder, Mock};

    use super::*;

    const HINT: &str = "Each script ends within a minute.";

    /// Weighs so often on one wire, and returns what came of it.
    fn weighed(times: u32, wire: Mock) -> Vec<Result<u32, ErrorKind>> {
        record_within(Duration::from_secs(60), HINT, async {
            let mut wire = BufReader::new(wire);
            let mut all = Vec::new();
            for _ in 0..times {
                all.push(weigh(&mut wire).await.map_err(|error| error.kind()));
            }
            // What is left on it, the weights tell better than the script.
            std::mem::forget(wire);
            all
        })
        .value
    }

    #[test]
    fn a_line_in_one_piece() {
        let wire = Builder::new().read(b"12 kg\n").build();
        assert_eq!(weighed(1, wire), [Ok(12)]);
    }

    #[test]
    fn a_line_in_pieces() {
        let mut wire = Builder::new();
        for byte in b"120 kg\n" {
            wire.read(&[*byte]).wait(ms(10));
        }
        assert_eq!(
            weighed(1, wire.build()),
            [Ok(120)],
            "the line came byte by byte"
        );
    }

    #[test]
    fn two_lines_in_one_piece() {
        let wire = Builder::new().read(b"12 kg\n7 kg\nalive\n9 kg\n").build();
        assert_eq!(
            weighed(3, wire),
            [Ok(12), Ok(7), Ok(9)],
            "three weights came at once, for three calls"
        );
    }

    /// Nobody stands on them for ten seconds.
    #[test]
    fn alive_is_skipped_for_as_long_as_it_comes() {
        let mut wire = Builder::new();
        for _ in 0..10 {
            wire.read(b"alive\n").wait(ms(1000));
        }
        let wire = wire.read(b"12 kg\n").build();
        assert_eq!(
            weighed(1, wire),
            [Ok(12)],
            "each second there was an `alive`, and then a weight"
        );
    }

    #[test]
    fn two_seconds_without_the_end_of_a_line_are_too_many() {
        let late = Builder::new().read(b"alive\n").wait(ms(2001)).build();
        assert_eq!(weighed(1, late), [Err(ErrorKind::TimedOut)], "silence");
        let mut drips = Builder::new();
        for _ in 0..4 {
            drips.read(b"1").wait(ms(600));
        }
        assert_eq!(
            weighed(1, drips.build()),
            [Err(ErrorKind::TimedOut)],
            "a digit came every 600 ms, and no line in two seconds"
        );
        let in_time = Builder::new().wait(ms(1999)).read(b"3 kg\n").build();
        assert_eq!(weighed(1, in_time), [Ok(3)], "after 1999 ms");
    }

    #[test]
    fn a_wire_that_is_cut_is_an_error() {
        for piece in [&b""[..], b"12", b"12 kg", b"alive"] {
            let wire = Builder::new().read(b"alive\n").read(piece).build();
            let told = String::from_utf8_lossy(piece);
            assert_eq!(
                weighed(1, wire),
                [Err(ErrorKind::UnexpectedEof)],
                "the wire was cut after {told:?}"
            );
        }
    }

    #[test]
    fn an_error_of_the_wire_is_handed_on() {
        let reset = ErrorKind::ConnectionReset;
        let wire = Builder::new().read(b"1").read_error(reset.into()).build();
        assert_eq!(weighed(1, wire), [Err(reset)]);
    }

    #[test]
    fn a_line_that_is_no_weight_is_an_error() {
        let wire = Builder::new().read(b"alive?\n").build();
        assert_eq!(weighed(1, wire), [Err(ErrorKind::InvalidData)]);
    }
}
