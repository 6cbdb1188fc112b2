//! One person's chats, the same for both servers.

/// Chats beside the long one: one page of the list is full.
const CHATS: usize = 60;
/// Questions and answers of the long chat.
pub(crate) const TURNS: usize = 50;
/// The title of the long chat, which is asked for whole.
pub(crate) const LONG: &str = "The long one";

/// Questions, each with its answer.
pub(crate) type Turns = Vec<(String, String)>;

/// Every chat, by title; the long one last, so that it is the newest.
pub(crate) struct Chats(pub(crate) Vec<(String, Turns)>);

impl Chats {
    /// Always the same ones.
    pub(crate) fn made_up() -> Self {
        let mut words = Words(0x9e37_79b9_7f4a_7c15);
        let mut turns = |title: &str, count: usize| -> Turns {
            let turn = |number| {
                let question = format!("{title}, question {number}. {}", words.text());
                (question, words.text())
            };
            (1..=count).map(turn).collect()
        };
        let mut all: Vec<_> = (1..=CHATS)
            .map(|number| {
                let title = format!("Chat {number}");
                let turns = turns(&title, 1);
                (title, turns)
            })
            .collect();
        all.push((LONG.to_owned(), turns(LONG, TURNS)));
        Self(all)
    }

    /// The messages of the long chat, the oldest first.
    pub(crate) fn long(&self) -> Vec<&str> {
        let (_, turns) = self.0.last().expect("there is a long one");
        turns.iter().flat_map(|(question, answer)| [&**question, &**answer]).collect()
    }
}

/// Text as traders and models write it.
pub(crate) struct Words(pub(crate) u64);

impl Words {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound as u64).unwrap_or_default()
    }

    /// A few words in a row.
    pub(crate) fn phrase(&mut self) -> String {
        const WORDS: [&str; 24] = [
            "the", "strategy", "a", "stop", "momentum", "of", "position", "close", "signal",
            "risk", "average", "and", "drawdown", "to", "price", "when", "it", "crosses", "weekly",
            "bars", "volume", "falls", "below", "its",
        ];
        let count = 4 + self.below(6);
        let words: Vec<_> = (0..count).map(|_| WORDS[self.below(WORDS.len())]).collect();
        words.join(" ")
    }

    /// One to two kilobytes of Markdown.
    fn text(&mut self) -> String {
        let length = 1_000 + self.below(1_000);
        let mut text = String::new();
        while text.len() < length {
            let start = match self.below(8) {
                0 => "\n\n- **“",
                1 => "\n- ",
                2 => "\n\n",
                _ => "",
            };
            text.push_str(start);
            text.push_str(&self.phrase());
            text.push_str(if start.ends_with('“') { "”**: " } else { ", " });
            let percent = self.below(20);
            text.push_str(&format!("about {percent} %. "));
        }
        text.trim().to_owned()
    }
}
