// Made from the command table in Rust by `cargo xtask gen`. Edits are overwritten.

/**
 * An account on this computer. What leaves the computer uses its UUID instead.
 */
export type AccountId = number;

/**
 * An account, as an administrator sees it.
 */
export type AccountInfo = { 
/**
 * What names it in every command.
 */
uuid: string, 
/**
 * Its integer id on this computer.
 */
id: AccountId, 
/**
 * The user name as it was written at registration.
 */
username: string, 
/**
 * The e-mail address.
 */
email: string, 
/**
 * Whether it may administer the others.
 */
administrator: boolean, 
/**
 * Whether it is barred from signing in.
 */
disabled: boolean, 
/**
 * Whether this is the demo account, whose password is public.
 */
demo: boolean, 
/**
 * Whether its owner has signed in yet.
 */
claimed: boolean, 
/**
 * When it was made.
 */
created_at: Timestamp, 
/**
 * When somebody signed in to it last.
 */
last_signed_in_at: Timestamp | null, 
/**
 * How many of its sessions are live.
 */
sessions: number, 
/**
 * Whether it may use the key that belongs to the computer.
 */
computer_key: boolean, };

/**
 * An account.
 */
export type AccountRequest = { 
/**
 * Which.
 */
account: string, };

/**
 * A service to be added.
 */
export type AddServiceRequest = { 
/**
 * The wire that it speaks.
 */
kind: ServiceKind, 
/**
 * What the person entered.
 */
fields: ServiceFields, };

/**
 * What a person can do about a problem. Doors offer it.
 */
export type Advice = "try_again" | "wait" | "go_on" | "open_settings" | "choose_model" | "rephrase" | "check_network" | "new_chat" | "make_room";

/**
 * A refusal, for every door alike.
 */
export type ApiError = { 
/**
 * What a client branches on.
 */
code: ErrorCode, 
/**
 * What happened and what to do next, for a person.
 */
message: string, 
/**
 * What the code says that `detail` holds, else null.
 */
detail: unknown, };

/**
 * The appearance of the window.
 */
export type Appearance = { 
/**
 * Light, dark, or as the system says.
 */
theme: Theme, 
/**
 * How strongly text and lines stand out.
 */
contrast: Contrast, 
/**
 * The size of all that is shown, in percent: 80 to 200.
 */
size: number, };

/**
 * Answers that end when a vault is closed now.
 */
export type AtStake = { 
/**
 * Answers that are being written: what was written is kept.
 */
writing: number, 
/**
 * Answers that the disk doesn't take: they are lost.
 */
unsaved: number, };

/**
 * A line of the log.
 */
export type AuditEntry = { 
/**
 * Its number, rising.
 */
id: number, 
/**
 * When.
 */
at: Timestamp, 
/**
 * Who did it, by user name; `None` when nobody was signed in.
 */
actor: string | null, 
/**
 * What was done; a word of [`Action`], or one of an older program.
 */
action: string, 
/**
 * To whose account, by user name.
 */
subject: string | null, 
/**
 * Where.
 */
door: DoorKind, };

/**
 * A page of the log, the newest first.
 */
export type AuditPage = { 
/**
 * Its lines.
 */
entries: Array<AuditEntry>, 
/**
 * Whether there are older ones.
 */
more: boolean, };

/**
 * A page of the audit log.
 */
export type AuditRequest = { 
/**
 * The entry before which the page begins; `None` begins with the newest.
 */
before: number | null, 
/**
 * How many, up to 500.
 */
limit: number, 
/**
 * Whether the pages are exported: the log notes that with the first.
 */
export?: boolean, };

/**
 * A backup in the data directory.
 */
export type BackupInfo = { 
/**
 * What names it among the account's.
 */
id: string, 
/**
 * Its file.
 */
path: string, 
/**
 * When it was made.
 */
made_at: Timestamp, 
/**
 * Why.
 */
kind: BackupKind, 
/**
 * Its size in bytes.
 */
bytes: number, };

/**
 * Why a backup was made.
 */
export type BackupKind = "daily" | "manual" | "migration" | "restore";

/**
 * One of one's own backups.
 */
export type BackupRequest = { 
/**
 * Its id.
 */
backup_id: string, };

/**
 * One top-level piece of an answer, rendered once and never again.
 */
export type Block = { "kind": "html", 
/**
 * Safe HTML: no scripts, no styles, no images; links carry their address in `href`.
 */
html: string, } | { "kind": "code", 
/**
 * The fence's first word in lower case, or nothing.
 */
language: string, 
/**
 * The code, highlighted: text in `span`s with classes. Its text content is the code.
 */
html: string, };

/**
 * A password and the one that takes its place.
 */
export type ChangePasswordRequest = { 
/**
 * The password in force.
 */
password: string, 
/**
 * The new one.
 */
new_password: string, };

/**
 * A chat as the list shows it.
 */
export type Chat = { 
/**
 * Its id.
 */
id: ChatId, 
/**
 * The UUID by which clients of the older service name it.
 */
session_id: string, 
/**
 * Made from the first question until the person changes it.
 */
title: string, 
/**
 * The linked context, if any.
 */
context_id: ContextId | null, 
/**
 * That context's name.
 */
context_name: string | null, 
/**
 * The model that answers in it; none for that of its context or the person's default.
 */
model: ModelRef | null, 
/**
 * Messages on the current branch.
 */
message_count: number, 
/**
 * Whether an answer is being written right now.
 */
writing: boolean, 
/**
 * What ended in it and was not looked at yet.
 */
unseen: Unseen | null, 
/**
 * Whether it stands before the others.
 */
pinned: boolean, 
/**
 * Whether it was put away, out of the usual list.
 */
archived: boolean, 
/**
 * When it was made.
 */
created_at: Timestamp, 
/**
 * When it last changed.
 */
updated_at: Timestamp, };

/**
 * One thing that happened to a chat, sent to every door that listens for its owner.
 *
 * Blocks arrive in order and never change. Between two blocks any number of tails may
 * arrive; each replaces or extends the one before it.
 */
export type ChatEvent = { "event": "started", 
/**
 * The chat.
 */
chat_id: ChatId, 
/**
 * The answer as stored.
 */
message: Message, } | { "event": "waiting", 
/**
 * The chat.
 */
chat_id: ChatId, 
/**
 * The answer.
 */
message_id: MessageId, 
/**
 * Seconds until the next try.
 */
seconds: number, 
/**
 * Why, in words for the person.
 */
reason: string, } | { "event": "summarising", 
/**
 * The chat.
 */
chat_id: ChatId, 
/**
 * The answer that waits for it.
 */
message_id: MessageId, 
/**
 * Messages that the summary will stand for.
 */
messages: number, } | { "event": "summarised", 
/**
 * The chat.
 */
chat_id: ChatId, 
/**
 * What was made.
 */
summary: Summary, } | { "event": "anew", 
/**
 * The chat.
 */
chat_id: ChatId, 
/**
 * The answer.
 */
message_id: MessageId, } | { "event": "thought", 
/**
 * The chat.
 */
chat_id: ChatId, 
/**
 * The answer.
 */
message_id: MessageId, 
/**
 * What came since the last such event.
 */
text: string, } | { "event": "thoughts", 
/**
 * The chat.
 */
chat_id: ChatId, 
/**
 * The answer.
 */
message_id: MessageId, 
/**
 * What to show.
 */
blocks: Array<Block>, 
/**
 * Milliseconds.
 */
thought_ms: number, } | { "event": "text", 
/**
 * The chat.
 */
chat_id: ChatId, 
/**
 * The answer.
 */
message_id: MessageId, 
/**
 * What came since the last such event.
 */
text: string, } | { "event": "block", 
/**
 * The chat.
 */
chat_id: ChatId, 
/**
 * The answer.
 */
message_id: MessageId, 
/**
 * Its place among the blocks of the answer, from 0.
 */
index: number, 
/**
 * What to show.
 */
block: Block, } | { "event": "tail", 
/**
 * The chat.
 */
chat_id: ChatId, 
/**
 * The answer.
 */
message_id: MessageId, 
/**
 * The place that this block will have among the blocks of the answer, from 0.
 */
index: number, 
/**
 * What to show; `None` when nothing is left unfinished.
 */
tail: Tail | null, } | { "event": "strategy", 
/**
 * The chat.
 */
chat_id: ChatId, 
/**
 * The answer.
 */
message_id: MessageId, 
/**
 * Which block, which strategy, which version.
 */
mark: StrategyMark, } | { "event": "ended", 
/**
 * The chat.
 */
chat_id: ChatId, 
/**
 * The answer, with all of its blocks.
 */
message: Message, } | { "event": "chat", 
/**
 * The chat as the list shows it.
 */
chat: Chat, } | { "event": "gone", 
/**
 * The chat.
 */
chat_id: ChatId, } | { "event": "list_changed" } | { "event": "resync" } | { "event": "vault_damaged" };

