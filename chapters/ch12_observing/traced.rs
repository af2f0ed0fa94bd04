//! An error that knows where it came up, and is logged with its whole chain.

use std::{error::Error, iter::successors};

use tracing::{Span, error};

/// An error and the span in which it came up, which stays open as long as the error is kept. `?` makes
/// one of any error.
#[derive(Debug)]
pub struct Traced<E> {
    /// The error itself.
    pub error: E,
    span: Span,
}

impl<E> From<E> for Traced<E> {
    fn from(error: E) -> Self {
        let span = Span::current();
        Self { error, span }
    }
}

impl<E: Error> Traced<E> {
    /// Writes a line to the log, as if it were said where the error came up.
    pub fn log(&self) {
        self.span.in_scope(|| error!("{}", chain(&self.error)));
    }
}

/// An error and its causes, outermost first: `not paid: the bank refuses`.
pub fn chain(error: &dyn Error) -> String {
    let causes = successors(error.source(), |&cause| cause.source());
    causes.fold(error.to_string(), |line, cause| format!("{line}: {cause}"))
}
