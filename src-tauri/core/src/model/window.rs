//! What of a long conversation fits into a model's window.
//!
//! Exact counts come from the service alone, after it has answered; before that lengths are
//! estimated, rather too long than too short.

use super::{ModelInfo, Request, Speaker};

/// Of a model's input, in percent: past this much the middle is summarised.
const FULL: u32 = 60;
/// And this much of the newest stays as it is.
const NEWEST: u32 = 30;
/// A rolling window takes this much.
const ROLLING: u32 = 85;
/// A window below this is too small for summaries to pay.
const SMALL: u32 = 16_384;
/// The longest answer that is kept free.
const RESERVE: u32 = 8_192;
/// A service whose window isn't known is asked for at most this one.
const UNKNOWN: u32 = 32_768;

/// What a model takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Budget {
    window: Option<u32>,
    reserve: u32,
}

impl Budget {
    pub(crate) fn of(model: &ModelInfo) -> Self {
        let longest = model.longest_answer.unwrap_or(RESERVE).min(RESERVE);
        Self { window: model.window, reserve: model.window.map_or(longest, |w| longest.min(w / 4)) }
    }

    /// The same with a window that the service itself named.
    pub(crate) fn narrowed(self, window: u32) -> Self {
        let window = self.window.map_or(window, |known| known.min(window));
        Self { window: Some(window), reserve: self.reserve.min(window / 4) }
    }

    /// Tokens that the conversation may have, where that is known.
    pub(crate) fn input(self) -> Option<u32> {
        self.window.map(|window| window - self.reserve)
    }

    /// The window to ask a service for that makes it as large as it is told, for `sent` tokens.
    /// In few steps: another window makes it load the model anew.
    pub(crate) fn asked_window(self, sent: u32) -> u32 {
        let needed = sent.saturating_add(sent / 4).saturating_add(self.reserve);
        let steps = (13..=20).map(|power| 1_u32 << power);
        let largest = self.window.unwrap_or(UNKNOWN);
        steps.into_iter().find(|step| *step >= needed).unwrap_or(u32::MAX).min(largest)
    }
}

/// About how many tokens a text has.
pub(crate) fn tokens(text: &str) -> u32 {
    let ascii = text.bytes().filter(u8::is_ascii).count();
    // A sign of another script is about a token of its own.
    let other = text.chars().filter(|c| !c.is_ascii()).count();
    u32::try_from(ascii * 2 / 7 + other + 4).unwrap_or(u32::MAX)
}

/// About how many tokens a request has.
pub(crate) fn estimate(request: &Request) -> u32 {
    let turns = request.turns.iter().map(|turn| tokens(&turn.text));
    turns.fold(tokens(&request.system), u32::saturating_add)
}

/// One turn, as far as planning looks at it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Length {
    pub(crate) speaker: Speaker,
    pub(crate) tokens: u32,
    /// Whether it holds the code of a strategy.
    pub(crate) code: bool,
}

/// What is sent of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Plan {
    /// All of it.
    Whole,
    /// The turns from `from` on, and a summary of those before.
    Summary {
        /// The first turn that stays.
        from: usize,
        /// A turn before `from` whose code stays.
        pinned: Option<usize>,
    },
    /// The turns from `from` on, and nothing of those before.
    Rolling {
        /// The first turn that stays.
        from: usize,
        /// A turn before `from` whose code stays.
        pinned: Option<usize>,
    },
}

/// What to send of `turns` after a system prompt of `system` tokens. `counted` is the length of
/// the whole, where the service counted most of it. `forced`: the service refused the whole.
pub(crate) fn plan(
    budget: Budget,
    system: u32,
    turns: &[Length],
    counted: Option<u32>,
    forced: bool,
) -> Plan {
    let Some(input) = budget.input() else { return Plan::Whole };
    let length = counted
        .unwrap_or_else(|| turns.iter().map(|turn| turn.tokens).fold(system, u32::saturating_add));
    let share = |percent: u32| u32::try_from(u64::from(input) * u64::from(percent) / 100);
    let share = |percent| share(percent).unwrap_or(u32::MAX);
    let small = budget.window.is_some_and(|window| window < SMALL);
    if !forced && length <= share(if small { ROLLING } else { FULL }) {
        return Plan::Whole;
    }
    let room = match small {
        true => share(ROLLING).saturating_sub(system),
        false => share(NEWEST),
    };
    // What the service refused is longer than it was thought to be.
    let told = turns.iter().map(|turn| turn.tokens).fold(0, u32::saturating_add);
    let room = if forced { room.min(told / 3 * 2) } else { room };
    let newest_code = turns.iter().rposition(|turn| turn.code);
    let (mut from, mut pinned) = (newest_from(turns, room), None);
    if let Some(code) = newest_code.filter(|at| *at < from)
        // In a small window, code that would leave no room for the question stays out.
        && (!small || turns[code].tokens <= room / 2)
    {
        let rest = room.saturating_sub(turns[code].tokens);
        (from, pinned) = (newest_from(turns, rest), Some(code));
        pinned = pinned.filter(|at| *at < from);
    }
    match (from, small) {
        (0, _) => Plan::Whole,
        (from, true) => Plan::Rolling { from, pinned },
        (from, false) => Plan::Summary { from, pinned },
    }
}

