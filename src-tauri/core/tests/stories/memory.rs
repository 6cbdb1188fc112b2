//! What is left in the program's memory once somebody has locked the window.
//!
//! A child signs in with secrets that were made at random; it keeps and tells them in disguise
//! (each byte XORed), so that the story itself leaves none. Its memory is read from outside.

use std::collections::BTreeMap;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::sync::{Arc, Mutex};

use algoagent_core::account::{self, DoorKind, Registration};
use algoagent_core::clock::Sources;
use algoagent_core::{Config, Core, settings};
use zeroize::Zeroizing;

use crate::child::{self, Running};
use crate::house::ask;
use crate::service::add_gemini;

const DISGUISE: u8 = 0xa5;

fn disguised(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{:02x}", byte ^ DISGUISE)).collect()
}

fn undisguised(text: &str) -> Vec<u8> {
    let digit = |at| u8::from_str_radix(&text[at..at + 2], 16).expect("hex") ^ DISGUISE;
    (0..text.len()).step_by(2).map(digit).collect()
}

/// A text of random letters that is told in disguise and nowhere else.
fn made_up(name: &str, length: usize) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(length));
    let mut told = String::new();
    for _ in 0..length {
        let mut random = [0];
        Sources::system().fill(&mut random);
        let letter = b'a' + random[0] % 26;
        text.push(char::from(letter));
        told.push_str(&format!("{:02x}", letter ^ DISGUISE));
    }
    child::tell(&format!("secret {name} {told}"));
    text
}

/// A copy of exactly its length, so that it never moves.
fn copied(text: &Zeroizing<String>) -> Zeroizing<String> {
    Zeroizing::new((**text).clone())
}

/// Tells the story that it may look, and waits until it has.
fn look(when: &str) {
    child::tell(&format!("look {when}"));
    std::io::stdin().read_exact(&mut [0]).expect("the story looked");
}

#[tokio::test]
#[ignore = "the child of the story below"]
async fn somebody_with_secrets() {
    let Some(place) = child::place() else { return };
    let drawn: Arc<Mutex<Vec<String>>> = Arc::default();
    let (log, system) = (Arc::clone(&drawn), Sources::system());
    let sources = Sources::system().with_randomness(move |buffer| {
        system.fill(buffer);
        log.lock().expect("no panic").push(disguised(buffer));
    });
    let core = Core::open(Config { sources, ..child::config(&place) }).await.unwrap();
    let drawn_since = |name: &str, length: usize| {
        let mut drawn = drawn.lock().expect("no panic");
        for (number, told) in drawn.iter().filter(|told| told.len() == 2 * length).enumerate() {
            child::tell(&format!("secret {name}-{number} {told}"));
        }
        drawn.clear();
    };
    drawn.lock().expect("no panic").clear();
    let (password, next) = (made_up("password", 64), made_up("new-password", 64));
    let registration = Registration {
        username: "ada".to_owned(),
        email: "ada@example.org".to_owned(),
        password: copied(&password),
        accept_weak: false,
    };
    let (ada, code) = account::register(&core, DoorKind::Desktop, registration).await.unwrap();
    child::tell(&format!("secret code-text {}", disguised(code.as_bytes())));
    drop(code);
    drawn_since("key", 32);
    let canary = made_up("chat-canary", 24);
    ask(&ada, None, &format!("What is {}?", *canary)).await;
    let key = made_up("provider-key", 24);
    add_gemini(&ada, None, copied(&key)).await.unwrap();
    settings::get(&ada).await.unwrap();
    drop((canary, key));
    ada.end().await;
    let door = DoorKind::Desktop;
    let ada = account::sign_in(&core, door, "ada", copied(&password)).await.unwrap();
    drawn.lock().expect("no panic").clear();
    let unlock = account::staying::stay(&ada).await.unwrap();
    drop(unlock);
    drawn_since("unlock", 32);
    let code = account::new_recovery_code(&ada, copied(&password)).await.unwrap();
    child::tell(&format!("secret second-code-text {}", disguised(code.as_bytes())));
    drop(code);
    let ada = account::change_password(&ada, copied(&password), copied(&next)).await.unwrap();
    drop(password);
    drawn.lock().expect("no panic").clear();
    let wrong = account::sign_in(&core, door, "ada", copied(&next)).await;
    drop(wrong);
    let (ada, code) = account::rekey(&ada, copied(&next)).await.unwrap();
    drop((code, next));
    drawn_since("new-key", 32);
    look("signed in");
    ada.end().await;
    drop(ada);
    look("signed out");
    core.shut_down().await;
    drop(core);
    look("shut down");
}

