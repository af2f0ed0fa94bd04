//! A newspaper fetches articles (1 s each), checks them (1 s), translates them (2 s) and puts them on
//! its site (1 s). One person does it all, article by article: 5 seconds each. Every third source
//! sends nonsense, which the check finds; then the whole edition is given up.
//!
//! Goal: a pipeline. Each stage works on one article at a time, all stages work at the same time,
//! with a queue of 1 between them. A failed check costs that article only.
//!
//! Lesson: `chapters/ch06_queues/README.md`, "Fetch, validate, transform, save"

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
            if fetched.send(fetch(source).await).await.is_err() {
                break;
            }
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

async fn fetch(source: u32) -> u32 {
    work("fetch", source, 1).await
}

async fn check(article: u32) -> Result<u32, Nonsense> {
    work("check", article, 1).await;
    if article.is_multiple_of(3) {
        return Err(Nonsense(article));
    }
    Ok(article)
}

async fn translate(article: u32) -> u32 {
    work("translate", article, 2).await
}

async fn publish(article: u32) -> u32 {
    work("publish", article, 1).await
}

async fn work(stage: &'static str, article: u32, seconds: u64) -> u32 {
    let working = sleep(Duration::from_secs(seconds));
    working.instrument(info_span!("", stage, article)).await;
    article
}

fn main() {
    stage::play("An edition", async {
        info!("{:?}", edition(2).await);
    });
}

#[cfg(test)]
mod tests {
    use stage::Lane;

    use super::*;

    /// The lanes of one stage.
    fn of<'a>(stage: &str, lanes: &'a [Lane]) -> Vec<&'a Lane> {
        let lanes = lanes.iter();
        lanes.filter(|lane| lane.label.contains(stage)).collect()
    }

    #[test]
    fn one_failure_costs_one_article() {
        for sources in [1, 3, 4, 9, 10] {
            let played = stage::record(edition(sources));
            let (failed, good): (Vec<u32>, Vec<u32>) =
                (1..=sources).partition(|source| source % 3 == 0);
            assert_eq!(played.value.articles, good, "in their order");
            let failures: Vec<_> = failed.into_iter().map(Nonsense).collect();
            assert_eq!(played.value.failures, failures);
        }
    }

    #[test]
    fn all_stages_work_at_the_same_time() {
        // The translator is the slowest: it begins after 2 s and is never idle then.
        for (sources, seconds) in [(1, 5), (2, 7), (4, 9), (9, 15), (10, 17)] {
            let played = stage::record(edition(sources));
            assert_eq!(
                played.elapsed,
                Duration::from_secs(seconds),
                "{sources} sources"
            );
        }
    }

    #[test]
    fn each_stage_works_on_one_article_at_a_time() {
        let played = stage::record(edition(10));
        for stage in ["fetch", "check", "translate", "publish"] {
            for pair in of(stage, &played.lanes).windows(2) {
                assert!(
                    pair[0].ended <= Some(pair[1].created),
                    "{} and {} overlap",
                    pair[0].label,
                    pair[1].label
                );
            }
        }
    }

    #[test]
    fn nothing_piles_up_before_the_translator() {
        let played = stage::record(edition(30));
        let fetches = of("fetch", &played.lanes);
        let translations = of("translate", &played.lanes);
        for fetch in fetches {
            let begun = translations
                .iter()
                .filter(|translation| translation.created <= fetch.created)
                .count();
            let number: usize = fetch.label.rsplit(' ').next().unwrap().parse().unwrap();
            // Of three articles one is nonsense.
            let waiting = number.saturating_sub(begun * 3 / 2);
            assert!(
                waiting <= 7,
                "article {number} is fetched although {waiting} are waiting already"
            );
        }
    }
}
