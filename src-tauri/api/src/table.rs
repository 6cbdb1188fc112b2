//! The one table of commands, and what is made from it.

use serde_json::Value;

use crate::Nothing;
use crate::door::Door;
use crate::error::ApiError;
use crate::{account, appearance, chat, code, context, model, profile};

macro_rules! commands {
    ($($(#[doc = $doc:literal])* $name:ident = $room:ident($request:ty) -> $response:ty;)*) => {
        /// The name of every command, in the order of the table.
        pub const COMMANDS: &[&str] = &[$(stringify!($name)),*];

        /// Runs the command `name` with its JSON `request` on behalf of whoever sits at `door`.
        ///
        /// # Errors
        /// What the command itself answers; `bad_request` when there is no such command or
        /// the request has another shape.
        pub async fn call(door: &Door, name: &str, request: Value) -> Result<Value, ApiError> {
            match name {
                $(stringify!($name) => {
                    let request: $request =
                        serde_json::from_value(request).map_err(|fault| ApiError::bad_shape(&fault))?;
                    // Boxed: the futures of all commands in one would be large.
                    let response: $response = Box::pin($room::$name(door, request)).await?;
                    serde_json::to_value(response).map_err(ApiError::internal)
                })*
                _ => Err(ApiError::bad_request(format!("there is no command {name}"))),
            }
        }

        /// Hands each command's name, request and response type to `visitor`.
        pub(crate) fn visit(visitor: &mut impl crate::typescript::Visitor) {
            $(visitor.command::<$request, $response>(
                stringify!($name),
                &[$($doc),*],
            );)*
        }
    };
}

commands! {
    /// The accounts of this computer, for the sign-in tiles.
    accounts = account(Nothing) -> Vec<account::Tile>;
    /// Makes an account and signs it in. The recovery code is in no later answer.
    register = account(account::RegisterRequest) -> account::Registered;
    /// How good a password is, and why.
    password_strength = account(account::StrengthRequest) -> account::Strength;
    /// Opens the vault and starts the session of this door.
    sign_in = account(account::SignInRequest) -> account::SignedIn;
    /// Signs in to the demo account, whose password is public.
    sign_in_demo = account(Nothing) -> account::SignedIn;
    /// A new password by recovery code. The code is used up; the answer holds the next one.
    recover = account(account::RecoverRequest) -> account::Registered;
    /// Ends the session of this door.
    sign_out = account(Nothing) -> Nothing;
    /// Who is signed in at this door and until when; null when nobody is.
    me = account(Nothing) -> Option<account::SignedIn>;

    /// The trading profile.
    profile = profile(Nothing) -> profile::Profile;
    /// Replaces the trading profile.
    update_profile = profile(profile::ProfileDraft) -> profile::Profile;

    /// All contexts, the last changed first.
    contexts = context(Nothing) -> Vec<context::Context>;
    /// Makes a context.
    create_context = context(context::ContextDraft) -> context::Context;
    /// Replaces what a context says.
    update_context = context(context::UpdateContextRequest) -> context::Context;
    /// Deletes a context; chats that were linked to it stay and lose the link.
    delete_context = context(context::ContextRequest) -> Nothing;

    /// A page of chats, the last changed first.
    chats = chat(chat::ChatsRequest) -> chat::ChatPage;
    /// A chat with the newest page of its messages, or the page before a message.
    open_chat = chat(chat::OpenChatRequest) -> chat::OpenChat;
    /// Commits a question, in a new chat when none is named, and starts the answer.
    send = chat(chat::SendRequest) -> chat::Sent;
    /// Stops an answer; what was written is kept.
    stop = chat(chat::MessageRequest) -> Nothing;
    /// Asks again for an answer that failed, was stopped or broke off. The old one stays stored.
    try_again = chat(chat::MessageRequest) -> chat::Sent;
    /// Links a chat to a context, or to none.
    link_context = chat(chat::LinkContextRequest) -> chat::Chat;
    /// Gives a chat a title of the person's own.
    rename_chat = chat(chat::RenameChatRequest) -> chat::Chat;
    /// Deletes a chat with its messages. Strategies made in it stay.
    delete_chat = chat(chat::ChatRequest) -> Nothing;

    /// Copies a code block of an answer to the clipboard, whole.
    copy_code = code(code::CodeRequest) -> Nothing;
    /// Saves a code block through the system's dialog; null when the person cancels.
    save_code = code(code::CodeRequest) -> Option<code::Saved>;
    /// Copies a message's Markdown to the clipboard.
    copy_message = code(chat::MessageRequest) -> Nothing;
    /// Copies a recovery code to the clipboard.
    copy_recovery_code = code(code::RecoveryCodeRequest) -> Nothing;
    /// Saves a recovery code through the system's dialog; null when the person cancels.
    save_recovery_code = code(code::RecoveryCodeRequest) -> Option<code::Saved>;
    /// Opens an http, https or mailto address outside the program.
    open_link = code(code::LinkRequest) -> Nothing;

    /// Which model answers, and what is set up.
    model_settings = model(Nothing) -> model::ModelSettings;
    /// Chooses the model that answers from now on.
    choose_model = model(model::ChooseModelRequest) -> model::ModelSettings;
    /// Stores a Gemini key and the address it belongs to. No answer holds a key.
    set_gemini = model(model::SetGeminiRequest) -> model::ModelSettings;
    /// Removes the stored Gemini key.
    forget_gemini_key = model(Nothing) -> model::ModelSettings;
    /// Asks the service for its models: proves key and address, and costs nothing.
    test_gemini = model(Nothing) -> model::GeminiTest;

    /// The appearance of the window.
    appearance = appearance(Nothing) -> appearance::Appearance;
    /// Changes the appearance of the window.
    set_appearance = appearance(appearance::Appearance) -> appearance::Appearance;
}
