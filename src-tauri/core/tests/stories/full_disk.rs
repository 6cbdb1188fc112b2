//! Disks that take no more: a clear error, nothing that was acknowledged is lost, and all is well
//! once there is room again.

use std::path::Path;
use std::time::Duration;

use algoagent_core::account::{self, AccountError, Session};
use algoagent_core::chat::{ChatError, MessageState};
use algoagent_core::model::ProblemCode;
use algoagent_core::transfer::{self, Format};
use algoagent_core::vault::StoreError;
use algoagent_core::{Core, chat, ids::MessageId};

use crate::belongings::{Read, everything, is_full, move_in};
use crate::child;
use crate::credentials::NEXT;
use crate::house::{House, PASSWORD, register, secret, sign_in, until_ended, wish};
use crate::service::{Reply, Service};

/// The biggest file that a child may write, in blocks of 512 bytes; what goes over it fails.
const LIMITS: [u32; 21] =
    [0, 1, 2, 3, 4, 8, 16, 32, 63, 64, 65, 80, 96, 128, 160, 200, 256, 320, 400, 512, 1000];
const DOOR: account::DoorKind = account::DoorKind::Desktop;

fn told<T, E: std::fmt::Debug>(what: &str, done: &Result<T, E>) {
    match done {
        Ok(_) => child::tell(&format!("{what} ok")),
        Err(fault) => child::tell(&format!("{what} fault {fault:?}")),
    }
}

async fn told_send(ada: &Session, number: usize) {
    let text = format!("message {number} {}", "word ".repeat(number * 1500));
    match chat::send(ada, None, chat::New::default(), text).await {
        Ok(sent) => child::tell(&format!("kept {} {number}", sent.question.id.0)),
        Err(fault) => child::tell(&format!("send fault {fault:?}")),
    }
}

#[tokio::test]
#[ignore = "the child of the story below"]
async fn someone_without_room() {
    let Some(place) = child::place() else { return };
    let core = match Core::open(child::config(&place)).await {
        Ok(core) => core,
        Err(fault) => return child::tell(&format!("open fault {fault:?}")),
    };
    let entered = sign_in(&core, "ada", PASSWORD).await;
    told("sign_in", &entered);
    if let Ok(mut ada) = entered {
        for number in 0..4 {
            told_send(&ada, number).await;
        }
        let coded = account::new_recovery_code(&ada, secret(PASSWORD)).await;
        told("new_recovery_code", &coded);
        let rekeyed = account::rekey(&ada, secret(PASSWORD)).await;
        told("rekey", &rekeyed);
        if let Ok((next, _)) = rekeyed {
            ada = next;
        }
        told_send(&ada, 5).await;
        let changed = account::change_password(&ada, secret(PASSWORD), secret(NEXT)).await;
        told("change_password", &changed);
        told_send(changed.as_ref().unwrap_or(&ada), 6).await;
    }
    told("register", &account::register(&core, DOOR, wish("grace")).await);
    core.shut_down().await;
}

/// What the child told was refused, and that each refusal is a clear one.
fn assert_clear(told: &[String], limit: u32) -> usize {
    let faults: Vec<&String> = told.iter().filter(|line| line.contains(" fault ")).collect();
    for fault in &faults {
        let clear = ["Full", "NotWritable"].iter().any(|word| fault.contains(word))
            // After a change that could not be undone or ended the person signs in again.
            || fault.contains("Locked");
        assert!(clear, "{limit} blocks: {fault}");
    }
    faults.len()
}

