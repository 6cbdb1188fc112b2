//! The accounts of a computer, made and administered in its terminal.

use algoagent_tests::desktop::{Outcome, World};
use algoagent_tests::scan::assert_nothing_found;
use algoagent_tests::steps::{ADA, DEMO, Person};
use algoagent_tests::terminal::Terminal;
use serde_json::Value;

const GRACE: Person =
    Person {
        name: "grace", email: "grace@example.org", password: "copper Lighthouse 44 in Malmö"
    };
/// What an administrator chooses for somebody else.
const FIRST: &str = "borrowed Teapot 12 on Mars";
/// What a person chooses in the place of another.
const NEXT: &str = "a quiet Meadow 93 near Bath";

/// Signs in as this person.
fn by<'a>(person: &Person, password: &'a str) -> [(&'static str, &'a str); 2] {
    [("ALGOAGENT_USER", person.name), ("ALGOAGENT_PASSWORD", password)]
}

/// Runs a command to its end with this line on its standard input.
fn with_input(world: &World, arguments: &[&str], line: &str) -> Outcome {
    let mut terminal = Terminal::open(world, arguments, &[]);
    terminal.write(line);
    let status = terminal.ends();
    let (stdout, stderr) = terminal.said();
    Outcome { status, stdout, stderr }
}

fn create(world: &World, person: &Person, more: &[&str]) -> Outcome {
    let words = ["user", "create", "--username", person.name, "--email", person.email];
    let words = [&words[..], &["--password-stdin"], more].concat();
    with_input(world, &words, person.password)
}

fn done(outcome: &Outcome) -> &str {
    assert!(outcome.status.success(), "{outcome:?}");
    assert!(!outcome.stdout.contains('\u{1b}'), "a pipe is told how to look: {outcome:?}");
    &outcome.stdout
}

fn json(outcome: &Outcome) -> Value {
    serde_json::from_str(done(outcome)).expect("one JSON document and nothing else")
}

fn refused(outcome: &Outcome, code: i32, words: &[&str]) {
    assert_eq!(outcome.status.code(), Some(code), "{outcome:?}");
    assert!(outcome.stdout.is_empty(), "{outcome:?}");
    let said = outcome.stderr.to_lowercase();
    for word in words {
        assert!(said.contains(&word.to_lowercase()), "no '{word}' in: {}", outcome.stderr);
    }
}

/// The account of this name in a list.
fn find<'a>(list: &'a Value, name: &str) -> Option<&'a Value> {
    list.as_array().expect("a list").iter().find(|account| account["username"] == name)
}

#[test]
fn the_first_account_administers_and_the_next_does_not() {
    let world = World::without_display("users-first");
    let first = json(&create(&world, &ADA, &["--json"]));
    assert_eq!((&first["username"], &first["administrator"]), (&ADA.name.into(), &true.into()));
    assert_eq!(first["recovery_code"].as_str().map(str::len), Some(34), "{first}");

    let second = create(&world, &GRACE, &[]);
    let code = done(&second).lines().find(|line| line.starts_with("    ")).expect("a code");
    assert!(second.stdout.contains("Recovery code") && !second.stdout.contains("administers"));
    assert!(second.stderr.is_empty(), "{second:?}");

    let said =
        world.terminal(&["chat", "--once", "Buy and hold MSFT"], &by(&GRACE, GRACE.password));
    assert!(done(&said).contains("```python"), "{said:?}");
    let list = world.terminal(&["user", "list"], &by(&ADA, ADA.password));
    let lines: Vec<&str> = done(&list).lines().collect();
    assert_eq!(lines.len(), 4, "a heading and three accounts: {list:?}");
    assert!(lines[0].starts_with("NAME "), "{list:?}");
    let column = lines[0].find("ROLE").expect("a role");
    assert!(lines[2].starts_with(ADA.name) && lines[2][column..].starts_with("administrator"));
    assert!(lines[3].starts_with(GRACE.name) && lines[3][column..].starts_with(' '), "{list:?}");
    let secrets = [ADA.password, GRACE.password, code.trim()];
    assert_nothing_found(&world.places(), &secrets, &[]);
}