/**
 * A chat, unique inside one vault.
 */
export type ChatId = number;

/**
 * The model that answers in a chat.
 */
export type ChatModelRequest = { 
/**
 * The chat.
 */
chat_id: ChatId, 
/**
 * The model; null for that of its context or the person's default.
 */
model: ModelRef | null, };

/**
 * A chat, and whether something is so.
 */
export type ChatOnRequest = { 
/**
 * The chat.
 */
chat_id: ChatId, 
/**
 * Whether.
 */
on: boolean, };

/**
 * A page of the chat list: pinned ones, then the others, the last changed first.
 */
export type ChatPage = { 
/**
 * The rows.
 */
chats: Array<Chat>, 
/**
 * Where the next page starts; `None` when this is the last.
 */
next: Cursor | null, };

/**
 * A chat by id.
 */
export type ChatRequest = { 
/**
 * The chat.
 */
chat_id: ChatId, };

/**
 * A page of the chat list.
 */
export type ChatsRequest = { 
/**
 * Which chats.
 */
list: List, 
/**
 * The `next` of the page before; null for the first page.
 */
after: Cursor | null, 
/**
 * 1 to 200.
 */
limit: number, };

/**
 * A backup file to be checked.
 */
export type CheckBackupRequest = { 
/**
 * The file.
 */
path: string, 
/**
 * What opens it; null to compare its bytes with their checksums alone.
 */
secret: CheckSecret | null, };

/**
 * What opens a backup that is only checked.
 */
export type CheckSecret = { 
/**
 * The password.
 */
password: string, } | { 
/**
 * The code.
 */
recovery_code: string, };

/**
 * What was checked of a backup. Where it is no whole backup, there is none of this.
 */
export type CheckedBackup = { 
/**
 * Whether it was opened and every page of it read; without a credential only its bytes are
 * compared with their checksums, which whoever can write the file can make anew.
 */
opened: boolean, 
/**
 * Whose it is.
 */
username: string, 
/**
 * Its owner's e-mail address.
 */
email: string, 
/**
 * When it was made.
 */
made_at: Timestamp, 
/**
 * Its size in bytes.
 */
bytes: number, 
/**
 * Whether this vault is on this computer and would be replaced.
 */
replaces: boolean, 
/**
 * Whether another account has its user name.
 */
username_taken: boolean, 
/**
 * Whether another account has its address.
 */
email_taken: boolean, };

/**
 * What a file says of itself before it is opened. None of it is proven yet.
 */
export type ChosenBackup = { 
/**
 * Whose it is.
 */
username: string, 
/**
 * Its owner's e-mail address.
 */
email: string, 
/**
 * When it was made.
 */
made_at: Timestamp, 
/**
 * Its size in bytes.
 */
bytes: number, 
/**
 * Whether this vault is on this computer and would be replaced.
 */
replaces: boolean, 
/**
 * Whether another account has its user name.
 */
username_taken: boolean, 
/**
 * Whether another account has its address.
 */
email_taken: boolean, };

/**
 * The first sign-in of an account that was made for somebody else.
 */
export type ClaimRequest = { 
/**
 * A user name or an e-mail address.
 */
username: string, 
/**
 * The password that the account was made with.
 */
password: string, 
/**
 * The owner's own.
 */
new_password: string, };

/**
 * A code block of an answer.
 */
export type CodeRequest = { 
/**
 * The answer.
 */
message_id: MessageId, 
/**
 * Which of its blocks, from 0.
 */
block: number, };

/**
 * A context as it is kept.
 */
export type Context = { 
/**
 * Its id.
 */
id: ContextId, 
/**
 * When it was made.
 */
created_at: Timestamp, 
/**
 * When it last changed.
 */
updated_at: Timestamp, 
/**
 * When an answer last used it.
 */
last_used_at: Timestamp | null, 
/**
 * Which version of its words this is, from 1.
 */
version: number, 
/**
 * Whether new chats are linked to it.
 */
default: boolean, 
/**
 * Where it and the trading profile disagree.
 */
warnings: Array<Warning>, 
/**
 * 1 to 200 characters.
 */
name: string, 
/**
 * What the model is told, at most 64 KiB.
 */
instructions: string, 
/**
 * Structured facts (type, indicators, universe…), told to the model as JSON.
 */
data: Record<string, unknown>, 
/**
 * Offered to new chats.
 */
active: boolean, 
/**
 * The model that answers in its chats; none for the person's default.
 */
model: ModelRef | null, };

/**
 * What a person writes in the context editor.
 */
export type ContextDraft = { 
/**
 * 1 to 200 characters.
 */
name: string, 
/**
 * What the model is told, at most 64 KiB.
 */
instructions: string, 
/**
 * Structured facts (type, indicators, universe…), told to the model as JSON.
 */
data: Record<string, unknown>, 
/**
 * Offered to new chats.
 */
active: boolean, 
/**
 * The model that answers in its chats; none for the person's default.
 */
model: ModelRef | null, };

/**
 * An AI context, unique inside one vault.
 */
export type ContextId = number;

/**
 * A context, and whether something is so.
 */
export type ContextOnRequest = { 
/**
 * The context.
 */
context_id: ContextId, 
/**
 * Whether.
 */
on: boolean, };

/**
 * A context by id.
 */
export type ContextRequest = { 
/**
 * The context.
 */
context_id: ContextId, };

/**
 * The words of a context as they were at one time.
 */
export type ContextVersion = { 
/**
 * Its number, from 1.
 */
number: number, 
/**
 * When it was written.
 */
created_at: Timestamp, 
/**
 * The name.
 */
name: string, 
/**
 * What models were told.
 */
instructions: string, 
/**
 * The structured facts.
 */
data: Record<string, unknown>, };

/**
 * One version of a context.
 */
export type ContextVersionRequest = { 
/**
 * The context.
 */
context_id: ContextId, 
/**
 * The version, from 1.
 */
number: number, };

/**
 * Some versions of a context.
 */
export type ContextVersionsRequest = { 
/**
 * The context.
 */
context_id: ContextId, 
/**
 * The version before which they end; null for the newest ones.
 */
before: number | null, };

/**
 * How strongly text and lines stand out.
 */
export type Contrast = "system" | "high";

/**
 * In which form a message is copied.
 */
export type CopyAs = "markdown" | "text";

/**
 * A message to copy.
 */
export type CopyMessageRequest = { 
/**
 * The message.
 */
message_id: MessageId, 
/**
 * As what: an answer's Markdown, or the same without its marks.
 */
form: CopyAs, };

/**
 * An account for somebody else, who claims it at the first sign-in.
 */
export type CreateAccountRequest = { 
/**
 * 3 to 32 letters, digits, `.`, `_`, `-`.
 */
username: string, 
/**
 * An address that nobody else here uses.
 */
email: string, 
/**
 * For the first sign-in alone.
 */
password: string, 
/**
 * Whether it may administer the others.
 */
administrator: boolean, 
/**
 * Takes a weak password all the same. Only in a terminal, which warns.
 */
accept_weak: boolean, };

/**
 * Where a page of the chat list ended: opaque to clients, stable while chats change.
 */
export type Cursor = { 
/**
 * Whether the last row is a pinned one.
 */
pinned: boolean, 
/**
 * The last row's time, milliseconds since 1970.
 */
updated_ms: number, 
/**
 * The last row's id.
 */
id: ChatId, };

/**
 * Where an account's data is, and how much of it.
 */
export type DataInfo = { 
/**
 * The data directory of this computer.
 */
directory: string, 
/**
 * The size of the account's database in bytes.
 */
vault_bytes: number, 
/**
 * The size of its backups in bytes.
 */
backup_bytes: number, 
/**
 * Whether backups are made by themselves.
 */
automatic_backups: boolean, 
/**
 * Its backups, the newest first.
 */
backups: Array<BackupInfo>, };

