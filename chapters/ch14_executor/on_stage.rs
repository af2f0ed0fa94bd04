//! What the stage asks of an executor on which it plays a story.

use std::{sync::Arc, time::Duration};

use crate::{clock::Clock, executor_3::Executor, time::Time};

/// An executor for a story: on a virtual clock, or on the machine's.
pub fn ours(virtual_clock: bool) -> Executor {
    Executor::new(if virtual_clock {
        Clock::still()
    } else {
        Clock::real()
    })
}

impl stage::Executor for Executor {
    fn time(&self) -> Arc<dyn stage::Time> {
        Arc::clone(self.time()) as Arc<dyn stage::Time>
    }

    fn block_on<F: Future>(&mut self, story: F) -> F::Output {
        self.block_on(story)
    }
}

impl stage::Time for Time {
    fn now(&self) -> Duration {
        self.now()
    }

    fn is_virtual(&self) -> bool {
        self.is_virtual()
    }

    fn advance(&self, by: Duration) {
        self.advance(by);
    }

    fn rests(&self) -> u64 {
        self.rests()
    }
}
