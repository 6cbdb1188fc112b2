//! The keychain's calls against a real Secret Service, and against what may be in its place.

use std::process::Command;
use std::time::Instant;

use super::*;
use crate::system::private_bus::{Computer, block_on as wait, finish, soon};

const SESSION: &str = "DBUS_SESSION_BUS_ADDRESS";
const COLLECTION: &str = "array:objpath:/org/freedesktop/secrets/aliases/default";

fn keychain() -> Keychain {
    Keychain::new("org.algoagent.test")
}

fn with_keychain() -> Computer {
    Computer::new().with_bus(SESSION).with_keychain(Some("a password"))
}

fn signal(name: &str) {
    let keychain = std::env::var("KEYCHAIN").expect("the parent names it");
    let kill = finish(Command::new("sh").args(["-c", &format!("kill -{name} {keychain}")]));
    assert!(kill.status.success(), "{kill:?}");
}

#[test]
fn an_entry_is_written_read_replaced_and_forgotten() {
    let name = "system::keychain::tests::an_entry_is_written_read_replaced_and_forgotten";
    Computer::runs(with_keychain, name, || {
        wait(async {
            let keychain = keychain();
            assert_eq!(keychain.read("ada").await, Ok(None));
            assert_eq!(keychain.forget("ada").await, Ok(()));
            for secret in [&b"first \xff\x00 bytes"[..], &[7; 300]] {
                assert_eq!(keychain.write("ada", secret).await, Ok(()));
                let read = keychain.read("ada").await.expect("it answers").expect("an entry");
                assert_eq!(&read[..], secret);
            }
            assert_eq!(keychain.read("bob").await, Ok(None));
            assert_eq!(Keychain::new("another").read("ada").await, Ok(None));
            assert_eq!(keychain.forget("ada").await, Ok(()));
            assert_eq!(keychain.read("ada").await, Ok(None));
        });
    });
}

#[test]
fn without_a_bus_or_without_a_service_there_is_no_keychain() {
    let name = "system::keychain::tests::without_a_bus_or_without_a_service_there_is_no_keychain";
    let absent = || {
        wait(async {
            let keychain = keychain();
            assert_eq!(keychain.read("ada").await, Err(KeychainFault::Absent));
            assert_eq!(keychain.write("ada", b"x").await, Err(KeychainFault::Absent));
            assert_eq!(keychain.forget("ada").await, Err(KeychainFault::Absent));
        });
    };
    Computer::runs(Computer::new, name, absent);
    Computer::runs(|| Computer::new().with_bus(SESSION), name, absent);
}

#[test]
fn a_keychain_that_nobody_has_set_up_takes_nothing() {
    let name = "system::keychain::tests::a_keychain_that_nobody_has_set_up_takes_nothing";
    Computer::runs(
        || Computer::new().with_bus(SESSION).with_keychain(None),
        name,
        || {
            wait(async {
                let keychain = keychain();
                assert_eq!(keychain.read("ada").await, Ok(None));
                assert_eq!(keychain.write("ada", b"secret").await, Err(KeychainFault::Absent));
                assert_eq!(keychain.forget("ada").await, Ok(()));
            });
        },
    );
}

#[test]
fn a_locked_keychain_gives_and_takes_nothing() {
    let name = "system::keychain::tests::a_locked_keychain_gives_and_takes_nothing";
    Computer::runs(with_keychain, name, || {
        wait(async {
            let keychain = keychain();
            assert_eq!(keychain.write("ada", b"secret").await, Ok(()));
            let lock = finish(
                Command::new("dbus-send")
                    .args(["--session", "--print-reply", "--dest=org.freedesktop.secrets"])
                    .args(["/org/freedesktop/secrets", "org.freedesktop.Secret.Service.Lock"])
                    .arg(COLLECTION),
            );
            assert!(lock.status.success(), "{lock:?}");
            assert_eq!(keychain.read("ada").await, Err(KeychainFault::Locked));
            assert_eq!(keychain.write("ada", b"other").await, Err(KeychainFault::Locked));
            assert_eq!(keychain.write("bob", b"other").await, Err(KeychainFault::Locked));
            assert_eq!(keychain.forget("ada").await, Err(KeychainFault::Locked));
        });
    });
}

#[test]
fn a_keychain_that_hangs_is_given_up_costs_one_thread_and_is_used_again_when_it_answers() {
    let name = "system::keychain::tests::a_keychain_that_hangs_is_given_up_costs_one_thread_and_is_used_again_when_it_answers";
    Computer::runs(with_keychain, name, || {
        let before = Instant::now();
        wait(async {
            let keychain = keychain();
            assert_eq!(keychain.write("ada", b"secret").await, Ok(()));
            signal("STOP");
            let started = Instant::now();
            assert_eq!(keychain.read("ada").await, Err(KeychainFault::Hangs));
            assert!(started.elapsed() < 2 * PATIENCE, "{:?}", started.elapsed());
            let asked = Instant::now();
            for _ in 0..100 {
                assert_eq!(keychain.read("ada").await, Err(KeychainFault::Hangs));
            }
            assert!(asked.elapsed() < PATIENCE, "it waited again: {:?}", asked.elapsed());
            assert_eq!(threads(), 1, "threads pile up");
            signal("CONT");
            assert!(soon(|| threads() == 0), "the thread that hung is still there");
            let read = keychain.read("ada").await.expect("it answers").expect("an entry");
            assert_eq!(&read[..], b"secret");
            signal("STOP");
            assert_eq!(keychain.forget("ada").await, Err(KeychainFault::Hangs));
        });
        // Dropping the runtime didn't wait for the call that still hangs.
        assert!(before.elapsed() < 4 * PATIENCE, "{:?}", before.elapsed());
    });
}

fn threads() -> usize {
    let tasks = std::fs::read_dir("/proc/self/task").expect("Linux lists threads");
    let names = tasks.flatten().map(|task| std::fs::read_to_string(task.path().join("comm")));
    names.flatten().filter(|name| name.trim() == "keychain").count()
}
