//! Right: takes an article only when there is room behind.

use std::time::Duration;

use stage::Instrument;
use tokio::{sync::mpsc, time::sleep};
use tracing::{info, info_span};

#[derive(Debug, PartialEq)]
struct Nonsense(u32);

#[derive(Debug, Default, PartialEq)]
struct Edition {
    articles: Vec<u32>,
    failures: Vec<Nonsense>,
}

async fn edition(sources: u32) -> Edition {
    let (fetched, mut to_check) = mpsc::channel(1);
    let (checked, mut to_translate) = mpsc::channel(1);
    let (translated, mut to_publish) = mpsc::channel(1);

    // A stage that finds nobody behind it has nothing left to do.
    let fetching = async move {
        for source in 1..=sources {
            let article = fetch(source).await;
            let Ok(place) = fetched.reserve().await else {
                break;
            };
            place.send(article);
        }
    };
    let checking = async move {
        let mut failures = Vec::new();
        while let Some(article) = to_check.recv().await {
            match check(article).await {
                Ok(article) if checked.send(article).await.is_err() => break,
                Ok(_) => {}
                Err(nonsense) => failures.push(nonsense),
            }
        }
        failures
    };
    let translating = async move {
        while let Some(article) = to_translate.recv().await {
            if translated.send(translate(article).await).await.is_err() {
                break;
            }
        }
    };
    let publishing = async {
        let mut articles = Vec::new();
        while let Some(article) = to_publish.recv().await {
            articles.push(publish(article).await);
        }
        articles
    };

    let ((), failures, (), articles) = tokio::join!(fetching, checking, translating, publishing);
    Edition { articles, failures }
}

// From here on as in the solution:
// async fn fetch(source: u32) -> u32 {
