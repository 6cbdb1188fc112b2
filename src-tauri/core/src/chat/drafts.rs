//! What was typed and neither sent nor saved yet.

use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;
use ts_rs::TS;

use super::{ChatError, LONGEST_QUESTION};
use crate::account::Session;
use crate::clock::Timestamp;
use crate::ids::{ChatId, ContextId, MessageId};

/// More than a question may have: what is too long to be sent is still not lost.
pub(crate) const LONGEST_DRAFT: usize = 4 * LONGEST_QUESTION;

/// Where something is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "at", rename_all = "snake_case")]
pub enum DraftPlace {
    /// The next question of a chat; null for the chat that begins with it.
    Chat {
        /// The chat.
        chat_id: Option<ChatId>,
    },
    /// A question that is being changed.
    Question {
        /// Its chat.
        chat_id: ChatId,
        /// The question.
        message_id: MessageId,
    },
    /// The form of the trading profile.
    Profile,
    /// The form of a context; null for a new one.
    Context {
        /// The context.
        context_id: Option<ContextId>,
    },
}

/// What was typed and neither sent nor saved yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Draft {
    /// Where it was typed.
    #[serde(flatten)]
    pub place: DraftPlace,
    /// The words, at most 1 MiB. Those of a form are in whatever order the form reads them again.
    pub text: String,
}

/// Everything that was typed and neither sent nor saved yet.
///
/// # Errors
/// [`ChatError::Locked`] and those of the store.
pub async fn drafts(session: &Session) -> Result<Vec<Draft>, ChatError> {
    let mut db = session.vault().await?;
    let typed: Vec<(i64, i64, String)> = sqlx::query_as(
        "SELECT chat_id, message_id, text FROM draft
         WHERE chat_id = 0 OR EXISTS
            (SELECT 1 FROM chat WHERE chat.id = draft.chat_id AND chat.deleted_at IS NULL)",
    )
    .fetch_all(&mut *db)
    .await?;
    let forms: Vec<(bool, i64, String)> =
        sqlx::query_as("SELECT form = 'profile', context_id, text FROM form_draft")
            .fetch_all(&mut *db)
            .await?;
    let typed = typed.into_iter().map(|(chat, message, text)| Draft {
        place: match (chat, message) {
            (0, _) => DraftPlace::Chat { chat_id: None },
            (chat, 0) => DraftPlace::Chat { chat_id: Some(ChatId(chat)) },
            (chat, message) => {
                DraftPlace::Question { chat_id: ChatId(chat), message_id: MessageId(message) }
            }
        },
        text,
    });
    let forms = forms.into_iter().map(|(profile, context, text)| Draft {
        place: match (profile, context) {
            (true, _) => DraftPlace::Profile,
            (false, 0) => DraftPlace::Context { context_id: None },
            (false, context) => DraftPlace::Context { context_id: Some(ContextId(context)) },
        },
        text,
    });
    Ok(typed.chain(forms).collect())
}

/// Keeps what is typed; an empty text forgets it.
///
/// # Errors
/// [`ChatError::NotFound`] when there is no such chat, question or context;
/// [`ChatError::TooLong`] above 1 MiB.
pub async fn save_draft(session: &Session, draft: Draft) -> Result<(), ChatError> {
    if draft.text.len() > LONGEST_DRAFT {
        return Err(ChatError::TooLong { bytes: draft.text.len() });
    }
    let now = session.core().sources.now();
    let mut db = session.vault().await?;
    if !exists(&mut db, draft.place).await? {
        return Err(ChatError::NotFound);
    }
    if draft.text.is_empty() {
        forget(&mut db, draft.place).await?;
    } else {
        keep(&mut db, &draft, now).await?;
    }
    Ok(())
}

/// The row of a draft.
enum Row {
    /// In `draft`, by its keys.
    Chat(i64, i64),
    /// In `form_draft`, by its keys.
    Form(&'static str, i64),
}

impl DraftPlace {
    fn row(self) -> Row {
        match self {
            Self::Chat { chat_id } => Row::Chat(chat_id.map_or(0, |id| id.0), 0),
            Self::Question { chat_id, message_id } => Row::Chat(chat_id.0, message_id.0),
            Self::Profile => Row::Form("profile", 0),
            Self::Context { context_id } => Row::Form("context", context_id.map_or(0, |id| id.0)),
        }
    }
}

/// Keeps what was typed at a moment, in the place of what was typed there before.
pub(crate) async fn keep(
    db: &mut SqliteConnection,
    draft: &Draft,
    at: Timestamp,
) -> Result<(), sqlx::Error> {
    let query = match draft.place.row() {
        Row::Chat(chat, message) => sqlx::query(
            "INSERT INTO draft (chat_id, message_id, updated_at, text) VALUES (?, ?, ?, ?)
             ON CONFLICT (chat_id, message_id)
             DO UPDATE SET updated_at = excluded.updated_at, text = excluded.text",
        )
        .bind(chat)
        .bind(message),
        Row::Form(form, context) => sqlx::query(
            "INSERT INTO form_draft (form, context_id, updated_at, text) VALUES (?, ?, ?, ?)
             ON CONFLICT (form, context_id)
             DO UPDATE SET updated_at = excluded.updated_at, text = excluded.text",
        )
        .bind(form)
        .bind(context),
    };
    query.bind(at.0).bind(&draft.text).execute(db).await?;
    Ok(())
}

async fn exists(db: &mut SqliteConnection, place: DraftPlace) -> Result<bool, sqlx::Error> {
    let query = match place {
        DraftPlace::Chat { chat_id: None }
        | DraftPlace::Profile
        | DraftPlace::Context { context_id: None } => {
            return Ok(true);
        }
        DraftPlace::Chat { chat_id: Some(chat) } => {
            sqlx::query_scalar("SELECT count(*) > 0 FROM chat WHERE id = ?").bind(chat)
        }
        DraftPlace::Question { chat_id, message_id } => sqlx::query_scalar(
            "SELECT count(*) > 0 FROM message WHERE id = ? AND chat_id = ? AND role = 'user'",
        )
        .bind(message_id)
        .bind(chat_id),
        DraftPlace::Context { context_id: Some(context) } => {
            sqlx::query_scalar("SELECT count(*) > 0 FROM context WHERE id = ?").bind(context)
        }
    };
    query.fetch_one(db).await
}

/// Forgets what was typed: it was sent, or nobody wants it.
pub(crate) async fn forget(
    db: &mut SqliteConnection,
    place: DraftPlace,
) -> Result<(), sqlx::Error> {
    let query = match place.row() {
        Row::Chat(chat, message) => {
            sqlx::query("DELETE FROM draft WHERE chat_id = ? AND message_id = ?")
                .bind(chat)
                .bind(message)
        }
        Row::Form(form, context) => {
            sqlx::query("DELETE FROM form_draft WHERE form = ? AND context_id = ?")
                .bind(form)
                .bind(context)
        }
    };
    query.execute(db).await?;
    Ok(())
}
