//! The delivered window, driven by nothing but a keyboard, leaves nothing readable behind.

use std::fs;
use std::time::Duration;

use algoagent_tests::desktop::World;
use algoagent_tests::eventually;
use algoagent_tests::plain::PlainWindow;
use algoagent_tests::scan::assert_nothing_found;
use algoagent_tests::steps::ADA;

const QUESTION: &str = "buy and hold MSFT for the narwhalveranda";

/// Long enough for one try; a try whose first keys came too early is made again.
const ONE_TRY: Duration = Duration::from_secs(15);

fn vaults(world: &World) -> usize {
    fs::read_dir(world.data_dir().join("vaults")).map_or(0, Iterator::count)
}

fn registers(world: &World) -> bool {
    let before = vaults(world);
    let window = world.open_plain();
    window.press(&["Tab", "Return"]);
    for (field, next) in [(ADA.name, "Tab"), (ADA.email, "Tab"), (ADA.password, "Return")] {
        window.write(field);
        window.press(&[next]);
    }
    let made = eventually(ONE_TRY, || (vaults(world) > before).then_some(()));
    // The new account is on the disk before its recovery code is on the screen.
    std::thread::sleep(Duration::from_secs(1));
    window.close();
    made.is_some()
}

fn asks(world: &World) -> bool {
    let window = world.open_plain();
    window.write(ADA.password);
    window.press(&["Return"]);
    std::thread::sleep(Duration::from_secs(3));
    window.write(QUESTION);
    window.press(&["Return"]);
    std::thread::sleep(Duration::from_secs(3));
    window.close();

    let chats = world.terminal(&["chat", "--list"], &ADA.signs_in());
    chats.done().to_lowercase().contains("hold")
}

#[test]
fn an_account_and_a_question_typed_into_the_delivered_window_stay_in_the_vault() {
    let world = World::new("window-plain");
    assert!((0..3).any(|_| registers(&world)), "no account came of what was typed");
    assert!((0..3).any(|_| asks(&world)), "no chat came of what was typed");
    assert_nothing_found(&world.places(), &["narwhalveranda", QUESTION, ADA.password], &[]);
}

/// The process that shows the page.
const PAGE: &str = "WebKitWebProcess";

/// Tries the demo account and signs out; the process that showed its page must be another then.
fn visits_the_demo(window: &PlainWindow<'_>, world: &World) -> bool {
    let before = window.processes(PAGE);
    assert_eq!(before.len(), 1, "one page has one process");
    window.press(&["Tab", "Tab", "Return"]);
    std::thread::sleep(Duration::from_secs(3));
    assert_eq!(window.processes(PAGE), before, "a page was renewed without a reason");
    world.hands().click_from_bottom_left(100, 25);
    std::thread::sleep(Duration::from_secs(1));
    window.press(&["Up", "Return"]);
    let renewed = eventually(ONE_TRY, || {
        let now = window.processes(PAGE);
        (now.len() == 1 && now != before).then_some(())
    });
    std::thread::sleep(Duration::from_secs(2));
    renewed.is_some()
}

#[test]
fn the_process_that_showed_a_person_s_page_ends_with_their_session() {
    let world = World::new("window-renewed");
    let window = world.open_plain();
    // Twice, so that the fresh page is seen to work, too.
    for visit in ["first", "second"] {
        let left = (0..3).any(|_| visits_the_demo(&window, &world));
        assert!(left, "after the {visit} visit the page's process is still the same");
    }
    assert_eq!(window.processes("WebKitNetworkProcess").len(), 1, "processes pile up");
    window.close();
}
