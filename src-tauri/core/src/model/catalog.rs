//! What is known about the models of the large services without asking them: prices and limits,
//! with the day on which they were known.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{ModelInfo, ServiceKind, Usage};

/// What a model costs, in US dollars for a million tokens.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Price {
    /// Of the question.
    pub input: f64,
    /// Of the answer, reasoning included.
    pub output: f64,
    /// Of what the service had kept of an earlier question; as the question where it is missing.
    pub cached: Option<f64>,
}

/// Prices and limits as they were on a day.
#[derive(Deserialize)]
struct Catalog {
    date: String,
    models: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    kind: ServiceKind,
    id: String,
    input: f64,
    output: f64,
    cached_input: Option<f64>,
    window: Option<u32>,
    longest_answer: Option<u32>,
    thinking: Option<bool>,
    above: Option<Above>,
}

/// What longer questions cost.
#[derive(Clone, Copy, Deserialize)]
struct Above {
    tokens: u32,
    input: f64,
    output: f64,
}

static CATALOG: LazyLock<Catalog> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "the file is part of the program, and a test reads it")]
    serde_json::from_str(include_str!("../../data/models.json")).expect("the catalog is one")
});

/// The day of the prices that come with the program, such as 2026-11-20.
pub fn date() -> &'static str {
    &CATALOG.date
}

/// The price that comes with the program, for a question of `input` tokens.
pub(crate) fn price(kind: ServiceKind, model: &str, input: u32) -> Option<Price> {
    let entry = find(kind, model)?;
    let (dear, cheap) = (entry.above.filter(|above| input > above.tokens), entry);
    let dearer = dear.filter(|_| cheap.input > 0.0).map_or(1.0, |above| above.input / cheap.input);
    Some(Price {
        input: dear.map_or(cheap.input, |above| above.input),
        output: dear.map_or(cheap.output, |above| above.output),
        cached: entry.cached_input.map(|cached| cached * dearer),
    })
}

/// Fills in what the service itself did not say.
pub(crate) fn complete(kind: ServiceKind, model: &mut ModelInfo) {
    let Some(entry) = find(kind, &model.id) else { return };
    model.window = model.window.or(entry.window);
    model.longest_answer = model.longest_answer.or(entry.longest_answer);
    model.thinking = model.thinking.or(entry.thinking);
}

/// The model of this id, or of this id without its date.
fn find(kind: ServiceKind, model: &str) -> Option<&'static Entry> {
    let same = CATALOG.models.iter().filter(|entry| entry.kind == kind);
    same.filter(|entry| {
        let rest = model.strip_prefix(&entry.id);
        rest.is_some_and(|rest| rest.is_empty() || rest.strip_prefix('-').is_some_and(is_edition))
    })
    .max_by_key(|entry| entry.id.len())
}

/// `latest`, `preview-09-2025`, `2026-01-31`, `20260131`, `001`; but not the 6 of "5-6".
fn is_edition(suffix: &str) -> bool {
    let first = suffix.split('-').next().unwrap_or_default();
    let dated = suffix.bytes().all(|b| b.is_ascii_digit() || b == b'-') && first.len() >= 3;
    dated || suffix == "latest" || suffix == "preview" || suffix.starts_with("preview-")
}

impl Price {
    /// What these tokens cost, in millionths of a US dollar.
    pub(crate) fn cost(self, usage: Usage) -> i64 {
        let cached = usage.cached.min(usage.input);
        let asked = f64::from(usage.input - cached) * self.input;
        let kept = f64::from(cached) * self.cached.unwrap_or(self.input);
        // A cast from a float stops at the largest value.
        (asked + kept + f64::from(usage.output) * self.output).round() as i64
    }
}

/// The model of `listed` that comes nearest to one that is gone: of the same line and the newest,
/// else the one that begins alike.
pub(crate) fn nearest<'a>(gone: &str, listed: &'a [ModelInfo]) -> Option<&'a ModelInfo> {
    let line = |id: &str| -> Vec<String> {
        let parts = id.split(['-', '.', ':', '_', '/']);
        let named = parts.filter(|part| !part.starts_with(|c: char| c.is_ascii_digit()));
        named.filter(|part| *part != "latest" && *part != "preview").map(str::to_owned).collect()
    };
    let numbers = |id: &str| -> Vec<u32> {
        let digits = id.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty());
        // A date isn't a version.
        digits.filter(|part| part.len() < 4).filter_map(|part| part.parse().ok()).collect()
    };
    let alike =
        |id: &str| id.bytes().zip(gone.bytes()).take_while(|(one, other)| one == other).count();
    let wanted = line(gone);
    let others = || listed.iter().filter(|model| model.id != gone);
    let same_line = others().filter(|model| line(&model.id) == wanted);
    same_line.max_by_key(|model| (numbers(&model.id), std::cmp::Reverse(model.id.len()))).or_else(
        || others().filter(|model| alike(&model.id) > 2).max_by_key(|model| alike(&model.id)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalog_has_a_day_and_no_price_below_zero() {
        assert_eq!(date().len(), 10);
        assert!(CATALOG.models.len() > 50);
        for entry in &CATALOG.models {
            assert!(entry.input >= 0.0 && entry.output >= 0.0, "{}", entry.id);
        }
    }

    #[test]
    fn a_model_is_known_with_and_without_its_date() {
        let known = |id| find(ServiceKind::Anthropic, id).map(|entry| entry.id.as_str());
        assert_eq!(known("claude-haiku-4-5"), Some("claude-haiku-4-5"));
        assert_eq!(known("claude-haiku-4-5-20251001"), Some("claude-haiku-4-5"));
        assert_eq!(known("claude-haiku-4-5-latest"), Some("claude-haiku-4-5"));
        assert_eq!(known("claude-haiku-4"), None);
        assert_eq!(known("claude-haiku-4-6"), None);
        assert_eq!(known("claude-haiku-4-5-7-20270301"), None);
        assert!(find(ServiceKind::OpenAi, "claude-haiku-4-5").is_none());
    }

    #[test]
    fn a_cost_counts_what_was_kept_at_its_own_price() {
        let price = Price { input: 2.0, output: 10.0, cached: Some(0.5) };
        let usage = Usage { input: 1000, output: 100, cached: 400 };
        assert_eq!(price.cost(usage), 600 * 2 + 200 + 1000);
        let huge = Usage { input: u32::MAX, output: u32::MAX, cached: 0 };
        assert!(price.cost(huge) > 0);
    }

    #[test]
    fn the_nearest_is_the_newest_of_its_line() {
        let listed = |ids: &[&str]| -> Vec<ModelInfo> {
            ids.iter()
                .map(|id| ModelInfo { id: (*id).to_owned(), ..ModelInfo::default() })
                .collect()
        };
        let near =
            |gone: &str, ids: &[&str]| nearest(gone, &listed(ids)).map(|model| model.id.clone());
        let gemini =
            ["gemini-3.8-flash", "gemini-3.10-flash", "gemini-3.9-pro", "gemini-4-flash-lite"];
        assert_eq!(near("gemini-2.0-flash-001", &gemini).as_deref(), Some("gemini-3.10-flash"));
        assert_eq!(near("gemini-1.5-pro-latest", &gemini).as_deref(), Some("gemini-3.9-pro"));
        assert_eq!(
            near("llama3.1:8b", &["qwen3:8b", "llama3.2:3b"]).as_deref(),
            Some("llama3.2:3b")
        );
        assert_eq!(near("gpt-4o", &["mistral"]), None);
    }
}