/**
 * A context, or none.
 */
export type DefaultContextRequest = { 
/**
 * The context that new chats are linked to; null for none.
 */
context_id: ContextId | null, };

/**
 * The end of an account.
 */
export type DeleteAccountRequest = { 
/**
 * The password.
 */
password: string, 
/**
 * The user name, typed to confirm.
 */
username: string, };

/**
 * Whether the demo account was made again.
 */
export type DemoMade = { 
/**
 * `false` when an account of its name is here already.
 */
made: boolean, };

/**
 * Where a caller comes from.
 */
export type DoorKind = "desktop" | "terminal" | "http";

/**
 * What was typed and neither sent nor saved yet.
 */
export type Draft = { 
/**
 * The words, at most 1 MiB. Those of a form are in whatever order the form reads them again.
 */
text: string, } & ({ "at": "chat", 
/**
 * The chat.
 */
chat_id: ChatId | null, } | { "at": "question", 
/**
 * Its chat.
 */
chat_id: ChatId, 
/**
 * The question.
 */
message_id: MessageId, } | { "at": "profile" } | { "at": "context", 
/**
 * The context.
 */
context_id: ContextId | null, });

/**
 * A question in other words.
 */
export type EditRequest = { 
/**
 * The question as it was.
 */
message_id: MessageId, 
/**
 * The question, at most 256 KiB.
 */
text: string, };

/**
 * How the last session at a door ended, when its person didn't lock it or sign out.
 */
export type Ended = "expired" | "elsewhere" | "deleted";

/**
 * Why a command was refused. A client branches on this, never on the message.
 */
export type ErrorCode = "signed_out" | "invalid_credentials" | "claim_required" | "forbidden" | "last_administrator" | "mistyped_code" | "too_many_attempts" | "invalid_field" | "not_found" | "empty_message" | "message_too_long" | "chat_ended" | "busy" | "model" | "vault_damaged" | "backup_unusable" | "written_by_newer" | "cancelled" | "disk_full" | "not_writable" | "not_here" | "bad_request" | "internal";

/**
 * A chat that is to leave.
 */
export type ExportChatRequest = { 
/**
 * The chat.
 */
chat_id: ChatId, 
/**
 * As what.
 */
format: Format, };

/**
 * As what a chat leaves the program.
 */
export type Format = "markdown" | "json";

/**
 * What was found.
 */
export type Found = { 
/**
 * Messages, the best first.
 */
messages: Array<FoundMessage>, 
/**
 * Chats by their titles; none when the search is narrowed.
 */
chats: Array<FoundChat>, 
/**
 * Contexts by name and words; none when the search is narrowed.
 */
contexts: Array<FoundContext>, 
/**
 * Whether more messages hold the words than are listed here.
 */
more: boolean, 
/**
 * Messages of an older program that are not searched yet: their words are being gathered.
 */
missing: number, };

/**
 * A chat whose title holds the words.
 */
export type FoundChat = { 
/**
 * The chat.
 */
chat_id: ChatId, 
/**
 * Whether it was put away.
 */
archived: boolean, 
/**
 * When it last changed.
 */
updated_at: Timestamp, 
/**
 * Its title.
 */
title: Array<Piece>, };

/**
 * A context that holds the words.
 */
export type FoundContext = { 
/**
 * The context.
 */
context_id: ContextId, 
/**
 * Its name.
 */
name: Array<Piece>, 
/**
 * Where the words stand in its instructions.
 */
snippet: Array<Piece>, };

/**
 * A message that holds the words.
 */
export type FoundMessage = { 
/**
 * The message.
 */
message_id: MessageId, 
/**
 * Its chat.
 */
chat_id: ChatId, 
/**
 * That chat's title.
 */
title: string, 
/**
 * Whether that chat was put away.
 */
archived: boolean, 
/**
 * Who wrote it.
 */
role: Role, 
/**
 * When.
 */
created_at: Timestamp, 
/**
 * Whether it has a code block.
 */
has_code: boolean, 
/**
 * Which version it stands on, where the chat shows another.
 */
version: Version | null, 
/**
 * Where the words stand in it.
 */
snippet: Array<Piece>, };

/**
 * What a window shows when nobody is signed in.
 */
export type Gate = { 
/**
 * Who locked it; `None` shows all accounts.
 */
locked: LockedBy | null, 
/**
 * How the last session here ended, if the person may wonder.
 */
ended: Ended | null, 
/**
 * Whether somebody chose to stay signed in, so that `resume` may bring them back.
 */
resumable: boolean, };

/**
 * A header that is sent with every call.
 */
export type Header = { 
/**
 * Its name.
 */
name: string, 
/**
 * Its value; null keeps the stored one of this name.
 */
value: string | null, };

/**
 * Minutes until the window locks.
 */
export type IdleRequest = { 
/**
 * 1 to 240.
 */
idle_minutes: number, };

/**
 * What an import did.
 */
export type Imported = { 
/**
 * Chats that came in.
 */
chats: number, 
/**
 * Messages in them.
 */
messages: number, 
/**
 * Chats that were here already and stay as they are.
 */
known: number, 
/**
 * Chats that could not be taken, each with why.
 */
refused: Array<string>, 
/**
 * Whether the person gave it up: what came in before that is whole and stays.
 */
cancelled: boolean, };

/**
 * Where the secret of somebody who stays signed in is kept.
 */
export type KeptIn = "keychain" | "memory";

/**
 * Where a key comes from.
 */
export type KeyOrigin = { "from": "vault" } | { "from": "computer", 
/**
 * "the environment", or the file that it stands in.
 */
place: string, };

/**
 * A link between a chat and a context.
 */
export type LinkContextRequest = { 
/**
 * The chat.
 */
chat_id: ChatId, 
/**
 * The context; null unlinks.
 */
context_id: ContextId | null, };

/**
 * An address that the person chose to open.
 */
export type LinkRequest = { 
/**
 * http, https or mailto.
 */
url: string, };

/**
 * Which chats are listed.
 */
export type List = "usual" | "archived";

/**
 * A model of a service, with its price where that is known.
 */
export type Listed = { 
/**
 * What it costs; none for models of this computer and where nobody knows.
 */
price: Price | null, 
/**
 * Its id, such as `gemini-3.8-flash`.
 */
id: string, 
/**
 * Its name for a person.
 */
name: string, 
/**
 * The longest conversation that it takes, in tokens; the answer counts for most services.
 */
window: number | null, 
/**
 * The longest answer, in tokens.
 */
longest_answer: number | null, 
/**
 * Whether it can think before it answers.
 */
thinking: boolean | null, };

/**
 * What is chosen.
 */
export type LocalApi = { 
/**
 * Whether it listens.
 */
on: boolean, 
/**
 * The port of 127.0.0.1 at which it does.
 */
port: number, 
/**
 * The origins of web pages that may call it, such as `http://localhost:3000`.
 */
origins: Array<string>, };

/**
 * The local API as it is chosen, and what came of it.
 */
export type LocalApiState = { 
/**
 * Where it listens; null when it doesn't.
 */
address: string | null, 
/**
 * Why it doesn't although it should.
 */
fault: string | null, 
/**
 * Whether whoever asks may change it.
 */
may_change: boolean, 
/**
 * Whether it listens.
 */
on: boolean, 
/**
 * The port of 127.0.0.1 at which it does.
 */
port: number, 
/**
 * The origins of web pages that may call it, such as `http://localhost:3000`.
 */
origins: Array<string>, };

/**
 * A server that was found.
 */
export type LocalServer = { 
/**
 * "Ollama", "LM Studio", "llama.cpp".
 */
name: string, 
/**
 * The wire that it speaks.
 */
kind: ServiceKind, 
/**
 * Its base address.
 */
base_url: string, 
/**
 * Its chat models by their ids.
 */
models: Array<string>, };

/**
 * How to lock.
 */
export type LockRequest = { 
/**
 * Shows all accounts afterwards, for somebody else.
 */
switch: boolean, };

/**
 * Who locked a window.
 */
export type LockedBy = { 
/**
 * The user name.
 */
username: string, 
/**
 * Whether this is the demo account, which needs no password.
 */
demo: boolean, 
/**
 * Why.
 */
why: Why, 
/**
 * The minutes that its person chose.
 */
idle_minutes: number, 
/**
 * How many other sessions of the account are live.
 */
other_sessions: number, 
/**
 * Whether an answer is still being written behind the lock.
 */
finishing: boolean, };

