//! The question and its answer: at once when it is whole, or as it is written.

use std::convert::Infallible;

use algoagent_core::account::Session;
use algoagent_core::chat::{self, Followed, Message, MessageState, Named, New, Record, Sent};
use algoagent_core::ids::ContextId;
use algoagent_core::model::{ModelRef, Problem, ProblemCode};
use algoagent_core::{context, settings};
use axum::Json;
use axum::extract::State;
use axum::http::header::ACCEPT;
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream::unfold;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::following::{Following, Heard};
use crate::Api;
use crate::body::{Body, Whole};
use crate::caller::Caller;
use crate::refusal::Refusal;

/// Seconds after which a used-up quota is asked again, where the service doesn't say.
const LATER_S: u32 = 60;

/// A question.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ChatRequest {
    /// The question, at most 256 KiB.
    #[schema(max_length = 262144, pattern = r"\S")]
    message: String,
    /// The chat that goes on; a new one without it.
    #[serde(default)]
    #[schema(format = Uuid)]
    session_id: Option<String>,
    /// The context that the chat is linked to.
    #[serde(default)]
    ai_context_id: Option<Whole>,
    /// The chat's title, 1 to 200 characters; made from the question without it.
    #[serde(default)]
    #[schema(max_length = 200, pattern = r"\S")]
    title: Option<String>,
    /// The model that answers: `built-in`, a service such as `Gemini`, or one of its models such
    /// as `Gemini/gemini-3.8-flash`.
    #[serde(default)]
    model: Option<String>,
}

/// A question and its answer.
#[derive(Serialize, ToSchema)]
pub(crate) struct Answered {
    #[schema(format = Uuid)]
    session_id: String,
    title: String,
    user_message: String,
    /// The answer, Markdown.
    ai_response: String,
    /// Those of the prompt and of the answer, where the service counts them.
    #[schema(required)]
    tokens_used: Option<u32>,
    /// The strategy in the answer.
    #[schema(required)]
    generated_strategy_id: Option<i64>,
}

/// Asks, and answers when the answer is whole
///
/// With `Accept: text/event-stream` the answer comes as it is written, in the events `delta`
/// (`{"session_id", "text"}`), `anew` (`{}`: forget the deltas so far, they were reasoning; the
/// answer follows from its beginning), `strategy` (`{"strategy_id", "name", "version"}`), `done`
/// (what is answered otherwise) and `error` (what is refused otherwise). A client that goes away
/// doesn't stop its answer: it is in the chat.
#[utoipa::path(post, path = "/api/auth/chat/", tag = "chats",
    request_body = ChatRequest,
    responses(
        (status = 200, content(
            (Answered = "application/json"),
            (String = "text/event-stream"),
        )),
        (status = 404, body = crate::refusal::Error, description = "No such chat or context"),
        (status = 409, body = crate::refusal::Error, description = "An answer is being written, or the chat was ended"),
        (status = 502, body = crate::refusal::Error, description = "The model failed"),
        (status = 503, body = crate::refusal::Error, description = "The model's quota is used up, or the answer was stopped"),
        (status = 504, body = crate::refusal::Error, description = "The model took too long"),
    ))]
pub(crate) async fn chat(
    State(api): State<Api>,
    Caller(session): Caller,
    headers: HeaderMap,
    Body(request): Body<ChatRequest>,
) -> Result<Response, Refusal> {
    let (sent, followed) = send(&api, &session, request).await?;
    let following = Following::new(session.clone(), followed, &sent);
    if wants_events(&headers) {
        return Ok(stream(Telling { api, session, sent, following, over: false }));
    }
    Ok(whole(&api, &session, &sent, following).await?.into_response())
}

fn wants_events(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(ACCEPT).iter().filter_map(|line| line.to_str().ok());
    let mut kinds = accepted.flat_map(|line| line.split(','));
    kinds.any(|kind| {
        let kind = kind.split(';').next().unwrap_or_default().trim();
        kind.eq_ignore_ascii_case("text/event-stream")
    })
}

async fn send(
    api: &Api,
    session: &Session,
    request: ChatRequest,
) -> Result<(Sent, Followed), Refusal> {
    let model = match &request.model {
        Some(named) => Some(model(session, named).await?),
        None => None,
    };
    let context_id = request.ai_context_id.map(|Whole(id)| ContextId(id));
    if let Some(context_id) = context_id {
        context::get(session, context_id).await?;
    }
    let Some(session_id) = request.session_id.filter(|id| !id.is_empty()) else {
        let new = New { context_id, model, title: request.title, from_draft: false };
        return Ok(chat::send_and_follow(session, None, new, request.message).await?);
    };
    let Record { chat, .. } = chat::find(session, &Named::SessionId(session_id)).await?;
    // What the next question is asked with is settled before it; a refused one changes nothing. Held
    // until the answer has begun: of two questions at once the second is refused here.
    let _turn = api.turns.wait(session, chat.id).await;
    chat::may_send(session, chat.id, &request.message).await?;
    if let Some(title) = &request.title {
        chat::rename(session, chat.id, title).await?;
    }
    if context_id.is_some() {
        chat::link_context(session, chat.id, context_id).await?;
    }
    if model.is_some() {
        chat::set_model(session, chat.id, model).await?;
    }
    Ok(chat::send_and_follow(session, Some(chat.id), New::default(), request.message).await?)
}

