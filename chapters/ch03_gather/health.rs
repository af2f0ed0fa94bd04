//! A round of health checks, one of which goes wrong.

use std::{collections::HashMap, time::Duration};

use futures::future::{join_all, try_join_all};
use stage::Instrument;
use thiserror::Error;
use tokio::{
    task::{JoinError, JoinSet},
    time::sleep,
};
use tracing::{info, info_span};

/// What a service has to say for itself.
#[derive(Clone, Copy, Debug)]
pub enum Answer {
    /// All is well, and this version runs.
    Version(&'static str),
    /// An HTTP status that means trouble.
    Status(u16),
    /// Something that nobody who wrote [`check`] thought of.
    Gibberish,
}

/// A service that can be checked.
#[derive(Clone, Copy, Debug)]
pub struct Service {
    name: &'static str,
    takes: Duration,
    answer: Answer,
}

/// Three services; what the second one answers is up to you.
#[must_use]
pub fn services(search: Answer) -> Vec<Service> {
    let services = [
        ("database", 1, Answer::Version("17.2")),
        ("search", 2, search),
        ("mail", 3, Answer::Version("4.9")),
    ];
    services
        .map(|(name, seconds, answer)| Service {
            name,
            takes: Duration::from_secs(seconds),
            answer,
        })
        .into()
}

/// Why nothing good is known of a service.
#[derive(Debug, Error)]
pub enum Unwell {
    /// It answered with a bad status.
    #[error("answers {0}")]
    Status(u16),
    /// Its check panicked or was aborted.
    #[error("could not be checked")]
    Unchecked(#[from] JoinError),
}

/// A service's version, or what is wrong with it.
pub type Health = Result<&'static str, Unwell>;

/// What is known of each service, by name.
pub type Report = Vec<(&'static str, Health)>;

/// All versions or the first failure, and then all else that was learned is lost.
///
/// # Errors
///
/// The first failure in time; of more than 30 services, the first one in the list.
pub async fn all_or_nothing(services: &[Service]) -> Result<Vec<&'static str>, Unwell> {
    try_join_all(services.iter().map(check)).await
}

/// One result for each service, in their order.
pub async fn each(services: &[Service]) -> Report {
    let results = join_all(services.iter().map(check)).await;
    services
        .iter()
        .map(|service| service.name)
        .zip(results)
        .collect()
}

/// One result for each service, as they come; not even a panic keeps the others from theirs.
///
/// # Cancel safety
///
/// Dropping this future aborts all checks.
pub async fn each_a_task(services: &[Service]) -> Report {
    let mut names = HashMap::new();
    let mut checks = JoinSet::new();
    for &service in services {
        let task = checks.spawn(async move { check(&service).await }.in_current_span());
        names.insert(task.id(), service.name);
    }
    let mut report = Vec::new();
    while let Some(ended) = checks.join_next_with_id().await {
        let (id, health) = match ended {
            Ok((id, health)) => (id, health),
            Err(error) => (error.id(), Err(error.into())),
        };
        report.push((names[&id], health));
    }
    report
}

/// Makes a round of checks on a lane of its own, and says what was learned.
pub async fn round(checks: impl Future<Output = Report>) -> Report {
    async {
        let report = checks.await;
        let lines = report.iter().map(|(name, health)| match health {
            Ok(version) => format!("{name} {version}"),
            Err(unwell) => format!("{name} {unwell}"),
        });
        info!("{}", lines.collect::<Vec<_>>().join(", "));
        report
    }
    .instrument(info_span!("round"))
    .await
}

/// The same for a round that has nothing to say of most services if one is unwell.
///
/// # Errors
///
/// Those of the checks.
pub async fn short_round(
    checks: impl Future<Output = Result<Vec<&'static str>, Unwell>>,
) -> Result<Vec<&'static str>, Unwell> {
    async {
        let versions = checks.await;
        match &versions {
            Ok(versions) => info!("{}", versions.join(", ")),
            Err(unwell) => info!("one of them {unwell}"),
        }
        versions
    }
    .instrument(info_span!("round"))
    .await
}

/// Asks a service for its version.
///
/// # Errors
///
/// [`Unwell::Status`] if the service says so.
///
/// # Panics
///
/// On [`Answer::Gibberish`]: this is the bug in the story.
pub async fn check(service: &Service) -> Health {
    async {
        sleep(service.takes).await;
        match service.answer {
            Answer::Version(version) => {
                info!("version {version}");
                Ok(version)
            }
            Answer::Status(code) => {
                info!("status {code}");
                Err(Unwell::Status(code))
            }
            Answer::Gibberish => panic!("no version in the answer"),
        }
    }
    .instrument(info_span!("check", service.name))
    .await
}