#[test]
fn the_data_directory_can_be_named_behind_every_command() {
    let world = World::without_display("users-elsewhere");
    let elsewhere = world.home().join("elsewhere");
    let place = ["--data-dir", elsewhere.to_str().expect("a path of text")];
    done(&create(&world, &ADA, &place));
    let user =
        |words: &[&str]| world.terminal(&[words, &place[..]].concat(), &by(&ADA, ADA.password));
    for words in [&["user", "list"][..], &["user", "create-default"], &["backup"]] {
        done(&user(words));
    }
    assert!(elsewhere.join("accounts.db").is_file() && !world.data_dir().exists());
}

#[test]
fn a_name_that_is_taken_or_is_none_is_refused_with_the_reason() {
    let world = World::without_display("users-refused");
    done(&create(&world, &ADA, &[]));
    let upper = Person { name: "ADA.Trades", email: "other@example.org", ..ADA };
    refused(&create(&world, &upper, &[]), 1, &["user name is taken"]);
    let address = Person { name: "other", ..ADA };
    refused(&create(&world, &address, &[]), 1, &["e-mail address is taken"]);
    let short = Person { name: "xy", email: "xy@example.org", ..ADA };
    refused(&create(&world, &short, &[]), 1, &["3 to 32"]);
    refused(&with_input(&world, &["user", "create", "--username", "linus"], ""), 2, &["--email"]);
    let list = json(&world.terminal(&["user", "list", "--json"], &by(&ADA, ADA.password)));
    assert_eq!(list.as_array().map(Vec::len), Some(2), "a refused one was made: {list}");
}

#[test]
fn what_is_missing_without_a_terminal_is_named_with_exit_2() {
    let world = World::without_display("users-missing");
    let user = |arguments: &[&str]| world.terminal(&[&["user"], arguments].concat(), &[]);
    refused(&user(&["create"]), 2, &["--username"]);
    refused(&user(&["create", "--username", "ada"]), 2, &["--email"]);
    let named = ["create", "--username", "ada", "--email", "ada@example.org"];
    refused(&user(&named), 2, &["--password-stdin"]);
    refused(&user(&[&named[..], &["--password-stdin"]].concat()), 2, &["no password"]);
    let both = [&named[..], &["--password", "x", "--password-stdin"]].concat();
    refused(&user(&both), 2, &["--password", "cannot be used with"]);
    refused(&user(&["list"]), 2, &["--as", "ALGOAGENT_USER"]);
    refused(&user(&["list", "--as", "ada"]), 2, &["ALGOAGENT_PASSWORD"]);
    refused(&user(&["audit", "--json", "--csv"]), 2, &["--csv"]);
    refused(&user(&["no-such-thing"]), 2, &["unrecognized"]);
}

#[test]
fn a_weak_password_is_taken_with_a_warning_that_says_why() {
    let world = World::without_display("users-weak");
    let weak = Person { password: "password1", ..ADA };
    let made = create(&world, &weak, &[]);
    done(&made);
    let warned = made.stderr.to_lowercase();
    assert!(warned.contains("warning") && warned.contains("common"), "{made:?}");
    assert!(!made.stderr.contains("password1"), "it repeats the password: {made:?}");
    let list = world.terminal(&["user", "list"], &by(&ADA, "password1"));
    done(&list);

    let visible = ["user", "create", "--username", GRACE.name, "--email", GRACE.email];
    let visible = [&visible[..], &["--password", GRACE.password]].concat();
    let made = world.terminal(&visible, &[]);
    done(&made);
    assert!(made.stderr.contains("other programs") && !made.stderr.contains("weak"), "{made:?}");
    let passwd = ["user", "passwd", "--password", "12345678"];
    refused(&world.terminal(&passwd, &by(&GRACE, GRACE.password)), 1, &["common"]);
}