/**
 * When the window locks, and whether its person stays signed in.
 */
export type Locking = { 
/**
 * Minutes without a key or a movement, 1 to 240.
 */
idle_minutes: number, 
/**
 * Whether the next start needs no password.
 */
stay_signed_in: boolean, 
/**
 * Where the secret is; `None` when there is none.
 */
kept_in: KeptIn | null, 
/**
 * Why it isn't in a keychain, for a person.
 */
note: string | null, 
/**
 * Another account has come since the person chose to stay: they are asked again.
 */
ask_again: boolean, };

/**
 * One message, rendered.
 */
export type Message = { 
/**
 * Its id.
 */
id: MessageId, 
/**
 * Its chat.
 */
chat_id: ChatId, 
/**
 * The message it answers or follows.
 */
parent_id: MessageId | null, 
/**
 * The messages that stand in its place on other branches, and itself, the oldest first.
 */
siblings: Array<MessageId>, 
/**
 * Who wrote it.
 */
role: Role, 
/**
 * How far it got.
 */
state: MessageState, 
/**
 * The text as written, Markdown.
 */
text: string, 
/**
 * The model's reasoning, which is no part of the answer and never sent back as text.
 */
thoughts: string | null, 
/**
 * The reasoning as shown.
 */
thought_blocks: Array<Block>, 
/**
 * How long it took, in milliseconds.
 */
thought_ms: number | null, 
/**
 * The text as shown. Empty for a question, which is shown as it was typed.
 */
blocks: Array<Block>, 
/**
 * Strategies found in it.
 */
strategies: Array<StrategyMark>, 
/**
 * The model that answered, as a person would call it.
 */
model: string | null, 
/**
 * The service whose model answered; it may have been removed since.
 */
service: ServiceId | null, 
/**
 * Tokens, as the service counted them.
 */
usage: Usage | null, 
/**
 * What it cost, in US dollars, where the model's price is known.
 */
cost: number | null, 
/**
 * The service's own word for how it ended.
 */
finish: string | null, 
/**
 * Messages before it that were not sent, because the model's window is small.
 */
left_out: number, 
/**
 * Whether it is a question that lets the answer above it go on.
 */
goes_on: boolean, 
/**
 * Why it failed and what to do; of an answer that is whole, what should be known of it.
 */
problem: Problem | null, 
/**
 * When it was made.
 */
created_at: Timestamp, 
/**
 * When its answer ended.
 */
ended_at: Timestamp | null, };

/**
 * A message, unique inside one vault.
 */
export type MessageId = number;

/**
 * A message by id.
 */
export type MessageRequest = { 
/**
 * The message.
 */
message_id: MessageId, };

/**
 * How far a message got.
 */
export type MessageState = "done" | "writing" | "stopped" | "failed" | "interrupted";

/**
 * How full the window of a chat's model is.
 */
export type Meter = { 
/**
 * Tokens that the next question would have, without itself. Where there is no limit, nobody
 * asks for it: then those of the newest messages alone.
 */
used: number, 
/**
 * Whether the service counted them; else they are estimated.
 */
counted: boolean, 
/**
 * Tokens that the model takes, less what is kept free for its answer. None when that isn't
 * known, or there is no limit.
 */
limit: number | null, 
/**
 * Messages that a summary stands for.
 */
summarised: number, 
/**
 * Messages that the newest answer was given without.
 */
left_out: number, };

/**
 * A model that a person can choose. Both empty is the built-in one.
 */
export type ModelRef = { 
/**
 * The service; none for the built-in model.
 */
service: ServiceId | null, 
/**
 * The model by its id; none for the one that the service would be asked by itself.
 */
model: string | null, };

/**
 * What is set up. It holds no secret.
 */
export type ModelSettings = { 
/**
 * The model that answers from now on, where no chat or context says otherwise.
 */
choice: ModelRef, 
/**
 * Its name for a person, such as "Gemini · gemini-3.8-flash".
 */
label: string, 
/**
 * The built-in model's name.
 */
built_in: string, 
/**
 * The services, in the order in which they were added.
 */
services: Array<Service>, 
/**
 * Where this computer has a key for all, although this account may not use it.
 */
computer_key_withheld: KeyOrigin | null, 
/**
 * The day of the prices that come with the program.
 */
prices_date: string, };

/**
 * The only sight of a recovery code.
 */
export type NewCode = { 
/**
 * Shown once, to be written down.
 */
recovery_code: string, };

/**
 * The request or the response of a command that needs none.
 */
export type Nothing = Record<string, never>;

/**
 * A choice.
 */
export type OnRequest = { 
/**
 * Whether it is on.
 */
on: boolean, };

/**
 * A chat opened: the row and a page of the messages of its current branch, oldest first.
 */
export type OpenChat = { 
/**
 * The row.
 */
chat: Chat, 
/**
 * A page of messages.
 */
messages: Array<Message>, 
/**
 * Whether there are older ones: ask for those before the first.
 */
has_older: boolean, 
/**
 * Whether there are newer ones: ask for those after the last.
 */
has_newer: boolean, 
/**
 * What was summarised up to a message of this page.
 */
summaries: Array<Summary>, };

/**
 * A page of a chat's messages.
 */
export type OpenChatRequest = { 
/**
 * The chat.
 */
chat_id: ChatId, 
/**
 * Only messages before this one.
 */
before: MessageId | null, 
/**
 * Only messages after this one. With neither: the newest.
 */
after: MessageId | null, };

/**
 * What an answer was made with, as it was at that time.
 */
export type Origin = { 
/**
 * The context that its chat was linked to.
 */
context: ContextVersion | null, 
/**
 * The trading profile that the model was told.
 */
profile: ProfileDraft | null, 
/**
 * What the service was asked beside the words, in its own terms.
 */
parameters: Record<string, unknown> | null, 
/**
 * The service's own word for how it ended.
 */
finish: string | null, };

/**
 * The password again, before something that can't be undone.
 */
export type PasswordRequest = { 
/**
 * The password.
 */
password: string, };

/**
 * How long a service is waited for.
 */
export type Patience = { 
/**
 * Seconds until the first byte of an answer, 1 to 3600.
 */
first_byte: number, 
/**
 * Seconds between two bytes of an answer, 1 to 3600.
 */
idle: number, };

/**
 * A piece of a text, and whether it is one of the words.
 */
export type Piece = { 
/**
 * The text.
 */
text: string, 
/**
 * Whether it is what was searched for.
 */
hit: boolean, };

/**
 * What a model costs, in US dollars for a million tokens.
 */
export type Price = { 
/**
 * Of the question.
 */
input: number, 
/**
 * Of the answer, reasoning included.
 */
output: number, 
/**
 * Of what the service had kept of an earlier question; as the question where it is missing.
 */
cached: number | null, };

/**
 * A model whose entered price is to be forgotten.
 */
export type PriceRequest = { 
/**
 * The wire of its service.
 */
kind: ServiceKind, 
/**
 * The model by its id.
 */
model: string, };

/**
 * A price that the person entered.
 */
export type PricedModel = { 
/**
 * The wire of its service.
 */
kind: ServiceKind, 
/**
 * The model by its id.
 */
model: string, 
/**
 * What it costs.
 */
price: Price, };

/**
 * A model's failure: what happened, what to do, and what the service said.
 */
export type Problem = { 
/**
 * What doors branch on.
 */
code: ProblemCode, 
/**
 * What happened and what to do next, for a person.
 */
message: string, 
/**
 * What helps, the most promising first.
 */
advice: Array<Advice>, 
/**
 * The service's own words, keys removed.
 */
raw: string | null, 
/**
 * Seconds after which trying again makes sense, when the service said so.
 */
retry_after: number | null, 
/**
 * When trying again makes sense, where that is far off.
 */
until: Timestamp | null, 
/**
 * The id of the service's model that comes nearest to one that is gone.
 */
nearest: string | null, 
/**
 * Tokens that the service says the model takes, where the conversation was longer.
 */
window: number | null, };

/**
 * Why a model gave no whole answer. Doors branch on this.
 */