/// That everything is well with room: what was acknowledged is there.
async fn assert_well(house: &House, told: &[String], limit: u32) {
    let core = Core::open(child::config(house.path())).await.expect("it opens with room");
    let changed = told.iter().any(|line| line == "change_password ok");
    let entered = sign_in(&core, "ada", if changed { NEXT } else { PASSWORD }).await;
    let ada = entered.unwrap_or_else(|fault| panic!("{limit} blocks: {fault:?}: {told:#?}"));
    everything(&ada).await;
    for line in told {
        if let Some((id, number)) = line.strip_prefix("kept ").and_then(|l| l.split_once(' ')) {
            let id = MessageId(id.parse().expect("an id"));
            let text = chat::text_of(&ada, id).await;
            let text = text.unwrap_or_else(|fault| panic!("{limit} blocks: {line}: {fault:?}"));
            assert!(text.starts_with(&format!("message {number} ")), "{limit} blocks: {line}");
        }
    }
    // Who was told of a fault has no account, and can have one.
    if told.iter().any(|line| line == "register ok") {
        sign_in(&core, "grace", PASSWORD).await.expect("her account was made");
    } else {
        let made = account::register(&core, DOOR, wish("grace")).await;
        made.unwrap_or_else(|fault| panic!("{limit} blocks: {fault:?}: {told:#?}"));
    }
    let folders = std::fs::read_dir(house.vaults()).expect("a folder").count();
    assert_eq!(folders, account::tiles(&core).await.expect("accounts").len(), "{limit} blocks");
    core.shut_down().await;
}

#[tokio::test]
async fn a_file_that_may_not_grow_is_told_wherever_it_happens_and_loses_nothing() {
    let (house, core, ada) = House::with_ada().await;
    move_in(&ada).await;
    core.shut_down().await;
    let (mut refused, mut passed) = (0, 0);
    for limit in LIMITS {
        let small = house.copied();
        let shell = format!("trap '' XFSZ; ulimit -f {limit}; exec \"$0\" \"$@\"");
        let under = ["sh", "-c", shell.as_str()];
        let test = "full_disk::someone_without_room";
        let child = child::Running::start(child::command(&under, test, small.path()));
        let (told, well) = child.run_out();
        assert!(well, "{limit} blocks: the child failed: {told:#?}");
        let faults = assert_clear(&told, limit);
        refused += faults;
        passed += told.len() - faults;
        assert_well(&small, &told, limit).await;
    }
    println!("{} limits: {refused} operations refused, {passed} done", LIMITS.len());
    assert!(refused > 50 && passed > 50, "{refused} refused, {passed} done");
}

#[tokio::test]
#[ignore = "the child of the story below"]
async fn someone_on_a_small_disk() {
    let Some(place) = child::place() else { return };
    child::tell("begun");
    std::fs::write(place.join("ballast"), vec![7; 4300 * 1024]).unwrap();
    let core = Core::open(child::config(&place)).await.unwrap();
    let (ada, _) = register(&core, "ada").await;
    move_in(&ada).await;
    let mut kept = Vec::new();
    let fault = loop {
        let text = format!("{} {}", kept.len(), "word ".repeat(4000));
        match chat::send(&ada, None, chat::New::default(), text).await {
            Ok(sent) => kept.push(sent.question.id),
            Err(fault) => break fault,
        }
    };
    assert!(is_full(&fault), "{fault:?}");
    fill(&place.join("filling"));
    // An answer whose end was refused tries again for a while, and may find room.
    while ada.answers_under_way() > 0 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let before = everything(&ada).await;
    let register = account::register(&core, DOOR, wish("grace")).await.map(drop);
    let rekey = account::rekey(&ada, secret(PASSWORD)).await.map(drop);
    let code = account::new_recovery_code(&ada, secret(PASSWORD)).await.map(drop);
    let password = account::change_password(&ada, secret(PASSWORD), secret(NEXT)).await.map(drop);
    for (what, done) in
        [("register", register), ("rekey", rekey), ("code", code), ("password", password)]
    {
        let full = matches!(done, Err(AccountError::Store(StoreError::Full)));
        assert!(full, "{what}: {done:?}");
    }
    assert_eq!(everything(&ada).await, before, "reading goes on");
    let said = words(&ada).await;
    core.shut_down().await;
    drop((core, ada));
    child::tell(&format!("{} messages kept", kept.len()));
    let core = Core::open(child::config(&place)).await.expect("a full disk keeps nobody out");
    let ada = sign_in(&core, "ada", PASSWORD).await.expect("not even from her vault");
    // An answer whose end found no room says that it broke off, as soon as that can be written.
    let there = words(&ada).await;
    assert!(said.iter().all(|said| there.contains(said)), "{said:#?} and then {there:#?}");
    let beside = |all: Vec<Read>| -> Vec<Read> {
        all.into_iter().filter(|(what, _)| !what.starts_with("chat")).collect()
    };
    assert_eq!(beside(everything(&ada).await), beside(before));
    core.shut_down().await;
    drop((core, ada));
    std::fs::remove_file(place.join("ballast")).unwrap();
    std::fs::remove_file(place.join("filling")).unwrap();
    assert_told_for_want_of_a_journal(&place).await;
    let core = Core::open(child::config(&place)).await.unwrap();
    let ada = sign_in(&core, "ada", PASSWORD).await.expect("the password is the old one");
    for (number, id) in kept.iter().enumerate() {
        let text = chat::text_of(&ada, *id).await.expect("what was acknowledged is there");
        assert!(text.starts_with(&format!("{number} word")));
    }
    account::rekey(&ada, secret(PASSWORD)).await.expect("there is room now");
    core.shut_down().await;
    child::tell("well");
}