async fn model(session: &Session, named: &str) -> Result<ModelRef, Refusal> {
    let known = settings::get(session).await?;
    settings::named_model(&known, named).ok_or_else(|| {
        let names = known.services.iter().map(|service| &*service.name);
        let names: Vec<_> = std::iter::once(settings::BUILT_IN).chain(names).collect();
        let why = format!("There is no such model. Choose one of: {}.", names.join(", "));
        Refusal::field("model", why)
    })
}

/// Waits for the whole answer.
async fn whole(
    api: &Api,
    session: &Session,
    sent: &Sent,
    mut following: Following,
) -> Result<Json<Answered>, Refusal> {
    loop {
        let ended = match following.next().await {
            Heard::More(_) | Heard::Anew | Heard::Strategy(_) => continue,
            Heard::Ended(message) => Ok(message),
            Heard::Deleted => Err(Refusal::not_found()),
            Heard::SignedOut => Err(Refusal::bad_token()),
        };
        return answered(api, session, sent, &*ended?).await.map(Json);
    }
}

/// An answer that ended well, or why it did not.
async fn answered(
    api: &Api,
    session: &Session,
    sent: &Sent,
    answer: &Message,
) -> Result<Answered, Refusal> {
    let session_id = sent.chat.session_id.clone();
    if answer.state != MessageState::Done {
        let refusal = match &answer.problem {
            Some(problem) => failed(api, problem),
            None => Refusal::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "stopped",
                "The answer was stopped. What was written is kept in the chat.",
            ),
        };
        return Err(refusal.with("session_id", session_id).with("ai_response", &*answer.text));
    }
    // Its first answer may have given it another title.
    let Record { chat, .. } = chat::find(session, &Named::Id(sent.chat.id)).await?;
    Ok(Answered {
        session_id,
        title: chat.title,
        user_message: sent.question.text.clone(),
        ai_response: answer.text.clone(),
        tokens_used: tokens(answer),
        generated_strategy_id: answer.strategies.last().map(|mark| mark.strategy_id.0),
    })
}

/// What an answer used, where the service counts it.
pub(crate) fn tokens(message: &Message) -> Option<u32> {
    message.usage.map(|usage| usage.input.saturating_add(usage.output))
}

fn failed(api: &Api, problem: &Problem) -> Refusal {
    let (status, retry_after) = match problem.code {
        ProblemCode::TimedOut => (StatusCode::GATEWAY_TIMEOUT, problem.retry_after),
        ProblemCode::QuotaExhausted | ProblemCode::RateLimited => {
            let until = problem.until.map(|until| (until.0 - api.core.now().0).div_euclid(1000));
            let until = until.and_then(|seconds| u32::try_from(seconds).ok());
            (StatusCode::SERVICE_UNAVAILABLE, problem.retry_after.or(until).or(Some(LATER_S)))
        }
        ProblemCode::NotSaved => (StatusCode::INSUFFICIENT_STORAGE, None),
        _ => (StatusCode::BAD_GATEWAY, problem.retry_after),
    };
    let code = code(problem.code);
    Refusal::new(status, code, problem.message.clone()).after(retry_after)
}

/// The word of a problem, as in the chat's stored messages.
pub(crate) fn code(code: ProblemCode) -> String {
    let word = serde_json::to_value(code).ok();
    word.and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default()
}

/// An answer that is told as it is written.
struct Telling {
    api: Api,
    session: Session,
    sent: Sent,
    following: Following,
    over: bool,
}

fn stream(telling: Telling) -> Response {
    let events = unfold(telling, |mut telling| async {
        if telling.over {
            return None;
        }
        let event = telling.next().await;
        Some((Ok::<_, Infallible>(event), telling))
    });
    Sse::new(events).keep_alive(KeepAlive::default()).into_response()
}

impl Telling {
    async fn next(&mut self) -> Event {
        let ended = match self.following.next().await {
            Heard::More(text) => {
                let session_id = &self.sent.chat.session_id;
                return event("delta", &json!({ "session_id": session_id, "text": text }));
            }
            Heard::Anew => return event("anew", &json!({})),
            Heard::Strategy(mark) => {
                return event(
                    "strategy",
                    &json!({
                        "strategy_id": mark.strategy_id,
                        "name": mark.name,
                        "version": mark.version,
                    }),
                );
            }
            Heard::Ended(answer) => answered(&self.api, &self.session, &self.sent, &answer).await,
            Heard::Deleted => Err(Refusal::not_found()),
            Heard::SignedOut => Err(Refusal::bad_token()),
        };
        self.over = true;
        match ended {
            Ok(answered) => event("done", &answered),
            Err(refusal) => event("error", &refusal.body()),
        }
    }
}

fn event(name: &str, data: &impl Serialize) -> Event {
    // JSON has no line ends, which would cut an event.
    Event::default().event(name).data(serde_json::to_string(data).unwrap_or_default())
}
