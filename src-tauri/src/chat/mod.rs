//! The conversation in a terminal.

mod screen;
mod typing;
mod which;

use std::io::{self, IsTerminal as _};

use algoagent_api::Nothing;
use algoagent_api::chat::{Chat, Sent};
use algoagent_core::chat::{ChatEvent, Message, MessageState, Role};
use serde_json::json;

use crate::cli::ChatOptions;
use crate::events::Events;
use crate::exit::Failure;
use crate::interrupts::Interrupts;
use crate::line::Line;
use crate::markdown::{self, Look};
use crate::model_choice;
use crate::output::{moment, print, print_as_it_is, print_json, remark};
use crate::signing_in::{enter, sign_out};
use screen::Screen;
use typing::Typing;
use which::Where;

pub(crate) async fn run(line: &Line, options: ChatOptions) -> Result<(), Failure> {
    enter(line, &options.sign_in).await?;
    let held = hold(line, &options).await;
    // Signing out saves what is still being written and closes the vault.
    let left = sign_out(line).await;
    held.and(left)
}

async fn hold(line: &Line, options: &ChatOptions) -> Result<(), Failure> {
    if options.list {
        return print(&which::list(line, options.json).await?);
    }
    if let Some(model) = &options.model {
        model_choice::choose(line, model).await?;
    }
    let mut place = Where::said(line, options).await?;
    match &options.once {
        Some(text) => whole(turn(line, &mut place, text, options.json).await?),
        None => converse(line, place, options.json).await,
    }
}

/// How an answer ended.
#[derive(Clone, Copy)]
enum End {
    /// Whole.
    Whole,
    /// By Ctrl-C here.
    Interrupted,
    /// Before it was whole.
    Broken,
}

fn whole(end: End) -> Result<(), Failure> {
    match end {
        End::Whole => Ok(()),
        End::Interrupted => Err(Failure::Interrupted),
        End::Broken => Err(Failure::NoAnswer),
    }
}

/// Reads a line, answers it, and so on until the input ends.
async fn converse(line: &Line, mut place: Where, json: bool) -> Result<(), Failure> {
    let mut typing = Typing::begin()?;
    if let Some(chat) = &place.chat
        && typing.is_a_person()
        && io::stdout().is_terminal()
    {
        remind(line, chat).await?;
    }
    let mut last = End::Whole;
    loop {
        match typing.next().await? {
            // A person has seen it; a script learns it from the exit code.
            None if typing.is_a_person() => return Ok(()),
            None => return whole(last),
            Some(text) if text.trim().is_empty() => {}
            Some(text) => match turn(line, &mut place, text.trim(), json).await {
                Ok(end) => last = end,
                // In a script the first refusal ends it; a person just goes on.
                Err(Failure::Refused(fault)) if typing.is_a_person() => remark(&fault.message),
                Err(failure) => return Err(failure),
            },
        }
    }
}

/// Shows a person where the chat stands: the last question and what follows it.
async fn remind(line: &Line, chat: &Chat) -> Result<(), Failure> {
    remark(&format!("Going on with: {}", chat.title));
    let messages = which::open(line, chat.id).await?.messages;
    let question = messages.iter().rposition(|message| message.role == Role::User);
    for message in messages.iter().skip(question.unwrap_or_default()) {
        match (message.role, Look::of_output()) {
            (Role::User, _) => print(&format!("\n> {}\n\n", message.text))?,
            (_, Some(look)) => print_as_it_is(&markdown::whole(&message.text, look))?,
            (_, None) => print(&format!("{}\n", message.text))?,
        }
    }
    Ok(())
}

/// Sends one message and prints its answer.
async fn turn(line: &Line, place: &mut Where, text: &str, json: bool) -> Result<End, Failure> {
    let interrupts = Interrupts::listen().map_err(|fault| Failure::Other(fault.to_string()))?;
    let events = line.events().await?;
    let chat_id = place.chat.as_ref().map(|chat| chat.id);
    let request = json!({ "chat_id": chat_id, "context_id": place.context, "text": text });
    let sent: Sent = line.ask("send", request).await?;
    place.chat = Some(sent.chat.clone());
    let (answer, interrupted) =
        listen(line, events, interrupts, &sent, Screen::of_output(json)).await?;
    let end = match answer.state {
        MessageState::Done => End::Whole,
        MessageState::Stopped if interrupted => End::Interrupted,
        _ => End::Broken,
    };
    if json {
        // The first exchange gives a chat its title.
        let chat = which::open(line, sent.chat.id).await.map_or(sent.chat, |open| open.chat);
        print_json(&json!({
            "session_id": chat.session_id,
            "chat_id": chat.id,
            "title": chat.title,
            "state": answer.state,
            "answer": answer.text,
            "model": answer.model,
            "usage": answer.usage,
            "cost": answer.cost,
            "left_out": answer.left_out,
            "strategies": answer.strategies,
            "problem": answer.problem,
        }))?;
        return Ok(end);
    }
    if answer.left_out > 0 {
        let left_out = answer.left_out;
        remark(&format!(
            "\nThe first {left_out} messages were not sent: the model's window is small."
        ));
    }
    if let Some(problem) = &answer.problem {
        remark(&format!("\n{}", problem.message));
        if let Some(until) = problem.until {
            remark(&format!("Try again after {} UTC.", moment(until)));
        }
    }
    Ok(end)
}

/// Follows an answer to its end. Ctrl-C stops it: whether somebody pressed it.
async fn listen(
    line: &Line,
    mut events: Events,
    mut interrupts: Interrupts,
    sent: &Sent,
    mut screen: Screen,
) -> Result<(Message, bool), Failure> {
    let id = sent.answer.id;
    let mut printed = 0;
    let mut interrupted = false;
    let mut missed = false;
    let message = loop {
        let event = tokio::select! {
            event = events.next() => event,
            () = interrupts.next() => {
                interrupted = true;
                line.ask::<Nothing>("stop", json!({ "message_id": id })).await?;
                continue;
            }
        };
        match event {
            Some(ChatEvent::Text { message_id, text, .. }) if message_id == id && !missed => {
                screen.more(&text)?;
                printed += text.len();
            }
            Some(ChatEvent::Anew { message_id, .. }) if message_id == id => {
                if printed > 0 {
                    screen.anew()?;
                }
                printed = 0;
            }
            Some(ChatEvent::Waiting { message_id, seconds, reason, .. }) if message_id == id => {
                screen.remark(&format!("{reason} Trying again in {seconds} s."))?;
            }
            Some(ChatEvent::Summarising { message_id, messages, .. }) if message_id == id => {
                screen.remark(&format!(
                    "Summarising {messages} earlier messages, so that the rest fits the model."
                ))?;
            }
            Some(ChatEvent::Ended { message, .. }) if message.id == id => break message,
            // A slow terminal missed some: the rest comes whole when the answer ends. If it is
            // the end that was missed, it stands in the chat.
            Some(ChatEvent::Resync) => {
                missed = true;
                if let Some(message) = ended(line, sent).await? {
                    break message;
                }
            }
            Some(_) => {}
            None => {
                return Err(Failure::Other("the session ended before the answer did".into()));
            }
        }
    };
    screen.more(message.text.get(printed..).unwrap_or_default())?;
    screen.end()?;
    Ok((message, interrupted))
}

/// The answer as it is stored, if it is no longer being written.
async fn ended(line: &Line, sent: &Sent) -> Result<Option<Message>, Failure> {
    let mut messages = which::open(line, sent.chat.id).await?.messages.into_iter();
    Ok(messages.find(|one| one.id == sent.answer.id && one.state != MessageState::Writing))
}
