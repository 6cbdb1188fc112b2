//! The one table of commands, and what is made from it.

use algoagent_core::model::ModelRef;
use serde_json::Value;

use crate::Nothing;
use crate::door::Door;
use crate::error::ApiError;
use crate::{
    account, administration, appearance, chat, code, context, data, local_api, locking, model,
    profile, search, strategy, transfer, window,
};

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
    /// Makes the demo account again when it was deleted. In a terminal alone.
    create_demo = account(Nothing) -> account::DemoMade;
    /// Whether this computer has an administrator; if not, the next account made at it is one.
    has_administrator = account(Nothing) -> bool;
    /// A new password by recovery code. The code is used up; the answer holds the next one.
    recover = account(account::RecoverRequest) -> account::Registered;
    /// Ends the session of this door.
    sign_out = account(Nothing) -> Nothing;
    /// Who is signed in at this door and until when; null when nobody is.
    me = account(Nothing) -> Option<account::SignedIn>;

    /// The first sign-in of an account that was made for somebody else: a password of one's own.
    claim = account(account::ClaimRequest) -> account::Registered;
    /// Changes the password; every other session of the account ends.
    change_password = account(account::ChangePasswordRequest) -> account::SignedIn;
    /// Another recovery code; the one before it is dead.
    new_recovery_code = account(account::PasswordRequest) -> account::NewCode;
    /// The person has stored the recovery code that was shown.
    recovery_code_noted = account(Nothing) -> account::SignedIn;
    /// Encrypts the vault with another key, for whoever fears that somebody has old files. Long:
    /// `work` tells how far it is.
    rekey = account(account::PasswordRequest) -> account::NewCode;
    /// Deletes the account with its vault and its backups here.
    delete_account = account(account::DeleteAccountRequest) -> Nothing;
    /// The account's own live sessions, the newest first.
    sessions = account(Nothing) -> Vec<account::SessionInfo>;
    /// Ends one of one's own sessions.
    end_session = account(account::SessionRequest) -> Nothing;
    /// Ends all of one's own sessions but this one.
    end_other_sessions = account(Nothing) -> Nothing;
    /// Long work under way in the vault; null when there is none.
    work = account(Nothing) -> Option<account::WorkInfo>;
    /// Gives up long work where it has changed nothing yet; its own command says which.
    cancel_work = account(Nothing) -> Nothing;

    /// What a window shows when nobody is signed in.
    gate = locking(Nothing) -> locking::Gate;
    /// How many answers, in whichever chat, stop when this door is locked or left now: whoever
    /// asks the person first asks this.
    answers_at_stake = locking(Nothing) -> locking::AtStake;
    /// Locks this door at once. Answers stop; what was written is kept.
    lock = locking(locking::LockRequest) -> Nothing;
    /// Ends the other sessions of whoever locked this door.
    end_locked_sessions = locking(Nothing) -> Nothing;
    /// From the lock to all accounts, for somebody else.
    leave_lock = locking(Nothing) -> Nothing;
    /// The person touched the window. Sent every ten seconds at most.
    still_here = locking(Nothing) -> Nothing;
    /// When the window locks, and whether its person stays signed in.
    locking = locking(Nothing) -> locking::Locking;
    /// Chooses the minutes until the window locks.
    set_idle_minutes = locking(locking::IdleRequest) -> locking::Locking;
    /// Chooses whether the next start needs no password.
    stay_signed_in = locking(locking::OnRequest) -> locking::Locking;
    /// Brings back whoever chose to stay signed in; null when nobody did, or it didn't work.
    resume = locking(Nothing) -> Option<account::SignedIn>;
    /// The person put the old files back on purpose.
    accept_older = locking(Nothing) -> account::SignedIn;

    /// All accounts of this computer. This and the other `admin_` commands are for administrators.
    admin_accounts = administration(Nothing) -> Vec<administration::AccountInfo>;
    /// Makes an account for somebody else, who claims it.
    admin_create_account = administration(administration::CreateAccountRequest) -> administration::AccountInfo;
    /// Bars an account from signing in, or lets it in again.
    admin_set_disabled = administration(administration::SetDisabledRequest) -> administration::AccountInfo;
    /// Makes an account administrator, or takes that away.
    admin_set_administrator = administration(administration::SetAdministratorRequest) -> administration::AccountInfo;
    /// Lets an account use the computer's own key for a model service, or not.
    admin_set_computer_key = administration(administration::SetComputerKeyRequest) -> administration::AccountInfo;
    /// Deletes an account. Nobody can bring its data back.
    admin_delete_account = administration(administration::RemoveAccountRequest) -> Nothing;
    /// Ends every session of an account.
    admin_end_sessions = administration(administration::AccountRequest) -> Nothing;
    /// A page of the audit log, the newest first. For administrators.
    audit = administration(administration::AuditRequest) -> administration::AuditPage;
    /// Saves the audit log through the system's dialog; null when the person cancels.
    export_audit = administration(Nothing) -> Option<code::Saved>;

    /// Where the account's data is, and its backups.
    data = data(Nothing) -> data::DataInfo;
    /// Turns daily backups on or off.
    set_automatic_backups = data(locking::OnRequest) -> data::DataInfo;
    /// Makes a backup and checks it. An unchanged vault answers its newest backup.
    back_up = data(Nothing) -> data::BackupInfo;
    /// Copies a backup through the system's dialog; null when the person cancels.
    save_backup = data(data::BackupRequest) -> Option<code::Saved>;
    /// Deletes a backup.
    delete_backup = data(data::BackupRequest) -> data::DataInfo;
    /// Chooses a backup file through the system's dialog; null when the person cancels.
    choose_backup = data(Nothing) -> Option<data::ChosenBackup>;
    /// Checks a backup file and puts nothing back. In a terminal alone.
    check_backup = data(data::CheckBackupRequest) -> data::CheckedBackup;
    /// Puts a backup back and signs its owner in. What it replaces is kept as a backup.
    restore = data(data::RestoreRequest) -> data::Restored;

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

    /// Offers a context to new chats, or no longer.
    set_context_active = context(context::ContextOnRequest) -> context::Context;
    /// Chooses the context that new chats are linked to.
    set_default_context = context(context::DefaultContextRequest) -> Vec<context::Context>;
    /// The words of a context at earlier times, the newest first, in pages.
    context_versions = context(context::ContextVersionsRequest) -> context::VersionPage;
    /// Lets a context say again what it said once, as its next version.
    restore_context_version = context(context::ContextVersionRequest) -> context::Context;
    /// Contexts to begin with, for the usual kinds of strategy.
    context_templates = context(Nothing) -> Vec<context::Template>;
    /// Where a context that is being written and the trading profile disagree.
    context_warnings = context(context::ContextDraft) -> Vec<context::Warning>;

    /// A page of chats: pinned ones, then the others, the last changed first.
    chats = chat(chat::ChatsRequest) -> chat::ChatPage;
    /// A chat with the newest page of its messages, or the page before or after a message.
    open_chat = chat(chat::OpenChatRequest) -> chat::OpenChat;
    /// Makes a message's branch the current one of its chat, and gives the page around it.
    show_message = chat(chat::MessageRequest) -> chat::OpenChat;
    /// Commits a question, in a new chat when none is named, and starts the answer.
    send = chat(chat::SendRequest) -> chat::Sent;
    /// Asks a question in other words, on a branch of its own.
    edit = chat(chat::EditRequest) -> chat::Sent;
    /// Copies a branch up to a message into a chat of its own.
    fork = chat(chat::MessageRequest) -> chat::Chat;
    /// What an answer was made with.
    origin = chat(chat::MessageRequest) -> chat::Origin;
    /// What a model would be told if the next question were asked now.
    prompt = chat(chat::PromptRequest) -> chat::Prompt;
    /// Everything that was typed and neither sent nor saved yet.
    drafts = chat(Nothing) -> Vec<chat::Draft>;
    /// Keeps what is typed; an empty text forgets it.
    save_draft = chat(chat::Draft) -> Nothing;
    /// Stops an answer; what was written is kept.
    stop = chat(chat::MessageRequest) -> Nothing;
    /// Another answer to the same question. The old one stays stored, on a branch of its own.
    try_again = chat(chat::MessageRequest) -> chat::Sent;
    /// Lets an answer that was stopped, failed or broke off go on where it stopped.
    go_on = chat(chat::MessageRequest) -> chat::Sent;
    /// Chooses the model that answers in a chat.
    set_chat_model = chat(chat::ChatModelRequest) -> chat::Chat;
    /// How full the window of a chat's model is.
    chat_meter = chat(chat::ChatRequest) -> chat::Meter;
    /// Links a chat to a context, or to none.
    link_context = chat(chat::LinkContextRequest) -> chat::Chat;
    /// Gives a chat a title of the person's own.
    rename_chat = chat(chat::RenameChatRequest) -> chat::Chat;
    /// Lets a chat stand before the others, or not.
    pin_chat = chat(chat::ChatOnRequest) -> chat::Chat;
    /// Puts a chat away, out of the usual list, or brings it back.
    archive_chat = chat(chat::ChatOnRequest) -> chat::Chat;
    /// The person has looked at what ended in a chat.
    seen = chat(chat::ChatRequest) -> Nothing;
    /// Deletes a chat with its messages: for ten seconds it can be brought back. Strategies made
    /// in it stay.
    delete_chat = chat(chat::ChatRequest) -> Nothing;
    /// Brings a deleted chat back; `not_found` when it is too late.
    restore_chat = chat(chat::ChatRequest) -> chat::Chat;

    /// Searches in messages, titles and contexts.
    search = search(search::Query) -> search::Found;

    /// All strategies with their versions, the last changed first.
    strategies = strategy(Nothing) -> Vec<strategy::Strategy>;
    /// A version of a strategy as a file.
    strategy_file = strategy(strategy::StrategyRequest) -> strategy::StrategyFile;

    /// Saves a chat through the system's dialog; null when the person cancels.
    export_chat = transfer(transfer::ExportChatRequest) -> Option<code::Saved>;
    /// Saves all chats as a zip through the system's dialog; null when the person cancels.
    export_chats = transfer(Nothing) -> Option<code::Saved>;
    /// Takes chats from a file that the person chooses; null when they cancel.
    import_chats = transfer(Nothing) -> Option<transfer::Imported>;

    /// Copies a code block of an answer to the clipboard, whole.
    copy_code = code(code::CodeRequest) -> Nothing;
    /// Saves a code block through the system's dialog; null when the person cancels.
    save_code = code(code::CodeRequest) -> Option<code::Saved>;
    /// Copies a message to the clipboard, as Markdown or as plain text.
    copy_message = code(code::CopyMessageRequest) -> Nothing;
    /// Copies a recovery code to the clipboard.
    copy_recovery_code = code(code::RecoveryCodeRequest) -> Nothing;
    /// Saves a recovery code through the system's dialog; null when the person cancels.
    save_recovery_code = code(code::RecoveryCodeRequest) -> Option<code::Saved>;
    /// Opens an http, https or mailto address outside the program.
    open_link = code(code::LinkRequest) -> Nothing;

    /// Which model answers, and the services that are set up.
    model_settings = model(Nothing) -> model::ModelSettings;
    /// Chooses the model that answers from now on; both fields null for the built-in one.
    choose_model = model(ModelRef) -> model::ModelSettings;
    /// Adds a service. No answer holds a key, the value of a header or a proxy's address.
    add_service = model(model::AddServiceRequest) -> model::ModelSettings;
    /// Changes a service.
    update_service = model(model::UpdateServiceRequest) -> model::ModelSettings;
    /// Removes a service with its key.
    remove_service = model(model::ServiceRequest) -> model::ModelSettings;
    /// Asks a service for its models: proves key and address, costs nothing, and keeps the list.
    test_service = model(model::ServiceRequest) -> model::ServiceTest;
    /// Servers with models that run on this computer and are not set up yet.
    local_servers = model(Nothing) -> Vec<model::LocalServer>;
    /// The prices that the person entered.
    prices = model(Nothing) -> Vec<model::PricedModel>;
    /// Enters the price of a model; answers from now on are counted by it.
    set_price = model(model::PricedModel) -> model::ModelSettings;
    /// Forgets a price that was entered.
    forget_price = model(model::PriceRequest) -> model::ModelSettings;
    /// Tokens and cost by day, model or chat.
    used = model(model::UsedRequest) -> Vec<model::Used>;

    /// Whether this computer answers programs over HTTP, and where.
    local_api = local_api(Nothing) -> local_api::LocalApiState;
    /// Switches that on or off, at once. For administrators.
    set_local_api = local_api(local_api::LocalApi) -> local_api::LocalApiState;
    /// Copies the address at which it listens to the clipboard.
    copy_local_address = local_api(Nothing) -> Nothing;

    /// The appearance of the window.
    appearance = appearance(Nothing) -> appearance::Appearance;
    /// Changes the appearance of the window.
    set_appearance = appearance(appearance::Appearance) -> appearance::Appearance;
    /// The answer to the question whether the window may close while answers are being written.
    close_window = window(locking::OnRequest) -> Nothing;
}