export type ProblemCode = "key_missing" | "key_refused" | "quota_exhausted" | "rate_limited" | "model_gone" | "region_refused" | "blocked" | "too_long" | "context_too_long" | "context_cut" | "overloaded" | "timed_out" | "offline" | "stream_broken" | "not_the_service" | "empty_answer" | "request_refused" | "not_saved";

/**
 * The profile as it is kept.
 */
export type Profile = { 
/**
 * When it last changed.
 */
updated_at: Timestamp, 
/**
 * How much loss they are ready to live with.
 */
risk_tolerance: RiskTolerance, 
/**
 * The bars they usually trade on.
 */
timeframe: Timeframe, 
/**
 * Upper-case ticker symbols, in the person's order.
 */
symbols: Array<string>, 
/**
 * Free text.
 */
goals: string, 
/**
 * Free text.
 */
preferences: string, 
/**
 * Fractions of one, by name.
 */
risk_parameters: { [key in string]: number }, };

/**
 * What a person told us about how they trade.
 */
export type ProfileDraft = { 
/**
 * How much loss they are ready to live with.
 */
risk_tolerance: RiskTolerance, 
/**
 * The bars they usually trade on.
 */
timeframe: Timeframe, 
/**
 * Upper-case ticker symbols, in the person's order.
 */
symbols: Array<string>, 
/**
 * Free text.
 */
goals: string, 
/**
 * Free text.
 */
preferences: string, 
/**
 * Fractions of one, by name.
 */
risk_parameters: { [key in string]: number }, };

/**
 * What a model would be told if the next question were asked now.
 */
export type Prompt = { 
/**
 * The model that would answer, as a person would call it.
 */
model: string, 
/**
 * The system prompt, to the letter.
 */
system: string, 
/**
 * What would be sent of the conversation, the oldest first; the last is what is typed.
 */
turns: Array<PromptTurn>, 
/**
 * Turns before them that would not be sent.
 */
left_out: number, 
/**
 * Turns before them that would be summarised first; the summary is made when it is needed.
 */
to_summarise: number, 
/**
 * About how many tokens all of it has.
 */
tokens: number, 
/**
 * Tokens that the model takes, where that is known.
 */
limit: number | null, };

/**
 * What the next question would be asked with.
 */
export type PromptRequest = { 
/**
 * The chat; null for one that begins.
 */
chat_id: ChatId | null, 
/**
 * The context of a chat that begins.
 */
context_id: ContextId | null, 
/**
 * The model of a chat that begins.
 */
model: ModelRef | null, 
/**
 * What is typed; may be empty.
 */
text: string, };

/**
 * One turn of what would be sent.
 */
export type PromptTurn = { 
/**
 * Who speaks.
 */
role: Role, 
/**
 * The words, Markdown.
 */
text: string, };

/**
 * By which way a service is reached.
 */
export type ProxyChoice = "system" | "direct" | "manual";

/**
 * What is searched for.
 */
export type Query = { 
/**
 * Words; all of them must be there. The last may be the start of one. Words in quotes must
 * follow each other.
 */
text: string, 
/**
 * Only in this chat.
 */
chat_id: ChatId | null, 
/**
 * Only what this one wrote.
 */
role: Role | null, 
/**
 * Only what was written at or after this time.
 */
from: Timestamp | null, 
/**
 * Only what was written before this time.
 */
until: Timestamp | null, 
/**
 * Only messages with a code block.
 */
has_code: boolean, 
/**
 * How many of the best messages were listed already.
 */
skip: number, };

/**
 * A recovery code and the password that replaces the lost one.
 */
export type RecoverRequest = { 
/**
 * A user name or an e-mail address.
 */
username: string, 
/**
 * The recovery code; case, spaces and dashes don't matter.
 */
code: string, 
/**
 * The new password.
 */
new_password: string, };

/**
 * A recovery code on the screen.
 */
export type RecoveryCodeRequest = { 
/**
 * The code as shown.
 */
recovery_code: string, };

/**
 * A new account.
 */
export type RegisterRequest = { 
/**
 * 3 to 32 letters, digits, `.`, `_`, `-`.
 */
username: string, 
/**
 * An address that nobody else here uses.
 */
email: string, 
/**
 * 8 characters or more; never trimmed.
 */
password: string, 
/**
 * Takes a weak password all the same. Only in a terminal, which warns.
 */
accept_weak: boolean, };

/**
 * A session, and the only sight of a recovery code.
 */
export type Registered = { 
/**
 * Who is signed in now.
 */
signed_in: SignedIn, 
/**
 * Shown once, to be written down.
 */
recovery_code: string, };

/**
 * The end of somebody's account.
 */
export type RemoveAccountRequest = { 
/**
 * Which.
 */
account: string, 
/**
 * Its user name, typed to confirm.
 */
username: string, };

/**
 * A title.
 */
export type RenameChatRequest = { 
/**
 * The chat.
 */
chat_id: ChatId, 
/**
 * 1 to 200 characters.
 */
title: string, };

/**
 * A backup to put back.
 */
export type RestoreRequest = { 
/**
 * Which.
 */
source: RestoreSource, 
/**
 * What opens it.
 */
secret: RestoreSecret, 
/**
 * Another user name, where the backup's is taken.
 */
username: string | null, 
/**
 * Another address, where the backup's is taken.
 */
email?: string, };

/**
 * What opens a backup: today's credential, or that of the backup's time.
 */
export type RestoreSecret = { 
/**
 * The password.
 */
password: string, } | { 
/**
 * The code.
 */
recovery_code: string, 
/**
 * The password from now on.
 */
new_password: string, };

/**
 * Which backup is put back.
 */
export type RestoreSource = { "backup": { 
/**
 * Whose: a user name or an e-mail address.
 */
username: string, 
/**
 * Its id.
 */
backup_id: string, } } | "chosen" | { "file": { 
/**
 * The path.
 */
path: string, } };

/**
 * A vault that was put back.
 */
export type Restored = { 
/**
 * Its owner.
 */
signed_in: SignedIn, 
/**
 * The next recovery code, when one was used up. Shown once.
 */
recovery_code: string | null, };

/**
 * How much loss a person is ready to live with.
 */
export type RiskTolerance = "conservative" | "moderate" | "aggressive";

/**
 * Who wrote a message.
 */
export type Role = "user" | "assistant" | "system";

/**
 * Where a file went.
 */
export type Saved = { 
/**
 * The file.
 */
path: string, 
/**
 * The module beside it that it needs to run, when that was written too.
 */
module: string | null, };

/**
 * A question.
 */
export type SendRequest = { 
/**
 * The chat; null starts a new one.
 */
chat_id: ChatId | null, 
/**
 * The context that a new chat is linked to. Ignored for an existing chat.
 */
context_id: ContextId | null, 
/**
 * The model that answers in a new chat; null for that of its context or the person's default.
 */
model: ModelRef | null, 
/**
 * The question, at most 256 KiB.
 */
text: string, 
/**
 * Whether it is what was typed as the chat's next question, whose draft is forgotten with it.
 */
from_draft: boolean, };

/**
 * A question that is safe on disk, and the answer that has begun.
 */
export type Sent = { 
/**
 * The chat, perhaps a new one.
 */
chat: Chat, 
/**
 * The question.
 */
question: Message, 
/**
 * The answer, still empty; its text arrives as [`ChatEvent`]s.
 */
answer: Message, };

/**
 * A service as it is set up. It holds no secret.
 */
export type Service = { 
/**
 * Its id.
 */
id: ServiceId, 
/**
 * The wire that it speaks.
 */
kind: ServiceKind, 
/**
 * As the person calls it.
 */
name: string, 
/**
 * Its base address.
 */
base_url: string, 
/**
 * Whether that is the address of the service that first spoke this wire.
 */
base_url_is_default: boolean, 
/**
 * Whether it is on this computer.
 */
local: boolean, 
/**
 * Whether it is of the computer's own key: it can't be changed or removed.
 */
fixed: boolean, 
/**
 * Where the key in force comes from; none when there is none for this address.
 */
key: KeyOrigin | null, 
/**
 * The names of the headers that are sent with every call.
 */
headers: Array<string>, 
/**
 * By which way it is reached.
 */
proxy: ProxyChoice, 
/**
 * How long it is waited for.
 */
patience: Patience, 
/**
 * Whether the person chose that.
 */
patience_is_own: boolean, 
/**
 * Its chat models, as it listed them last.
 */
models: Array<Listed>, 
/**
 * When it listed them.
 */
models_at: Timestamp | null, 
/**
 * The model that is asked when none is chosen, by its id.
 */
default_model: string | null, };

