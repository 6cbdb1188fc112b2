//! Names of files, made of titles: they hold nothing that any system takes for a path, a device or
//! an end.

use time::OffsetDateTime;

use crate::clock::Timestamp;

/// The longest part of a title in a name, in bytes.
const LONGEST: usize = 80;
/// What Windows takes for a device, whatever its ending.
const DEVICES: &[&str] = &["con", "prn", "aux", "nul", "com", "lpt"];

/// `RSI Reversion · AAPL` → `rsi-reversion-aapl`. Never empty.
pub(super) fn slug(title: &str) -> String {
    let mut slug = String::new();
    for c in title.chars().flat_map(char::to_lowercase) {
        if slug.len() + c.len_utf8() > LONGEST {
            break;
        }
        if c.is_alphanumeric() {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.truncate(slug.trim_end_matches('-').len());
    let stem = slug.trim_end_matches(|c: char| c.is_numeric());
    if slug.is_empty() {
        "chat".to_owned()
    } else if DEVICES.contains(&stem) {
        format!("chat-{slug}")
    } else {
        slug
    }
}

/// `2026-03-14`, in UTC.
pub(super) fn date(at: Timestamp) -> String {
    let date = moment(at).date();
    format!("{:04}-{:02}-{:02}", date.year(), u8::from(date.month()), date.day())
}

/// The time in UTC; the beginning of time where no calendar has it.
pub(super) fn moment(at: Timestamp) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(at.seconds()).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_becomes_a_name_that_every_system_takes() {
        for (title, name) in [
            ("RSI Reversion · AAPL, MSFT …", "rsi-reversion-aapl-msft"),
            ("../../etc/passwd", "etc-passwd"),
            ("C:\\windows\u{0}\n", "c-windows"),
            ("Überkauft? 移動平均", "überkauft-移動平均"),
            ("", "chat"),
            (" … ", "chat"),
            ("NUL", "chat-nul"),
            ("com1", "chat-com1"),
            ("Compare", "compare"),
        ] {
            assert_eq!(slug(title), name);
        }
        let long = slug(&"移動平均 ".repeat(100));
        assert!(long.len() <= LONGEST && !long.ends_with('-'), "{long}");
    }

    #[test]
    fn a_date_is_that_of_utc() {
        assert_eq!(date(Timestamp(1_773_446_400_000)), "2026-03-14");
        assert_eq!(date(Timestamp(i64::MAX)), "1970-01-01");
    }
}
