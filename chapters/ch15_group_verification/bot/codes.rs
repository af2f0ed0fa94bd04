use rand::{RngExt, SeedableRng, rngs::StdRng};

use crate::model::{Code, GroupId, Timestamp};

/// Where codes come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Codes {
    /// 122 random bits each, from the operating system.
    System,
    /// The same ones each time, for simulations.
    Seeded(u64),
}

impl Codes {
    /// A source for one group, of a bot that was started at this moment: so that neither another
    /// group nor another run draws the same codes.
    pub(super) fn source(self, group: GroupId, started: Timestamp) -> Source {
        match self {
            Self::System => Source(None),
            Self::Seeded(seed) => {
                let numbers = [seed, group.0, started.0, 0].map(u64::to_le_bytes);
                let mut bytes = [0; 32];
                bytes.copy_from_slice(numbers.as_flattened());
                Source(Some(StdRng::from_seed(bytes)))
            }
        }
    }
}

/// Draws codes.
pub(super) struct Source(Option<StdRng>);

impl Source {
    pub(super) fn draw(&mut self) -> Code {
        match &mut self.0 {
            Some(seeded) => Code::from_random_bytes(seeded.random()),
            None => Code(uuid::Uuid::new_v4()),
        }
    }
}
