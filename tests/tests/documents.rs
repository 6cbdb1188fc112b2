//! Every command and every HTTP call that the documents show is made, and what they say that comes
//! of it comes.
//!
//! A page is followed from its top in a world of its own, as somebody reads it. How its blocks are
//! meant is written in CONTRIBUTING.md.

use std::fs;

use algoagent_tests::desktop::World;
use algoagent_tests::documents::{Shell, follow};
use algoagent_tests::workspace;

macro_rules! pages {
    ($($name:ident: $page:literal,)*) => {
        const PAGES: &[&str] = &[$($page),*];

        $(#[test]
        fn $name() {
            let world = World::without_display("documents");
            follow($page, &mut Shell::open(&world));
        })*
    };
}

pages! {
    the_front_page_is_true: "README.md",
    the_page_of_the_house_is_true: "ARCHITECTURE.md",
    the_list_of_changes_is_true: "CHANGELOG.md",
    the_page_for_contributors_is_true: "CONTRIBUTING.md",
    the_page_of_accounts_is_true: "docs/accounts.md",
    the_page_of_backups_is_true: "docs/backup.md",
    the_page_of_the_chat_is_true: "docs/chat.md",
    the_page_of_the_command_line_is_true: "docs/command-line.md",
    the_page_of_contexts_is_true: "docs/contexts.md",
    the_page_of_the_local_api_is_true: "docs/local-api.md",
    the_page_of_the_older_service_is_true: "docs/migration.md",
    the_page_of_figures_is_true: "docs/figures.md",
    the_page_of_models_is_true: "docs/models.md",
    the_page_of_security_is_true: "docs/security.md",
    the_page_of_strategies_is_true: "docs/strategies.md",
    the_page_of_troubles_is_true: "docs/troubleshooting.md",
}

#[test]
fn every_page_is_followed() {
    let mut found = Vec::new();
    for folder in ["", "docs/"] {
        let entries = fs::read_dir(workspace().join(folder)).expect("a folder of pages");
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        found.extend(
            names.filter(|name| name.ends_with(".md")).map(|name| format!("{folder}{name}")),
        );
    }
    found.sort();
    let mut known = PAGES.to_vec();
    known.sort_unstable();
    assert_eq!(found, known, "a page is followed by no test, or a test follows none");
}
