//! The conversation in a terminal.

use std::borrow::Cow;
use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::sync::Arc;

use algoagent_api::chat::Sent;
use algoagent_api::{Door, Nothing, Unattended, call};
use algoagent_core::Core;
use algoagent_core::account::DoorKind;
use algoagent_core::chat::{ChatEvent, Message, MessageState};
use algoagent_core::ids::ChatId;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use zeroize::Zeroizing;

use crate::cli::ChatOptions;
use crate::exit::Failure;

/// One command of the table, typed.
async fn ask<T: DeserializeOwned>(
    door: &Door,
    name: &str,
    request: impl Serialize,
) -> Result<T, Failure> {
    let wrong = |fault: serde_json::Error| Failure::Other(fault.to_string());
    let request = serde_json::to_value(request).map_err(wrong)?;
    serde_json::from_value(call(door, name, request).await?).map_err(wrong)
}

pub(crate) async fn run(core: &Core, options: ChatOptions) -> Result<(), Failure> {
    let door = Door::new(core.clone(), DoorKind::Terminal, Arc::new(Unattended));
    let user = options.user.as_deref().filter(|user| !user.is_empty());
    sign_in(&door, user).await?;
    if let Some(model) = options.model {
        let request = json!({ "choice": model.choice(), "gemini_model": null });
        ask::<serde_json::Value>(&door, "choose_model", request).await?;
    }
    let held = match &options.once {
        Some(text) => {
            turn(&door, None, text, options.json).await.and_then(|(_, state)| whole(state))
        }
        None => converse(&door, options.json).await,
    };
    // Signing out saves what is still being written and closes the vault.
    ask::<Nothing>(&door, "sign_out", Nothing {}).await?;
    held
}

fn whole(state: MessageState) -> Result<(), Failure> {
    match state {
        MessageState::Done | MessageState::Stopped => Ok(()),
        _ => Err(Failure::NoAnswer),
    }
}

async fn sign_in(door: &Door, user: Option<&str>) -> Result<(), Failure> {
    let Some(user) = user else {
        ask::<serde_json::Value>(door, "sign_in_demo", Nothing {}).await?;
        return Ok(());
    };
    let password = match std::env::var("ALGOAGENT_PASSWORD") {
        Ok(password) => Zeroizing::new(password),
        Err(_) => rpassword::prompt_password(format!("Password of {user}: "))
            .map(Zeroizing::new)
            .map_err(|fault| {
            Failure::Other(format!(
                "no password: {fault}. Set ALGOAGENT_PASSWORD, or run it in a terminal"
            ))
        })?,
    };
    let request = json!({ "username": user, "password": *password });
    ask::<serde_json::Value>(door, "sign_in", request).await?;
    Ok(())
}

/// Reads a line, answers it, and so on until the input ends.
async fn converse(door: &Door, json: bool) -> Result<(), Failure> {
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
        let line = tokio::task::spawn_blocking(|| {
            let mut line = String::new();
            std::io::stdin().lock().read_line(&mut line).map(|read| (read > 0).then_some(line))
        });
        let line = line.await.map_err(|fault| Failure::Other(fault.to_string()))?;
        match line.map_err(|fault| Failure::Other(fault.to_string()))? {
            // A person has seen it; a script learns it from the exit code.
            None if talking => return Ok(()),
            None => return whole(last),
            Some(line) if line.trim().is_empty() => {}
            Some(line) => match turn(door, chat, line.trim(), json).await {
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
    door: &Door,
    chat: Option<ChatId>,
    text: &str,
    json: bool,
) -> Result<(ChatId, MessageState), Failure> {
    let session = door.session()?;
    let events = session.events().map_err(algoagent_api::ApiError::from)?;
    let request = json!({ "chat_id": chat, "context_id": null, "text": text });
    let sent: Sent = ask(door, "send", request).await?;
    let answer = listen(door, events, &sent, !json).await?;
    let state = answer.state;
    if json {
        let line = json!({
            "session_id": sent.chat.session_id,
            "title": sent.chat.title,
            "state": state,
            "answer": answer.text,
            "model": answer.model,
            "usage": answer.usage,
            "strategies": answer.strategies,
            "problem": answer.problem,
        });
        print(&format!("{line}\n"))?;
    } else {
        print("\n")?;
        if let Some(problem) = &answer.problem {
            eprintln!("\n{}", harmless(&problem.message));
        }
    }
    Ok((sent.chat.id, state))
}

/// Follows an answer to its end. Ctrl-C stops it.
async fn listen(
    door: &Door,
    mut events: Receiver<ChatEvent>,
    sent: &Sent,
    show: bool,
) -> Result<Message, Failure> {
    let id = sent.answer.id;
    let mut printed = 0;
    let mut missed = false;
    loop {
        let event = tokio::select! {
            event = events.recv() => event,
            _ = tokio::signal::ctrl_c() => {
                ask::<Nothing>(door, "stop", json!({ "message_id": id })).await?;
                continue;
            }
        };
        match event {
            Ok(ChatEvent::Text { message_id, text, .. }) if message_id == id && show && !missed => {
                print(&text)?;
                printed += text.len();
            }
            Ok(ChatEvent::Waiting { message_id, seconds, reason, .. }) if message_id == id => {
                eprintln!("{} Trying again in {seconds} s.", harmless(&reason));
            }
            Ok(ChatEvent::Ended { message, .. }) if message.id == id => {
                if show {
                    print(message.text.get(printed..).unwrap_or_default())?;
                }
                return Ok(message);
            }
            Ok(_) => {}
            // A slow terminal missed some: the rest comes whole when the answer ends.
            Err(RecvError::Lagged(_)) => missed = true,
            Err(RecvError::Closed) => {
                return Err(Failure::Other("the session ended before the answer did".into()));
            }
        }
    }
}

/// Without the control characters by which a text could command a terminal.
fn harmless(text: &str) -> Cow<'_, str> {
    let commands = |c: char| c.is_control() && c != '\n' && c != '\t';
    if text.contains(commands) { text.replace(commands, "\u{fffd}").into() } else { text.into() }
}

/// Prints a model's text: to a terminal without its control characters, elsewhere as it is.
fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    let text = if out.is_terminal() { harmless(text) } else { text.into() };
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    written.map_err(|fault| Failure::Other(format!("the output is closed: {fault}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_cannot_command_the_terminal() {
        assert_eq!(
            harmless("a\x1b]52;c;aGk=\x07b\r\n\tc"),
            "a\u{fffd}]52;c;aGk=\u{fffd}b\u{fffd}\n\tc"
        );
        assert!(matches!(harmless("plain ünïcode\n"), Cow::Borrowed(_)));
    }
}
