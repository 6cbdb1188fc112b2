//! A start from nothing, and the memory of the window.

use algoagent_tests::desktop::World;
use algoagent_tests::window::Window;

use crate::{Row, at, empty};

const ROUNDS: usize = 7;

/// From the start of the program to the painted sign-in, beside an empty window.
pub(crate) fn cold(world: &World) -> Row {
    let other = World::with_program("bench-empty", &empty());
    let mut ours = Vec::new();
    let mut theirs = Vec::new();
    // In turn, so that both meet the same moods of the machine; the first round warms the disk.
    for round in 0..=ROUNDS {
        let window = other.open();
        let empty = window.painted_after("empty");
        window.close();
        let window = world.open();
        window.shows("sign-in");
        let start = window.painted_after("sign-in");
        window.close();
        if round > 0 {
            theirs.push(empty.as_secs_f64() * 1e3);
            ours.push(start.as_secs_f64() * 1e3);
        }
    }
    let (ours, theirs) = (at(&mut ours, 50), at(&mut theirs, 50));
    Row {
        what: "start of the program to the painted sign-in, median",
        measured: format!("{ours:.0} ms, {:.2} times", ours / theirs),
        beside: format!("an empty window {theirs:.0} ms"),
        goal: "1.3 times",
    }
}

/// The memory of a window in which somebody is signed in, beside an empty one.
pub(crate) fn memory(window: &Window<'_>) -> Row {
    const MB: f64 = 1e6;
    let other = World::with_program("bench-empty", &empty());
    let empty = other.open();
    // Both have come to rest.
    std::thread::sleep(std::time::Duration::from_secs(5));
    let theirs = empty.memory() as f64 / MB;
    let ours = window.memory() as f64 / MB;
    empty.close();
    Row {
        what: "memory of the signed-in window",
        measured: format!("{ours:.0} MB, {:.0} MB more", ours - theirs),
        beside: format!("an empty window {theirs:.0} MB"),
        goal: "120 MB more",
    }
}
