//! The documents' pictures, renewed from those that the last run of the stories took of the real
//! window.

use std::fs;

use crate::call::{Call, find_program};
use crate::checkout::Checkout;
use crate::fault::Fault;

/// Which picture of a run becomes which of the documents.
pub(crate) const PICTURES: [(&str, &str); 4] = [
    ("screen-light-1280-chat-follow-up.png", "chat-light.png"),
    ("screen-dark-1280-chat-code.png", "code-dark.png"),
    ("screen-light-1280-contexts.png", "contexts-light.png"),
    ("screen-dark-1280-search-found.png", "search-dark.png"),
];

/// Where they lie.
pub(crate) const FOLDER: &str = "docs/pictures/";

/// A page that loads slowly is read by nobody.
const LARGEST: u64 = 150 * 1024;

/// A picture's place, from the checkout's root.
pub(crate) fn place(name: &str) -> String {
    format!("{FOLDER}{name}")
}

/// Those that are too large.
pub(crate) fn faults(checkout: &Checkout) -> impl Iterator<Item = String> {
    let sized = PICTURES.iter().filter_map(|(_, name)| {
        let file = fs::metadata(checkout.root.join(place(name))).ok()?;
        Some((name, file.len()))
    });
    sized.filter(|(_, bytes)| *bytes > LARGEST).map(|(name, bytes)| {
        format!("{}: {} KiB, {} are the most.", place(name), bytes / 1024, LARGEST / 1024)
    })
}

/// Copies them, smaller where pngquant is installed.
pub(crate) fn renew(checkout: &Checkout) -> Result<(), Fault> {
    for (taken, name) in PICTURES {
        let from = checkout.artifacts().join(taken);
        let to = checkout.root.join(place(name));
        if find_program("pngquant").is_some() {
            Call::new("pngquant")
                .args(["--quality", "85-100", "--speed", "1", "--strip", "--force", "--output"])
                .args([to.as_os_str(), from.as_os_str()])
                .within(&checkout.root)
                .advice("Run the stories first: `cargo xtask test --only stories`.")
                .run()?;
        } else {
            fs::copy(&from, &to).map_err(|error| {
                Fault::new(
                    format!("{} can't be copied: {error}.", from.display()),
                    "Run the stories first: `cargo xtask test --only stories`.",
                )
            })?;
        }
        println!("{}, from {taken}", place(name));
    }
    if let Some(fault) = faults(checkout).next() {
        return Err(Fault::new(fault, "Install pngquant and run the command again."));
    }
    println!("Look at them before you commit them.");
    Ok(())
}
