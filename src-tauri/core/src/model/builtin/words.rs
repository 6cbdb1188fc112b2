//! Text into words and numbers.
//!
//! Only the first 8,000 characters are read; whoever pastes more is told so.

/// How many characters of one text are read.
pub(super) const READ: usize = 8_000;

/// One piece of a text.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// A word in lower case, or `/` between two numbers.
    Word(String),
    /// A number, without its sign.
    Number {
        /// As written.
        value: f64,
        /// A per cent sign or the words for it follow.
        percent: bool,
        /// A currency sign stands before it.
        money: bool,
    },
    /// A comma, a colon, a bracket: a phrase ends.
    Comma,
    /// A full stop, a line: a sentence ends.
    Stop,
}

impl Token {
    /// The word, or nothing.
    pub(super) fn word(&self) -> &str {
        match self {
            Self::Word(word) => word,
            _ => "",
        }
    }

    /// True for a number of any kind.
    pub(super) fn is_number(&self) -> bool {
        matches!(self, Self::Number { .. })
    }
}

/// The part of a text that is read.
pub(super) fn readable(text: &str) -> &str {
    text.char_indices().nth(READ).map_or(text, |(end, _)| &text[..end])
}

/// A text in the words that the rules read.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    super::idiom::rewrite(split(text))
}

/// Splits a text. Letters and digits part (`ema20` is two tokens), an apostrophe vanishes.
pub(super) fn split(text: &str) -> Vec<Token> {
    let chars: Vec<char> = readable(text).chars().collect();
    let mut found: Vec<Token> = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let c = chars[at];
        if c.is_alphabetic() {
            let mut word = String::new();
            while at < chars.len() && (chars[at].is_alphabetic() || matches!(chars[at], '\'' | '’'))
            {
                if chars[at].is_alphabetic() {
                    word.extend(chars[at].to_lowercase());
                }
                at += 1;
            }
            per_cent(&mut found, word);
            continue;
        }
        if c.is_ascii_digit() {
            let start = at;
            let mut dotted = false;
            while at < chars.len() {
                let point = chars[at] == '.' && !dotted && next_is_digit(&chars, at);
                if !chars[at].is_ascii_digit() && !point {
                    break;
                }
                dotted |= point;
                at += 1;
            }
            let text: String = chars[start..at].iter().collect();
            let money = start > 0 && matches!(chars[start - 1], '$' | '€' | '£');
            // Digits beyond any price or period are no number that a strategy could use.
            if text.len() <= 12
                && let Ok(value) = text.parse()
            {
                found.push(Token::Number { value, percent: false, money });
            } else {
                found.push(Token::Comma);
            }
            continue;
        }
        match c {
            '%' => per_cent(&mut found, "percent".to_owned()),
            '/' => found.push(Token::Word("/".to_owned())),
            '&' => found.push(Token::Word("and".to_owned())),
            '<' => found.push(Token::Word("below".to_owned())),
            // An arrow is no comparison.
            '>' if at > 0 && matches!(chars[at - 1], '-' | '=') => found.push(Token::Comma),
            '>' => found.push(Token::Word("above".to_owned())),
            '.' if next_is_digit(&chars, at) => {
                // `.5` is a half.
                let start = at + 1;
                at = start;
                while at < chars.len() && chars[at].is_ascii_digit() && at - start < 9 {
                    at += 1;
                }
                let text: String = chars[start..at].iter().collect();
                if let Ok(value) = format!("0.{text}").parse() {
                    found.push(Token::Number { value, percent: false, money: false });
                }
                continue;
            }
            '.' | '!' | '?' | '\n' => found.push(Token::Stop),
            ':' if next_is_digit(&chars, at) && at > 0 && chars[at - 1].is_ascii_digit() => {
                found.push(Token::Word(":".to_owned()));
            }
            '+' if !next_is_digit(&chars, at) => found.push(Token::Comma),
            ',' | ';' | ':' | '(' | ')' => found.push(Token::Comma),
            _ => {}
        }
        at += 1;
    }
    found
}

fn next_is_digit(chars: &[char], at: usize) -> bool {
    chars.get(at + 1).is_some_and(char::is_ascii_digit)
}

/// Adds a word, unless it says that the number before it is per cent.
fn per_cent(found: &mut Vec<Token>, word: String) {
    if matches!(word.as_str(), "percent" | "pct" | "cent") {
        if word == "cent" && found.last().is_some_and(|token| token.word() == "per") {
            found.pop();
        }
        if let Some(Token::Number { percent, .. }) = found.last_mut() {
            *percent = true;
            return;
        }
    }
    if matches!(word.as_str(), "bps" | "bp")
        && let Some(Token::Number { value, percent, .. }) = found.last_mut()
    {
        (*value, *percent) = (*value / 100.0, true);
        return;
    }
    found.push(Token::Word(word));
}

/// Where a phrase of words begins, each place once.
pub(super) fn places(tokens: &[Token], phrase: &str) -> Vec<usize> {
    let words: Vec<&str> = phrase.split(' ').collect();
    (0..tokens.len())
        .filter(|&i| {
            words
                .iter()
                .enumerate()
                .all(|(k, word)| tokens.get(i + k).is_some_and(|token| token.word() == *word))
        })
        .collect()
}

/// True when any of the phrases occurs.
pub(super) fn says(tokens: &[Token], phrases: &[&str]) -> bool {
    phrases.iter().any(|phrase| !places(tokens, phrase).is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(value: f64) -> Token {
        Token::Number { value, percent: false, money: false }
    }

    #[test]
    fn letters_and_digits_part() {
        assert_eq!(
            tokens("EMA10/40"),
            [Token::Word("ema".into()), number(10.0), Token::Word("/".into()), number(40.0)]
        );
    }

    #[test]
    fn per_cent_is_read_in_every_spelling() {
        for text in ["3%", "3 %", "3 percent", "3 per cent", "3pct"] {
            let read = tokens(text);
            assert_eq!(read, [Token::Number { value: 3.0, percent: true, money: false }], "{text}");
        }
    }

    #[test]
    fn odd_text_is_read_without_fault() {
        for text in ["", "🙂🙂", "%%%", "...", "1.", ".", "$", "٣٪", "99999999999999999999"] {
            let _ = tokens(text);
        }
        assert!(tokens(&"a ".repeat(200_000)).len() <= READ);
    }
}
