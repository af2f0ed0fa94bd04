//! Three orders at the same time: lines without spans, lines that lose theirs, and a log as JSON.

use ch12_observing::{
    json::Json,
    orders::{crossing_spawn, lost_at_spawn_wrong, without_spans_wrong},
};

fn main() {
    let json = Json::default();
    stage::acts(|stage| {
        stage.play("Without spans", without_spans_wrong());
        stage.play("Lost at the spawn", lost_at_spawn_wrong());
        stage::heard_by(json.clone(), || {
            stage.play("Across the spawn", crossing_spawn());
        });
    });
    println!("\nThe same as JSON\n{}", json.text().trim_end());
}