/// The first turn of the newest that have at most `room` tokens together; the question always
/// stays, and they begin with the person.
fn newest_from(turns: &[Length], room: u32) -> usize {
    let last = turns.len().saturating_sub(1);
    let mut left = room;
    let mut from = last;
    for (at, turn) in turns.iter().enumerate().rev() {
        match left.checked_sub(turn.tokens) {
            Some(rest) => left = rest,
            None => break,
        }
        from = at;
    }
    let person = turns[from.min(last)..].iter().position(|turn| turn.speaker == Speaker::Person);
    (from + person.unwrap_or(0)).min(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model(window: u32) -> ModelInfo {
        ModelInfo { window: Some(window), ..ModelInfo::default() }
    }

    fn talk(count: usize, tokens: u32) -> Vec<Length> {
        let speaker =
            |at: usize| if at.is_multiple_of(2) { Speaker::Person } else { Speaker::Model };
        (0..count).map(|at| Length { speaker: speaker(at), tokens, code: false }).collect()
    }

    #[test]
    fn nothing_is_left_out_while_it_fits_or_the_window_is_unknown() {
        let unknown = Budget::of(&ModelInfo::default());
        assert_eq!(plan(unknown, 1_000_000, &talk(301, 1000), None, true), Plan::Whole);
        let large = Budget::of(&model(1_048_576));
        assert_eq!(plan(large, 1000, &talk(301, 1000), None, false), Plan::Whole);
    }

    #[test]
    fn past_sixty_percent_the_middle_is_summarised_and_the_newest_code_stays() {
        let budget = Budget::of(&model(100_000));
        let mut turns = talk(101, 1000);
        turns[11].code = true;
        let Plan::Summary { from, pinned } = plan(budget, 1000, &turns, None, false) else {
            panic!("no summary")
        };
        assert_eq!(pinned, Some(11));
        let kept: u32 = turns[from..].iter().map(|turn| turn.tokens).sum();
        let room = budget.input().unwrap() * 30 / 100;
        assert!(kept + 1000 <= room && kept + 4000 > room, "{kept} of {room}");
        assert_eq!(turns[from].speaker, Speaker::Person);
        turns[99].code = true;
        assert!(matches!(
            plan(budget, 1000, &turns, None, false),
            Plan::Summary { pinned: None, .. }
        ));
    }

    #[test]
    fn what_the_service_counted_counts() {
        let budget = Budget::of(&model(100_000));
        let turns = talk(101, 1000);
        assert_eq!(plan(budget, 1000, &turns, Some(40_000), false), Plan::Whole);
        let refused = plan(budget.narrowed(50_000), 1000, &turns, Some(40_000), true);
        assert!(matches!(refused, Plan::Summary { .. }));
    }

    #[test]
    fn a_small_window_rolls_and_always_holds_the_question() {
        let budget = Budget::of(&model(4096));
        let mut turns = talk(301, 100);
        turns[51] = Length { code: true, tokens: 400, ..turns[51] };
        let Plan::Rolling { from, pinned } = plan(budget, 1500, &turns, None, false) else {
            panic!("no rolling window")
        };
        assert_eq!((from, pinned), (294, Some(51)));
        turns[300].tokens = 50_000;
        let held = plan(budget, 1500, &turns, None, false);
        assert_eq!(held, Plan::Rolling { from: 300, pinned: Some(51) });
    }

    #[test]
    fn a_service_is_asked_for_few_different_windows() {
        let unknown = Budget::of(&ModelInfo::default());
        assert_eq!(unknown.asked_window(10), 16_384);
        assert_eq!(unknown.asked_window(9_000), 32_768);
        assert_eq!(Budget::of(&model(8192)).asked_window(9_000), 8192);
        assert_eq!(Budget::of(&model(131_072)).asked_window(40_000), 65_536);
    }

    #[test]
    fn estimates_are_rather_too_long() {
        // Counted by the tokenizer of a real service: about 4.3 bytes a token in prose.
        assert!((25..40).contains(&tokens("The quick brown fox jumps over the lazy dog, and then it rests for a while under a tree.")));
        assert!(tokens("移动平均线交叉策略") >= 9);
    }
}
