//! What of a text is found by which words: the same rules for what is kept and for what is asked.
//!
//! SQLite's tokenizer cuts at everything but letters and digits, so that `stop_loss_pct` is found
//! by each of its parts. Two things it can't do are done here: names such as `MomentumCross` or
//! `EMA20` are cut into their parts, and writing without spaces is cut into its characters.

use std::collections::HashSet;

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;
use unicode_script::{Script, UnicodeScript as _};

/// A text as the index takes it.
pub(super) struct Words {
    pub(super) words: String,
    pub(super) parts: String,
}

/// A text as the index takes it.
pub(super) fn words(text: &str) -> Words {
    let mut parts = String::new();
    let mut known = HashSet::new();
    for (_, run) in runs(text) {
        if run.len() > LONGEST_NAME {
            continue;
        }
        let of_name = name_parts(run);
        if of_name.len() > 1 {
            for part in of_name.into_iter().filter(|part| known.insert(*part)) {
                parts.push_str(part);
                parts.push(' ');
            }
        }
    }
    Words { words: spaced(text), parts }
}

/// Longer ones are data, not names.
const LONGEST_NAME: usize = 80;

/// The text with the characters of writing without spaces set apart.
fn spaced(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            // Its capital is often written as two letters.
            'ß' | 'ẞ' => out.push_str("ss"),
            c if stands_alone(c) => out.extend([' ', c, ' ']),
            c => out.push(c),
        }
    }
    out
}

/// Whether a character is a word in writing without spaces.
fn stands_alone(c: char) -> bool {
    !c.is_ascii()
        && matches!(c.script(), Script::Han | Script::Hiragana | Script::Katakana | Script::Thai)
}

/// The runs of letters and digits of a text, as SQLite cuts it, with where they begin.
pub(super) fn runs(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut rest = text;
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = rest.find(is_of_word)?;
        rest = &rest[start..];
        at += start;
        let alone = rest.chars().next().filter(|c| stands_alone(*c)).map(char::len_utf8);
        let end = alone
            .or_else(|| rest.find(|c| !is_of_word(c) || stands_alone(c)))
            .unwrap_or(rest.len());
        let (run, after) = rest.split_at(end);
        let found = (at, run);
        rest = after;
        at += end;
        Some(found)
    })
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || is_combining_mark(c)
}

/// `MomentumCross` → `Momentum`, `Cross`; `RSIReversion` → `RSI`, `Reversion`; `EMA20` → `EMA`,
/// `20`.
pub(super) fn name_parts(run: &str) -> Vec<&str> {
    let chars: Vec<(usize, char)> = run.char_indices().collect();
    let mut cuts = vec![0];
    for (i, &(at, c)) in chars.iter().enumerate().skip(1) {
        let before = chars[i - 1].1;
        let after = chars.get(i + 1).map(|(_, after)| *after);
        let starts = c.is_uppercase()
            && (before.is_lowercase()
                || (before.is_uppercase() && after.is_some_and(char::is_lowercase)));
        if starts || (c.is_numeric() != before.is_numeric()) {
            cuts.push(at);
        }
    }
    cuts.push(run.len());
    cuts.windows(2).map(|cut| &run[cut[0]..cut[1]]).collect()
}

/// A word without its case and its accents.
pub(super) fn folded(word: &str) -> String {
    if word.is_ascii() {
        return word.to_ascii_lowercase();
    }
    let plain = word.nfd().filter(|c| !is_combining_mark(*c));
    plain.flat_map(char::to_lowercase).collect::<String>().replace('ß', "ss")
}

/// Words that must follow each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Term {
    /// Folded; at least one.
    pub(super) words: Vec<String>,
    /// Whether the last may be the start of a word.
    pub(super) open: bool,
}

/// The most words that a search has.
const MOST_WORDS: usize = 32;

/// What a person typed, as words.
pub(super) fn terms(text: &str) -> Vec<Term> {
    let mut terms = Vec::new();
    let mut count = 0;
    for (i, part) in text.split('"').enumerate() {
        let quoted = i % 2 == 1;
        let pieces: Vec<&str> = if quoted { vec![part] } else { part.split_whitespace().collect() };
        for piece in pieces {
            let words: Vec<String> =
                runs(piece).map(|(_, run)| folded(run)).take(MOST_WORDS - count).collect();
            count += words.len();
            if !words.is_empty() {
                terms.push(Term { words, open: false });
            }
        }
    }
    // What is typed just now may go on; one letter alone would begin a twentieth of all words.
    let typing = text.chars().last().is_some_and(is_of_word);
    if let Some(last) = terms.last_mut()
        && typing
        && last.words.last().is_some_and(|word| word.chars().nth(1).is_some())
    {
        last.open = true;
    }
    terms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_into_their_parts() {
        assert_eq!(name_parts("MomentumCross"), ["Momentum", "Cross"]);
        assert_eq!(name_parts("RSIMeanReversion"), ["RSI", "Mean", "Reversion"]);
        assert_eq!(name_parts("EMA20"), ["EMA", "20"]);
        assert_eq!(name_parts("plain"), ["plain"]);
        assert_eq!(words("class MomentumCross: fast_ema20").parts, "Momentum Cross ema 20 ");
    }

    #[test]
    fn a_text_is_cut_as_sqlite_cuts_it() {
        let cut: Vec<&str> =
            runs("stop_loss_pct=0.02, Größe 移动平均 x").map(|(_, run)| run).collect();
        assert_eq!(cut, ["stop", "loss", "pct", "0", "02", "Größe", "移", "动", "平", "均", "x"]);
        assert_eq!(words("用移动").words, " 用  移  动 ");
        assert!(runs("a b").map(|(at, _)| at).eq([0, 2]));
    }

    #[test]
    fn what_is_typed_becomes_words_of_which_the_last_may_go_on() {
        let term = |words: &[&str], open| Term {
            words: words.iter().map(|&word| word.to_owned()).collect(),
            open,
        };
        assert_eq!(terms("Stop_Loss mov"), [term(&["stop", "loss"], false), term(&["mov"], true)]);
        assert_eq!(
            terms("\"moving average\" x"),
            [term(&["moving", "average"], false), term(&["x"], false)]
        );
        assert_eq!(terms("Größe "), [term(&["grosse"], false)]);
        assert_eq!(terms(" \" ( * : ^ - "), []);
        assert_eq!(terms(&"a b ".repeat(100)).len(), MOST_WORDS);
    }
}
