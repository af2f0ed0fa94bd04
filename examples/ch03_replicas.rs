//! A backup on four disks: what is left when it fails?

use ch03_gather::replicas::{Copies, detached_wrong, grouped, night};

fn main() {
    stage::acts(|stage| {
        let copies = Copies::default();
        let backup = night(detached_wrong(&copies), &copies);
        stage.play("Tasks on their own: one writes on", backup);
        let copies = Copies::default();
        let backup = night(grouped(&copies), &copies);
        stage.play("A group: stopped together, reported together", backup);
    });
}
