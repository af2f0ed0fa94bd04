//! Four lines in five pieces, read beside a heartbeat.

use ch07_cancellation::lines;

fn main() -> std::io::Result<()> {
    stage::acts(|stage| {
        stage.play("Wrong: read_line in select!", lines::read_line_wrong())?;
        stage.play("next_line in select!", lines::next_line())?;
        stage.play("read_line, and the same future again", lines::same_future())?;
        Ok(())
    })
}
