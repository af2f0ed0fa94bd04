//! Four problems of three kinds.

use async_workbook::{
    ch03_gather::parcels::{first_problem_wrong, kind_by_kind},
    stage,
};

fn main() {
    let parcels = [1, 2, 3, 4, 5, 6];
    stage::acts(|stage| {
        let _ = stage.play("The first problem only", first_problem_wrong(&parcels));
        let _ = stage.play("Every problem, kind by kind", kind_by_kind(&parcels));
    });
}
