//! Starts that can't end in a window of their own: a second one on the same data, and one
//! on a place that can't be written.

use std::fs;
use std::path::Path;

use algoagent_tests::desktop::{Outcome, World};
use algoagent_tests::steps::ADA;

#[test]
fn a_second_start_says_so_and_leaves_the_first_window_as_it_is() {
    let world = World::new("window-second-start");
    let window = world.open();
    window.create_account(&ADA);
    window.composer().fill("half a question");

    let second = world.terminal(&[], &[]);
    assert_eq!(second.status.code(), Some(0), "{second:?}");
    let words = second.stdout.to_lowercase();
    assert!(words.contains("already running"), "it only said: {words:?}");

    assert!(window.lives(), "the second start ended the first program");
    assert_eq!(window.composer().value(), "half a question");
    window.button("Send").click();
    window.answer_becomes(1, "done");
    window.close();
}

#[test]
fn a_data_directory_that_cannot_be_written_is_named_before_anything_starts() {
    let world = World::new("unwritable");
    let file = world.home().join("not-a-folder");
    fs::write(&file, "a file in the way").expect("a file");
    for place in [file.clone(), file.join("data")] {
        let path = place.to_str().expect("a path of text");
        for arguments in
            [vec!["--data-dir", path], vec!["chat", "--once", "buy and hold", "--data-dir", path]]
        {
            let outcome = world.terminal(&arguments, &[]);
            assert_eq!(outcome.status.code(), Some(1), "{arguments:?}: {outcome:?}");
            assert_is_a_message(&outcome);
            assert!(outcome.stderr.contains(path), "{} doesn't say where", outcome.stderr);
        }
    }
    assert_untouched(&file);
}

/// Words for a person: no panic, no debug output.
fn assert_is_a_message(outcome: &Outcome) {
    let words = outcome.stderr.trim();
    assert!(words.len() > 20, "no message, only {words:?}");
    for noise in ["panicked", "RUST_BACKTRACE", "Os {", "Error("] {
        assert!(!words.contains(noise), "not written for a person: {words}");
    }
}

fn assert_untouched(file: &Path) {
    let text = fs::read_to_string(file).expect("the file is still there");
    assert_eq!(text, "a file in the way");
}
