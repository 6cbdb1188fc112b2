//! What a document says that is printed, held against what was printed. `…` stands for what
//! differs from run to run: for letters inside a line or a JSON text, alone on a line for any lines,
//! as the last of a list for more of the same.

use serde_json::Value;

/// Whether these lines were printed in this order, whatever stands between them.
pub(super) fn lines(said: &str, printed: &str) -> Result<(), String> {
    let mut rest = printed.lines();
    for line in said.lines().map(str::trim_end).filter(|line| *line != "…") {
        if !rest.any(|real| fits(line, real.trim_end())) {
            return Err(format!("`{line}` was not printed where it should be"));
        }
    }
    Ok(())
}

/// Whether one JSON document was printed that looks as this one.
pub(super) fn json(said: &str, printed: &str) -> Result<(), String> {
    let said = serde_json::from_str(said).map_err(|why| format!("the page's JSON: {why}"))?;
    let real = serde_json::from_str(printed).map_err(|why| format!("what was printed: {why}"))?;
    same(&said, &real, "it")
}

fn same(said: &Value, real: &Value, place: &str) -> Result<(), String> {
    match (said, real) {
        (Value::String(said), Value::String(real)) if fits(said, real) => Ok(()),
        (Value::Object(said), Value::Object(real)) => {
            if let Some(untold) = real.keys().find(|key| !said.contains_key(*key)) {
                return Err(format!("{place} has `{untold}` too"));
            }
            said.iter().try_for_each(|(key, said)| match real.get(key) {
                Some(real) => same(said, real, &format!("{place}.{key}")),
                None => Err(format!("{place} has no `{key}`")),
            })
        }
        (Value::Array(said), Value::Array(real)) => {
            let more = said.last().and_then(Value::as_str) == Some("…");
            let said = if more { &said[..said.len() - 1] } else { &said[..] };
            if real.len() < said.len() || (!more && real.len() > said.len()) {
                return Err(format!("{place} has {} entries", real.len()));
            }
            said.iter()
                .zip(real)
                .enumerate()
                .try_for_each(|(at, (said, real))| same(said, real, &format!("{place}[{at}]")))
        }
        (said, real) if said == real => Ok(()),
        (said, real) => Err(format!("{place} is {real}, not {said}")),
    }
}

/// Whether a text is the one that is said, with anything where that has `…`.
fn fits(said: &str, real: &str) -> bool {
    let mut pieces = said.split('…');
    let Some(mut rest) = real.strip_prefix(pieces.next().unwrap_or_default()) else { return false };
    let mut pieces: Vec<&str> = pieces.collect();
    let Some(last) = pieces.pop() else { return rest.is_empty() };
    for piece in pieces {
        let Some(at) = rest.find(piece) else { return false };
        rest = &rest[at + piece.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_whole_and_in_their_order() {
        let printed = "one\ntwo 2026-11-26\nthree  \n";
        assert!(lines("one\n…\nthree\n", printed).is_ok());
        assert!(lines("two …\n", printed).is_ok());
        for wrong in ["tw\n", "three\none\n", "two\n", "one\none\n"] {
            assert!(lines(wrong, printed).is_err(), "{wrong}");
        }
    }

    #[test]
    fn dots_stand_for_anything_between_what_is_said() {
        for (said, real) in
            [("a…b…c", "a12b3c"), ("…", ""), ("…c", "abc"), ("a…", "a"), ("ab", "ab")]
        {
            assert!(fits(said, real), "{said} {real}");
        }
        for (said, real) in [("a…b", "ac"), ("a…a", "a"), ("ab", "abc"), ("…b…b", "ab"), ("", "a")]
        {
            assert!(!fits(said, real), "{said} {real}");
        }
    }

    #[test]
    fn a_document_has_every_key_and_no_other() {
        let real = r#"{"a": 1, "b": ["x", "y"], "c": {"d": "e-1"}}"#;
        for good in [
            r#"{"a": 1, "b": ["x", "y"], "c": {"d": "e-…"}}"#,
            r#"{"a": 1, "b": ["x", "…"], "c": {"d": "…"}}"#,
        ] {
            assert_eq!(json(good, real), Ok(()));
        }
        for wrong in [
            r#"{"a": 1, "b": ["x", "y"]}"#,
            r#"{"a": 2, "b": ["x", "y"], "c": {"d": "e-1"}}"#,
            r#"{"a": 1, "b": ["x"], "c": {"d": "e-1"}}"#,
            r#"{"a": 1, "b": ["x", "y", "…", "z"], "c": {"d": "e-1"}}"#,
            r#"{"a": "…", "b": ["x", "y"], "c": {"d": "e-1"}}"#,
            r#"{"a": 1, "b": ["x", "y"], "c": {"d": "e-1", "f": null}}"#,
        ] {
            assert!(json(wrong, real).is_err(), "{wrong}");
        }
    }
}