/// A piece of a secret in one of the forms in which it may lie in memory. Pieces, because what
/// frees memory writes over its beginning.
struct Needle {
    name: String,
    bytes: Vec<u8>,
}

const PIECE: usize = 16;

fn needles(name: &str, bytes: &[u8]) -> Vec<Needle> {
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut forms = vec![("", bytes.to_vec())];
    if name.contains("key-") || name.contains("unlock") {
        forms.push((" in HEX", hex.to_uppercase().into_bytes()));
        forms.push((" in hex", hex.into_bytes()));
    } else if name.contains("code") {
        let plain = bytes.iter().copied().filter(|byte| *byte != b'-').collect();
        forms.push((" without dashes", plain));
    }
    let mut all = Vec::new();
    for (form, bytes) in forms {
        for at in (0..=bytes.len() - PIECE).step_by(PIECE / 2) {
            let piece = bytes[at..at + PIECE].to_vec();
            all.push(Needle { name: format!("{name}{form} from {at}"), bytes: piece });
        }
    }
    all
}

/// How often each needle is in the memory of `process`.
fn found(process: u32, needles: &[Needle]) -> BTreeMap<String, usize> {
    let maps = std::fs::read_to_string(format!("/proc/{process}/maps")).expect("maps");
    let mut memory = std::fs::File::open(format!("/proc/{process}/mem")).expect("memory");
    let mut begins = vec![false; 1 << 16];
    for needle in needles {
        begins[usize::from(u16::from_le_bytes([needle.bytes[0], needle.bytes[1]]))] = true;
    }
    let mut found = BTreeMap::new();
    for line in maps.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        if !words[1].starts_with("rw") {
            continue;
        }
        let (from, to) = words[0].split_once('-').expect("a range");
        let number = |hex| u64::from_str_radix(hex, 16).expect("hex");
        let mut bytes = vec![0; usize::try_from(number(to) - number(from)).expect("a size")];
        for (page, bytes) in bytes.chunks_mut(4096).enumerate() {
            memory.seek(SeekFrom::Start(number(from) + 4096 * page as u64)).expect("there");
            // A page that was given back in the meantime holds nothing.
            memory.read_exact(bytes).ok();
        }
        for (at, two) in bytes.windows(2).enumerate() {
            if begins[usize::from(u16::from_le_bytes([two[0], two[1]]))] {
                for needle in needles.iter().filter(|n| bytes[at..].starts_with(&n.bytes)) {
                    *found.entry(needle.name.clone()).or_default() += 1;
                }
            }
        }
    }
    found
}

#[test]
fn no_password_key_or_code_is_left_in_memory_once_the_window_is_locked() {
    let place = tempfile::tempdir().unwrap();
    let test = "memory::somebody_with_secrets";
    let mut child = Running::start(child::command(&[], test, place.path()));
    let (mut all, mut left) = (Vec::new(), Vec::new());
    while let Some(told) = child.told() {
        if let Some(secret) = told.strip_prefix("secret ") {
            let (name, bytes) = secret.split_once(' ').expect("a name and its bytes");
            all.extend(needles(name, &undisguised(bytes)));
        }
        let Some(when) = told.strip_prefix("look ") else { continue };
        let found = found(child.process.id(), &all);
        println!("{when}: {} pieces looked for", all.len());
        for (name, count) in &found {
            println!("    {name}: {count}");
        }
        let left_of = |name: &str| found.keys().filter(|found| found.starts_with(name)).count();
        if when == "signed in" {
            assert!(left_of("new-key-0 from") > 0, "an open vault's key is found by this story");
        } else {
            for secret in [
                "password",
                "new-password",
                "key",
                "new-key",
                "unlock",
                "code",
                "second",
                "provider",
            ] {
                if left_of(secret) > 0 {
                    left.push(format!("{when}: {secret}"));
                }
            }
        }
        child.process.stdin.as_mut().expect("piped").write_all(b"\n").expect("heard");
    }
    assert!(child.process.wait().expect("it ends").success());
    assert!(all.len() > 10, "{} forms of secrets", all.len());
    assert_eq!(left, Vec::<String>::new());
}
