//! Following one answer while it is written. Whoever stops following stops nothing: the answer is
//! core's.

use std::sync::Arc;
use std::time::Duration;

use algoagent_core::account::Session;
use algoagent_core::chat::{self, ChatError, ChatEvent, Followed, Message, Sent, StrategyMark};
use algoagent_core::ids::MessageId;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Interval, MissedTickBehavior, interval};

/// How often the store is asked whether the answer ended, for an end that nobody was told of.
const LOOK: Duration = Duration::from_secs(5);

/// What is heard of an answer.
pub(crate) enum Heard {
    /// More of its Markdown.
    More(String),
    /// A strategy in it.
    Strategy(StrategyMark),
    /// It ended, as it is stored.
    Ended(Box<Message>),
    /// Its chat was deleted.
    Deleted,
    /// The caller's session ended.
    SignedOut,
}

pub(crate) struct Following {
    session: Session,
    events: Followed,
    answer: MessageId,
    /// Bytes of the answer that were heard.
    heard: usize,
    /// Whether some of it was missed: the rest comes with its end.
    missed: bool,
    ended: Option<Box<Message>>,
    look: Interval,
}

impl Following {
    pub(crate) fn new(session: Session, events: Followed, sent: &Sent) -> Self {
        let mut look = interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        look.reset();
        let answer = sent.answer.id;
        Self { session, events, answer, heard: 0, missed: false, ended: None, look }
    }

    pub(crate) async fn next(&mut self) -> Heard {
        loop {
            if let Some(message) = self.ended.take() {
                return Heard::Ended(message);
            }
            let event = tokio::select! {
                biased;
                event = self.events.recv() => Some(event),
                () = self.session.ended() => return Heard::SignedOut,
                _ = self.look.tick() => None,
            };
            let heard = match event {
                Some(Ok(event)) => self.hear(Arc::unwrap_or_clone(event)),
                Some(Err(RecvError::Lagged(_))) => {
                    self.missed = true;
                    self.ask().await
                }
                // Nobody writes it any more: what the store says is the last word.
                Some(Err(RecvError::Closed)) => self.ask().await.or(Some(Heard::SignedOut)),
                None => self.ask().await,
            };
            if let Some(heard) = heard {
                return heard;
            }
        }
    }

    fn hear(&mut self, event: ChatEvent) -> Option<Heard> {
        match event {
            ChatEvent::Gone { .. } => Some(Heard::Deleted),
            ChatEvent::Text { text, .. } if !self.missed => {
                self.heard += text.len();
                Some(Heard::More(text))
            }
            ChatEvent::Strategy { mark, .. } if !self.missed => Some(Heard::Strategy(mark)),
            ChatEvent::Ended { message, .. } => self.end(message),
            _ => None,
        }
    }

    /// The end, after what was not heard yet.
    fn end(&mut self, message: Message) -> Option<Heard> {
        let rest = message.text.get(self.heard..).unwrap_or_default().to_owned();
        self.ended = Some(Box::new(message));
        (!rest.is_empty()).then_some(Heard::More(rest))
    }

    /// Asks the store for the end.
    async fn ask(&mut self) -> Option<Heard> {
        match chat::ended_answer(&self.session, self.answer).await {
            Ok(None) => None,
            Ok(Some(message)) => self.end(message),
            Err(ChatError::NotFound) => Some(Heard::Deleted),
            Err(_) => Some(Heard::SignedOut),
        }
    }
}
