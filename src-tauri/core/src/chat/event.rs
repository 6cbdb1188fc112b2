//! What a door hears while answers are being written.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Chat, Message, StrategyMark, Summary};
use crate::ids::{ChatId, MessageId};
use crate::render::{Block, Tail};

/// One thing that happened to a chat, sent to every door that listens for its owner.
///
/// Blocks arrive in order and never change. Between two blocks any number of tails may
/// arrive; each replaces or extends the one before it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum ChatEvent {
    /// An answer is being written; its message exists and holds no text yet.
    Started {
        /// The chat.
        chat_id: ChatId,
        /// The answer as stored.
        message: Message,
    },
    /// The model asked us to wait before it is tried again.
    Waiting {
        /// The chat.
        chat_id: ChatId,
        /// The answer.
        message_id: MessageId,
        /// Seconds until the next try.
        seconds: u32,
        /// Why, in words for the person.
        reason: String,
    },
    /// The start of the conversation is being summarised, so that the rest fits the model.
    Summarising {
        /// The chat.
        chat_id: ChatId,
        /// The answer that waits for it.
        message_id: MessageId,
        /// Messages that the summary will stand for.
        messages: u32,
    },
    /// The start of the conversation was summarised. Its messages stay as they are.
    Summarised {
        /// The chat.
        chat_id: ChatId,
        /// What was made.
        summary: Summary,
    },
    /// What was taken for the answer was reasoning, or the other way round: whatever was told of
    /// either is told anew from here on.
    Anew {
        /// The chat.
        chat_id: ChatId,
        /// The answer.
        message_id: MessageId,
    },
    /// More of the model's reasoning. After `Waiting` and `Anew` it begins anew.
    Thought {
        /// The chat.
        chat_id: ChatId,
        /// The answer.
        message_id: MessageId,
        /// What came since the last such event.
        text: String,
    },
    /// The reasoning is over, at least for now: all of it as shown, and how long it took.
    Thoughts {
        /// The chat.
        chat_id: ChatId,
        /// The answer.
        message_id: MessageId,
        /// What to show.
        blocks: Vec<Block>,
        /// Milliseconds.
        thought_ms: u32,
    },
    /// More of the answer's Markdown, for doors that show it as it is.
    Text {
        /// The chat.
        chat_id: ChatId,
        /// The answer.
        message_id: MessageId,
        /// What came since the last such event.
        text: String,
    },
    /// The next finished block of an answer. It is final.
    Block {
        /// The chat.
        chat_id: ChatId,
        /// The answer.
        message_id: MessageId,
        /// Its place among the blocks of the answer, from 0.
        index: u32,
        /// What to show.
        block: Block,
    },
    /// What is written after the last finished block.
    Tail {
        /// The chat.
        chat_id: ChatId,
        /// The answer.
        message_id: MessageId,
        /// The place that this block will have among the blocks of the answer, from 0.
        index: u32,
        /// What to show; `None` when nothing is left unfinished.
        tail: Option<Tail>,
    },
    /// A code block of the answer became a strategy or its next version.
    Strategy {
        /// The chat.
        chat_id: ChatId,
        /// The answer.
        message_id: MessageId,
        /// Which block, which strategy, which version.
        mark: StrategyMark,
    },
    /// The answer ended: done, stopped or failed. The message is as stored; one that the disk
    /// didn't take says so as its problem, and this comes again once it is stored.
    Ended {
        /// The chat.
        chat_id: ChatId,
        /// The answer, with all of its blocks.
        message: Message,
    },
    /// The chat's row changed (title, time, context, place in the list).
    Chat {
        /// The chat as the list shows it.
        chat: Chat,
    },
    /// The chat was deleted.
    Gone {
        /// The chat.
        chat_id: ChatId,
    },
    /// Chats came or went that nobody is told of one by one: the list must be asked for again.
    ListChanged,
    /// Events were missed; whatever is on the screen must be asked for again.
    Resync,
    /// The daily check found damage in the open vault. What is read from it is right: a damaged
    /// page reads as an error.
    VaultDamaged,
}
