//! Which of the messages that hold the words is the best.
//!
//! All of them hold all of the words, so what counts is how often, how near to each other, and
//! whether as whole words. FTS5's own BM25 reads every row of every word first to learn how rare it
//! is, which takes seconds in a large vault and would change nothing here.

use super::snippet::{Hit, hits};
use super::words::Term;

/// How much of a long text counts.
const LONGEST: usize = 64 * 1024;
/// Bytes of a usual message.
const USUAL: f64 = 600.0;

/// How good a text is, at least 0.
pub(super) fn score(text: &str, terms: &[Term]) -> f64 {
    let text = &text[..text.floor_char_boundary(LONGEST)];
    let hits = hits(text, terms);
    let length = 0.25 + 0.75 * text.len() as f64 / USUAL;
    let often: f64 = (0..terms.len())
        .map(|term| {
            let weights = hits.iter().filter(|hit| hit.term == term);
            let count: f64 = weights.map(|hit| if hit.whole { 1.0 } else { 0.5 }).sum();
            count / (count + 1.2 * length)
        })
        .sum();
    often + nearness(&hits, terms.len())
}

/// 1 where all words stand beside each other, less the further apart they are.
fn nearness(hits: &[Hit], terms: usize) -> f64 {
    if terms < 2 {
        return 0.0;
    }
    let mut seen = vec![0_usize; terms];
    let (mut different, mut first, mut best) = (0, 0, f64::INFINITY);
    for hit in hits {
        seen[hit.term] += 1;
        different += usize::from(seen[hit.term] == 1);
        while different == terms {
            best = best.min((hit.at.end - hits[first].at.start) as f64);
            let left = hits[first].term;
            seen[left] -= 1;
            different -= usize::from(seen[left] == 0);
            first += 1;
        }
    }
    12.0 * terms as f64 / best.max(12.0 * terms as f64)
}

#[cfg(test)]
mod tests {
    use super::super::words::terms;
    use super::*;

    #[test]
    fn often_near_and_whole_is_better_than_seldom_apart_and_begun() {
        let terms = terms("stop loss");
        let better = |a: &str, b: &str| {
            let (a, b) = (score(a, &terms), score(b, &terms));
            assert!(a > b, "{a} {b}");
        };
        better("A stop loss.", "A stop that limits what is a loss in the end.");
        better("stop loss, stop loss", "stop loss");
        better("stop loss", "stop losses");
        better("stop loss", &format!("stop loss {}", "and more ".repeat(500)));
        assert_eq!(score("nothing of it", &terms), 0.0);
        assert_eq!(score("", &terms), 0.0);
    }
}
