//! Where the words stand in a text.

use std::ops::Range;

use super::Piece;
use super::words::{Term, folded, name_parts, runs};

/// How much of a text is shown around the words, in bytes.
const WIDTH: usize = 180;
/// How far before the first word it begins.
const LEAD: usize = 40;
/// How much of a long text is looked through.
const LONGEST: usize = 1024 * 1024;

/// All of a short text.
pub(super) fn whole(text: &str, terms: &[Term]) -> Vec<Piece> {
    let hits = hits(text, terms);
    pieces(text, 0..text.len(), &hits)
}

/// The part of a text in which most of the words stand.
pub(super) fn around(text: &str, terms: &[Term]) -> Vec<Piece> {
    let text = &text[..text.floor_char_boundary(LONGEST)];
    let hits = hits(text, terms);
    let best = (0..hits.len()).max_by_key(|&first| {
        let near = hits[first..].iter().take_while(|hit| hit.at.end < hits[first].at.start + WIDTH);
        let mut seen: Vec<usize> = near.map(|hit| hit.term).collect();
        seen.sort_unstable();
        seen.dedup();
        // The first of those that are alike.
        (seen.len(), std::cmp::Reverse(first))
    });
    let start = best.map_or(0, |best| hits[best].at.start.saturating_sub(LEAD));
    let mut start = text.floor_char_boundary(start);
    let mut end = text.ceil_char_boundary((start + WIDTH).min(text.len()));
    if start > 0 {
        let next = text[start..end].find(char::is_whitespace);
        start += next.filter(|next| *next < LEAD).map_or(0, |next| next + 1);
    }
    if end < text.len()
        && let Some(last) =
            text[start..end].rfind(char::is_whitespace).filter(|last| *last > WIDTH / 2)
    {
        end = start + last;
    }
    let mut pieces = pieces(text, start..end, &hits);
    let dots = || Piece { text: "…".to_owned(), hit: false };
    if start > 0 {
        pieces.insert(0, dots());
    }
    if end < text.len() {
        pieces.push(dots());
    }
    pieces
}

/// One of the words in a text.
pub(super) struct Hit {
    pub(super) at: Range<usize>,
    pub(super) term: usize,
    /// Whether it isn't only the start of a word.
    pub(super) whole: bool,
}

/// Where the words stand in a text.
pub(super) fn hits(text: &str, terms: &[Term]) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (start, run) in runs(text) {
        if let Some((term, whole)) = matched(run, terms) {
            hits.push(Hit { at: start..start + run.len(), term, whole });
            continue;
        }
        let mut at = start;
        let parts = name_parts(run);
        if parts.len() < 2 {
            continue;
        }
        for part in parts {
            if let Some((term, whole)) = matched(part, terms) {
                hits.push(Hit { at: at..at + part.len(), term, whole });
            }
            at += part.len();
        }
    }
    hits
}

/// Which of the terms has this word, and whether whole.
fn matched(run: &str, terms: &[Term]) -> Option<(usize, bool)> {
    let word = folded(run);
    let whole = terms.iter().position(|term| term.words.contains(&word));
    whole.map(|term| (term, true)).or_else(|| {
        let begun = terms.iter().position(|term| {
            let open = term.open.then(|| term.words.last()).flatten();
            open.is_some_and(|open| word.starts_with(open))
        });
        begun.map(|term| (term, false))
    })
}

/// What stands in `shown`, cut at the words; lines become one.
fn pieces(text: &str, shown: Range<usize>, hits: &[Hit]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut at = shown.start;
    let mut push = |from: usize, to: usize, hit: bool| {
        let mut piece = String::new();
        for c in text[from..to].chars() {
            match c {
                c if c.is_whitespace() || c.is_control() => {
                    if !piece.ends_with(' ') {
                        piece.push(' ');
                    }
                }
                c => piece.push(c),
            }
        }
        if !piece.is_empty() {
            pieces.push(Piece { text: piece, hit });
        }
    };
    for hit in hits.iter().filter(|hit| shown.start <= hit.at.start && hit.at.end <= shown.end) {
        push(at, hit.at.start, false);
        push(hit.at.start, hit.at.end, true);
        at = hit.at.end;
    }
    push(at, shown.end, false);
    pieces
}

#[cfg(test)]
mod tests {
    use super::super::words::terms;
    use super::*;

    fn marked(pieces: &[Piece]) -> String {
        let mark = |piece: &Piece| {
            if piece.hit { format!("[{}]", piece.text) } else { piece.text.clone() }
        };
        pieces.iter().map(mark).collect()
    }

    #[test]
    fn the_words_are_marked_where_they_stand() {
        let text = "Use a *Stop_Loss*\n\n of 2 % in MomentumCross.";
        assert_eq!(
            marked(&around(text, &terms("stop_loss cross"))),
            "Use a *[Stop]_[Loss]* of 2 % in Momentum[Cross]."
        );
        assert_eq!(marked(&whole("Größe zählt", &terms("grosse zahl"))), "[Größe] [zählt]");
        assert_eq!(marked(&whole("", &terms("a"))), "");
    }

    #[test]
    fn a_long_text_is_shown_where_most_of_the_words_are() {
        let text =
            format!("stop {} a stop with a loss {}", "word ".repeat(300), "end ".repeat(300));
        let shown = marked(&around(&text, &terms("stop loss")));
        assert!(shown.starts_with('…') && shown.ends_with('…'), "{shown}");
        assert!(shown.contains("a [stop] with a [loss]"), "{shown}");
        let wide = format!("{}é loss", "é".repeat(5000));
        assert!(marked(&around(&wide, &terms("loss"))).ends_with("[loss]"));
        assert!(!marked(&around(&wide, &terms("nothing"))).contains('['));
    }
}