/**
 * What a person enters for a service. No answer holds what is secret in it.
 */
export type ServiceFields = { 
/**
 * Its name; null for a made one.
 */
name: string | null, 
/**
 * Its base address; null for the usual one. Plain http only for loopback.
 */
base_url: string | null, 
/**
 * A new key; null keeps the stored one, which is sent to the address it was entered for alone.
 */
key: string | null, 
/**
 * Forgets the stored key.
 */
forget_key: boolean, 
/**
 * All headers that go with every call; null keeps the stored ones.
 */
headers: Array<Header> | null, 
/**
 * By which way it is reached.
 */
proxy: ProxyChoice, 
/**
 * The proxy's address; null keeps the stored one.
 */
proxy_url: string | null, 
/**
 * How long it is waited for; null as usual.
 */
patience: Patience | null, };

/**
 * A service with an AI model, unique inside one vault.
 */
export type ServiceId = number;

/**
 * The wire that a service speaks.
 */
export type ServiceKind = "gemini" | "openai" | "ollama" | "anthropic";

/**
 * Names a service.
 */
export type ServiceRequest = { 
/**
 * Which.
 */
service_id: ServiceId, };

/**
 * What the test of key and address found.
 */
export type ServiceTest = { "outcome": "works", 
/**
 * The service with that list.
 */
service: Service, } | { "outcome": "fails", 
/**
 * Why, and what to do.
 */
problem: Problem, };

/**
 * A live session, as its owner sees it in a list.
 */
export type SessionInfo = { 
/**
 * What names it.
 */
id: string, 
/**
 * Where it was started.
 */
door: DoorKind, 
/**
 * What the door says of itself, such as a client's name; may be empty.
 */
label: string, 
/**
 * Whether it is the one that asks.
 */
current: boolean, 
/**
 * When it was started.
 */
created_at: Timestamp, 
/**
 * When it was used last.
 */
last_used_at: Timestamp, 
/**
 * When it ends if nobody uses it until then.
 */
expires_at: Timestamp, };

/**
 * One of one's own sessions.
 */
export type SessionRequest = { 
/**
 * The session.
 */
session_id: string, };

/**
 * Whether an account administers the others.
 */
export type SetAdministratorRequest = { 
/**
 * Which.
 */
account: string, 
/**
 * Whether it does.
 */
administrator: boolean, };

/**
 * Whether an account may use the computer's own key.
 */
export type SetComputerKeyRequest = { 
/**
 * Which.
 */
account: string, 
/**
 * Whether it may.
 */
may: boolean, };

/**
 * Whether an account may sign in.
 */
export type SetDisabledRequest = { 
/**
 * Which.
 */
account: string, 
/**
 * Whether it is barred.
 */
disabled: boolean, };

/**
 * A name and its password.
 */
export type SignInRequest = { 
/**
 * A user name or an e-mail address.
 */
username: string, 
/**
 * The password.
 */
password: string, };

/**
 * Who is signed in.
 */
export type SignedIn = { 
/**
 * The user name as it was written at registration.
 */
username: string, 
/**
 * The e-mail address.
 */
email: string, 
/**
 * Whether this is the demo account, whose password is public.
 */
demo: boolean, 
/**
 * Whether this account may administer the others.
 */
administrator: boolean, 
/**
 * When the session ends if nobody uses it until then.
 */
expires_at: Timestamp, 
/**
 * Whether the keychain has seen a newer state of this vault than this one: somebody put old
 * files in its place.
 */
older_than_seen: boolean, 
/**
 * Whether the person said that the recovery code is stored. When not, it may never have
 * been seen: another one can be made.
 */
recovery_code_noted: boolean, 
/**
 * Whether a check found damage in the open vault.
 */
vault_damaged: boolean, };

/**
 * A strategy with its versions.
 */
export type Strategy = { 
/**
 * Its id.
 */
id: StrategyId, 
/**
 * Its class name. Strategies of two chats may have the same.
 */
name: string, 
/**
 * The chat that it was made in; none when that was deleted.
 */
chat_id: ChatId | null, 
/**
 * That chat's title.
 */
chat_title: string | null, 
/**
 * When it was made.
 */
created_at: Timestamp, 
/**
 * When its newest version was made or found again.
 */
updated_at: Timestamp, 
/**
 * Its versions, the oldest first.
 */
versions: Array<StrategyVersion>, };

/**
 * A version of a strategy as a file.
 */
export type StrategyFile = { 
/**
 * The strategy.
 */
strategy_id: StrategyId, 
/**
 * Its class name.
 */
name: string, 
/**
 * A file name that says what it is, such as `momentum_cross_v2.py`.
 */
file: string, 
/**
 * The code, to the byte.
 */
code: string, 
/**
 * Whether it needs the house module beside it to run.
 */
needs_module: boolean, 
/**
 * Its number, from 1.
 */
number: number, 
/**
 * When it was written.
 */
created_at: Timestamp, 
/**
 * The model that wrote it, as a person would call it.
 */
model: string, 
/**
 * The context that it was written with; none without one, or when that was deleted.
 */
context_id: ContextId | null, };

/**
 * A strategy, unique inside one vault.
 */
export type StrategyId = number;

/**
 * Where a strategy stands in an answer.
 */
export type StrategyMark = { 
/**
 * Which block of the answer, from 0.
 */
block: number, 
/**
 * The strategy.
 */
strategy_id: StrategyId, 
/**
 * Its class name.
 */
name: string, 
/**
 * Which version this block is, from 1.
 */
version: number, };

/**
 * A version of a strategy.
 */
export type StrategyRequest = { 
/**
 * The strategy.
 */
strategy_id: StrategyId, 
/**
 * The version, from 1; null for the newest.
 */
version: number | null, };

/**
 * A version of a strategy, without its code.
 */
export type StrategyVersion = { 
/**
 * Its number, from 1.
 */
number: number, 
/**
 * When it was written.
 */
created_at: Timestamp, 
/**
 * The model that wrote it, as a person would call it.
 */
model: string, 
/**
 * The context that it was written with; none without one, or when that was deleted.
 */
context_id: ContextId | null, };

/**
 * What zxcvbn and the house rules say of a password.
 */
export type Strength = { 
/**
 * 0 (guessed at once) to 4 (very strong).
 */
score: number, 
/**
 * Whether registration takes it.
 */
acceptable: boolean, 
/**
 * Why it is weak, or what would make it stronger; nothing when all is well.
 */
reason: string | null, };

/**
 * What a password would be for.
 */
export type StrengthRequest = { 
/**
 * The password.
 */
password: string, 
/**
 * The user name so far.
 */
username: string, 
/**
 * The e-mail address so far.
 */
email: string, };

/**
 * What models were told in the place of the messages up to one of them.
 */
export type Summary = { 
/**
 * The last message that it stands for; those before it are on the same branch.
 */
message_id: MessageId, 
/**
 * How many messages it stands for.
 */
messages: number, 
/**
 * The model that wrote it.
 */
model: string, 
/**
 * What it says, Markdown.
 */
text: string, 
/**
 * When it was made.
 */
created_at: Timestamp, };

/**
 * What stands after the last finished block of a growing answer.
 */
export type Tail = { "kind": "html", 
/**
 * Safe HTML, as in [`Block::Html`].
 */
html: string, } | { "kind": "code", 
/**
 * The fence's first word in lower case, or nothing.
 */
language: string, 
/**
 * The code so far, plain.
 */
text: string, } | { "kind": "more", 
/**
 * What came since, plain.
 */
text: string, };

/**
 * A context to begin with, for one of the usual kinds of strategy.
 */
export type Template = { 
/**
 * What names it.
 */
id: string, 
/**
 * The kind of strategy, such as "Momentum".
 */
name: string, 
/**
 * What it is for, in one sentence.
 */
about: string, 
/**
 * What the editor begins with.
 */
instructions: string, 
/**
 * The structured facts that it begins with.
 */
data: Record<string, unknown>, };

/**
 * Light, dark, or as the system says.
 */
export type Theme = "system" | "light" | "dark";

/**
 * An account as a sign-in tile shows it: known before anybody signs in.
 */
