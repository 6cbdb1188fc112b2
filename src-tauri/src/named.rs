//! One thing among several, by the name or the id that a person or a script gives it.
//!
//! It refuses to guess: a name that several have is answered with their ids.

use crate::exit::Failure;

/// How one of them is called.
pub(crate) struct Names<'a> {
    pub(crate) id: String,
    /// Another id that it is known by.
    pub(crate) other_id: Option<&'a str>,
    pub(crate) name: &'a str,
    /// What tells it from others of its name.
    pub(crate) beside: String,
}

/// What is looked for.
#[derive(Clone, Copy)]
pub(crate) struct Kind {
    /// "context".
    pub(crate) one: &'static str,
    /// "contexts".
    pub(crate) many: &'static str,
    /// The command that lists them.
    pub(crate) listed_by: &'static str,
    /// Whether the beginning of a name is enough.
    pub(crate) by_beginning: bool,
}

/// The one that `wanted` names: by its id, else by its whole name in upper or lower case, else,
/// where that is enough, by how its name begins.
pub(crate) fn find<'a, T>(
    things: &'a [T],
    wanted: &str,
    kind: Kind,
    names: impl Fn(&'a T) -> Names<'a>,
) -> Result<&'a T, Failure> {
    let wanted = wanted.trim();
    let lower = wanted.to_lowercase();
    let is_id = |thing: &&'a T| {
        let names = names(thing);
        names.id == wanted || names.other_id.is_some_and(|id| id.eq_ignore_ascii_case(wanted))
    };
    if let Some(thing) = things.iter().find(is_id) {
        return Ok(thing);
    }
    let whole = |thing: &&'a T| names(thing).name.to_lowercase() == lower;
    let begins = |thing: &&'a T| {
        kind.by_beginning
            && !lower.is_empty()
            && names(thing).name.to_lowercase().starts_with(&lower)
    };
    let mut found: Vec<&T> = things.iter().filter(whole).collect();
    if found.is_empty() {
        found = things.iter().filter(begins).collect();
    }
    match found.as_slice() {
        [one] => Ok(one),
        [] => Err(Failure::Other(format!(
            "There is no {} {wanted} in this account. See them with: algoagent {}",
            kind.one, kind.listed_by
        ))),
        several => {
            let told: Vec<String> = several.iter().map(|thing| told(&names(thing))).collect();
            Err(Failure::Other(format!(
                "{} {} are called {wanted}. Name one by its id:\n  {}",
                several.len(),
                kind.many,
                told.join("\n  ")
            )))
        }
    }
}

fn told(names: &Names<'_>) -> String {
    let beside =
        if names.beside.is_empty() { String::new() } else { format!(" ({})", names.beside) };
    format!("{}: {}{beside}", names.id, names.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIND: Kind =
        Kind { one: "chat", many: "chats", listed_by: "chat --list", by_beginning: true };

    fn by(wanted: &str, kind: Kind) -> Result<i32, String> {
        let things = [(1, "Momentum on AAPL"), (2, "3"), (3, "Hold"), (4, "hold"), (5, "Momentum")];
        let found = find(&things, wanted, kind, |(id, name)| Names {
            id: id.to_string(),
            other_id: (*id == 5).then_some("0f2a"),
            name,
            beside: "an hour ago".to_owned(),
        });
        found.map(|(id, _)| *id).map_err(|fault| fault.to_string())
    }

    #[test]
    fn an_id_comes_before_a_name_and_a_whole_name_before_its_beginning() {
        for (wanted, id) in [("3", 3), ("MOMENTUM", 5), ("momentum on", 1), ("0F2A", 5), (" 4 ", 4)]
        {
            assert_eq!(by(wanted, KIND), Ok(id), "{wanted}");
        }
    }

    #[test]
    fn what_nothing_or_several_are_called_is_told_and_not_guessed() {
        let whole = Kind { by_beginning: false, ..KIND };
        for (wanted, kind) in [("Mom", whole), ("nothing", KIND), ("", KIND)] {
            let fault = by(wanted, kind).unwrap_err();
            assert!(fault.contains("There is no chat") && fault.contains("chat --list"), "{fault}");
        }
        let fault = by("HOLD", KIND).unwrap_err();
        assert!(fault.contains("2 chats") && fault.contains("3: Hold (an hour ago)"), "{fault}");
        assert!(fault.contains("4: hold"), "{fault}");
    }
}
