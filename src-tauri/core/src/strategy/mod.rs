//! Strategies: found in answers, kept as versions.
//!
//! A closed Python block with one `Strategy` subclass becomes a strategy of its chat; a later
//! block of the same class in that chat becomes its next version. What doesn't parse is never
//! a version.

mod detect;
mod library;
pub mod reading;
mod store;

use std::collections::HashMap;

use sqlx::SqliteConnection;

use crate::account::Session;
use crate::chat::{self, ChatError, StrategyMark};
use crate::clock::Timestamp;
use crate::ids::{ChatId, ContextId, MessageId, StrategyId};
use crate::profile::ProfileDraft;
use crate::render::code_blocks;

pub use detect::strategy_class;
pub use library::{Strategy, StrategyError, StrategyFile, StrategyVersion, file, list};

/// The module that strategies import, whole: exported beside them so that they run anywhere.
pub const HOUSE_MODULE: &str = include_str!("../../house/algoagent.py");
/// Its file name.
pub const HOUSE_MODULE_FILE: &str = "algoagent.py";

/// Where a strategy comes from.
pub(crate) struct Origin<'a> {
    pub(crate) chat_id: ChatId,
    pub(crate) message_id: MessageId,
    pub(crate) context_id: Option<ContextId>,
    pub(crate) model: &'a str,
    /// As it was told to the model.
    pub(crate) profile: &'a ProfileDraft,
    pub(crate) now: Timestamp,
}

/// Records the strategies in an answer that ended.
pub(crate) async fn record(
    db: &mut SqliteConnection,
    origin: &Origin<'_>,
    answer: &str,
) -> Result<(), sqlx::Error> {
    for block in code_blocks(answer) {
        if !block.closed || !matches!(block.language.as_str(), "" | "python" | "py" | "python3") {
            continue;
        }
        if let Some(class) = strategy_class(&block.code) {
            store::mark(db, origin, block.index, &class, &block.code).await?;
        }
    }
    Ok(())
}

/// Copies the strategies that are marked on the branch that ends in `end` into a chat whose
/// messages, from `first` on, are copies of it.
pub(crate) async fn copy(
    db: &mut SqliteConnection,
    end: MessageId,
    chat: ChatId,
    first: MessageId,
) -> Result<(), sqlx::Error> {
    store::copy(db, end, chat, first).await
}

/// The strategies found in a message.
pub(crate) async fn marks(
    db: &mut SqliteConnection,
    message: MessageId,
) -> Result<Vec<StrategyMark>, sqlx::Error> {
    store::marks(db, message).await
}

/// The strategies found in the messages of a chat, by message.
pub(crate) async fn marks_in(
    db: &mut SqliteConnection,
    chat: ChatId,
) -> Result<HashMap<MessageId, Vec<StrategyMark>>, sqlx::Error> {
    store::marks_in(db, chat).await
}

/// The strategies made in each of some chats, the oldest first.
pub(crate) async fn of_chats(
    db: &mut SqliteConnection,
    chats: &[ChatId],
) -> Result<HashMap<ChatId, Vec<StrategyId>>, sqlx::Error> {
    let mut all: HashMap<ChatId, Vec<StrategyId>> = HashMap::new();
    for (chat, strategy) in store::of_chats(db, chats).await? {
        all.entry(chat).or_default().push(strategy);
    }
    Ok(all)
}

/// A code block as a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeFile {
    /// A file name that says what it is, such as `momentum_cross_v2.py`.
    pub name: String,
    /// The code, to the byte.
    pub code: String,
    /// Whether it needs the house module beside it to run.
    pub needs_module: bool,
}

/// The code block `block` of a message, as a file.
///
/// # Errors
/// [`ChatError::NotFound`] when the message has no such block.
pub async fn code_file(
    session: &Session,
    message: MessageId,
    block: u32,
) -> Result<CodeFile, ChatError> {
    let text = chat::text_of(session, message).await?;
    let found = code_blocks(&text).into_iter().find(|code| code.index == block);
    let found = found.ok_or(ChatError::NotFound)?;
    let marks = marks(&mut *session.vault().await?, message).await?;
    let name = match marks.into_iter().find(|mark| mark.block == block) {
        Some(mark) => file_name(&mark.name, mark.version),
        None => format!("code.{}", extension(&found.language)),
    };
    Ok(CodeFile { needs_module: detect::inspect(&found.code).needs_module, name, code: found.code })
}

fn file_name(class: &str, version: u32) -> String {
    format!("{}_v{version}.py", snake_case(class))
}

fn extension(language: &str) -> &'static str {
    match language {
        "" | "py" | "python" | "python3" => "py",
        "json" => "json",
        "csv" => "csv",
        "sh" | "bash" => "sh",
        _ => "txt",
    }
}

/// `MomentumCross` → `Momentum Cross`; `RSIStrategy` → `RSI`.
pub(crate) fn class_words(class: &str) -> String {
    let words = snake_case(class);
    let mut at = 0;
    let mut said: Vec<&str> = words
        .split('_')
        .filter(|word| !word.is_empty())
        .filter_map(|word| {
            // The letters as they are in the class.
            let start = class[at..].to_lowercase().find(word)? + at;
            at = start + word.len();
            class.get(start..at)
        })
        .collect();
    if said.len() > 1 && said.last() == Some(&"Strategy") {
        said.pop();
    }
    if said.is_empty() { class.to_owned() } else { said.join(" ") }
}

/// `MomentumCross` → `momentum_cross`; `RSIMeanReversion` → `rsi_mean_reversion`.
fn snake_case(class: &str) -> String {
    let chars: Vec<char> = class.chars().collect();
    let mut name = String::new();
    for (i, c) in chars.iter().enumerate() {
        let before = i.checked_sub(1).and_then(|i| chars.get(i));
        let after = chars.get(i + 1);
        let starts_word = c.is_uppercase()
            && before.is_some_and(|before| {
                before.is_lowercase()
                    || before.is_numeric()
                    || (before.is_uppercase() && after.is_some_and(|after| after.is_lowercase()))
            });
        if starts_word && !name.ends_with('_') {
            name.push('_');
        }
        name.extend(c.to_lowercase());
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_are_the_class_in_snake_case() {
        for (class, name) in [
            ("MomentumCross", "momentum_cross"),
            ("RSIMeanReversion", "rsi_mean_reversion"),
            ("EMA20Cross", "ema20_cross"),
            ("My_Strategy", "my_strategy"),
        ] {
            assert_eq!(snake_case(class), name);
        }
    }
}
