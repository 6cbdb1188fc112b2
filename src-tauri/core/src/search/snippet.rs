//! Where the words stand in a text.

use std::ops::Range;

use super::Piece;
use super::words::{Term, folded, name_parts, runs};
use crate::render::bare;

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

/// The part of a Markdown text in which most of what was searched for stands together, without its
/// marks, unless it stands in nothing but these, such as an address.
pub(super) fn of_markdown(text: &str, terms: &[Term]) -> Vec<Piece> {
    let text = &text[..text.floor_char_boundary(LONGEST)];
    let shown = around(&bare(text), terms);
    if shown.iter().any(|piece| piece.hit) { shown } else { around(text, terms) }
}

/// The part of a text in which most of what was searched for stands together.
fn around(text: &str, terms: &[Term]) -> Vec<Piece> {
    let text = &text[..text.floor_char_boundary(LONGEST)];
    let hits = hits(text, terms);
    let best = (0..hits.len()).map(|first| Run::from(&hits, first)).reduce(Run::better);
    let run = best.map_or(0..0, |run| run.at);
    let mut start = text.floor_char_boundary(run.start.saturating_sub(LEAD));
    let mut end = text.ceil_char_boundary((start + WIDTH).max(run.end).min(text.len()));
    if start > 0 {
        let lead = &text[start..run.start];
        let cut = lead
            .find(char::is_whitespace)
            .map_or(0, |at| lead.len() - lead[at..].trim_start().len());
        start += cut;
    }
    if end < text.len() {
        let spare = (end - WIDTH / 2).max(run.end);
        let spare = text.ceil_char_boundary(spare);
        // The end of a word: the last that is whole, or, where nothing is to spare, this one's.
        if let Some(last) = text.get(spare..end).and_then(|rest| rest.rfind(char::is_whitespace)) {
            end = spare + last;
        } else if let Some(next) = text[end..].find(char::is_whitespace).filter(|at| *at < LEAD) {
            end += next;
        }
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

/// Hits that can be shown together.
struct Run {
    at: Range<usize>,
    /// How many different terms are in it.
    terms: usize,
    whole: usize,
}

impl Run {
    /// What can be shown when this hit is the first: up to where the last new term ends.
    fn from(hits: &[Hit], first: usize) -> Self {
        let start = hits[first].at.start;
        let mut run = Self { at: hits[first].at.clone(), terms: 0, whole: 0 };
        let mut seen: Vec<usize> = Vec::new();
        for (i, hit) in hits[first..].iter().enumerate() {
            // The text is shown from `LEAD` before the first on.
            if i > 0 && hit.at.end > start + WIDTH - LEAD {
                break;
            }
            if !seen.contains(&hit.term) {
                seen.push(hit.term);
                run.at.end = hit.at.end;
                run.whole += usize::from(hit.whole);
            }
        }
        run.terms = seen.len();
        run
    }

    /// The one with more terms, then with more whole words, then the tightest, then the first.
    fn better(self, other: Self) -> Self {
        let worth = |run: &Self| (run.terms, run.whole, std::cmp::Reverse(run.at.len()));
        if worth(&other) > worth(&self) { other } else { self }
    }
}

/// One of the terms in a text.
pub(super) struct Hit {
    pub(super) at: Range<usize>,
    pub(super) term: usize,
    /// Whether it doesn't end with the start of a word.
    pub(super) whole: bool,
}

/// Where the terms stand in a text. A term of several words is one hit where they follow each
/// other; where they never do (the index joins parts of different names), each is one.
pub(super) fn hits(text: &str, terms: &[Term]) -> Vec<Hit> {
    let mut hits = Vec::new();
    let runs: Vec<(usize, &str)> = runs(text).collect();
    let longest = terms.iter().map(|term| term.words.len()).max().unwrap_or(0);
    let mut next = 0;
    for (i, &(start, run)) in runs.iter().enumerate() {
        if i < next {
            continue;
        }
        let ahead = &runs[i..runs.len().min(i + longest)];
        if let Some((term, whole, length)) = matched(ahead, terms) {
            let (at, last) = ahead[length - 1];
            hits.push(Hit { at: start..at + last.len(), term, whole });
            next = i + length;
            continue;
        }
        let mut at = start;
        let mut parts: Vec<(usize, &str)> = Vec::new();
        for part in name_parts(run) {
            parts.push((at, part));
            at += part.len();
        }
        let mut rest = &parts[..];
        while parts.len() > 1 && !rest.is_empty() {
            let length = match matched(rest, terms) {
                Some((term, whole, length)) => {
                    let (end, last) = rest[length - 1];
                    hits.push(Hit { at: rest[0].0..end + last.len(), term, whole });
                    length
                }
                None => 1,
            };
            rest = &rest[length..];
        }
    }
    apart(&runs, terms, &mut hits);
    hits
}

/// Adds the words of the terms that stand nowhere as a whole.
fn apart(runs: &[(usize, &str)], terms: &[Term], hits: &mut Vec<Hit>) {
    let torn = |(at, term): &(usize, &Term)| {
        term.words.len() > 1 && !hits.iter().any(|hit| hit.term == *at)
    };
    let torn: Vec<(usize, &Term)> = terms.iter().enumerate().filter(torn).collect();
    if torn.is_empty() {
        return;
    }
    for &(start, run) in runs {
        let mut at = start;
        for part in name_parts(run) {
            let is = |(_, term): &&(usize, &Term)| term.words.iter().any(|word| is(part, word));
            let free = !hits.iter().any(|hit| hit.at.start < at + part.len() && at < hit.at.end);
            if let Some((term, _)) = torn.iter().find(is).filter(|_| free) {
                hits.push(Hit { at: at..at + part.len(), term: *term, whole: true });
            }
            at += part.len();
        }
    }
    hits.sort_by_key(|hit| hit.at.start);
}

/// Which of the terms these words begin with, whether whole, and how many words it has: the
/// longest, and of those a whole one.
fn matched(ahead: &[(usize, &str)], terms: &[Term]) -> Option<(usize, bool, usize)> {
    let fitting = terms.iter().enumerate().filter_map(|(at, term)| {
        let length = term.words.len();
        let (last, before) = term.words.split_last()?;
        let runs = ahead.get(..length)?;
        let begins = before.iter().zip(runs).all(|(word, (_, run))| is(run, word));
        let whole = begins && is(runs[length - 1].1, last);
        let open = begins && term.open && starts(runs[length - 1].1, last);
        (whole || open).then_some((at, whole, length))
    });
    fitting.max_by_key(|(at, whole, length)| (*length, *whole, std::cmp::Reverse(*at)))
}

/// Whether a run is this folded word.
fn is(run: &str, word: &str) -> bool {
    if run.is_ascii() { run.eq_ignore_ascii_case(word) } else { folded(run) == word }
}

/// Whether a run begins with this folded word.
fn starts(run: &str, word: &str) -> bool {
    if run.is_ascii() {
        run.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
    } else {
        folded(run).starts_with(word)
    }
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
            "Use a *[Stop_Loss]* of 2 % in Momentum[Cross]."
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
    #[test]
    fn what_was_searched_for_is_shown_and_not_one_of_its_words() {
        let gap = "and so it goes on for a while ".repeat(5);
        let text = format!("Stop 3 % below. {gap} self.stop_loss_pct = 0.03 {gap}");
        assert!(text.find("stop_loss_pct").unwrap() > 160);
        for asked in ["stop_loss", "stop_loss_pct", "\"stop loss\"", "stop_lo"] {
            let shown = marked(&around(&text, &terms(asked)));
            let word = if asked == "stop_loss_pct" { "[stop_loss_pct]" } else { "[stop_loss]_pct" };
            assert!(shown.contains(word), "{asked}: {shown}");
            assert!(!shown.contains("[Stop]"), "{asked}: {shown}");
        }
    }

    #[test]
    fn a_word_that_counts_is_never_cut_off_at_the_end() {
        for gap in 60..260 {
            let text =
                format!("{} risk {} stop_loss_pct, then", "a ".repeat(90), "x ".repeat(gap / 2));
            let shown = marked(&around(&text, &terms("risk stop_loss_pct")));
            let (risk, stop) = (shown.contains("[risk]"), shown.contains("[stop_loss_pct]"));
            assert!(risk || stop, "{gap}: {shown}");
            assert!(gap > 100 || (risk && stop), "{gap}: {shown}");
        }
    }

    #[test]
    fn among_places_with_the_same_words_the_tightest_is_shown() {
        let far = format!("stop {} loss. ", "or else ".repeat(9));
        let text = format!("{far}{}class StopLoss(Strategy)", "Some more words. ".repeat(30));
        assert!(marked(&around(&text, &terms("stop loss"))).contains("[Stop][Loss](Strategy)"));
        assert!(marked(&around(&text, &terms("\"stop loss\""))).contains("[StopLoss]"));
        let begun = format!("{} stopped {} to stop", "a ".repeat(99), "b ".repeat(199));
        assert!(marked(&around(&begun, &terms("stop"))).contains("to [stop]"));
    }

    #[test]
    fn words_that_the_index_alone_joins_are_shown_apart() {
        let text = "class StopOrder: pass  # LossCut";
        assert_eq!(
            marked(&around(text, &terms("stop_loss"))),
            "class [Stop]Order: pass # [Loss]Cut"
        );
    }

    #[test]
    fn wide_spaces_are_no_place_to_break_in_half() {
        let text =
            format!("{}\u{3000}{}-stop\u{a0}{}", "é".repeat(99), "x".repeat(30), "ü".repeat(300));
        assert!(marked(&around(&text, &terms("stop "))).contains("[stop]"));
    }

    #[test]
    fn what_is_found_is_shown_without_the_marks_of_markdown() {
        let text = "Sell at **4 %** below.\n\n- a *stop*-loss\n\n```python\n\"\"\"Momentum\"\"\"\n```\n\nSee [here](https://example.org/trail).\n";
        assert_eq!(
            marked(&of_markdown(text, &terms("stop momentum"))),
            "Sell at 4 % below. a [stop]-loss \"\"\"[Momentum]\"\"\" See here. "
        );
        let address = marked(&of_markdown(text, &terms("trail")));
        assert!(address.contains("(https://example.org/[trail])"), "{address}");
    }
}
