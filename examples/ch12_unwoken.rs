//! A parcel is here, and nobody wakes the customer.

use ch12_observing::unwoken::collected;

fn main() {
    stage::play("A parcel", collected());
}
