//! Writes recordings in Chrome's trace event format, which <https://ui.perfetto.dev> opens.

use std::time::Duration;

use serde_json::{Value, json};

use crate::recording::{Lane, Recording};

/// All acts in one file: an act is a process, a lane a thread, a poll a slice.
pub(crate) fn draw(acts: &[(String, Recording)]) -> String {
    let mut events = Vec::new();
    for (pid, (title, recording)) in acts.iter().enumerate() {
        events.push(name("process_name", pid, 0, title));
        for (tid, lane) in recording.lanes.iter().enumerate() {
            events.push(name("thread_name", pid, tid + 1, &lane.label));
            events.extend(slices(lane, recording.elapsed, pid, tid + 1));
        }
        events.extend(recording.events.iter().map(|event| {
            let tid = event.lane.map_or(0, |lane| lane + 1);
            json!({ "ph": "i", "s": "t", "pid": pid, "tid": tid, "ts": micros(event.at), "name": event.text })
        }));
    }
    json!({ "displayTimeUnit": "ms", "traceEvents": events }).to_string()
}

fn name(what: &str, pid: usize, tid: usize, name: &str) -> Value {
    json!({ "ph": "M", "pid": pid, "tid": tid, "name": what, "args": { "name": name } })
}

/// The lane's whole life as one slice, and inside it one slice per run.
fn slices(lane: &Lane, end: Duration, pid: usize, tid: usize) -> Vec<Value> {
    let slice = |name: &str, from: Duration, to: Duration| {
        json!({
            "ph": "X", "pid": pid, "tid": tid, "name": name,
            "ts": micros(from), "dur": micros(to.saturating_sub(from)),
        })
    };
    let mut life = slice(&lane.label, lane.created, lane.ended.unwrap_or(end));
    life["args"] = json!({ "outcome": lane.outcome.name(), "polls": lane.polls });
    let runs = lane
        .runs
        .iter()
        .map(|run| slice("running", run.from, run.to));
    std::iter::once(life).chain(runs).collect()
}

fn micros(duration: Duration) -> f64 {
    duration.as_nanos() as f64 / 1e3
}