#[test]
fn only_an_administrator_administers() {
    let world = World::without_display("users-roles");
    for person in [&ADA, &GRACE] {
        done(&create(&world, person, &[]));
    }
    let user = |arguments: &[&str], who: &[(&str, &str)]| {
        world.terminal(&[&["user"], arguments].concat(), who)
    };
    let new = ["create", "--username", "joan", "--email", "joan@example.org", "--password", FIRST];
    let asked: [&[&str]; 9] = [
        &["list"],
        &["disable", ADA.name],
        &["enable", ADA.name],
        &["delete", ADA.name, "--yes"],
        &["sessions", ADA.name],
        &["end-sessions", ADA.name],
        &["audit"],
        &[&new[..], &["--for-somebody-else"]].concat(),
        &[&new[..], &["--admin"]].concat(),
    ];
    for arguments in asked {
        refused(&user(arguments, &by(&GRACE, GRACE.password)), 6, &["administrator"]);
        refused(&user(arguments, &by(&ADA, "not Ada's password")), 4, &["password"]);
        refused(&user(arguments, &by(&DEMO, DEMO.password)), 6, &["administrator"]);
    }
    let ada = by(&ADA, ADA.password);
    refused(&user(&["disable", ADA.name], &ada), 6, &["last administrator"]);
    refused(&user(&["delete", ADA.name, "--yes"], &ada), 6, &["last administrator"]);
    refused(&user(&["disable", "nobody"], &ada), 1, &["no account nobody"]);
    let list = json(&user(&["list", "--json"], &ada));
    assert_eq!(list.as_array().map(Vec::len), Some(3), "{list}");
}

#[test]
fn an_account_is_disabled_enabled_and_deleted() {
    let world = World::without_display("users-life");
    for person in [&ADA, &GRACE] {
        done(&create(&world, person, &[]));
    }
    let ada = by(&ADA, ADA.password);
    let chat = || world.terminal(&["chat", "--once", "Buy and hold"], &by(&GRACE, GRACE.password));
    let state = json(&world.terminal(&["user", "disable", "GRACE", "--json"], &ada));
    assert_eq!(state["disabled"], true);
    refused(&chat(), 4, &["password"]);
    done(&world.terminal(&["user", "enable", GRACE.email], &ada));
    done(&chat());

    let unsure = world.terminal(&["user", "delete", GRACE.name], &ada);
    refused(&unsure, 2, &["Nobody can bring them back", "--yes"]);
    done(&chat());
    let deleted = world.terminal(&["user", "delete", GRACE.name, "--yes"], &ada);
    done(&deleted);
    assert!(deleted.stderr.contains("Nobody can bring them back"), "{deleted:?}");
    refused(&chat(), 4, &["password"]);

    done(&create(&world, &GRACE, &[]));
    let own = world.terminal(&["user", "delete", GRACE.name, "--yes"], &by(&GRACE, GRACE.password));
    done(&own);
    refused(&chat(), 4, &["password"]);
}

#[test]
fn the_audit_log_says_who_did_what_to_whom_and_where() {
    let world = World::without_display("users-audit");
    done(&create(&world, &ADA, &[]));
    done(&create(&world, &GRACE, &[]));
    let ada = by(&ADA, ADA.password);
    done(&world.terminal(&["user", "disable", GRACE.name], &ada));
    refused(&world.terminal(&["user", "list"], &by(&ADA, "wrong")), 4, &[]);

    let log = json(&world.terminal(&["user", "audit", "--json"], &ada));
    let log = log.as_array().expect("a list");
    let noted = |actor: Option<&str>, action: &str, subject: &str| {
        log.iter().any(|entry| {
            entry["actor"].as_str() == actor
                && entry["action"] == action
                && entry["subject"] == subject
                && entry["door"] == "terminal"
        })
    };
    assert!(noted(Some(ADA.name), "account_disabled", GRACE.name), "{log:?}");
    assert!(noted(None, "account_created", GRACE.name), "{log:?}");
    assert!(noted(None, "sign_in_refused", ADA.name), "{log:?}");

    let csv = world.terminal(&["user", "audit", "--csv"], &ada);
    let lines: Vec<&str> = done(&csv).lines().collect();
    assert_eq!(lines[0], "time,who,what,whose,door");
    assert!(lines[1].ends_with(&format!(",,account_created,{},terminal", ADA.name)), "{csv:?}");
    assert!(lines.len() > log.len(), "the sign-in for it is not among them");
    let two = world.terminal(&["user", "audit", "--limit", "2"], &ada);
    assert_eq!(done(&two).lines().count(), 3, "{two:?}");
    assert!(two.stderr.contains("--limit") && two.stdout.contains("signed in"), "{two:?}");
}

