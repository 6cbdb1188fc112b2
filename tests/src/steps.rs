//! What a person does in the window, in the words of a story.

use std::time::Duration;

use crate::Target;
use crate::desktop::World;
use crate::gemini::Gemini;
use crate::webdriver::keys;
use crate::window::Window;

/// Somebody with an account.
#[derive(Clone, Copy, Debug)]
pub struct Person {
    /// Their user name.
    pub name: &'static str,
    /// Their address.
    pub email: &'static str,
    /// Their password.
    pub password: &'static str,
}

/// The account that everybody can try.
pub const DEMO: Person =
    Person { name: "algotrader", email: "algotrader@example.com", password: "Trading@2024" };

/// Somebody who chose a good password.
pub const ADA: Person = Person {
    name: "ada.trades",
    email: "ada@example.org",
    password: "velvet-Harpsichord 71 over Leeds",
};

/// Somebody else on the same computer.
pub const BEN: Person = Person {
    name: "ben.trades",
    email: "ben@example.org",
    password: "seventeen Copper kettles 4 Oslo",
};

impl Person {
    /// By what a command in a terminal signs in as this person.
    pub fn signs_in(&self) -> [(&'static str, &'static str); 2] {
        [("ALGOAGENT_USER", self.name), ("ALGOAGENT_PASSWORD", self.password)]
    }

    /// Makes an account in a terminal, while no window is open. The first one administers.
    pub fn enrols(&self, world: &World) {
        let words = ["user", "create", "--username", self.name, "--email", self.email];
        let words = [&words[..], &["--password", self.password]].concat();
        let made = world.terminal(&words, &[]);
        assert!(made.status.success(), "{made:?}");
    }
}