/// Every message of every chat, whatever became of it, but for those that say that they aren't saved.
async fn words(ada: &Session) -> Vec<(MessageId, String)> {
    let chats = chat::list(ada, chat::List::Usual, None, 200).await.expect("the list").chats;
    let mut words = Vec::new();
    for listed in chats {
        let open = chat::open(ada, listed.id, chat::Place::Newest).await.expect("a chat");
        let unsaved = |message: &chat::Message| {
            message.problem.as_ref().is_some_and(|problem| problem.code == ProblemCode::NotSaved)
        };
        let saved = open.messages.into_iter().filter(|message| !unsaved(message));
        words.extend(saved.map(|message| (message.id, message.text)));
    }
    words
}

/// There is room for the copy of a vault, and none for what its other key needs meanwhile: the vault
/// isn't damaged, and its old key stays in force.
async fn assert_told_for_want_of_a_journal(place: &Path) {
    let core = Core::open(child::config(place)).await.expect("there is room for that");
    let ada = sign_in(&core, "ada", PASSWORD).await.expect("there is room for that");
    core.end_sessions().await;
    let vault = place.join("vaults").join(ada.account().uuid.to_string()).join("vault.db");
    let bytes = std::fs::metadata(vault).expect("there is room for that").len();
    let ada = sign_in(&core, "ada", PASSWORD).await.expect("there is room for that");
    let before = everything(&ada).await;
    let filling = place.join("filling");
    fill(&filling);
    let full = std::fs::metadata(&filling).expect("there is room for that").len();
    let file =
        std::fs::OpenOptions::new().write(true).open(&filling).expect("there is room for that");
    file.set_len(full - (bytes + bytes / 2)).expect("there is room for that");
    let rekey = account::rekey(&ada, secret(PASSWORD)).await.map(drop);
    assert!(matches!(rekey, Err(AccountError::Store(StoreError::Full))), "{rekey:?}");
    std::fs::remove_file(filling).expect("there is room for that");
    assert_eq!(everything(&ada).await, before, "the old key is in force");
    core.shut_down().await;
}

/// Writes until nothing more fits.
fn fill(file: &Path) {
    use std::io::Write as _;
    let mut file = std::fs::File::create(file).expect("made");
    for size in [64 * 1024, 4096, 1] {
        while file.write_all(&vec![7; size]).is_ok() {}
    }
}

/// More than there is room for, at first.
const LONG: usize = 3 * 1024 * 1024;