#[test]
fn an_account_for_somebody_else_is_claimed_by_its_owner() {
    let world = World::without_display("users-claim");
    done(&create(&world, &ADA, &[]));
    let words = ["user", "create", "--username", GRACE.name, "--email", GRACE.email, "--admin"];
    let made = [&words[..], &["--password", FIRST, "--json"]].concat();
    let made = json(&world.terminal(&made, &by(&ADA, ADA.password)));
    assert_eq!((&made["claimed"], &made["administrator"]), (&false.into(), &true.into()));
    assert!(made.get("recovery_code").is_none(), "a code before there is an owner: {made}");

    let with_the_first = by(&GRACE, FIRST);
    for command in [&["chat", "--once", "Buy and hold"][..], &["user", "list"], &["backup"]] {
        refused(&world.terminal(command, &with_the_first), 4, &["made for you", "terminal"]);
    }
    let mut person = Terminal::open_for_a_person(&world, &["user", "list"], &with_the_first);
    person.says("made for you");
    for (password, answer) in [(FIRST, "knows the first"), ("qwertyuiop", "common")] {
        person.types_at("New password: ", password);
        person.types_at("The same again: ", password);
        person.says(answer);
    }
    person.types_at("New password: ", NEXT);
    person.types_at("The same again: ", "something else");
    person.says("not the same");
    person.types_at("New password: ", NEXT);
    person.types_at("The same again: ", NEXT);
    person.says("Recovery code");
    person.says("administrator");
    assert_eq!(person.ends().code(), Some(0), "{:?}", person.said());
    let shown = person.said().0;
    assert!(!shown.contains(NEXT) && !shown.contains(FIRST), "a password is seen: {shown}");

    refused(&world.terminal(&["user", "list"], &with_the_first), 4, &["password"]);
    done(&world.terminal(&["user", "list"], &by(&GRACE, NEXT)));
}

#[test]
fn a_person_is_asked_for_what_is_missing_and_no_weak_password_is_taken() {
    let world = World::without_display("users-prompts");
    let mut person = Terminal::open_for_a_person(&world, &["user", "create"], &[]);
    person.types_at("User name: ", ADA.name);
    person.types_at("E-mail address: ", ADA.email);
    person.types_at("New password: ", "password1");
    person.types_at("The same again: ", "password1");
    person.says("common");
    person.types_at("New password: ", ADA.password);
    person.types_at("The same again: ", ADA.password);
    person.says("Recovery code, shown this once");
    assert_eq!(person.ends().code(), Some(0), "{:?}", person.said());
    let shown = person.said().0;
    assert!(!shown.contains(ADA.password) && !shown.contains("password1"), "{shown}");

    let ada = by(&ADA, ADA.password);
    let mut person = Terminal::open_for_a_person(&world, &["user", "delete", DEMO.name], &ada);
    person.says("Nobody can bring them back");
    person.types_at("to delete it: ", "another");
    assert_eq!(person.ends().code(), Some(1), "{:?}", person.said());
    let mut person = Terminal::open_for_a_person(&world, &["user", "delete", DEMO.name], &ada);
    person.types_at("to delete it: ", DEMO.name);
    assert_eq!(person.ends().code(), Some(0), "{:?}", person.said());
    let mut person = Terminal::open_for_a_person(&world, &["user", "list", "--as", ADA.name], &[]);
    person.types_at("Password of ada.trades: ", ADA.password);
    person.says("administrator");
    assert_eq!(person.ends().code(), Some(0), "{:?}", person.said());
}

