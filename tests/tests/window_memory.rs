//! What is left in the memory of the program itself once somebody has locked the window. The window is the delivered one: a driver would hand the program each password on its own.
#![expect(clippy::print_stdout, reason = "how many pieces of a chat are left is told, not judged")]

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use algoagent_tests::desktop::World;
use algoagent_tests::eventually;
use algoagent_tests::memory::{Copies, copies};
use algoagent_tests::plain::PlainWindow;
use algoagent_tests::steps::ADA;

const CANARY: &str = "quokkapromenade";
/// The processes that show the page and fetch it.
const PAGE: &str = "WebKitWebProcess";
const NETWORK: &str = "WebKitNetworkProcess";
/// Longer than the program takes for anything that was typed.
const ONE_TRY: Duration = Duration::from_secs(15);

/// The files of one kind that are in the data directory's folders under `folder`.
fn files(world: &World, folder: &str, ending: &str) -> Vec<PathBuf> {
    let inner = fs::read_dir(world.data_dir().join(folder)).into_iter().flatten().flatten();
    let files = inner.filter_map(|inner| fs::read_dir(inner.path()).ok()).flatten().flatten();
    let files = files.map(|file| file.path());
    files.filter(|file| file.to_string_lossy().ends_with(ending)).collect()
}

/// How many bytes have been written to the log of the vault that is open.
fn written(world: &World) -> u64 {
    let logs = files(world, "vaults", "vault.db-wal");
    logs.iter().filter_map(|log| Some(fs::metadata(log).ok()?.len())).sum()
}

/// The beginning, the middle and the end of a password: what frees memory often writes over a part.
fn pieces(password: &str) -> Vec<&str> {
    let (length, piece) = (password.len(), 12);
    [0, (length - piece) / 2, length - piece].map(|at| &password[at..at + piece]).to_vec()
}

/// Counts and tells how often Ada's password and her chat are in the memory of a process.
fn look(process: u32, when: &str) -> [usize; 2] {
    let mut words = pieces(ADA.password);
    words.push(CANARY);
    let found = copies(process, &words);
    let (chat, password) = found.split_last().expect("as many as words");
    let sum = |copies: &Copies| format!("{} UTF-8 + {} UTF-16", copies.utf8, copies.utf16);
    let passwords: Vec<_> = password.iter().map(sum).collect();
    println!("{when}: pieces of the password {passwords:?}, chat {}", sum(chat));
    [password.iter().copied().map(Copies::all).sum(), chat.all()]
}

/// Signs in or unlocks by the field that has the keyboard. What was typed before the page listened
/// is typed again: never once somebody is in, where it would become a question.
fn enters(window: &PlainWindow<'_>, world: &World) {
    let is_open = || !files(world, "vaults", "vault.db-shm").is_empty();
    let entered = (0..4).any(|_| {
        window.press(&["ctrl+a"]);
        window.write(ADA.password);
        window.press(&["Return"]);
        eventually(ONE_TRY, || is_open().then_some(())).is_some()
    });
    assert!(entered, "the vault didn't open by what was typed");
}

/// Asks in the field that has the keyboard.
fn asks(window: &PlainWindow<'_>, world: &World) {
    let asked = (0..4).any(|_| {
        let before = written(world);
        window.press(&["ctrl+a"]);
        window.write(&format!("buy and hold MSFT for the {CANARY}"));
        window.press(&["Return"]);
        eventually(ONE_TRY, || (written(world) > before).then_some(())).is_some()
    });
    assert!(asked, "no chat came of what was typed");
}

/// Locks, and waits until the page's process is another one.
fn locks(window: &PlainWindow<'_>, world: &World) {
    let before = window.processes(PAGE);
    window.press(&["ctrl+l"]);
    let renewed = eventually(ONE_TRY, || {
        let now = window.processes(PAGE);
        let closed = files(world, "vaults", "vault.db-shm").is_empty();
        (now.len() == 1 && now != before && closed).then_some(())
    });
    assert!(renewed.is_some(), "the window wasn't locked");
    // What is on its way to the fresh page may arrive.
    std::thread::sleep(Duration::from_secs(2));
}

#[test]
fn a_locked_window_keeps_no_password_in_memory() {
    let world = World::new("window-memory");
    ADA.enrols(&world);
    let window = world.open_plain();
    look(window.pid(), "before anybody signs in");
    // Twice, for unlocking is another way in.
    for time in ["first", "second"] {
        enters(&window, &world);
        // The day's backup empties the log by which a question is noticed.
        let backed_up = || files(&world, "backups", "-daily.algoagent-backup").pop();
        assert!(eventually(ONE_TRY, backed_up).is_some(), "no daily backup was made");
        std::thread::sleep(Duration::from_secs(3));
        asks(&window, &world);
        let [password, chat] = look(window.pid(), &format!("signed in the {time} time, in a chat"));
        assert!(chat > 0, "the search finds nothing where something is");
        assert_eq!(password, 0, "the password stays in memory while its owner works");

        locks(&window, &world);
        let [password, chat] = look(window.pid(), &format!("locked the {time} time"));
        assert_eq!(password, 0, "the password is still in memory");
        println!("of the chat {chat} pieces are left, in memory that was given back");
        for process in [PAGE, NETWORK].iter().flat_map(|name| window.processes(name)) {
            let [password, _] = look(process, "behind the window");
            assert_eq!(password, 0, "the password is in a process of the webview");
        }
    }
    window.close();
}
