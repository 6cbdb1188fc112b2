//! What words a row must have and by what else a search is narrowed, in the terms of FTS5.

use std::fmt::Write as _;

use time::OffsetDateTime;

use super::Query;
use super::words::Term;
use crate::chat::Role;
use crate::clock::Timestamp;
use crate::ids::ChatId;

const DAY_MS: i64 = 24 * 3600 * 1000;

pub(super) fn role_mark(role: &str) -> String {
    format!("role{role}")
}

pub(super) fn chat_mark(id: ChatId) -> String {
    format!("chat{id}")
}

/// How exactly a time is marked, in UTC.
#[derive(Clone, Copy)]
pub(super) enum Span {
    Day,
    Month,
    Year,
}

impl Span {
    pub(super) const ALL: [Self; 3] = [Self::Day, Self::Month, Self::Year];

    pub(super) fn mark(self, at: Timestamp) -> String {
        let date = OffsetDateTime::from_unix_timestamp(at.0.div_euclid(1000))
            .unwrap_or(OffsetDateTime::UNIX_EPOCH)
            .date();
        let (year, month, day) = (date.year(), u8::from(date.month()), date.day());
        match self {
            Self::Day => format!("day{year:04}{month:02}{day:02}"),
            Self::Month => format!("month{year:04}{month:02}"),
            Self::Year => format!("year{year:04}"),
        }
    }

    /// The marks of all times between two, as exact as few of them can be.
    fn marks(from: i64, until: i64) -> Vec<String> {
        let days = (until - from) / DAY_MS;
        let span = match days {
            ..62 => Self::Day,
            62..1500 => Self::Month,
            _ => Self::Year,
        };
        let step = match span {
            Self::Day => DAY_MS,
            Self::Month => 28 * DAY_MS,
            Self::Year => 365 * DAY_MS,
        };
        let mut marks: Vec<String> = Vec::new();
        let mut at = from;
        loop {
            let mark = span.mark(Timestamp(at.min(until)));
            if marks.last() != Some(&mark) {
                marks.push(mark);
            }
            if at >= until {
                return marks;
            }
            at += step;
        }
    }
}

/// What words a row must have, as FTS5 is asked.
pub(super) fn matching(terms: &[Term], open: bool) -> String {
    let all: Vec<String> = terms
        .iter()
        .map(|term| {
            let open = if open && term.open { " *" } else { "" };
            format!("\"{}\"{open}", term.words.join(" "))
        })
        .collect();
    format!("{{words parts}} : ({})", all.join(" AND "))
}

/// The same words near each other.
pub(super) fn near(terms: &[Term]) -> String {
    let all: Vec<String> =
        terms.iter().map(|term| format!("\"{}\"", term.words.join(" "))).collect();
    format!("{{words parts}} : NEAR({}, 8)", all.join(" "))
}

/// By what else the messages are narrowed.
#[derive(Clone, Default)]
pub(super) struct Narrowed {
    marks: String,
    pub(super) times: Option<(i64, i64)>,
}

impl Narrowed {
    /// `deleted`: chats whose messages are not to be found any more.
    pub(super) fn by(query: &Query, deleted: &[ChatId], now: Timestamp) -> Self {
        let mut marks = String::new();
        let mut and = |mark: &str| {
            write!(marks, " AND marks : {mark}").ok();
        };
        if let Some(chat) = query.chat_id {
            and(&chat_mark(chat));
        }
        if let Some(role) = query.role {
            and(&role_mark(match role {
                Role::User => "user",
                Role::Assistant => "assistant",
                Role::System => "system",
            }));
        }
        if query.has_code {
            and("hascode");
        }
        let times = (query.from.is_some() || query.until.is_some()).then(|| {
            // No message is older than the services that wrote it.
            let from = query.from.map_or(1_500_000_000_000, |from| from.0);
            let until = query.until.map_or(now.0 + DAY_MS, |until| until.0);
            (from, until.max(from))
        });
        if let Some((from, until)) = times {
            let longest = 200 * 365 * DAY_MS;
            and(&format!("({})", Span::marks(from, until.min(from + longest)).join(" OR ")));
        }
        for chat in deleted {
            write!(marks, " NOT marks : {}", chat_mark(*chat)).ok();
        }
        Self { marks, times }
    }

    pub(super) fn on(&self, matching: &str) -> String {
        // NOT binds closer than AND.
        let (and, not) = self.marks.split_at(self.marks.find(" NOT ").unwrap_or(self.marks.len()));
        if not.is_empty() { format!("{matching}{and}") } else { format!("({matching}{and}){not}") }
    }
}

#[cfg(test)]
mod tests {
    use super::super::words::terms;
    use super::*;

    #[test]
    fn words_are_asked_for_in_the_terms_of_fts5() {
        assert_eq!(
            matching(&terms("stop_loss x mo"), true),
            "{words parts} : (\"stop loss\" AND \"x\" AND \"mo\" *)"
        );
        let query = Query { has_code: true, role: Some(Role::User), ..Query::default() };
        let narrowed = Narrowed::by(&query, &[ChatId(3), ChatId(4)], Timestamp(0));
        assert_eq!(
            narrowed.on("X"),
            "(X AND marks : roleuser AND marks : hascode) NOT marks : chat3 NOT marks : chat4"
        );
    }

    #[test]
    fn times_are_marked_by_day_month_or_year() {
        let day = 1_795_651_200_000; // 2026-11-26
        assert_eq!(Span::marks(day, day + 1), ["day20261126"]);
        assert_eq!(
            Span::marks(day - 1, day + DAY_MS),
            ["day20261125", "day20261126", "day20261127"]
        );
        let months = Span::marks(day, day + 100 * DAY_MS);
        assert_eq!(
            months,
            ["month202611", "month202612", "month202701", "month202702", "month202703"]
        );
        assert_eq!(
            Span::marks(day, day + 2000 * DAY_MS).first().map(String::as_str),
            Some("year2026")
        );
    }
}
