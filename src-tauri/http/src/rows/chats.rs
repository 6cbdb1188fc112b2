//! Chats, which clients of the older service call chat sessions.

use algoagent_core::account::Session;
use algoagent_core::chat::{self, Message, MessageState, Named, Record, Role};
use algoagent_core::clock::Timestamp;
use algoagent_core::context;
use algoagent_core::ids::ContextId;
use axum::Json;
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::asking::{code, tokens};
use super::path::ByName;
use crate::body::{Body, Whole, some_or_null};
use crate::caller::Caller;
use crate::kept;
use crate::numbered::{Asked, Numbered, Paging};
use crate::refusal::Refusal;

/// A chat.
#[derive(Serialize, ToSchema)]
pub(crate) struct Chat {
    id: i64,
    #[schema(format = Uuid)]
    session_id: String,
    username: String,
    /// The linked context.
    #[schema(required)]
    ai_context: Option<i64>,
    #[schema(required)]
    ai_context_name: Option<String>,
    title: String,
    /// Messages on the current branch.
    message_count: u32,
    generated_strategies: Vec<i64>,
    /// Whether it was not ended.
    is_active: bool,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

/// A chat with the messages of its current branch.
#[derive(Serialize, ToSchema)]
pub(crate) struct ChatDetails {
    #[serde(flatten)]
    chat: Chat,
    chat_messages: Vec<ChatMessage>,
    messages: Vec<Turn>,
}

/// A message.
#[derive(Serialize, ToSchema)]
pub(crate) struct ChatMessage {
    id: i64,
    #[schema(value_type = String, example = "assistant")]
    role: Role,
    /// Markdown.
    content: String,
    metadata: Metadata,
    #[schema(required)]
    tokens_used: Option<u32>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

/// What is known of a message.
#[derive(Serialize, ToSchema)]
pub(crate) struct Metadata {
    /// `done`, `writing`, `stopped`, `failed` or `interrupted`.
    #[schema(value_type = String)]
    state: MessageState,
    /// The model that answered.
    #[schema(required)]
    model: Option<String>,
    /// The strategies in it.
    strategies: Vec<i64>,
    /// Why it failed, as a word for programs.
    #[schema(required)]
    problem: Option<String>,
}

/// A message, in short.
#[derive(Serialize, ToSchema)]
pub(crate) struct Turn {
    #[schema(value_type = String, example = "user")]
    role: Role,
    content: String,
    #[schema(value_type = String, format = DateTime)]
    timestamp: Timestamp,
}

/// What was done, and the chat.
#[derive(Serialize, ToSchema)]
pub(crate) struct Ended {
    message: &'static str,
    session: Chat,
}

impl Chat {
    fn of(session: &Session, record: Record) -> Self {
        let Record { chat, ended, strategies } = record;
        Self {
            id: chat.id.0,
            session_id: chat.session_id,
            username: session.account().username.clone(),
            ai_context: chat.context_id.map(|id| id.0),
            ai_context_name: chat.context_name,
            title: chat.title,
            message_count: chat.message_count,
            generated_strategies: strategies.into_iter().map(|id| id.0).collect(),
            is_active: !ended,
            created_at: chat.created_at,
            updated_at: chat.updated_at,
        }
    }
}

impl ChatDetails {
    async fn of(session: &Session, record: Record) -> Result<Self, Refusal> {
        let all = chat::whole_branch(session, record.chat.id).await?;
        Ok(Self::new(session, record, all))
    }

    fn new(session: &Session, record: Record, all: Vec<Message>) -> Self {
        let short = |message: &Message| Turn {
            role: message.role,
            content: message.text.clone(),
            timestamp: message.created_at,
        };
        Self {
            chat: Chat::of(session, record),
            messages: all.iter().map(short).collect(),
            chat_messages: all.into_iter().map(ChatMessage::from).collect(),
        }
    }
}

impl From<Message> for ChatMessage {
    fn from(message: Message) -> Self {
        Self {
            id: message.id.0,
            role: message.role,
            tokens_used: tokens(&message),
            metadata: Metadata {
                state: message.state,
                model: message.model,
                strategies: message.strategies.iter().map(|mark| mark.strategy_id.0).collect(),
                problem: message.problem.map(|problem| code(problem.code)),
            },
            content: message.text,
            created_at: message.created_at,
        }
    }
}

/// A chat that is to be made.
#[derive(Deserialize, ToSchema)]
pub(crate) struct NewChat {
    /// 1 to 200 characters.
    #[serde(default)]
    #[schema(max_length = 200, pattern = r"\S")]
    title: Option<String>,
    #[serde(default)]
    ai_context: Option<Whole>,
}

/// What changes; everything else stays.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ChatChange {
    /// 1 to 200 characters.
    #[serde(default)]
    #[schema(max_length = 200, pattern = r"\S")]
    title: Option<String>,
    /// Null unlinks.
    #[serde(default, deserialize_with = "some_or_null")]
    #[schema(value_type = Option<i64>)]
    ai_context: Option<Option<Whole>>,
    /// False ends the chat, true lets it go on.
    #[serde(default)]
    is_active: Option<bool>,
}

/// The chats, the last changed first, without their messages
#[utoipa::path(get, path = "/api/auth/chat-sessions/", tag = "chats", params(Paging),
    operation_id = "chats_list",
    responses((status = 200, body = Numbered<Chat>),
        (status = 404, body = crate::refusal::Error, description = "No such page")))]
