//! Four problems of three kinds.

use ch03_gather::parcels::{first_problem_wrong, kind_by_kind};

fn main() {
    let parcels = [1, 2, 3, 4, 5, 6];
    stage::acts(|stage| {
        let _ = stage.play("The first problem only", first_problem_wrong(&parcels));
        let _ = stage.play("Every problem, kind by kind", kind_by_kind(&parcels));
    });
}