#[test]
fn the_demo_account_comes_back_when_somebody_asks_for_it() {
    let world = World::without_display("users-demo");
    let make = || world.terminal(&["user", "create-default"], &[]);
    assert!(done(&make()).contains("exists already"), "the first start makes it");
    done(&create(&world, &ADA, &[]));
    let ada = by(&ADA, ADA.password);
    let chat = || world.terminal(&["chat", "--once", "Buy and hold"], &[]);
    done(&chat());
    done(&world.terminal(&["user", "delete", DEMO.name, "--yes"], &ada));
    refused(&chat(), 4, &["demo account", "create-default"]);
    let again = make();
    assert!(done(&again).contains("is made") && again.stdout.contains(DEMO.password), "{again:?}");
    assert!(done(&make()).contains("exists already"));
    done(&chat());
    let list = json(&world.terminal(&["user", "list", "--json"], &ada));
    assert_eq!(list.as_array().map(Vec::len), Some(2), "it is doubled: {list}");
    let demo = find(&list, DEMO.name).expect("the demo account");
    assert_eq!((&demo["demo"], &demo["administrator"]), (&true.into(), &false.into()));
}

#[test]
fn an_account_with_the_ready_profile_is_made_once() {
    let world = World::without_display("users-default");
    let words = ["user", "create-default", "--username", GRACE.name, "--email", GRACE.email];
    let make = || with_input(&world, &[&words[..], &["--password-stdin"]].concat(), GRACE.password);
    let made = make();
    assert!(done(&made).contains("Recovery code") && made.stdout.contains("administers"));
    assert!(done(&make()).contains("exists already"));
    // The built-in model takes the symbols of the profile where a question names none.
    let said = world.terminal(&["chat", "--once", "momentum"], &by(&GRACE, GRACE.password));
    assert!(done(&said).contains("GOOGL"), "{said:?}");
}

#[test]
fn one_s_own_password_code_and_key_are_changed() {
    let world = World::without_display("users-own");
    let old_code = json(&create(&world, &ADA, &["--json"]))["recovery_code"].clone();
    let ada = by(&ADA, ADA.password);
    done(&world.terminal(&["chat", "--once", "Buy and hold MSFT"], &ada));
    let code = json(&world.terminal(&["user", "recovery-code", "--json"], &ada));
    assert!(code["recovery_code"].is_string() && code["recovery_code"] != old_code, "{code}");
    let rekeyed = world.terminal(&["user", "rekey", "--json"], &ada);
    assert_ne!(json(&rekeyed)["recovery_code"], code["recovery_code"]);

    let weak = world.terminal(&["user", "passwd", "--password", "password1"], &ada);
    refused(&weak, 1, &["this password is weak"]);
    let passwd = ["user", "passwd", "--password", NEXT];
    refused(&world.terminal(&passwd, &by(&ADA, "not Ada's password")), 4, &["password"]);
    refused(&world.terminal(&passwd, &by(&ADA, NEXT)), 4, &["password"]);
    done(&world.terminal(&passwd, &ada));
    refused(&world.terminal(&["user", "list"], &ada), 4, &["password"]);
    done(&world.terminal(&["user", "list"], &by(&ADA, NEXT)));
}

#[test]
fn whoever_asks_can_pass_the_password_in_a_pipe_too() {
    let world = World::without_display("users-piped");
    done(&create(&world, &ADA, &[]));
    let list = ["user", "list", "--as", ADA.name, "--as-stdin", "--json"];
    assert!(find(&json(&with_input(&world, &list, ADA.password)), ADA.name).is_some());
    refused(&with_input(&world, &list, NEXT), 4, &["password"]);
    refused(&with_input(&world, &list, ""), 2, &["no password"]);
    refused(&with_input(&world, &["user", "list", "--as-stdin"], ADA.password), 2, &["--as"]);

    let passwd = ["user", "passwd", "--as", ADA.name, "--as-stdin", "--password-stdin"];
    done(&with_input(&world, &passwd, &format!("{NEXT}\n{}\n", ADA.password)));
    assert!(find(&json(&with_input(&world, &list, NEXT)), ADA.name).is_some());
}

