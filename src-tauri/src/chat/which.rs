//! Which chat a conversation is held in, and the list of them.

use algoagent_api::chat::{Chat, ChatPage, ChatsRequest, Cursor, List, OpenChat, OpenChatRequest};
use algoagent_api::context::Context;
use algoagent_api::{ErrorCode, Nothing};
use algoagent_core::ids::{ChatId, ContextId};
use serde_json::json;

use crate::cli::ChatOptions;
use crate::context;
use crate::exit::Failure;
use crate::line::Line;
use crate::named::{self, Kind, Names};
use crate::output::{json_line, moment, table};

const KIND: Kind =
    Kind { one: "chat", many: "chats", listed_by: "chat --list", by_beginning: true };
/// The longest page that core gives.
const PAGE: u32 = 200;

/// Where the next question goes.
pub(super) struct Where {
    pub(super) chat: Option<Chat>,
    /// The context of a chat that begins.
    pub(super) context: Option<ContextId>,
}

impl Where {
    /// As the person said.
    pub(super) async fn said(line: &Line, options: &ChatOptions) -> Result<Self, Failure> {
        let context = match &options.context {
            Some(wanted) => Some(context::find(line, wanted).await?.id),
            None => None,
        };
        let chat = match &options.chat {
            Some(wanted) => Some(find(line, wanted).await?),
            None if options.r#continue => Some(newest(line).await?),
            None => None,
        };
        match (chat, context) {
            (Some(chat), Some(context)) => {
                let request = json!({ "chat_id": chat.id, "context_id": context });
                let chat = line.ask("link_context", request).await?;
                Ok(Self { chat: Some(chat), context: None })
            }
            (None, None) => Ok(Self { chat: None, context: usual_context(line).await? }),
            (chat, context) => Ok(Self { chat, context }),
        }
    }
}

/// The context that the person chose for new chats.
async fn usual_context(line: &Line) -> Result<Option<ContextId>, Failure> {
    let contexts: Vec<Context> = line.ask("contexts", Nothing {}).await?;
    Ok(contexts.into_iter().find(|context| context.default).map(|context| context.id))
}

async fn page(line: &Line, list: List, after: Option<Cursor>) -> Result<ChatPage, Failure> {
    line.ask("chats", ChatsRequest { list, after, limit: PAGE }).await
}

async fn all(line: &Line, list: List) -> Result<Vec<Chat>, Failure> {
    let mut chats = Vec::new();
    let mut after = None;
    loop {
        let ChatPage { chats: more, next } = page(line, list, after).await?;
        chats.extend(more);
        if next.is_none() {
            return Ok(chats);
        }
        after = next;
    }
}

async fn find(line: &Line, wanted: &str) -> Result<Chat, Failure> {
    if let Ok(id) = wanted.trim().parse().map(ChatId) {
        match open(line, id).await {
            Ok(open) => return Ok(open.chat),
            // A title may be a number too.
            Err(Failure::Refused(fault)) if fault.code == ErrorCode::NotFound => {}
            Err(fault) => return Err(fault),
        }
    }
    let mut chats = all(line, List::Usual).await?;
    chats.extend(all(line, List::Archived).await?);
    let found = named::find(&chats, wanted, KIND, |chat| Names {
        id: chat.id.to_string(),
        other_id: Some(&chat.session_id),
        name: &chat.title,
        beside: format!("changed {} UTC", moment(chat.updated_at)),
    });
    found.cloned()
}

/// The one that changed last. Those that stand before the others may be older.
async fn newest(line: &Line) -> Result<Chat, Failure> {
    let mut newest: Option<Chat> = None;
    let mut after = None;
    loop {
        let ChatPage { chats, next } = page(line, List::Usual, after).await?;
        let all_pinned = chats.iter().all(|chat| chat.pinned);
        newest = newest.into_iter().chain(chats).max_by_key(|chat| (chat.updated_at, chat.id));
        if next.is_none() || !all_pinned {
            return newest.ok_or_else(|| {
                Failure::Other("There is no chat yet. Begin one with: algoagent chat".to_owned())
            });
        }
        after = next;
    }
}

/// A chat with its newest messages, the oldest first.
pub(super) async fn open(line: &Line, id: ChatId) -> Result<OpenChat, Failure> {
    line.ask("open_chat", OpenChatRequest { chat_id: id, before: None, after: None }).await
}

pub(super) async fn list(line: &Line, as_json: bool) -> Result<String, Failure> {
    let chats = all(line, List::Usual).await?;
    if as_json {
        return json_line(&chats);
    }
    if chats.is_empty() {
        return Ok("There is no chat yet. Begin one with: algoagent chat\n".to_owned());
    }
    let row = |chat: &Chat| {
        [
            chat.id.to_string(),
            moment(chat.updated_at),
            chat.message_count.to_string(),
            chat.context_name.clone().unwrap_or_default(),
            chat.title.clone(),
        ]
    };
    let heading = ["ID", "CHANGED (UTC)", "MESSAGES", "CONTEXT", "TITLE"];
    Ok(table(heading, chats.iter().map(row).collect()))
}
