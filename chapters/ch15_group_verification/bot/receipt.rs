use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering::Relaxed},
};

use crate::platform::EventId;

/// A share in an event that may concern several groups. When all shares are given back, the event
/// is settled; if one gets lost, by a panic or because the bot stops, it is not, and comes again.
#[derive(Clone)]
pub(super) struct Receipt(Option<Arc<Open>>);

struct Open {
    event: EventId,
    lost: AtomicBool,
}

impl Receipt {
    pub(super) fn new(event: EventId) -> Self {
        let lost = AtomicBool::new(false);
        Self(Some(Arc::new(Open { event, lost })))
    }

    /// What this share stood for is stored. Returns the event if it was the last share and none
    /// was lost.
    pub(super) fn give_back(mut self) -> Option<EventId> {
        let open = Arc::into_inner(self.0.take()?)?;
        (!open.lost.into_inner()).then_some(open.event)
    }
}

impl Drop for Receipt {
    fn drop(&mut self) {
        if let Some(open) = &self.0 {
            // `Relaxed` will do: `Arc` sees to it that who takes the last share sees this.
            open.lost.store(true, Relaxed);
        }
    }
}
