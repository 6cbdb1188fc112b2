//! What ChatGPT exports: a list of conversations, each a tree of what was said, of what its tools
//! did and of places where nothing stands.
//!
//! Only what the person and the model said is taken. What is below something that isn't follows
//! what is above it. Pictures and files are named in the text, for they don't come along.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::loose::{Loose, MOST, Perhaps, only};
use super::tree::{Draft, Node, Said};
use crate::clock::Timestamp;

#[derive(Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Conversation {
    title: Loose,
    create_time: Loose,
    update_time: Loose,
    is_archived: Loose,
    current_node: Loose,
    conversation_id: Loose,
    id: Loose,
    mapping: Mapping,
}

/// The places by their ids. Of more than [`MOST`] the rest is counted and not kept.
#[derive(Default)]
struct Mapping {
    places: Vec<(String, Place)>,
    more: bool,
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Place {
    parent: Loose,
    message: Perhaps<Message>,
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Message {
    author: Perhaps<Author>,
    create_time: Loose,
    status: Loose,
    content: Perhaps<Content>,
    metadata: Perhaps<Metadata>,
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Author {
    role: Loose,
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Metadata {
    model_slug: Loose,
    is_visually_hidden_from_conversation: Loose,
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Content {
    content_type: Loose,
    parts: Parts,
    text: Loose,
    language: Loose,
    thoughts: Parts,
}

/// What a list of texts and of things says, each in a paragraph of its own.
#[derive(Default)]
struct Parts(String);

/// A part that isn't plain text, or a thought.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Part {
    content_type: Loose,
    text: Loose,
    content: Loose,
}

impl Part {
    fn says(self) -> Option<String> {
        let kind = self.content_type.text();
        if let Some(text) = self.text.text().or_else(|| self.content.text()) {
            return Some(text);
        }
        let kind = kind?;
        Some(if kind.contains("image") { "[image]" } else { "[file]" }.to_owned())
    }
}

impl<'de> Deserialize<'de> for Parts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Parts;

            only! { _text; ; map }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Parts, A::Error> {
                let mut all = String::new();
                while let Some(Words(said)) = seq.next_element()? {
                    if said.trim().is_empty() {
                        continue;
                    }
                    if !all.is_empty() {
                        all.push_str("\n\n");
                    }
                    all.push_str(&said);
                }
                Ok(Parts(all))
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

/// What one part says.
#[derive(Default)]
struct Words(String);

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Words;

            only! { ; seq; }

            fn visit_str<E>(self, text: &str) -> Result<Words, E> {
                Ok(Words(text.to_owned()))
            }

            fn visit_string<E>(self, text: String) -> Result<Words, E> {
                Ok(Words(text))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Words, A::Error> {
                let part = Part::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
                Ok(Words(part.says().unwrap_or_default()))
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

impl<'de> Deserialize<'de> for Mapping {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Mapping;

            only! { _text; seq; }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Mapping, A::Error> {
                let mut mapping = Mapping::default();
                while mapping.places.len() < MOST {
                    match map.next_entry::<String, Perhaps<Place>>()? {
                        Some((id, place)) => {
                            mapping.places.push((id, place.0.unwrap_or_default()));
                        }
                        None => return Ok(mapping),
                    }
                }
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {
                    mapping.more = true;
                }
                Ok(mapping)
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

impl Conversation {
    /// The title, to call the chat by.
    pub(super) fn title(&self) -> Option<&str> {
        match &self.title {
            Loose::Text(title) => Some(title),
            _ => None,
        }
    }

    /// The chat as it was read.
    pub(super) fn draft(self) -> Result<Draft, String> {
        if self.mapping.more {
            return Err(format!("it has more than {MOST} messages"));
        }
        let created_at = self.create_time.time();
        let places = self.mapping.places.into_iter();
        Ok(Draft {
            session_id: self.conversation_id.text().or_else(|| self.id.text()),
            title: self.title.text(),
            titled: true,
            created_at,
            updated_at: self.update_time.time(),
            archived: self.is_archived.flag(),
            shown: self.current_node.text(),
            nodes: places.map(|(id, place)| place.node(id, created_at)).collect(),
            torn: true,
            ..Draft::default()
        })
    }
}

impl Place {
    fn node(self, id: String, earliest: Option<Timestamp>) -> Node {
        let empty = Node { id, parent: self.parent.text(), ..Node::default() };
        let Some(message) = self.message.0 else { return empty };
        let time = message.create_time.time();
        let (said, thoughts) = message.said(time.or(earliest).unwrap_or(Timestamp(0)));
        Node { time, said, thoughts, ..empty }
    }
}

impl Message {
    /// What was said, and what was thought on the way to it.
    fn said(self, created_at: Timestamp) -> (Option<Said>, Option<String>) {
        let nothing = (None, None);
        let role = match self.author.0.and_then(|author| author.role.text()).as_deref() {
            Some("user") => "user",
            Some("assistant") => "assistant",
            _ => return nothing,
        };
        let metadata = self.metadata.0.unwrap_or_default();
        if metadata.is_visually_hidden_from_conversation.flag() {
            return nothing;
        }
        let Some(content) = self.content.0 else { return nothing };
        let text = match content.content_type.text().as_deref() {
            Some("code") => match content.text.text() {
                Some(code) => fenced(&code, content.language.text().as_deref()),
                None => return nothing,
            },
            Some("thoughts") => {
                let thoughts = Some(content.thoughts.0).filter(|thoughts| !thoughts.is_empty());
                return (None, thoughts);
            }
            // What the person told of themselves, once for all chats.
            Some("user_editable_context" | "model_editable_context" | "reasoning_recap") => {
                return nothing;
            }
            _ => content.parts.0,
        };
        if text.trim().is_empty() {
            return nothing;
        }
        let slug = metadata.model_slug.text().filter(|_| role == "assistant");
        let broke_off = self.status.text().as_deref() == Some("in_progress");
        let said = Said {
            role,
            state: if broke_off { "interrupted" } else { "done" },
            created_at,
            ended_at: (role == "assistant").then_some(created_at),
            text,
            thoughts: None,
            model: (role == "assistant").then(|| match &slug {
                Some(slug) => format!("ChatGPT · {slug}"),
                None => "ChatGPT".to_owned(),
            }),
            service_kind: None,
            model_id: slug,
            usage: None,
            cost: None,
            finish: None,
            parameters: None,
            left_out: 0,
            goes_on: false,
            problem: None,
        };
        (Some(said), None)
    }
}

/// Code in a fence that nothing in it closes.
fn fenced(code: &str, language: Option<&str>) -> String {
    let mut longest = 2;
    let mut run = 0;
    for c in code.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(longest + 1);
    let word = |language: &&str| {
        *language != "unknown"
            && language.chars().all(|c| c.is_alphanumeric() || "+#-_".contains(c))
    };
    let language = language.filter(word).unwrap_or_default();
    let end = if code.ends_with('\n') { "" } else { "\n" };
    format!("{fence}{language}\n{code}{end}{fence}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_fenced_by_more_than_it_holds() {
        assert_eq!(fenced("x = 1", Some("python")), "```python\nx = 1\n```");
        assert_eq!(fenced("````\n", Some("unknown")), "`````\n````\n`````");
        assert_eq!(fenced("x", Some("a\n# b")), "```\nx\n```");
    }
}
