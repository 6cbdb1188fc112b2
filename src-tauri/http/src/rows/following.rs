//! Following one answer while it is written. Whoever stops following stops nothing: the answer is
//! core's.

use std::collections::VecDeque;
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
    /// What was heard so far is not its beginning: it comes from its beginning now.
    Anew,
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
    told: Told,
    look: Interval,
}

impl Following {
    pub(crate) fn new(session: Session, events: Followed, sent: &Sent) -> Self {
        let mut look = interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        look.reset();
        Self { session, events, answer: sent.answer.id, told: Told::default(), look }
    }

    pub(crate) async fn next(&mut self) -> Heard {
        loop {
            if let Some(heard) = self.told.next.pop_front() {
                return heard;
            }
            let event = tokio::select! {
                biased;
                event = self.events.recv() => Some(event),
                () = self.session.ended() => return Heard::SignedOut,
                _ = self.look.tick() => None,
            };
            match event {
                Some(Ok(event)) => self.told.hear(Arc::unwrap_or_clone(event)),
                Some(Err(RecvError::Lagged(_))) => {
                    self.told.missed = true;
                    self.ask().await;
                }
                // Nobody writes it any more: what the store says is the last word.
                Some(Err(RecvError::Closed)) => {
                    self.ask().await;
                    self.told.next.push_back(Heard::SignedOut);
                }
                None => self.ask().await,
            }
        }
    }

    /// Asks the store for the end.
    async fn ask(&mut self) {
        match chat::ended_answer(&self.session, self.answer).await {
            Ok(None) => {}
            Ok(Some(message)) => self.told.end(message),
            Err(ChatError::NotFound) => self.told.next.push_back(Heard::Deleted),
            Err(_) => self.told.next.push_back(Heard::SignedOut),
        }
    }
}

/// What was told of an answer, and what is told next.
#[derive(Default)]
struct Told {
    text: String,
    /// Whether some of it was missed: the rest comes with its end.
    missed: bool,
    next: VecDeque<Heard>,
}

impl Told {
    fn hear(&mut self, event: ChatEvent) {
        match event {
            ChatEvent::Gone { .. } => self.next.push_back(Heard::Deleted),
            ChatEvent::Text { text, .. } if !self.missed => {
                self.text.push_str(&text);
                self.next.push_back(Heard::More(text));
            }
            // From here on nothing is missed any more.
            ChatEvent::Anew { .. } => {
                self.text.clear();
                self.missed = false;
                self.next.push_back(Heard::Anew);
            }
            ChatEvent::Strategy { mark, .. } if !self.missed => {
                self.next.push_back(Heard::Strategy(mark));
            }
            ChatEvent::Ended { message, .. } => self.end(message),
            _ => {}
        }
    }

    /// The end, after what was not told yet.
    fn end(&mut self, message: Message) {
        self.fill(&message.text);
        self.next.push_back(Heard::Ended(Box::new(message)));
    }

    /// Tells the rest of the whole text, or all of it where that began anew unheard.
    fn fill(&mut self, whole: &str) {
        let rest = whole.strip_prefix(&*self.text).unwrap_or_else(|| {
            self.next.push_back(Heard::Anew);
            whole
        });
        if !rest.is_empty() {
            self.next.push_back(Heard::More(rest.to_owned()));
        }
    }
}

#[cfg(test)]
mod tests {
    use algoagent_core::ids::ChatId;

    use super::*;

    const CHAT: ChatId = ChatId(1);
    const ANSWER: MessageId = MessageId(2);

    fn say(told: &mut Told, text: &str) {
        told.hear(ChatEvent::Text { chat_id: CHAT, message_id: ANSWER, text: text.to_owned() });
    }

    fn begin_anew(told: &mut Told) {
        told.hear(ChatEvent::Anew { chat_id: CHAT, message_id: ANSWER });
    }

    /// What a client has that joins what it is told, and how often it began anew.
    fn joined(told: Told) -> (String, usize) {
        let (mut text, mut anew) = (String::new(), 0);
        for heard in told.next {
            match heard {
                Heard::More(more) => text.push_str(&more),
                Heard::Anew => {
                    text.clear();
                    anew += 1;
                }
                _ => {}
            }
        }
        (text, anew)
    }

    #[test]
    fn what_was_missed_comes_with_the_end() {
        let mut told = Told::default();
        say(&mut told, "A slow ");
        told.missed = true;
        say(&mut told, "ross.");
        told.fill("A slow cross.");
        assert_eq!(joined(told), ("A slow cross.".to_owned(), 0));
    }

    #[test]
    fn reasoning_is_forgotten_when_the_answer_begins_anew() {
        let mut told = Told::default();
        say(&mut told, "Hm.");
        begin_anew(&mut told);
        say(&mut told, "A slow ");
        told.fill("A slow cross.");
        assert_eq!(joined(told), ("A slow cross.".to_owned(), 1));
    }

    #[test]
    fn reasoning_is_forgotten_where_the_new_beginning_was_missed() {
        // Shorter than the answer, longer than it, and across one of its letters.
        for thought in ["Hm.", "Hm, a cross, and a slow one at that.", "ab"] {
            let mut told = Told::default();
            say(&mut told, thought);
            told.missed = true;
            say(&mut told, "cross.");
            told.fill("é slow cross.");
            assert_eq!(joined(told), ("é slow cross.".to_owned(), 1), "{thought}");
        }
    }

    #[test]
    fn after_a_new_beginning_nothing_is_missed_any_more() {
        let mut told = Told::default();
        say(&mut told, "Hm.");
        told.missed = true;
        begin_anew(&mut told);
        say(&mut told, "A slow ");
        assert_eq!(joined(told), ("A slow ".to_owned(), 1));
    }
}
