//! From the start of a server to its first answer.

use std::time::Instant;

use algoagent_tests::desktop::World;

use crate::servers::Server;
use crate::theirs::{KEEPS, Theirs};
use crate::{Row, at, ours};

const ROUNDS: usize = 7;

pub(crate) async fn measured(world: &World, theirs: &Theirs<'_>) -> Row {
    let (mut own, mut other) = (Vec::new(), Vec::new());
    // In turn, so that both meet the same moods of the machine; the first round warms the disk.
    for round in 0..=ROUNDS {
        let ours = started(|| ours::start(world)).await;
        let django = started(|| theirs.start(KEEPS)).await;
        if round > 0 {
            own.push(ours);
            other.push(django);
        }
    }
    let (own, other) = (at(&mut own, 50), at(&mut other, 50));
    Row {
        what: "start to first answer, median".to_owned(),
        ours: format!("{own:.0} ms"),
        theirs: format!("{other:.0} ms"),
        beside: format!("{:.2} times", own / other),
        goal: "1/5",
    }
}

async fn started(start: impl FnOnce() -> Server) -> f64 {
    let began = Instant::now();
    let mut server = start();
    server.answers().await;
    began.elapsed().as_secs_f64() * 1e3
}
