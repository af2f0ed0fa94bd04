//! One failure, three readers: the program that may try again, the customer, and whoever reads the log.

use std::{error::Error as _, io, iter::successors, num::ParseIntError};

use thiserror::Error;

/// What went wrong with one try to place an order.
#[derive(Debug, Error)]
pub enum OrderError {
    /// The customer can do something about it.
    #[error("{left} left, {wanted} wanted")]
    TooFew {
        /// How many were wanted.
        wanted: u32,
        /// How many there are.
        left: u32,
    },
    /// The line to the warehouse failed, before or after the order had gone through it.
    #[error("no connection to the warehouse")]
    Unreachable(#[from] io::Error),
    /// It is not known whether the order was placed.
    #[error("no confirmation of order {0}")]
    Unconfirmed(u32),
    /// We have a bug, or the warehouse has. What it did is anybody's guess.
    #[error("the answer makes no sense")]
    BadAnswer(#[source] ParseIntError),
}

/// Whether to try again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// The same request may succeed later, and cannot have had an effect.
    Yes,
    /// Only under the same key, or after having asked what became of it.
    OnlyWithKey,
    /// It would most likely fail again, or may do harm.
    No,
}

impl OrderError {
    /// For the program.
    #[must_use]
    pub fn again(&self) -> Again {
        match self {
            Self::Unreachable(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
                Again::Yes
            }
            Self::Unreachable(_) | Self::Unconfirmed(_) => Again::OnlyWithKey,
            Self::TooFew { .. } | Self::BadAnswer(_) => Again::No,
        }
    }

    /// For the customer: what it means for them, and nothing about our insides. What became of earlier tries
    /// it does not know.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Self::TooFew { left: 0, .. } => "Sold out.".into(),
            Self::TooFew { left, .. } => format!("There are only {left} left."),
            _ if self.again() == Again::Yes => {
                "Something is wrong with our shop. Nothing was ordered; please try later.".into()
            }
            _ => "We will write to you as soon as we know more. Please do not order again.".into(),
        }
    }

    /// For the log: everything, down to the first cause.
    #[must_use]
    pub fn logged(&self) -> String {
        let causes = successors(self.source(), |&cause| cause.source());
        causes.fold(self.to_string(), |line, cause| format!("{line}: {cause}"))
    }
}
