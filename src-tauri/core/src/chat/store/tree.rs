//! Branches: which message stands below which, and which of them is shown.

use sqlx::SqliteConnection;

use super::messages::{MESSAGE, MessageRow, Stored};
use crate::ids::{ChatId, MessageId};

/// The way from the message `?1` up to the first of its chat.
const PATH: &str = "WITH RECURSIVE path (id, above) AS (
        SELECT id, parent_id FROM message INDEXED BY message_tree WHERE id = ?1
        UNION ALL
        SELECT message.id, message.parent_id
        FROM path JOIN message INDEXED BY message_tree ON message.id = path.above
    )";

/// The way down that is shown, after the message with which it begins.
const DOWN: &str = "
        UNION ALL
        SELECT message.id, message.chosen_id
        FROM below JOIN message INDEXED BY message_tree ON message.id = below.next";

/// The newest message of the chat's current branch.
pub(in crate::chat) async fn head(
    db: &mut SqliteConnection,
    id: ChatId,
) -> Result<Option<MessageId>, sqlx::Error> {
    let head: Option<Option<MessageId>> =
        sqlx::query_scalar("SELECT head_id FROM chat WHERE id = ?")
            .bind(id)
            .fetch_optional(db)
            .await?;
    Ok(head.flatten())
}

/// At most `limit` messages of the branch that ends in `newest`, which is among them, the
/// oldest first.
pub(in crate::chat) async fn branch(
    db: &mut SqliteConnection,
    newest: MessageId,
    limit: u32,
) -> Result<Vec<Stored>, sqlx::Error> {
    let query = format!(
        "WITH RECURSIVE branch (id, above) AS (
            SELECT id, parent_id FROM message WHERE id = ?
            UNION ALL
            SELECT message.id, message.parent_id FROM message JOIN branch ON message.id = branch.above
            LIMIT ?
         )
         {MESSAGE} FROM branch JOIN message ON message.id = branch.id ORDER BY depth"
    );
    let rows: Vec<MessageRow> =
        sqlx::query_as(sqlx::AssertSqlSafe(query)).bind(newest).bind(limit).fetch_all(db).await?;
    rows.into_iter().map(Stored::try_from).collect()
}

/// At most `limit` messages that are shown below a message, from the first on.
pub(in crate::chat) async fn below(
    db: &mut SqliteConnection,
    above: MessageId,
    limit: u32,
) -> Result<Vec<Stored>, sqlx::Error> {
    let query = format!(
        "WITH RECURSIVE below (id, next) AS (
            SELECT id, chosen_id FROM message INDEXED BY message_tree
            WHERE id = (SELECT chosen_id FROM message WHERE id = ?)
            {DOWN}
            LIMIT ?
         )
         {MESSAGE} FROM below JOIN message ON message.id = below.id ORDER BY depth"
    );
    let rows: Vec<MessageRow> =
        sqlx::query_as(sqlx::AssertSqlSafe(query)).bind(above).bind(limit).fetch_all(db).await?;
    rows.into_iter().map(Stored::try_from).collect()
}

/// The last message that is shown below a message, or itself.
pub(in crate::chat) async fn leaf(
    db: &mut SqliteConnection,
    id: MessageId,
) -> Result<MessageId, sqlx::Error> {
    let query = format!(
        "WITH RECURSIVE below (id, next) AS (
            SELECT id, chosen_id FROM message INDEXED BY message_tree WHERE id = ?
            {DOWN}
         )
         SELECT id FROM below WHERE next IS NULL"
    );
    sqlx::query_scalar(sqlx::AssertSqlSafe(query)).bind(id).fetch_one(db).await
}

/// Lets each message above a message show the way down to it.
pub(in crate::chat) async fn choose_path(
    db: &mut SqliteConnection,
    id: MessageId,
) -> Result<(), sqlx::Error> {
    let query = format!(
        "{PATH} UPDATE message SET chosen_id = path.id FROM path
         WHERE message.id = path.above AND message.chosen_id IS NOT path.id"
    );
    sqlx::query(sqlx::AssertSqlSafe(query)).bind(id).execute(db).await?;
    Ok(())
}

/// Makes a message the end of the chat's current branch; `false` when it was that.
pub(in crate::chat) async fn set_head(
    db: &mut SqliteConnection,
    chat: ChatId,
    head: MessageId,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query("UPDATE chat SET head_id = ?1 WHERE id = ?2 AND head_id IS NOT ?1")
        .bind(head)
        .bind(chat)
        .execute(db)
        .await?;
    Ok(done.rows_affected() > 0)
}

/// Notes beside each message which others stand in its place on other branches.
pub(in crate::chat) async fn add_siblings(
    db: &mut SqliteConnection,
    messages: &mut [Stored],
) -> Result<(), sqlx::Error> {
    for Stored { message, .. } in messages {
        message.siblings = sqlx::query_scalar(
            "SELECT id FROM message INDEXED BY message_by_parent
             WHERE parent_id IS ? AND chat_id = ? ORDER BY id",
        )
        .bind(message.parent_id)
        .bind(message.chat_id)
        .fetch_all(&mut *db)
        .await?;
    }
    Ok(())
}

/// Copies the branch that ends in a message into another chat, and answers the id of the first
/// copy; the others follow it without a gap. What they cost is counted once.
pub(in crate::chat) async fn copy_branch(
    db: &mut SqliteConnection,
    end: MessageId,
    to: ChatId,
) -> Result<MessageId, sqlx::Error> {
    let query = format!(
        "{PATH}
         INSERT INTO message (chat_id, depth, role, state, created_at, ended_at, input_tokens,
            output_tokens, cached_tokens, cost, model, service_id, service_kind, model_id, left_out,
            goes_on, context_version_id, profile_version_id, finish, parameters, has_code, problem,
            opaque, thoughts, thought_ms, text, copied)
         SELECT ?2, depth, role, iif(state = 'writing', 'interrupted', state), created_at, ended_at,
            input_tokens, output_tokens, cached_tokens, cost, model, service_id, service_kind,
            model_id, left_out, goes_on, context_version_id, profile_version_id, finish, parameters,
            has_code, problem, opaque, thoughts, thought_ms, text, 1
         FROM path JOIN message ON message.id = path.id ORDER BY depth"
    );
    sqlx::query(sqlx::AssertSqlSafe(query)).bind(end).bind(to).execute(&mut *db).await?;
    let (first, last): (MessageId, MessageId) =
        sqlx::query_as("SELECT min(id), max(id) FROM message WHERE chat_id = ?")
            .bind(to)
            .fetch_one(&mut *db)
            .await?;
    sqlx::query(
        "UPDATE message SET parent_id = iif(id = ?2, NULL, id - 1),
            chosen_id = iif(id = ?3, NULL, id + 1)
         WHERE chat_id = ?1",
    )
    .bind(to)
    .bind(first)
    .bind(last)
    .execute(&mut *db)
    .await?;
    let query = format!(
        "{PATH}
         INSERT INTO summary (chat_id, message_id, messages, created_at, input_tokens, output_tokens,
            cost, model, text)
         SELECT ?2, ?3 + message.depth, messages, summary.created_at, 0, 0, NULL, summary.model, summary.text
         FROM path JOIN message ON message.id = path.id
         JOIN summary ON summary.message_id = path.id ORDER BY summary.id"
    );
    sqlx::query(sqlx::AssertSqlSafe(query))
        .bind(end)
        .bind(to)
        .bind(first)
        .execute(&mut *db)
        .await?;
    set_head(db, to, last).await?;
    Ok(first)
}
