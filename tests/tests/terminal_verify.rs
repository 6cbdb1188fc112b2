//! Backup files checked in a terminal, and the subcommands of `backup`.

use std::fs;
use std::path::{Path, PathBuf};

use algoagent_tests::desktop::{Outcome, World};
use algoagent_tests::scan::assert_nothing_found;
use algoagent_tests::steps::ADA;
use algoagent_tests::terminal::Terminal;

const NEXT: &str = "a quiet Meadow 93 near Bath";

/// A computer with a backup of Ada's, and her recovery code.
fn with_backup(name: &str) -> (World, PathBuf, String) {
    let world = World::without_display(name);
    let words = ["user", "create", "--username", ADA.name, "--email", ADA.email];
    let words = [&words[..], &["--password-stdin", "--json"]].concat();
    let made = Terminal::reads(&world, &words, &format!("{}\n", ADA.password), &[]).json();
    let code = made["recovery_code"].as_str().expect("a code").to_owned();
    world.terminal(&["chat", "--once", "Buy and hold MSFT"], &ADA.signs_in()).done();
    let file = world.home().join("ada.algoagent-backup");
    let to = file.to_str().expect("a path of text");
    let told = world.terminal(&["backup", "create", "--to", to, "--json"], &ADA.signs_in()).json();
    assert_eq!(told["copied_to"], to, "{told}");
    (world, file, code)
}

fn verify(world: &World, file: &Path, words: &[&str], who: &[(&str, &str)]) -> Outcome {
    let file = file.to_str().expect("a path of text");
    world.terminal(&[&["backup", "verify", file], words].concat(), who)
}

#[test]
fn a_backup_is_checked_by_its_bytes_or_opened_and_says_which() {
    let (world, file, code) = with_backup("verify-whole");
    let bytes = verify(&world, &file, &[], &[]);
    assert!(
        bytes.done().contains("was not opened") && bytes.stdout.contains(ADA.name),
        "{bytes:?}"
    );
    let password = [("ALGOAGENT_PASSWORD", ADA.password)];
    let opened = verify(&world, &file, &[], &password);
    assert!(opened.done().contains("every page"), "{opened:?}");
    assert_eq!(
        verify(&world, &file, &["--bytes-only", "--json"], &password).json()["opened"],
        false
    );

    let with_code = [("ALGOAGENT_RECOVERY_CODE", code.as_str())];
    for _ in 0..2 {
        // It isn't used up.
        let opened = verify(&world, &file, &["--recovery-code", "--json"], &with_code).json();
        assert_eq!((&opened["opened"], &opened["username"]), (&true.into(), &ADA.name.into()));
    }
    // Today's password opens it as long as the key is the same.
    let passwd = ["user", "passwd", "--password-stdin"];
    Terminal::reads(&world, &passwd, &format!("{NEXT}\n"), &ADA.signs_in()).done();
    for secret in [ADA.password, NEXT] {
        verify(&world, &file, &[], &[("ALGOAGENT_PASSWORD", secret)]).done();
    }
    // Elsewhere it is that of its time alone.
    let elsewhere = world.home().join("elsewhere");
    let place = ["--data-dir", elsewhere.to_str().expect("a path of text")];
    verify(&world, &file, &place, &password).done();
    verify(&world, &file, &place, &[("ALGOAGENT_PASSWORD", NEXT)]).refused(4, &["password"]);
    let left: Vec<_> =
        fs::read_dir(elsewhere.join("vaults")).expect("a folder").flatten().collect();
    assert_eq!(left.len(), 1, "more than the demo account's: {left:?}");
    assert_nothing_found(&world.places(), &[ADA.password, NEXT, &code], &[]);
}

#[test]
fn what_is_no_whole_backup_is_told_and_a_wrong_secret_with_4() {
    let (world, file, _) = with_backup("verify-refused");
    let wrong = [("ALGOAGENT_PASSWORD", "not Ada's password")];
    verify(&world, &file, &[], &wrong).refused(4, &["password"]);
    let mistyped = [("ALGOAGENT_RECOVERY_CODE", "0000-0000")];
    verify(&world, &file, &["--recovery-code"], &mistyped).refused(4, &["typing"]);
    verify(&world, &file, &["--recovery-code"], &[]).refused(2, &["ALGOAGENT_RECOVERY_CODE"]);
    let absent = world.home().join("absent");
    verify(&world, &absent, &[], &[]).refused(1, &["absent"]);
    verify(&world, &world.home(), &[], &[]).refused(1, &["no file"]);

    let whole = fs::read(&file).expect("a backup");
    let bent = world.home().join("bent");
    let mut changed = whole.clone();
    let last = changed.len() / 2;
    changed[last] ^= 1;
    for bytes in [&changed[..], &whole[..whole.len() / 2], b"no backup at all", b""] {
        fs::write(&bent, bytes).expect("a file");
        verify(&world, &bent, &[], &[]).refused(1, &["damaged"]);
        verify(&world, &bent, &[], &[("ALGOAGENT_PASSWORD", ADA.password)])
            .refused(1, &["damaged"]);
    }
}

#[test]
fn the_subcommands_do_what_the_older_words_do_beside_a_running_program_too() {
    let (world, file, _) = with_backup("verify-subcommands");
    let mut running = Terminal::open(&world, &["chat", "--json"], &[]);
    running.write("Buy and hold AAPL");
    running.answer(1);
    let password = [("ALGOAGENT_PASSWORD", ADA.password)];
    assert_eq!(verify(&world, &file, &["--json"], &password).json()["opened"], true);
    let list = world.terminal(&["backup", "--list", "--json"], &ADA.signs_in()).json();
    assert_eq!(list["backups"].as_array().map(Vec::len), Some(1), "{list}");
    let file = file.to_str().expect("a path of text");
    let restored = world.terminal(&["backup", "restore", file], &password);
    assert!(restored.done().contains(ADA.name), "{restored:?}");
    let piped = ["backup", "restore", file, "--password-stdin"];
    Terminal::reads(&world, &piped, &format!("{}\n", ADA.password), &[]).done();
    Terminal::reads(&world, &piped, "", &[]).refused(2, &["no password"]);
    let create = ["backup", "create", "--user", ADA.name, "--password-stdin"];
    Terminal::reads(&world, &create, &format!("{}\n", ADA.password), &[]).done();
    world.terminal(&["backup", "--list", "verify", file], &[]).refused(2, &[]);
    assert_eq!(running.close().code(), Some(0));
}