#[test]
fn a_lost_password_is_replaced_by_code() {
    let world = World::without_display("users-recover");
    let code = json(&create(&world, &ADA, &["--json"]))["recovery_code"].clone();
    let code = code.as_str().expect("a code").to_owned();
    done(&world.terminal(&["chat", "--once", "Buy and hold MSFT"], &by(&ADA, ADA.password)));
    let recover = |code: &str| {
        let variables = [("ALGOAGENT_RECOVERY_CODE", code), ("ALGOAGENT_PASSWORD", NEXT)];
        world.terminal(&["user", "recover", ADA.name, "--json"], &variables)
    };
    let mut typo = code.clone();
    let other = if typo.ends_with('7') { "8" } else { "7" };
    typo.replace_range(typo.len() - 1.., other);
    refused(&recover(&typo), 4, &["typing"]);
    let told = json(&recover(&code));
    assert_eq!(told["username"], ADA.name);
    refused(&recover(&code), 4, &["code"]);
    refused(&world.terminal(&["user", "list"], &by(&ADA, ADA.password)), 4, &["password"]);
    done(&world.terminal(&["user", "list"], &by(&ADA, NEXT)));
    let next = told["recovery_code"].as_str().expect("another code");
    let of_stdin = [("ALGOAGENT_RECOVERY_CODE", next)];
    let words = ["user", "recover", ADA.name, "--password-stdin"];
    done(&Terminal::reads(&world, &words, &format!("{NEXT}\n"), &of_stdin));
    done(&world.terminal(&["user", "list"], &by(&ADA, NEXT)));
    let without = world.terminal(&["user", "recover", ADA.name], &[]);
    refused(&without, 2, &["ALGOAGENT_RECOVERY_CODE"]);
    assert_nothing_found(&world.places(), &[ADA.password, NEXT, &code, next], &[]);
}

#[test]
fn an_administrators_rights_are_given_and_taken() {
    let world = World::without_display("users-rights");
    done(&create(&world, &ADA, &[]));
    done(&create(&world, &GRACE, &[]));
    let (ada, grace) = (by(&ADA, ADA.password), by(&GRACE, GRACE.password));
    refused(&world.terminal(&["user", "demote", ADA.name], &ada), 6, &["administrator"]);
    refused(&world.terminal(&["user", "promote", GRACE.name], &grace), 6, &["administrator"]);
    let promoted = json(&world.terminal(&["user", "promote", GRACE.name, "--json"], &ada));
    assert_eq!(promoted["administrator"], true, "{promoted}");
    done(&world.terminal(&["user", "demote", ADA.name], &grace));
    refused(&world.terminal(&["user", "list"], &ada), 6, &["administrator"]);
    let log = json(&world.terminal(&["user", "audit", "--json"], &grace));
    let again = json(&world.terminal(&["user", "audit", "--json"], &grace));
    for (action, in_log) in [
        ("administrator_granted", &log),
        ("administrator_revoked", &log),
        // The one before says that it was taken out.
        ("audit_exported", &again),
    ] {
        let noted = |entry: &Value| entry["action"] == action;
        assert!(in_log.as_array().expect("a list").iter().any(noted), "no {action}: {in_log}");
    }
}

#[test]
fn beside_a_running_program_everything_is_the_same() {
    let world = World::without_display("users-beside");
    let mut running = Terminal::open(&world, &["chat", "--json"], &[]);
    running.write("Buy and hold AAPL");
    running.answer(1);
    done(&create(&world, &ADA, &[]));
    done(&create(&world, &GRACE, &[]));
    let ada = by(&ADA, ADA.password);
    let mut graces = Terminal::open(&world, &["chat", "--json"], &by(&GRACE, GRACE.password));
    graces.write("Buy and hold MSFT");
    graces.answer(1);

    let seen = json(&world.terminal(&["user", "sessions", GRACE.name, "--json"], &ada));
    assert_eq!(seen["sessions"], 1, "{seen}");
    let ended = json(&world.terminal(&["user", "end-sessions", GRACE.name, "--json"], &ada));
    assert_eq!(ended["ended"], 1, "{ended}");
    graces.write("and with TSLA");
    assert_eq!(graces.ends().code(), Some(1), "{:?}", graces.said());
    done(&world.terminal(&["user", "rekey"], &by(&GRACE, GRACE.password)));
    done(&world.terminal(&["user", "delete", GRACE.name, "--yes"], &ada));
    done(&world.terminal(&["user", "delete", DEMO.name, "--yes"], &ada));
    assert!(done(&world.terminal(&["user", "create-default"], &[])).contains("is made"));
    refused(&world.terminal(&["user", "list"], &by(&DEMO, DEMO.password)), 6, &["administrator"]);
}