pub(crate) async fn list(Caller(session): Caller, asked: Asked) -> Result<Response, Refusal> {
    let name = format!("chats {}", asked.name());
    let page = async {
        let found = chat::records(&session, asked.slice()).await?;
        asked.page(found.map(|record| Chat::of(&session, record)))
    };
    kept::answer(&session, name, page).await
}

/// Makes a chat in which nothing was asked yet
#[utoipa::path(post, path = "/api/auth/chat-sessions/", tag = "chats",
    operation_id = "chats_create", request_body = NewChat,
    responses((status = 201, body = ChatDetails),
        (status = 404, body = crate::refusal::Error, description = "No such context")))]
pub(crate) async fn create(
    Caller(session): Caller,
    Body(new): Body<NewChat>,
) -> Result<(StatusCode, Json<ChatDetails>), Refusal> {
    let context_id = new.ai_context.map(|Whole(id)| ContextId(id));
    let record = chat::begin_empty(&session, new.title.as_deref(), context_id).await?;
    Ok((StatusCode::CREATED, Json(ChatDetails::of(&session, record).await?)))
}

/// A chat with its messages
#[utoipa::path(get, path = "/api/auth/chat-sessions/{id}/", tag = "chats",
    operation_id = "chats_get",
    params(("id" = String, Path, description = "Its id or its session_id")),
    responses((status = 200, body = ChatDetails)))]
pub(crate) async fn get(
    Caller(session): Caller,
    ByName(named): ByName,
) -> Result<Response, Refusal> {
    let whole = async {
        let (record, messages) = chat::find_whole(&session, &named).await?;
        Ok(ChatDetails::new(&session, record, messages))
    };
    kept::answer(&session, format!("chat {named:?}"), whole).await
}

/// Changes a chat; what is left out stays
#[utoipa::path(put, path = "/api/auth/chat-sessions/{id}/", tag = "chats",
    operation_id = "chats_put",
    params(("id" = String, Path, description = "Its id or its session_id")),
    request_body = ChatChange, responses((status = 200, body = ChatDetails)))]
pub(crate) async fn put(
    caller: Caller,
    named: ByName,
    change: Body<ChatChange>,
) -> Result<Json<ChatDetails>, Refusal> {
    patch(caller, named, change).await
}

/// Changes some of a chat
#[utoipa::path(patch, path = "/api/auth/chat-sessions/{id}/", tag = "chats",
    operation_id = "chats_patch",
    params(("id" = String, Path, description = "Its id or its session_id")),
    request_body = ChatChange, responses((status = 200, body = ChatDetails)))]
pub(crate) async fn patch(
    Caller(session): Caller,
    ByName(named): ByName,
    Body(change): Body<ChatChange>,
) -> Result<Json<ChatDetails>, Refusal> {
    let id = chat::find(&session, &named).await?.chat.id;
    let context_id = change.ai_context.map(|named| named.map(|Whole(id)| ContextId(id)));
    // What is refused changes nothing: the link is looked up before the title is changed.
    if let Some(Some(context_id)) = context_id {
        context::get(&session, context_id).await?;
    }
    if let Some(title) = &change.title {
        chat::rename(&session, id, title).await?;
    }
    if let Some(context_id) = context_id {
        chat::link_context(&session, id, context_id).await?;
    }
    if let Some(active) = change.is_active {
        chat::set_ended(&session, id, !active).await?;
    }
    let record = chat::find(&session, &Named::Id(id)).await?;
    ChatDetails::of(&session, record).await.map(Json)
}

/// Deletes a chat with its messages; the strategies made in it stay
#[utoipa::path(delete, path = "/api/auth/chat-sessions/{id}/", tag = "chats",
    operation_id = "chats_delete",
    params(("id" = String, Path, description = "Its id or its session_id")),
    responses((status = 204)))]
pub(crate) async fn delete(
    Caller(session): Caller,
    ByName(named): ByName,
) -> Result<StatusCode, Refusal> {
    let id = chat::find(&session, &named).await?.chat.id;
    chat::delete(&session, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends a chat: no program goes on with it
#[utoipa::path(post, path = "/api/auth/chat-sessions/{id}/end_session/", tag = "chats",
    operation_id = "chats_end",
    params(("id" = String, Path, description = "Its id or its session_id")),
    responses((status = 200, body = Ended)))]
pub(crate) async fn end_session(
    Caller(session): Caller,
    ByName(named): ByName,
) -> Result<Json<Ended>, Refusal> {
    let id = chat::find(&session, &named).await?.chat.id;
    let record = chat::set_ended(&session, id, true).await?;
    let message = "Chat session ended";
    Ok(Json(Ended { message, session: Chat::of(&session, record) }))
}
