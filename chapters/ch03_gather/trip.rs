//! A trip is a car, a room and a seat; without one of them there is no trip.

use std::time::Duration;

use futures::future::join_all;
use stage::Instrument;
use thiserror::Error;
use tokio::time::sleep;
use tracing::{info, info_span};

/// Everything that was booked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trip {
    /// The car's number plate.
    pub plate: &'static str,
    /// The room's number.
    pub room: u32,
    /// The seat's row and letter.
    pub seat: (u32, char),
}

/// There is nothing left to book.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("no {0} left")]
pub struct SoldOut(pub &'static str);

/// Hears all three answers, then looks at them: 3 s, whatever they are.
///
/// # Errors
///
/// The first of car, room and seat that is sold out.
pub async fn joined(free_rooms: &[u32]) -> Result<Trip, SoldOut> {
    let (plate, room, seat) = tokio::join!(car(), room(free_rooms), seat());
    Ok(Trip {
        plate: plate?,
        room: room?,
        seat: seat?,
    })
}

/// Ends with the first bad answer, and drops the bookings that are still on their way.
///
/// # Errors
///
/// Whichever is the first to answer that it is sold out.
pub async fn try_joined(free_rooms: &[u32]) -> Result<Trip, SoldOut> {
    let (plate, room, seat) = tokio::try_join!(car(), room(free_rooms), seat())?;
    Ok(Trip { plate, room, seat })
}

/// The cheapest of any number of hotels, by name.
pub async fn cheapest(hotels: &[Hotel]) -> Option<&'static str> {
    async {
        let prices = join_all(hotels.iter().map(price)).await;
        let (hotel, price) = hotels.iter().zip(prices).min_by_key(|(_, price)| *price)?;
        info!("{} for {price}", hotel.name);
        Some(hotel.name)
    }
    .instrument(info_span!("cheapest"))
    .await
}

/// Plans a trip on a lane of its own, and says what came of it.
///
/// # Errors
///
/// That of the booking.
pub async fn planned(
    booking: impl Future<Output = Result<Trip, SoldOut>>,
) -> Result<Trip, SoldOut> {
    async {
        let trip = booking.await;
        match &trip {
            Ok(_) => info!("off we go"),
            Err(error) => info!("no trip: {error}"),
        }
        trip
    }
    .instrument(info_span!("trip"))
    .await
}

async fn car() -> Result<&'static str, SoldOut> {
    booked("car", 1, Some("B 52")).await
}

async fn room(free: &[u32]) -> Result<u32, SoldOut> {
    booked("room", 2, free.first().copied()).await
}

async fn seat() -> Result<(u32, char), SoldOut> {
    booked("seat", 3, Some((12, 'F'))).await
}

async fn booked<T>(what: &'static str, seconds: u64, free: Option<T>) -> Result<T, SoldOut> {
    async {
        sleep(Duration::from_secs(seconds)).await;
        info!("{}", free.as_ref().map_or("sold out", |_| "booked"));
        free.ok_or(SoldOut(what))
    }
    .instrument(info_span!("book", what))
    .await
}

/// A hotel that takes its time to name a price.
#[derive(Clone, Debug)]
pub struct Hotel {
    name: &'static str,
    takes: Duration,
    price: u32,
}

/// Three of them.
pub fn hotels() -> Vec<Hotel> {
    [("Grand", 3, 210), ("Station", 1, 80), ("Park", 2, 120)]
        .map(|(name, seconds, price)| Hotel {
            name,
            takes: Duration::from_secs(seconds),
            price,
        })
        .into()
}

async fn price(hotel: &Hotel) -> u32 {
    async {
        sleep(hotel.takes).await;
        info!("{}", hotel.price);
        hotel.price
    }
    .instrument(info_span!("hotel", hotel.name))
    .await
}
