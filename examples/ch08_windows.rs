//! Bicycles counted in windows of five seconds.

use ch08_streams::windows;
use stage::ms;

fn main() {
    stage::acts(|stage| {
        stage.play("Tumbling, closed at once", windows::count(ms(0)));
        stage.play("Tumbling, closed after 5 s", windows::count(ms(5000)));
        stage.play("Sliding", windows::last_five_seconds());
    });
}
