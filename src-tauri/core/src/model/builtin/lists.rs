//! The words by which a turn is told from another, and what a question offers.

use super::family::Family;

/// The families that a question offers, in its order.
pub(super) const OFFERED: [Family; 9] = [
    Family::Momentum,
    Family::Crossover,
    Family::Rsi,
    Family::Bollinger,
    Family::Donchian,
    Family::Keltner,
    Family::Macd,
    Family::VolatilityTarget,
    Family::BuyAndHold,
];

/// Families for "mean reversion".
pub(super) const REVERSIONS: &[Family] =
    &[Family::Rsi, Family::Bollinger, Family::ZScore, Family::Cci, Family::Vwap];
/// Families for "an oscillator", "oversold".
pub(super) const OSCILLATORS: &[Family] =
    &[Family::Rsi, Family::Stochastic, Family::Cci, Family::Williams];
/// Families for "trend".
pub(super) const TRENDS: &[Family] =
    &[Family::Crossover, Family::Supertrend, Family::Adx, Family::Macd, Family::Momentum];
/// Words that leave a few families open.
pub(super) const OPEN: &[(&[&str], &[Family])] = &[
    (&["oscillator", "oscillators"], OSCILLATORS),
    (&["seasonal", "seasonality", "calendar effect"], &[Family::TurnOfMonth]),
    (&["volatility"], &[Family::VolatilityTarget, Family::Keltner]),
];

pub(super) const RESTART: &[&str] =
    &["start over", "start again", "start fresh", "from scratch", "reset", "forget everything"];
pub(super) const UNDO: &[&str] =
    &["undo", "revert", "take that back", "go back", "previous version", "rückgängig"];
pub(super) const VAGUE: &[&str] = &[
    "better",
    "improve",
    "optimise",
    "optimize",
    "safer",
    "less risky",
    "more aggressive",
    "more conservative",
    "more profitable",
    "tweak it",
    "longer",
    "shorter",
    "faster",
    "slower",
    "more sensitive",
    "less sensitive",
];
pub(super) const CREATE: &[&str] = &[
    "create",
    "build",
    "write",
    "make me",
    "make a",
    "make an",
    "generate",
    "give me",
    "design",
    "develop",
    "code",
    "i want a",
    "i want an",
    "i would like",
    "id like",
    "need a",
    "need an",
    "new strategy",
    "draft",
    "suggest",
    "set up",
    "code me",
    "program",
];
pub(super) const CHANGE: &[&str] = &[
    "use",
    "make",
    "set",
    "change",
    "add",
    "remove",
    "switch",
    "try",
    "drop",
    "instead",
    "increase",
    "decrease",
    "raise",
    "lower",
    "how about",
    "what about",
    "what if",
    "widen",
    "tighten",
    "allow",
    "turn",
];
pub(super) const THING: &[&str] = &[
    "strategy",
    "strategies",
    "stratgy",
    "system",
    "bot",
    "algorithm",
    "algo",
    "trading rules",
    "trading",
    "trade",
    "backtest",
    "build me something",
    "build something",
    "create something",
    "make me something",
    "give me something",
    "makes money",
    "make money",
    "something with",
    "something for",
    "swing",
    "scalping",
    "scalp",
];
pub(super) const WHO: &[&str] = &[
    "what can you do",
    "who are you",
    "what are you",
    "are you an ai",
    "are you ai",
    "are you chatgpt",
    "are you gemini",
    "help",
    "how do you work",
    "which model",
    "what model",
    "what do you do",
];
pub(super) const GREETING: &[&str] =
    &["hi", "hello", "hey", "hallo", "greetings", "morning", "afternoon", "evening", "yo", "good"];