impl Window<'_> {
    /// A way in beside a password; where one person is asked for theirs already, the others come
    /// first.
    pub fn way_in(&self, name: &str) -> Target<'_> {
        let (way, others) = (self.button(name), self.button("Other ways…"));
        self.eventually(&format!("the way in \"{name}\""), || {
            if !way.exists() && others.exists() {
                others.click();
            }
            way.exists().then_some(())
        });
        way
    }

    /// Enters the demo account.
    pub fn try_the_demo(&self) {
        self.shows("sign-in");
        self.way_in("Try the demo account").click();
        self.shows("chat");
    }

    /// Fills the form of a new account and sends it.
    pub fn apply_for_account(&self, person: &Person) {
        self.shows("register");
        self.textbox("User name").fill(person.name);
        self.textbox("E-mail").fill(person.email);
        self.textbox("Password").fill(person.password);
        // Sent by Enter: the button may be off while the password is too weak.
        self.textbox("Password").keys(keys::ENTER);
    }

    /// Makes an account, answers no question, and gives its recovery code.
    pub fn create_account(&self, person: &Person) -> String {
        self.shows("sign-in");
        self.way_in("Create account").click();
        self.apply_for_account(person);
        let code = self.recovery_code();
        self.button("I have stored it").click();
        self.shows("questions");
        self.button("Skip").click();
        self.shows("chat");
        code
    }

    /// The recovery code of a new or recovered account.
    pub fn recovery_code(&self) -> String {
        self.recovery_code_in("recovery-code")
    }

    /// The recovery code that is shown on this screen.
    pub fn recovery_code_in(&self, screen: &str) -> String {
        const FIND: &str = "
            return document.body.textContent.replace(/\\s+/g, '').match(/(?:[0-9A-HJKMNP-TV-Z]{4}-){6}[0-9A-HJKMNP-TV-Z]{4}/)?.[0] ?? null;";
        self.shows(screen);
        self.eventually("a recovery code of seven groups", || {
            self.script(FIND, &[]).as_str().map(str::to_owned)
        })
    }

    /// Fills in who and the password and sends them; what comes of it is for the story to say.
    pub fn try_to_sign_in(&self, person: &Person, password: &str) {
        self.shows("sign-in");
        let others = self.button("Other accounts");
        let tile = self.button(person.name).holding();
        let form = self.find("heading", person.name);
        self.eventually(&format!("{} among the accounts", person.name), || {
            if others.exists() && !form.exists() {
                others.click();
            }
            (tile.exists() || form.exists()).then_some(())
        });
        if !form.exists() {
            tile.click();
        }
        self.textbox("Password").fill(password);
        self.button("Sign in").click();
    }

    /// Signs in.
    pub fn sign_in(&self, person: &Person) {
        self.try_to_sign_in(person, person.password);
        self.shows("chat");
    }

    /// Chooses from the account menu.
    pub fn account_menu(&self, item: &str) {
        self.button("Account:").starting().click();
        self.find("menuitem", item).click();
    }

    /// Signs out.
    pub fn sign_out(&self) {
        self.leaves(|| self.account_menu("Sign out"));
        self.shows("sign-in");
    }

    /// Locks the window by the menu.
    pub fn lock(&self) {
        self.leaves(|| self.account_menu("Lock"));
        self.shows("locked");
    }

    /// Types this password at the lock.
    pub fn try_to_unlock(&self, password: &str) {
        self.shows("locked");
        self.textbox("Password").fill(password);
        self.button("Unlock").click();
    }

    /// Comes back to a locked window.
    pub fn unlock(&self, person: &Person) {
        self.find("heading", person.name).appears();
        self.try_to_unlock(person.password);
        self.shows("chat");
    }

    /// Opens one part of the settings.
    pub fn open_settings_at(&self, tab: &str) {
        if self.screen().as_deref() != Some("settings") {
            self.open_settings();
        }
        self.find("tab", tab).click();
        self.find("tabpanel", tab).appears();
    }

    /// Answers the question on the screen by the button of this name.
    pub fn confirm(&self, action: &str) {
        self.button(action).within(self.any("dialog").last()).click();
        self.any("dialog").disappears();
    }

    /// Writes a context and keeps it.
    pub fn new_context(&self, name: &str, instructions: &str) {
        self.button("Contexts").click();
        self.shows("contexts");
        // Where there is none yet, the kinds to begin with are there at once.
        let (blank, new) = (self.button("Blank").starting(), self.button("New context"));
        self.eventually("the kinds of contexts", || {
            if !blank.exists() && new.exists() {
                new.click();
            }
            blank.exists().then_some(())
        });
        blank.click();
        self.textbox("Name").fill(name);
        self.textbox("Instructions").fill(instructions);
        self.button("Save").click();
        self.context(name).appears();
    }

    /// A context in the list of contexts.
    pub fn context(&self, name: &str) -> Target<'_> {
        let list = self.find("region", "All contexts");
        self.button(name).starting().within(list)
    }

    /// Starts an empty chat.
    pub fn new_chat(&self) {
        self.button("New chat").click();
        self.shows("chat");
        self.eventually("an empty chat", || (self.answers().count() == 0).then_some(()));
    }

    /// Links the chat to a context, by the chip over the composer.
    pub fn link_context(&self, name: &str) {
        self.button("Context:").starting().click();
        self.button(name).last().click();
        self.button(&format!("Context: {name}")).appears();
    }

    /// The composer.
    pub fn composer(&self) -> Target<'_> {
        self.textbox("Message")
    }

    /// Asks, and waits until the question stands in the conversation.
    pub fn ask(&self, question: &str) {
        let before = self.questions().count();
        self.composer().fill(question);
        self.button("Send").click();
        self.eventually(&format!("the question \"{question}\" in the chat"), || {
            (self.questions().count() > before).then_some(())
        });
    }

    /// Every question in the chat.
    pub fn questions(&self) -> Target<'_> {
        self.find("article", "You").within(self.conversation())
    }

    /// Every answer in the chat.
    pub fn answers(&self) -> Target<'_> {
        self.find("article", "Answer").within(self.conversation())
    }

    /// The list of messages.
    pub fn conversation(&self) -> Target<'_> {
        self.find("log", "Conversation")
    }

    /// The newest answer.
    pub fn answer(&self) -> Target<'_> {
        self.answers().last()
    }

    /// Waits until there are so many answers and the last one has come to this state.
    pub fn answer_becomes(&self, count: usize, state: &str) {
        self.eventually(&format!("answer {count} to be {state}"), || {
            let right = self.answers().count() == count
                && self.answer().attribute("data-state").as_deref() == Some(state);
            right.then_some(())
        });
    }

    /// Waits until the newest answer says this.
    pub fn answer_says(&self, words: &str) {
        self.eventually(&format!("an answer that says \"{words}\""), || {
            self.answer().text().contains(words).then_some(())
        });
    }

    /// The last code block of the newest answer.
    pub fn code(&self) -> Target<'_> {
        self.any("figure").last().within(self.answer())
    }

    /// The chat list.
    pub fn chats(&self) -> Target<'_> {
        self.find("navigation", "Chats")
    }

    /// The title of the chat that is open, as the list has it.
    pub fn chat_title(&self) -> String {
        const FIND: &str = "
            const row = arguments[0].querySelector('[aria-current=page]');
            return row?.textContent.trim() ?? null;";
        self.eventually("the open chat in the list", || {
            self.chats().ask(FIND, &[]).as_str().map(str::to_owned)
        })
    }

    /// Opens a chat of the list.
    pub fn open_chat(&self, title: &str) {
        self.button(title).within(self.chats()).click();
        self.conversation().appears();
    }

    /// Opens the settings.
    pub fn open_settings(&self) {
        self.account_menu("Settings");
        self.shows("settings");
    }

    /// Opens the form that adds a service of this kind; the settings are open.
    pub fn add_service(&self, kind: &str) {
        self.button("Add a service").click();
        self.find("menuitem", kind).click();
        self.textbox("API key").appears();
    }

    /// Enters a key and an address in the form of a service.
    pub fn enter_service(&self, key: &str, address: &str) {
        self.textbox("API key").fill(key);
        if !self.textbox("Base address").exists() {
            self.button("Advanced").click();
        }
        self.textbox("Base address").fill(address);
    }

    /// Adds a service with a key at an address, tests it and makes it the default.
    pub fn connect_service(&self, kind: &str, key: &str, address: &str) {
        self.open_settings();
        self.add_service(kind);
        self.enter_service(key, address);
        self.button("Add and test").click();
        let choose = self.button("by default").holding();
        choose.click();
        choose.disappears();
        self.new_chat();
    }

    /// Connects the replay server and makes it the default.
    pub fn connect_gemini(&self, gemini: &Gemini, key: &str) {
        self.connect_service("Google Gemini", key, &gemini.base_address());
    }

    /// Chooses which model answers.
    pub fn choose_model(&self, name: &str) {
        let radio = self.find("radio", name).starting();
        radio.click();
        // A refused choice is taken back, so being checked must last.
        std::thread::sleep(Duration::from_millis(500));
        self.eventually(&format!("{name} to be chosen"), || {
            (radio.ask("return arguments[0].checked", &[]) == true).then_some(())
        });
    }
}
