//! Rules on the files themselves: how long they are, which paths they tell, what they import,
//! that the version stands in one of them alone, and whether what documents point at is there.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::call::Call;
use crate::checkout::Checkout;
use crate::documents;
use crate::fault::Fault;
use crate::journal::Outcome;
use crate::pictures;

/// A file longer than this asks to be split.
const LONG: usize = 400;

/// A file longer than this is refused.
const TOO_LONG: usize = 800;

/// What is written by hand and read by people.
const SOURCES: [&str; 9] = ["rs", "ts", "js", "svelte", "css", "html", "py", "sql", "sh"];

/// Written by a program, so its length is nobody's habit.
const GENERATED: &str = "ui/src/lib/api/gen/";

/// One file by design: it is exported beside a strategy and must run there alone.
const ONE_FILE: &str = "src-tauri/core/house/algoagent.py";

/// Folders that exist on many computers: finding their names in a file says nothing about this one.
const COMMON: [&str; 10] =
    ["/", "/home", "/mnt", "/opt", "/root", "/src", "/srv", "/tmp", "/usr", "/var"];

/// Where a version could stand a second time. The one that counts is in the root's `Cargo.toml`.
const VERSIONED: [&str; 2] = ["package.json", ".conf.json"];

struct TextFile {
    /// From the checkout's root, with `/`.
    path: String,
    text: String,
}

#[derive(Default)]
struct Report {
    long: Vec<String>,
    faults: Vec<String>,
}

/// Judges every text file that git knows or would take.
pub(crate) fn check(checkout: &Checkout) -> Result<Outcome, Fault> {
    let paths = paths(checkout)?;
    let files = read(checkout, &paths);
    let Report { long, mut faults } = judge(&files, &private_paths(&checkout.root));
    let texts = files.iter().map(|file| (file.path.as_str(), file.text.as_str()));
    faults.extend(documents::judge(texts, &paths.iter().map(String::as_str).collect()));
    faults.extend(pictures::faults(checkout));
    if !long.is_empty() {
        println!("    over {LONG} lines, worth splitting:");
        for file in long {
            println!("      {file}");
        }
    }
    if faults.is_empty() {
        return Ok(Outcome::Passed);
    }
    Err(Fault::new("Files break the project's rules.", faults.join("\n")))
}

/// Every file that git knows or would take, and that is there.
fn paths(checkout: &Checkout) -> Result<Vec<String>, Fault> {
    let list = Call::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard", "-z"])
        .within(&checkout.root)
        .advice("git has to be installed, and this folder has to be a checkout that it trusts.")
        .output()?;
    let paths = list.split('\0').filter(|path| !path.is_empty());
    Ok(paths.filter(|path| checkout.root.join(path).exists()).map(str::to_owned).collect())
}

fn read(checkout: &Checkout, paths: &[String]) -> Vec<TextFile> {
    // Unreadable: a picture. It has no lines.
    let text_file = |path: &String| {
        let text = fs::read_to_string(checkout.root.join(path)).ok()?;
        Some(TextFile { path: path.clone(), text })
    };
    paths.iter().filter_map(text_file).collect()
}

fn judge(files: &[TextFile], private: &[String]) -> Report {
    let mut report = Report::default();
    let mut bridges = BTreeSet::new();
    for file in files {
        let lines = file.text.lines().count();
        if is_source(&file.path) && lines > TOO_LONG {
            report
                .faults
                .push(format!("{}: {lines} lines; split it, {TOO_LONG} is the most.", file.path));
        } else if is_source(&file.path) && lines > LONG {
            report.long.push(format!("{} ({lines})", file.path));
        }
        if VERSIONED.iter().any(|end| file.path.ends_with(end)) && has_version(&file.text) {
            report.faults.push(format!(
                "{}: a version of its own; the one there is stands in Cargo.toml.",
                file.path
            ));
        }
        for (number, line) in file.text.lines().enumerate() {
            if private.iter().any(|path| names_path(line, path)) {
                report.faults.push(format!(
                    "{}:{}: names a folder of this computer; write it from the root.",
                    file.path,
                    number + 1
                ));
            }
            if file.path.starts_with("ui/src/") && imports_tauri(line) {
                bridges.insert(file.path.as_str());
            }
        }
    }
    if bridges.len() > 1 {
        let bridges: Vec<_> = bridges.into_iter().collect();
        report.faults.push(format!(
            "{} files import @tauri-apps, one may: {}.",
            bridges.len(),
            bridges.join(", ")
        ));
    }
    report
}

fn is_source(path: &str) -> bool {
    let extension = Path::new(path).extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|extension| SOURCES.contains(&extension))
        && !path.starts_with(GENERATED)
        && path != ONE_FILE
}

