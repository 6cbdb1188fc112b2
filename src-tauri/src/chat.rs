//! The conversation in a terminal.

use std::io::{BufRead as _, IsTerminal as _};

use algoagent_api::chat::{OpenChat, Sent};
use algoagent_api::{ApiError, ErrorCode, Nothing};
use algoagent_core::chat::{ChatEvent, Message, MessageState};
use algoagent_core::ids::ChatId;
use serde_json::{Value, json};

use crate::cli::ChatOptions;
use crate::events::Events;
use crate::exit::Failure;
use crate::interrupts::Interrupts;
use crate::line::Line;
use crate::model_choice;
use crate::output::{harmless, moment, print};
use crate::signing_in::{self, sign_out};

pub(crate) async fn run(line: &Line, options: ChatOptions) -> Result<(), Failure> {
    let user = options.user.as_deref().filter(|user| !user.is_empty());
    sign_in(line, user).await?;
    if let Some(model) = &options.model {
        model_choice::choose(line, model).await?;
    }
    let held = match &options.once {
        Some(text) => {
            turn(line, None, text, options.json).await.and_then(|(_, state)| whole(state))
        }
        None => converse(line, options.json).await,
    };
    // Signing out saves what is still being written and closes the vault.
    let left = sign_out(line).await;
    held.and(left)
}

fn whole(state: MessageState) -> Result<(), Failure> {
    match state {
        MessageState::Done | MessageState::Stopped => Ok(()),
        _ => Err(Failure::NoAnswer),
    }
}

async fn sign_in(line: &Line, user: Option<&str>) -> Result<(), Failure> {
    if let Some(user) = user {
        return signing_in::sign_in(line, user).await.map(drop);
    }
    match line.ask::<Value>("sign_in_demo", Nothing {}).await {
        Err(Failure::Refused(fault)) if fault.code == ErrorCode::InvalidCredentials => {
            let message = "The demo account was deleted or has a password of its own. Say whose account with --user NAME, or make it again with: algoagent user create-default";
            Err(Failure::Refused(ApiError { message: message.to_owned(), ..fault }))
        }
        signed_in => signed_in.map(drop),
    }
}

/// Reads a line, answers it, and so on until the input ends.
async fn converse(line: &Line, json: bool) -> Result<(), Failure> {
    let talking = std::io::stdin().is_terminal();
    if talking {
        eprintln!("Write a message and press Enter. Ctrl-C stops an answer, Ctrl-D ends.");
    }
    let mut chat = None;
    let mut last = MessageState::Done;
    loop {
        if talking {
            eprint!("\n> ");
        }
        let read = tokio::task::spawn_blocking(|| {
            let mut line = String::new();
            std::io::stdin().lock().read_line(&mut line).map(|read| (read > 0).then_some(line))
        });
        let read = read.await.map_err(|fault| Failure::Other(fault.to_string()))?;
        match read.map_err(|fault| Failure::Other(fault.to_string()))? {
            // A person has seen it; a script learns it from the exit code.
            None if talking => return Ok(()),
            None => return whole(last),
            Some(text) if text.trim().is_empty() => {}
            Some(text) => match turn(line, chat, text.trim(), json).await {
                Ok((id, state)) => {
                    chat = Some(id);
                    last = state;
                }
                // In a script the first refusal ends it; a person just goes on.
                Err(Failure::Refused(fault)) if talking => eprintln!("{fault}"),
                Err(failure) => return Err(failure),
            },
        }
    }
}

/// Sends one message and prints its answer.
async fn turn(
    line: &Line,
    chat: Option<ChatId>,
    text: &str,
    json: bool,
) -> Result<(ChatId, MessageState), Failure> {
    let interrupts = Interrupts::listen().map_err(|fault| Failure::Other(fault.to_string()))?;
    let events = line.events().await?;
    let request = json!({ "chat_id": chat, "context_id": null, "text": text });
    let sent: Sent = line.ask("send", request).await?;
    let answer = listen(line, events, interrupts, &sent, !json).await?;
    let state = answer.state;
    if json {
        let object = json!({
            "session_id": sent.chat.session_id,
            "title": sent.chat.title,
            "state": state,
            "answer": answer.text,
            "model": answer.model,
            "usage": answer.usage,
            "cost": answer.cost,
            "left_out": answer.left_out,
            "strategies": answer.strategies,
            "problem": answer.problem,
        });
        print(&format!("{object}\n"))?;
    } else {
        print("\n")?;
        if answer.left_out > 0 {
            let left_out = answer.left_out;
            eprintln!(
                "\nThe first {left_out} messages were not sent: the model's window is small."
            );
        }
        if let Some(problem) = &answer.problem {
            eprintln!("\n{}", harmless(&problem.message));
            if let Some(until) = problem.until {
                eprintln!("Try again after {} UTC.", moment(until));
            }
        }
    }
    Ok((sent.chat.id, state))
}

/// Follows an answer to its end. Ctrl-C stops it.
async fn listen(
    line: &Line,
    mut events: Events,
    mut interrupts: Interrupts,
    sent: &Sent,
    show: bool,
) -> Result<Message, Failure> {
    let id = sent.answer.id;
    let mut printed = 0;
    let mut missed = false;
    let message = loop {
        let event = tokio::select! {
            event = events.next() => event,
            () = interrupts.next() => {
                line.ask::<Nothing>("stop", json!({ "message_id": id })).await?;
                continue;
            }
        };
        match event {
            Some(ChatEvent::Text { message_id, text, .. })
                if message_id == id && show && !missed =>
            {
                print(&text)?;
                printed += text.len();
            }
            Some(ChatEvent::Anew { message_id, .. }) if message_id == id && show => {
                if printed > 0 {
                    print("\n\n")?;
                    eprintln!("That was the model’s reasoning; its answer follows.\n");
                }
                printed = 0;
            }
            Some(ChatEvent::Waiting { message_id, seconds, reason, .. }) if message_id == id => {
                eprintln!("{} Trying again in {seconds} s.", harmless(&reason));
            }
            Some(ChatEvent::Summarising { message_id, messages, .. }) if message_id == id => {
                eprintln!(
                    "Summarising {messages} earlier messages, so that the rest fits the model."
                );
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
    if show {
        print(message.text.get(printed..).unwrap_or_default())?;
    }
    Ok(message)
}

/// The answer as it is stored, if it is no longer being written.
async fn ended(line: &Line, sent: &Sent) -> Result<Option<Message>, Failure> {
    let request = json!({ "chat_id": sent.chat.id, "before": null });
    let chat: OpenChat = line.ask("open_chat", request).await?;
    let mut messages = chat.messages.into_iter();
    Ok(messages.find(|one| one.id == sent.answer.id && one.state != MessageState::Writing))
}
