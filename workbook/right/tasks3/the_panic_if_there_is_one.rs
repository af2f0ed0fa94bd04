//! Right: asks for the panic, and gets the error back if there was none.

use std::{any::Any, time::Duration};

use stage::Instrument;
use tokio::{task::JoinHandle, time::sleep};
use tracing::{info, info_span};

#[derive(Debug, PartialEq)]
enum Tour {
    Delivered(u32),
    Accident(String),
    CalledBack,
}

async fn end_of_tour(courier: JoinHandle<u32>) -> Tour {
    match courier
        .await
        .map_err(tokio::task::JoinError::try_into_panic)
    {
        Ok(parcels) => Tour::Delivered(parcels),
        Err(Ok(panic)) => Tour::Accident(words(&*panic)),
        Err(Err(_cancelled)) => Tour::CalledBack,
    }
}

// From here on as in the solution:
// async fn tour(parcels: u32, accident_after: Option<u32>) -> u32 {