/// Whether a JSON document says at its top which version it is of.
fn has_version(json: &str) -> bool {
    json.lines().any(|line| line.starts_with("  \"version\""))
}

/// The folders whose names give away where this checkout lies.
fn private_paths(root: &Path) -> Vec<String> {
    root.ancestors()
        .take(2)
        .filter_map(Path::to_str)
        .filter(|path| !COMMON.contains(path))
        .map(str::to_owned)
        .collect()
}

/// Whether `line` names the folder `path` or something in it, and not merely a longer name.
fn names_path(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(start, _)| {
        let before = line[..start].chars().next_back();
        let after = line[start + path.len()..].chars().next();
        let goes_on = |c: char| c.is_alphanumeric() || "_-.~$}".contains(c);
        before.is_none_or(|c| !goes_on(c) && c != '/') && after.is_none_or(|c| !goes_on(c))
    })
}

fn imports_tauri(line: &str) -> bool {
    ["'@tauri-apps/", "\"@tauri-apps/"].iter().any(|quoted| {
        line.find(quoted).is_some_and(|at| {
            let before = line[..at].trim_end().trim_end_matches('(').trim_end();
            before.ends_with("from") || before.ends_with("import")
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> TextFile {
        TextFile { path: path.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn a_long_source_is_listed_and_a_very_long_one_refused() {
        let files = [
            file("a.rs", &"x\n".repeat(400)),
            file("b.rs", &"x\n".repeat(401)),
            file("c.svelte", &"x\n".repeat(801)),
        ];
        let report = judge(&files, &[]);
        assert_eq!(report.long, ["b.rs (401)"]);
        assert_eq!(report.faults.len(), 1);
        assert!(report.faults[0].starts_with("c.svelte: 801 lines"), "{}", report.faults[0]);
    }

    #[test]
    fn generated_files_locks_and_prose_may_be_any_length() {
        let text = "x\n".repeat(5000);
        let files = ["ui/src/lib/api/gen/types.ts", "Cargo.lock", "README.md"]
            .map(|path| file(path, &text));
        let report = judge(&files, &[]);
        assert!(report.faults.is_empty() && report.long.is_empty());
    }

    #[test]
    fn a_second_version_is_refused_but_not_that_of_something_inside() {
        let second = "{\n  \"name\": \"x\",\n  \"version\": \"0.1.0\"\n}\n";
        let inside = "{\n  \"bundle\": {\n    \"version\": \"1\"\n  }\n}\n";
        for (path, text, faults) in [
            ("ui/package.json", second, 1),
            ("src-tauri/tauri.linux.conf.json", second, 1),
            ("src-tauri/tauri.conf.json", inside, 0),
            ("ui/package-lock.json", second, 0),
        ] {
            assert_eq!(judge(&[file(path, text)], &[]).faults.len(), faults, "{path}");
        }
    }

    #[test]
    fn the_place_of_the_checkout_is_not_told() {
        let private = private_paths(Path::new("/data/build/checkout"));
        assert_eq!(private, ["/data/build/checkout", "/data/build"]);
        let report = judge(&[file("notes.md", "fine\nsee `/data/build/other`\n")], &private);
        assert_eq!(report.faults.len(), 1);
        assert!(report.faults[0].starts_with("notes.md:2:"), "{}", report.faults[0]);
    }

    #[test]
    fn longer_names_and_web_addresses_are_no_such_place() {
        assert!(!names_path("/data/builds/x", "/data/build"));
        assert!(!names_path("https://example.org/data/build/", "/data/build"));
        assert!(names_path("cd /data/build", "/data/build"));
        assert!(names_path("'/data/build'", "/data/build"));
    }

    #[test]
    fn folders_that_every_computer_has_are_not_looked_for() {
        assert_eq!(private_paths(Path::new("/tmp/checkout")), ["/tmp/checkout"]);
    }

    #[test]
    fn one_file_alone_may_import_tauri() {
        let one = file("ui/src/lib/api/tauri.ts", "import { invoke } from '@tauri-apps/api/core';");
        let other =
            file("ui/src/chat/send.ts", "const api = await import(\"@tauri-apps/api/core\");");
        let comment = file("ui/src/chat/note.ts", "// never '@tauri-apps/api' here");
        assert!(judge(&[one, comment], &[]).faults.is_empty());
        let one = file("ui/src/lib/api/tauri.ts", "import { invoke } from '@tauri-apps/api/core';");
        let report = judge(&[one, other], &[]);
        assert_eq!(report.faults.len(), 1);
        assert!(report.faults[0].contains("ui/src/chat/send.ts"), "{}", report.faults[0]);
    }
}
