//! User names and e-mail addresses: what is taken, and when two are the same.

use unicode_normalization::UnicodeNormalization as _;
use unicode_script::{Script, UnicodeScript as _};
use unicode_security::{GeneralSecurityProfile, MixedScript as _, skeleton};

use crate::Invalid;

/// NFKC and case folded: `Ａda`, `ADA` and `ada` are one name, and so are `Straße` and `STRASSE`.
pub(super) fn key(text: &str) -> String {
    // Upper case first, as ß and the final ς have lower-case forms that no folding leaves alone.
    let upper = text.trim().nfkc().flat_map(char::to_uppercase);
    upper.flat_map(char::to_lowercase).nfkc().collect()
}

/// Checks the form of a user name.
pub(crate) fn check_username(name: &str) -> Result<(), Invalid> {
    let refuse = |why: &str| Err(Invalid::new("username", why));
    let length = name.chars().count();
    if !(3..=32).contains(&length) {
        return refuse("A user name has 3 to 32 characters.");
    }
    if !name.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '-')) {
        return refuse("A user name has letters, digits and the signs . _ - only.");
    }
    Ok(())
}

/// Checks a new user name: its form, and that it can't be taken for another's.
pub(crate) fn check_new_username(name: &str) -> Result<(), Invalid> {
    check_username(name)?;
    let refuse = |why: &str| Err(Invalid::new("username", why));
    // https://www.unicode.org/reports/tr39/: no letter that isn't seen, none of another script
    // than the others, and no name that another script's letters only draw.
    if !name.chars().all(GeneralSecurityProfile::identifier_allowed) || !name.is_single_script() {
        return refuse("A user name has the letters of one script, in common use.");
    }
    if !name.is_ascii() && skeleton(name).all(|c| c.is_ascii()) && has_no_latin(name) {
        return refuse("This user name looks like one in Latin letters. Choose another.");
    }
    Ok(())
}

fn has_no_latin(name: &str) -> bool {
    !name.chars().any(|c| c.script() == Script::Latin)
}

/// Checks the form of an e-mail address. No mail is ever sent to it.
pub(crate) fn check_email(email: &str) -> Result<(), Invalid> {
    let good = email.len() <= 254
        && email.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty()
                && domain.contains('.')
                && !domain.contains('@')
                && domain.split('.').all(|label| {
                    !label.is_empty()
                        && !label.starts_with('-')
                        && !label.ends_with('-')
                        && label.chars().all(|c| c.is_alphanumeric() || c == '-')
                })
        })
        && !email.chars().any(|c| c.is_whitespace() || c.is_control());
    if good {
        Ok(())
    } else {
        Err(Invalid::new("email", "This doesn't look like an e-mail address (name@example.com)."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_look_alike_are_the_same_name() {
        for same in ["ada.l", "ADA.L", "Ada.L", "ａda.l", "ＡＤＡ.Ｌ"] {
            assert_eq!(key(same), "ada.l");
        }
        assert_eq!(key("STRASSE"), key("straße"));
        assert_eq!(key("ΣΑΣ"), key("σας"));
    }

    #[test]
    fn names_with_other_signs_or_lengths_are_refused() {
        for bad in ["", "ab", "a b c", "a/b/c", "<script>", &"x".repeat(33), "a\u{202e}bc"] {
            assert!(check_username(bad).is_err(), "{bad:?}");
        }
        // An invisible letter, Cyrillic among Latin, and Cyrillic that draws Latin.
        for bad in ["ada\u{3164}", "\u{430}da", "\u{440}\u{430}\u{440}\u{430}"] {
            assert!(check_new_username(bad).is_err(), "{bad:?}");
        }
        for good in ["ada", "Ada_L-1.2", "žofie", "李小龙", "Наташа", "Σωκράτης", "たなか太郎"]
        {
            assert!(check_new_username(good).is_ok(), "{good:?}");
        }
    }

    #[test]
    fn addresses_without_a_domain_are_refused() {
        for bad in
            ["", "ada", "ada@", "@x.org", "ada@x", "a@b@c.org", "a d@x.org", "a@-x.org", "a@x..org"]
        {
            assert!(check_email(bad).is_err(), "{bad:?}");
        }
        assert!(check_email("ada.lovelace+trading@mail.example.com").is_ok());
    }
}
