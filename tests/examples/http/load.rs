//! Programs that ask one after the other, each on its own connection, as fast as they are answered.

use std::rc::Rc;
use std::time::{Duration, Instant};

use algoagent_tests::cost;
use serde_json::Value;
use tokio::task::LocalSet;

use crate::line::{Ask, Line};

/// Programs at once.
pub(crate) const CONNECTIONS: usize = 16;
/// How long a server is asked before it counts, and while it does.
const WARM_UP: Duration = Duration::from_secs(2);
const COUNTED: Duration = Duration::from_secs(6);
/// Of so many answers, one is looked at.
const LOOKED_AT: usize = 50;

/// One program and what it asks.
pub(crate) trait Program {
    /// What it asks next.
    fn ask(&self) -> Ask<'_>;
    /// Whether the answer has to be read each time.
    const READS: bool;
    /// Holds an answer against what it has to be.
    fn check(&mut self, answer: &Value);
}

/// How a server did.
#[derive(Clone, Copy)]
pub(crate) struct Figures {
    pub(crate) per_second: f64,
    /// Milliseconds.
    pub(crate) p50: f64,
    pub(crate) p99: f64,
    /// Of the core of what asked.
    pub(crate) busy: f64,
}

/// Asks the server at `port` for as long as it takes to know.
pub(crate) async fn load<P: Program + 'static>(port: u16, programs: Vec<P>) -> Figures {
    assert_eq!(programs.len(), CONNECTIONS);
    let begin = Instant::now() + WARM_UP;
    let end = begin + COUNTED;
    let local = LocalSet::new();
    let all: Vec<_> = programs
        .into_iter()
        .map(|program| local.spawn_local(asks(Line::to(port), program, begin, end)))
        .collect();
    let busy = Rc::new(std::cell::Cell::new(Duration::ZERO));
    let had = Rc::clone(&busy);
    local.spawn_local(async move {
        tokio::time::sleep_until(begin.into()).await;
        let before = cost::processor_time(std::process::id());
        tokio::time::sleep_until(end.into()).await;
        had.set(cost::processor_time(std::process::id()) - before);
    });
    local.await;
    let mut times = Vec::new();
    for one in all {
        times.extend(one.await.expect("no program gave up"));
    }
    assert!(!times.is_empty(), "nothing was answered");
    Figures {
        per_second: times.len() as f64 / COUNTED.as_secs_f64(),
        p50: crate::at(&mut times, 50),
        p99: crate::at(&mut times, 99),
        busy: busy.get().as_secs_f64() / COUNTED.as_secs_f64(),
    }
}

/// Milliseconds of each answer that came while it counted.
async fn asks<P: Program>(
    mut line: Line,
    mut program: P,
    begin: Instant,
    end: Instant,
) -> Vec<f64> {
    let mut times = Vec::new();
    let mut asked = 0_usize;
    loop {
        let looked_at = P::READS || asked.is_multiple_of(LOOKED_AT);
        asked += 1;
        let started = Instant::now();
        let (status, body) = line.ask(program.ask(), looked_at).await;
        let now = Instant::now();
        assert!(status == 200, "{} answered {status}", program.ask().path);
        if looked_at {
            program.check(&serde_json::from_slice(&body).expect("JSON"));
        }
        if now >= end {
            return times;
        }
        if started >= begin {
            times.push((now - started).as_secs_f64() * 1e3);
        }
    }
}