#[tokio::test]
#[ignore = "the child of the story below"]
async fn someone_whose_answer_finds_no_room() {
    let Some(place) = child::place() else { return };
    child::tell("begun");
    std::fs::write(place.join("ballast"), vec![7; 12 * 1024 * 1024]).unwrap();
    let core = Core::open(child::config(&place)).await.unwrap();
    let (ada, _) = register(&core, "ada").await;
    let answer = "every word of it counts, ".repeat(LONG / 25);
    let reply = Reply::saying(&[&answer], Some("STOP"));
    let _service = Service::chosen_by(&ada, vec![reply]).await;
    let mut events = ada.events().unwrap();
    let sent = chat::send(&ada, None, chat::New::default(), "Say a lot".into()).await.unwrap();
    let (_, unsaved) = until_ended(&mut events).await;
    let problem = unsaved.problem.expect("it says so");
    assert_eq!(problem.code, ProblemCode::NotSaved);
    // Whoever reads, copies or comes back to it meanwhile misses no word.
    let read = async || {
        let open = chat::open(&ada, sent.chat.id, chat::Place::Newest).await.unwrap();
        let shown = open.messages.last().unwrap();
        (shown.id, shown.state, shown.text == answer)
    };
    assert_eq!(chat::text_of(&ada, sent.answer.id).await.unwrap(), answer);
    assert_eq!(read().await, (sent.answer.id, MessageState::Failed, true));
    assert_eq!((ada.answers_under_way(), ada.answers_unsaved()), (0, 1));
    let next = chat::send(&ada, Some(sent.chat.id), chat::New::default(), "More".into()).await;
    assert!(matches!(next, Err(ChatError::Unsaved)), "{next:?}");
    let file = transfer::write_chat(&ada, sent.chat.id, Format::Json, Vec::new()).await.unwrap();
    assert!(String::from_utf8(file).unwrap().contains(&answer), "it leaves whole");
    child::tell("held");
    std::fs::remove_file(place.join("ballast")).unwrap();
    let (_, saved) = until_ended(&mut events).await;
    assert_eq!((saved.state, saved.problem), (MessageState::Done, None));
    assert_eq!(read().await, (sent.answer.id, MessageState::Done, true));
    assert_eq!(ada.answers_unsaved(), 0);
    core.shut_down().await;
    drop((core, ada));
    let core = Core::open(child::config(&place)).await.unwrap();
    let ada = sign_in(&core, "ada", PASSWORD).await.unwrap();
    assert_eq!(chat::text_of(&ada, sent.answer.id).await.unwrap(), answer);
    core.shut_down().await;
    child::tell("well");
}

#[tokio::test]
async fn an_answer_that_finds_no_room_is_read_from_memory_and_saved_once_there_is_some() {
    println!("{}", told_on_a_disk_of("16m", "full_disk::someone_whose_answer_finds_no_room"));
}

#[tokio::test]
async fn a_full_disk_is_told_and_loses_nothing() {
    println!("{}", told_on_a_disk_of("6m", "full_disk::someone_on_a_small_disk"));
}

/// Runs a child on a disk of this size, which must end well, and gives what it told. A small
/// filesystem needs a mount, which needs a namespace of its own. Where the system gives none, the
/// story says so; the one above holds everywhere.
fn told_on_a_disk_of(size: &str, test: &str) -> String {
    let mount = format!(
        "mount -t tmpfs -o size={size} none \"$ALGOAGENT_STORY_PLACE\" && exec \"$0\" \"$@\""
    );
    let under = ["unshare", "-rm", "sh", "-c", &mount];
    let place = tempfile::tempdir().expect("a folder");
    if std::process::Command::new("unshare").arg("--version").output().is_err() {
        return "no unshare on this computer: the story of a full disk was not told".to_owned();
    }
    let child = child::Running::start(child::command(&under, test, place.path()));
    let (told, well) = child.run_out();
    if told.is_empty() {
        return "no filesystem can be mounted: the story of a full disk was not told".to_owned();
    }
    assert!(well && told.last().is_some_and(|last| last == "well"), "{told:#?}");
    format!("{told:#?}")
}
