//! Time-out, retry, limit and shedding as layers around one service, in two orders.

use std::{
    future::{Ready, ready},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    time::Duration,
};

use futures::future::join_all;
use stage::Instrument;
use tokio::time::sleep;
use tower::{BoxError, Service, ServiceBuilder, ServiceExt, retry::Policy, service_fn};
use tracing::{info, info_span};

const SECOND: Duration = Duration::from_secs(1);

/// One time-out around all tries: a slow first try leaves no time for a second one.
///
/// # Errors
///
/// If there is no answer within a second.
pub async fn timeout_outside() -> Result<u32, BoxError> {
    let service = ServiceBuilder::new()
        .timeout(SECOND)
        .retry(Further(2))
        .service(warehouse([3_000, 300, 300]));
    service.oneshot(()).await.inspect_err(tell)
}

/// A time-out for each try.
///
/// # Errors
///
/// If none of three tries is answered within a second.
pub async fn retry_outside() -> Result<u32, BoxError> {
    let service = ServiceBuilder::new()
        .retry(Further(2))
        .timeout(SECOND)
        .service(warehouse([3_000, 300, 300]));
    service.oneshot(()).await.inspect_err(tell)
}

/// Three callers and one place: who finds none waits for it, and no time-out counts that.
pub async fn limited() -> Vec<Result<u32, BoxError>> {
    let service = ServiceBuilder::new()
        .timeout(SECOND)
        .concurrency_limit(1)
        .service(warehouse([800, 800, 800]));
    three(service).await
}

/// Three callers and one place: who finds none is turned away.
pub async fn shedding() -> Vec<Result<u32, BoxError>> {
    let service = ServiceBuilder::new()
        .load_shed()
        .timeout(SECOND)
        .concurrency_limit(1)
        .service(warehouse([800, 800, 800]));
    three(service).await
}

/// The other way round, nobody is turned away: right outside the warehouse there is always room.
pub async fn shedding_inside_wrong() -> Vec<Result<u32, BoxError>> {
    let service = ServiceBuilder::new()
        .timeout(SECOND)
        .concurrency_limit(1)
        .load_shed()
        .service(warehouse([800, 800, 800]));
    three(service).await
}

/// So many further tries, each right after an error.
#[derive(Clone, Copy, Debug)]
pub struct Further(pub u32);

impl<Request: Clone, Answer> Policy<Request, Answer, BoxError> for Further {
    type Future = Ready<()>;

    fn retry(
        &mut self,
        _: &mut Request,
        answer: &mut Result<Answer, BoxError>,
    ) -> Option<Self::Future> {
        let error = answer.as_ref().err()?;
        self.0 = self.0.checked_sub(1)?;
        tell(error);
        Some(ready(()))
    }

    fn clone_request(&mut self, request: &Request) -> Option<Request> {
        Some(request.clone())
    }
}

fn tell(error: &BoxError) {
    info!("{error}");
}

async fn three<S>(service: S) -> Vec<Result<u32, BoxError>>
where
    S: Service<(), Response = u32, Error = BoxError> + Clone,
{
    join_all((1..=3).map(|number| {
        let answer = service.clone().oneshot(());
        async { answer.await.inspect_err(tell) }.instrument(info_span!("caller", number))
    }))
    .await
}

/// A warehouse whose calls take so many milliseconds each, in turn.
fn warehouse(
    takes: [u64; 3],
) -> impl Service<(), Response = u32, Error = BoxError, Future: Send> + Clone {
    let calls = Arc::new(AtomicU32::new(0));
    service_fn(move |()| {
        let number = calls.fetch_add(1, Relaxed);
        let takes = takes.get(number as usize).copied().unwrap_or_default();
        async move {
            sleep(Duration::from_millis(takes)).await;
            info!("12 left");
            Ok(12)
        }
        .instrument(info_span!("call", number = number + 1))
    })
}
