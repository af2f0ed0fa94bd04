//! Two tills, one clerk.

use std::panic::{AssertUnwindSafe, catch_unwind};

use ch08_streams::tills;

fn main() {
    stage::acts(|stage| {
        let clerk = || stage.play("Wrong: asked after its end", tills::asked_again_wrong());
        assert!(catch_unwind(AssertUnwindSafe(clerk)).is_err());
        stage.play("fuse", tills::fused());
    });
}
