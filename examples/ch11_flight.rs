//! Computing handed over to rayon: two flights land, one crashes.

use ch11_parallelism::flight::three_flights;

fn main() {
    stage::play("Three flights", three_flights());
}