export type Tile = { 
/**
 * The user name as it was written at registration.
 */
username: string, 
/**
 * Whether this is the demo account.
 */
demo: boolean, 
/**
 * Whether it was made for somebody who has not signed in yet.
 */
unclaimed: boolean, };

/**
 * The length of one bar.
 */
export type Timeframe = "1m" | "5m" | "15m" | "30m" | "1h" | "4h" | "1d" | "1w" | "1mo";

/**
 * A moment in UTC, milliseconds since 1970. On every wire it is RFC 3339 text.
 */
export type Timestamp = string;

/**
 * How what was not looked at yet ended.
 */
export type Unseen = "done" | "failed";

/**
 * What a context says from now on.
 */
export type UpdateContextRequest = { 
/**
 * The context.
 */
context_id: ContextId, 
/**
 * Its new words, whole.
 */
draft: ContextDraft, };

/**
 * A service to be changed.
 */
export type UpdateServiceRequest = { 
/**
 * Which.
 */
service_id: ServiceId, 
/**
 * What the person entered.
 */
fields: ServiceFields, };

/**
 * Tokens of one answer, as the service counted them.
 */
export type Usage = { 
/**
 * Tokens of the prompt.
 */
input: number, 
/**
 * Tokens of the answer, reasoning included.
 */
output: number, 
/**
 * Those of the prompt that the service had kept from an earlier one, which cost less.
 */
cached: number, };

/**
 * What was used together.
 */
export type Used = { 
/**
 * The day, the model or the chat.
 */
name: string, 
/**
 * How many answers.
 */
answers: number, 
/**
 * Tokens of the questions.
 */
input: number, 
/**
 * Tokens of the answers.
 */
output: number, 
/**
 * What is known of the cost, in US dollars.
 */
cost: number, 
/**
 * How many of the answers have no known price.
 */
without_price: number, };

/**
 * By what use is counted together.
 */
export type UsedBy = "day" | "model" | "chat";

/**
 * What was used, and how it is counted together.
 */
export type UsedRequest = { 
/**
 * By day, model or chat.
 */
by: UsedBy, 
/**
 * Since when.
 */
since: Timestamp, 
/**
 * Minutes by which the person's days begin before those of UTC.
 */
offset_minutes: number, };

/**
 * One of several versions of a message.
 */
export type Version = { 
/**
 * Which it is, from 1.
 */
number: number, 
/**
 * How many there are.
 */
of: number, };

/**
 * Some versions of a context.
 */
export type VersionPage = { 
/**
 * They, the newest first.
 */
versions: Array<ContextVersion>, 
/**
 * Whether there are older ones.
 */
has_older: boolean, };

/**
 * Where a context and the trading profile disagree.
 */
export type Warning = { 
/**
 * The structured field that disagrees, such as `timeframe` or `constraints.stop_loss_pct`.
 */
field: string, 
/**
 * What disagrees, in words for a person.
 */
why: string, };

/**
 * Why a door was locked.
 */
export type Why = "asked" | "idle" | "asleep";

/**
 * How far long work is.
 */
export type WorkInfo = { 
/**
 * What is done.
 */
kind: WorkKind, 
/**
 * What is being done just now, for a person.
 */
step: string, 
/**
 * Bytes or chats done.
 */
done: number, 
/**
 * Bytes or chats to do; 0 when that isn't known.
 */
total: number, };

/**
 * What takes long.
 */
export type WorkKind = "rekey" | "backup" | "import" | "export";

