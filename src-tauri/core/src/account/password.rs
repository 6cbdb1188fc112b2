//! What a password must be: 8 characters to 1,024 bytes, and not guessed easily.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use zxcvbn::Score;

use crate::Invalid;

/// The longest password, in bytes.
pub const LONGEST_PASSWORD: usize = 1024;
const SHORTEST: usize = 8;
const COMFORTABLE: usize = 15;
/// zxcvbn's time grows fast with length; what comes after this adds nothing to its verdict.
const JUDGED_CHARS: usize = 100;

/// What zxcvbn and the house rules say of a password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Strength {
    /// 0 (guessed at once) to 4 (very strong).
    pub score: u8,
    /// Whether registration takes it.
    pub acceptable: bool,
    /// Why it is weak, or what would make it stronger; nothing when all is well.
    pub reason: Option<String>,
}

/// Judges `password`; a guess that starts from `hints` (name, e-mail) counts as easy.
pub fn strength(password: &str, hints: &[&str]) -> Strength {
    let length = password.chars().count();
    let judged: String = password.chars().take(JUDGED_CHARS).collect();
    let mut words: Vec<&str> = hints.iter().flat_map(|hint| hint.split('@')).collect();
    words.extend_from_slice(hints);
    words.extend(["algoagent", "AlgoAgent"]);
    words.retain(|word| !word.is_empty());
    let entropy = zxcvbn::zxcvbn(&judged, &words);
    let score = u8::from(entropy.score());
    let said = entropy.feedback().map(|feedback| {
        let suggestions = feedback.suggestions().iter().map(ToString::to_string);
        let said: Vec<_> = feedback
            .warning()
            .map(|w| w.to_string())
            .into_iter()
            .chain(suggestions)
            .take(2)
            .collect();
        said.join(" ")
    });
    let (acceptable, reason) =
        if length < SHORTEST {
            (false, Some(format!("Use at least {SHORTEST} characters.")))
        } else if password.len() > LONGEST_PASSWORD {
            (false, Some(format!("Use at most {LONGEST_PASSWORD} bytes.")))
        } else if entropy.score() < Score::Three {
            let said = said.filter(|said| !said.is_empty());
            (
                false,
                Some(said.unwrap_or_else(|| {
                    "This is too easy to guess. Add another word or two.".into()
                })),
            )
        } else if length < COMFORTABLE {
            (true, Some(format!("Good. {COMFORTABLE} characters or more would be better still.")))
        } else {
            (true, None)
        };
    Strength { score: if acceptable { score } else { score.min(2) }, acceptable, reason }
}

/// Refuses a password that nobody can have, however weak a one they want.
pub(super) fn check_length(field: &'static str, password: &str) -> Result<(), Invalid> {
    match password.len() {
        0 => Err(Invalid::new(field, "A password is needed.")),
        1..=LONGEST_PASSWORD => Ok(()),
        _ => Err(Invalid::new(field, format!("Use at most {LONGEST_PASSWORD} bytes."))),
    }
}

/// Refuses a password that registration doesn't take.
pub(crate) fn check(field: &'static str, password: &str, hints: &[&str]) -> Result<(), Invalid> {
    let strength = strength(password, hints);
    if strength.acceptable {
        return Ok(());
    }
    Err(Invalid::new(field, strength.reason.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weak_passwords_are_refused_with_a_reason() {
        for weak in
            ["", "short", "password", "12345678", "algoagent1", "ada.lovelace", "qwertyuiop"]
        {
            let judged = strength(weak, &["ada.lovelace", "ada@example.org"]);
            assert!(!judged.acceptable, "{weak}");
            assert!(judged.reason.is_some_and(|reason| reason.len() > 10), "{weak}");
        }
    }

    #[test]
    fn a_long_passphrase_needs_no_advice_and_spaces_count() {
        let judged = strength(" correct horse battery staple 7 ", &[]);
        assert_eq!((judged.acceptable, judged.reason), (true, None));
    }

    #[test]
    fn a_megabyte_is_refused_quickly_and_does_not_hang() {
        assert!(!strength(&"aB3$".repeat(300_000), &[]).acceptable);
    }
}
