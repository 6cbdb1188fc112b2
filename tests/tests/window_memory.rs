//! What is left in the memory of the program itself once somebody has locked the window. The window is the delivered one: a driver would hand the program each password on its own.
#![expect(clippy::print_stdout, reason = "how many pieces of a chat are left is told, not judged")]

use std::fs;
use std::time::Duration;

use algoagent_tests::desktop::World;
use algoagent_tests::eventually;
use algoagent_tests::memory::{Copies, copies};
use algoagent_tests::plain::PlainWindow;
use algoagent_tests::steps::ADA;

const CANARY: &str = "quokkapromenade";
/// The process that shows the page.
const PAGE: &str = "WebKitWebProcess";
/// Longer than the program takes for anything that was typed.
const ONE_TRY: Duration = Duration::from_secs(15);

/// How many bytes all of the vault's files have.
fn written(world: &World) -> u64 {
    let vaults = fs::read_dir(world.data_dir().join("vaults")).expect("vaults").flatten();
    let files = vaults.filter_map(|vault| fs::read_dir(vault.path()).ok()).flatten().flatten();
    files.filter_map(|file| Some(file.metadata().ok()?.len())).sum()
}

/// Counts and tells how often Ada's password and her chat are in memory.
fn look(window: &PlainWindow<'_>, when: &str) -> [Copies; 2] {
    let found = copies(window.pid(), &[ADA.password, CANARY]);
    let sum = |copies: Copies| format!("{} UTF-8 + {} UTF-16", copies.utf8, copies.utf16);
    println!("{when}: password {}, chat {}", sum(found[0]), sum(found[1]));
    [found[0], found[1]]
}

/// Does what ends the session, and waits until the page's process is another one.
fn leaves(window: &PlainWindow<'_>, leave: impl Fn()) -> bool {
    let before = window.processes(PAGE);
    leave();
    let renewed = eventually(ONE_TRY, || {
        let now = window.processes(PAGE);
        (now.len() == 1 && now != before).then_some(())
    });
    // What the fresh page says is for its own story; what is on its way to it may arrive.
    std::thread::sleep(Duration::from_secs(2));
    renewed.is_some()
}

/// Signs in or unlocks by the field that has the keyboard, and asks; `false` when it didn't come
/// to that.
fn works(window: &PlainWindow<'_>, world: &World) -> bool {
    window.write(ADA.password);
    window.press(&["Return"]);
    std::thread::sleep(Duration::from_secs(4));
    let before = written(world);
    window.write(&format!("buy and hold MSFT for the {CANARY}"));
    window.press(&["Return"]);
    eventually(ONE_TRY, || (written(world) > before).then_some(())).is_some()
}

#[test]
fn a_locked_window_keeps_no_password_in_memory() {
    let world = World::new("window-memory");
    ADA.enrols(&world);
    let window = world.open_plain();
    look(&window, "before anybody signs in");
    assert!((0..3).any(|_| works(&window, &world)), "no chat came of what was typed");
    std::thread::sleep(Duration::from_secs(3));
    let [_, open] = look(&window, "signed in, with a chat");
    assert!(open.all() > 0, "the search finds nothing where something is");

    assert!(leaves(&window, || window.press(&["ctrl+l"])), "the window wasn't locked");
    let [password, chat] = look(&window, "locked");
    assert_eq!(password.all(), 0, "the password is still in memory");
    println!("of the chat {} pieces are left, in memory that was given back", chat.all());
    window.close();
}