/** Every command: what it takes and what it answers. */
export interface Commands {
  /** The accounts of this computer, for the sign-in tiles. */
  accounts: { request: Nothing; response: Array<Tile> };
  /** Makes an account and signs it in. The recovery code is in no later answer. */
  register: { request: RegisterRequest; response: Registered };
  /** How good a password is, and why. */
  password_strength: { request: StrengthRequest; response: Strength };
  /** Opens the vault and starts the session of this door. */
  sign_in: { request: SignInRequest; response: SignedIn };
  /** Signs in to the demo account, whose password is public. */
  sign_in_demo: { request: Nothing; response: SignedIn };
  /** Makes the demo account again when it was deleted. In a terminal alone. */
  create_demo: { request: Nothing; response: DemoMade };
  /** Whether this computer has an administrator; if not, the next account made at it is one. */
  has_administrator: { request: Nothing; response: boolean };
  /** A new password by recovery code. The code is used up; the answer holds the next one. */
  recover: { request: RecoverRequest; response: Registered };
  /** Ends the session of this door. */
  sign_out: { request: Nothing; response: Nothing };
  /** Who is signed in at this door and until when; null when nobody is. */
  me: { request: Nothing; response: SignedIn | null };
  /** The first sign-in of an account that was made for somebody else: a password of one's own. */
  claim: { request: ClaimRequest; response: Registered };
  /** Changes the password; every other session of the account ends. */
  change_password: { request: ChangePasswordRequest; response: SignedIn };
  /** Another recovery code; the one before it is dead. */
  new_recovery_code: { request: PasswordRequest; response: NewCode };
  /** The person has stored the recovery code that was shown. */
  recovery_code_noted: { request: Nothing; response: SignedIn };
  /** Encrypts the vault with another key, for whoever fears that somebody has old files. Long: */
  /** `work` tells how far it is. */
  rekey: { request: PasswordRequest; response: NewCode };
  /** Deletes the account with its vault and its backups here. */
  delete_account: { request: DeleteAccountRequest; response: Nothing };
  /** The account's own live sessions, the newest first. */
  sessions: { request: Nothing; response: Array<SessionInfo> };
  /** Ends one of one's own sessions. */
  end_session: { request: SessionRequest; response: Nothing };
  /** Ends all of one's own sessions but this one. */
  end_other_sessions: { request: Nothing; response: Nothing };
  /** Long work under way in the vault; null when there is none. */
  work: { request: Nothing; response: WorkInfo | null };
  /** Gives up long work where it has changed nothing yet; its own command says which. */
  cancel_work: { request: Nothing; response: Nothing };
  /** What a window shows when nobody is signed in. */
  gate: { request: Nothing; response: Gate };
  /** How many answers, in whichever chat, stop when this door is locked or left now: whoever */
  /** asks the person first asks this. */
  answers_at_stake: { request: Nothing; response: AtStake };
  /** Locks this door at once. Answers stop; what was written is kept. */
  lock: { request: LockRequest; response: Nothing };
  /** Ends the other sessions of whoever locked this door. */
  end_locked_sessions: { request: Nothing; response: Nothing };
  /** From the lock to all accounts, for somebody else. */
  leave_lock: { request: Nothing; response: Nothing };
  /** The person touched the window. Sent every ten seconds at most. */
  still_here: { request: Nothing; response: Nothing };
  /** When the window locks, and whether its person stays signed in. */
  locking: { request: Nothing; response: Locking };
  /** Chooses the minutes until the window locks. */
  set_idle_minutes: { request: IdleRequest; response: Locking };
  /** Chooses whether the next start needs no password. */
  stay_signed_in: { request: OnRequest; response: Locking };
  /** Brings back whoever chose to stay signed in; null when nobody did, or it didn't work. */
  resume: { request: Nothing; response: SignedIn | null };
  /** The person put the old files back on purpose. */
  accept_older: { request: Nothing; response: SignedIn };
  /** All accounts of this computer. This and the other `admin_` commands are for administrators. */
  admin_accounts: { request: Nothing; response: Array<AccountInfo> };
  /** Makes an account for somebody else, who claims it. */
  admin_create_account: { request: CreateAccountRequest; response: AccountInfo };
  /** Bars an account from signing in, or lets it in again. */
  admin_set_disabled: { request: SetDisabledRequest; response: AccountInfo };
  /** Makes an account administrator, or takes that away. */
  admin_set_administrator: { request: SetAdministratorRequest; response: AccountInfo };
  /** Lets an account use the computer's own key for a model service, or not. */
  admin_set_computer_key: { request: SetComputerKeyRequest; response: AccountInfo };
  /** Deletes an account. Nobody can bring its data back. */
  admin_delete_account: { request: RemoveAccountRequest; response: Nothing };
  /** Ends every session of an account. */
  admin_end_sessions: { request: AccountRequest; response: Nothing };
  /** A page of the audit log, the newest first. For administrators. */
  audit: { request: AuditRequest; response: AuditPage };
  /** Saves the audit log through the system's dialog; null when the person cancels. */
  export_audit: { request: Nothing; response: Saved | null };
  /** Where the account's data is, and its backups. */
  data: { request: Nothing; response: DataInfo };
  /** Turns daily backups on or off. */
  set_automatic_backups: { request: OnRequest; response: DataInfo };
  /** Makes a backup and checks it. An unchanged vault answers its newest backup. */
  back_up: { request: Nothing; response: BackupInfo };
  /** Copies a backup through the system's dialog; null when the person cancels. */
  save_backup: { request: BackupRequest; response: Saved | null };
  /** Deletes a backup. */
  delete_backup: { request: BackupRequest; response: DataInfo };
  /** Chooses a backup file through the system's dialog; null when the person cancels. */
  choose_backup: { request: Nothing; response: ChosenBackup | null };
  /** Checks a backup file and puts nothing back. In a terminal alone. */
  check_backup: { request: CheckBackupRequest; response: CheckedBackup };
  /** Puts a backup back and signs its owner in. What it replaces is kept as a backup. */
  restore: { request: RestoreRequest; response: Restored };
  /** The trading profile. */
  profile: { request: Nothing; response: Profile };
  /** Replaces the trading profile. */
  update_profile: { request: ProfileDraft; response: Profile };
  /** All contexts, the last changed first. */
  contexts: { request: Nothing; response: Array<Context> };
  /** Makes a context. */
  create_context: { request: ContextDraft; response: Context };
  /** Replaces what a context says. */
  update_context: { request: UpdateContextRequest; response: Context };
  /** Deletes a context; chats that were linked to it stay and lose the link. */
  delete_context: { request: ContextRequest; response: Nothing };
  /** Offers a context to new chats, or no longer. */
  set_context_active: { request: ContextOnRequest; response: Context };
  /** Chooses the context that new chats are linked to. */
  set_default_context: { request: DefaultContextRequest; response: Array<Context> };
  /** The words of a context at earlier times, the newest first, in pages. */
  context_versions: { request: ContextVersionsRequest; response: VersionPage };
  /** Lets a context say again what it said once, as its next version. */
  restore_context_version: { request: ContextVersionRequest; response: Context };
  /** Contexts to begin with, for the usual kinds of strategy. */
  context_templates: { request: Nothing; response: Array<Template> };
  /** Where a context that is being written and the trading profile disagree. */
  context_warnings: { request: ContextDraft; response: Array<Warning> };
  /** A page of chats: pinned ones, then the others, the last changed first. */
  chats: { request: ChatsRequest; response: ChatPage };
  /** A chat with the newest page of its messages, or the page before or after a message. */
  open_chat: { request: OpenChatRequest; response: OpenChat };
  /** Makes a message's branch the current one of its chat, and gives the page around it. */
  show_message: { request: MessageRequest; response: OpenChat };
  /** Commits a question, in a new chat when none is named, and starts the answer. */
  send: { request: SendRequest; response: Sent };
  /** Asks a question in other words, on a branch of its own. */
  edit: { request: EditRequest; response: Sent };
  /** Copies a branch up to a message into a chat of its own. */
  fork: { request: MessageRequest; response: Chat };
  /** What an answer was made with. */
  origin: { request: MessageRequest; response: Origin };
  /** What a model would be told if the next question were asked now. */
  prompt: { request: PromptRequest; response: Prompt };
  /** Everything that was typed and neither sent nor saved yet. */
  drafts: { request: Nothing; response: Array<Draft> };
  /** Keeps what is typed; an empty text forgets it. */
  save_draft: { request: Draft; response: Nothing };
  /** Stops an answer; what was written is kept. */
  stop: { request: MessageRequest; response: Nothing };
  /** Another answer to the same question. The old one stays stored, on a branch of its own. */
  try_again: { request: MessageRequest; response: Sent };
  /** Lets an answer that was stopped, failed or broke off go on where it stopped. */
  go_on: { request: MessageRequest; response: Sent };
  /** Chooses the model that answers in a chat. */
  set_chat_model: { request: ChatModelRequest; response: Chat };
  /** How full the window of a chat's model is. */
  chat_meter: { request: ChatRequest; response: Meter };
  /** Links a chat to a context, or to none. */
  link_context: { request: LinkContextRequest; response: Chat };
  /** Gives a chat a title of the person's own. */
  rename_chat: { request: RenameChatRequest; response: Chat };
  /** Lets a chat stand before the others, or not. */
  pin_chat: { request: ChatOnRequest; response: Chat };
  /** Puts a chat away, out of the usual list, or brings it back. */
  archive_chat: { request: ChatOnRequest; response: Chat };
  /** The person has looked at what ended in a chat. */
  seen: { request: ChatRequest; response: Nothing };
  /** Deletes a chat with its messages: for ten seconds it can be brought back. Strategies made */
  /** in it stay. */
  delete_chat: { request: ChatRequest; response: Nothing };
  /** Brings a deleted chat back; `not_found` when it is too late. */
  restore_chat: { request: ChatRequest; response: Chat };
  /** Searches in messages, titles and contexts. */
  search: { request: Query; response: Found };
  /** All strategies with their versions, the last changed first. */
  strategies: { request: Nothing; response: Array<Strategy> };
  /** A version of a strategy as a file. */
  strategy_file: { request: StrategyRequest; response: StrategyFile };
  /** Saves a chat through the system's dialog; null when the person cancels. */
  export_chat: { request: ExportChatRequest; response: Saved | null };
  /** Saves all chats as a zip through the system's dialog; null when the person cancels. */
  export_chats: { request: Nothing; response: Saved | null };
  /** Takes chats from a file that the person chooses; null when they cancel. */
  import_chats: { request: Nothing; response: Imported | null };
  /** Copies a code block of an answer to the clipboard, whole. */
  copy_code: { request: CodeRequest; response: Nothing };
  /** Saves a code block through the system's dialog; null when the person cancels. */
  save_code: { request: CodeRequest; response: Saved | null };
  /** Copies a message to the clipboard, as Markdown or as plain text. */
  copy_message: { request: CopyMessageRequest; response: Nothing };
  /** Copies a recovery code to the clipboard. */
  copy_recovery_code: { request: RecoveryCodeRequest; response: Nothing };
  /** Saves a recovery code through the system's dialog; null when the person cancels. */
  save_recovery_code: { request: RecoveryCodeRequest; response: Saved | null };
  /** Opens an http, https or mailto address outside the program. */
  open_link: { request: LinkRequest; response: Nothing };
  /** Which model answers, and the services that are set up. */
  model_settings: { request: Nothing; response: ModelSettings };
  /** Chooses the model that answers from now on; both fields null for the built-in one. */
  choose_model: { request: ModelRef; response: ModelSettings };
  /** Adds a service. No answer holds a key, the value of a header or a proxy's address. */
  add_service: { request: AddServiceRequest; response: ModelSettings };
  /** Changes a service. */
  update_service: { request: UpdateServiceRequest; response: ModelSettings };
  /** Removes a service with its key. */
  remove_service: { request: ServiceRequest; response: ModelSettings };
  /** Asks a service for its models: proves key and address, costs nothing, and keeps the list. */
  test_service: { request: ServiceRequest; response: ServiceTest };
  /** Servers with models that run on this computer and are not set up yet. */
  local_servers: { request: Nothing; response: Array<LocalServer> };
  /** The prices that the person entered. */
  prices: { request: Nothing; response: Array<PricedModel> };
  /** Enters the price of a model; answers from now on are counted by it. */
  set_price: { request: PricedModel; response: ModelSettings };
  /** Forgets a price that was entered. */
  forget_price: { request: PriceRequest; response: ModelSettings };
  /** Tokens and cost by day, model or chat. */
  used: { request: UsedRequest; response: Array<Used> };
  /** Whether this computer answers programs over HTTP, and where. */
  local_api: { request: Nothing; response: LocalApiState };
  /** Switches that on or off, at once. For administrators. */
  set_local_api: { request: LocalApi; response: LocalApiState };
  /** Copies the address at which it listens to the clipboard. */
  copy_local_address: { request: Nothing; response: Nothing };
  /** The appearance of the window. */
  appearance: { request: Nothing; response: Appearance };
  /** Changes the appearance of the window. */
  set_appearance: { request: Appearance; response: Appearance };
  /** The answer to the question whether the window may close while answers are being written. */
  close_window: { request: OnRequest; response: Nothing };
}
