//! Something in the window that a person can name: "the button Send".
//!
//! A target is a description, not an element. Each act looks for it anew and waits until it
//! can be done, so a story neither sleeps nor holds on to what the page has replaced.

use serde_json::{Value, json};

use crate::webdriver::{Answer, Element, Refusal, Session};
use crate::window::Window;
use crate::{LIVENESS, eventually};

/// Finds elements by role and accessible name.
const LOOKUP: &str = include_str!("accessible.js");

/// A description of what a person would look for.
#[derive(Clone)]
pub struct Target<'w> {
    window: &'w Window<'w>,
    role: String,
    name: Option<String>,
    how: &'static str,
    last: bool,
    within: Option<Box<Self>>,
}

impl<'w> Target<'w> {
    pub(crate) fn new(window: &'w Window<'w>, role: &str, name: Option<&str>) -> Self {
        Self {
            window,
            role: role.to_owned(),
            name: name.map(str::to_owned),
            how: "is",
            last: false,
            within: None,
        }
    }

    /// The name need only begin like this.
    pub fn starting(mut self) -> Self {
        self.how = "starts";
        self
    }

    /// The name need only hold this.
    pub fn holding(mut self) -> Self {
        self.how = "holds";
        self
    }

    /// Of several, the last one.
    pub fn last(mut self) -> Self {
        self.last = true;
        self
    }

    /// Only inside of `outer`.
    pub fn within(mut self, outer: Self) -> Self {
        self.within = Some(Box::new(outer));
        self
    }

    /// As a person would say it.
    pub fn sentence(&self) -> String {
        let mut words = match (&self.name, self.how) {
            (None, _) => format!("a {}", self.role),
            (Some(name), "is") => format!("the {} \"{name}\"", self.role),
            (Some(name), how) => format!("the {} whose name {how} \"{name}\"", self.role),
        };
        if let Some(outer) = &self.within {
            words.push_str(" in ");
            words.push_str(&outer.sentence());
        }
        words
    }

    fn elements(&self) -> Answer<Vec<Element>> {
        let scope = match &self.within {
            None => Value::Null,
            Some(outer) => match outer.element()? {
                Some(element) => Session::reference(&element),
                None => return Ok(Vec::new()),
            },
        };
        let arguments = [json!(self.role), json!(self.name), json!(self.how), scope];
        self.window.session().elements(LOOKUP, &arguments)
    }

    fn element(&self) -> Answer<Option<Element>> {
        let mut all = self.elements()?;
        Ok(if self.last { all.pop() } else { all.into_iter().next() })
    }

    /// How many there are now.
    pub fn count(&self) -> usize {
        self.elements().map_or(0, |all| all.len())
    }

    /// Whether it is there now.
    pub fn exists(&self) -> bool {
        self.count() > 0
    }

    /// Waits until it is there.
    pub fn appears(&self) -> &Self {
        self.window.eventually(&self.sentence(), || self.exists().then_some(()));
        self
    }

    /// Waits until it is no longer there.
    pub fn disappears(&self) {
        let sentence = format!("{} to go away", self.sentence());
        self.window.eventually(&sentence, || (!self.exists()).then_some(()));
    }

    /// Tries an act until the driver accepts it.
    fn act<T>(&self, verb: &str, act: impl Fn(&Element) -> Answer<T>) -> T {
        let mut refusal: Option<Refusal> = None;
        let sentence = format!("to {verb} {}", self.sentence());
        let done = self.window.poll(|| match self.element() {
            Ok(Some(element)) => act(&element).map_err(|why| refusal = Some(why)).ok(),
            Ok(None) => None,
            Err(why) => {
                refusal = Some(why);
                None
            }
        });
        done.unwrap_or_else(|| {
            let why = refusal.map_or_else(String::new, |why| format!(" (the driver says: {why})"));
            self.window.give_up(&format!("{sentence}{why}"))
        })
    }

    fn read(&self, verb: &str, script: &str, arguments: &[Value]) -> Value {
        self.act(verb, |element| {
            let mut all = vec![Session::reference(element)];
            all.extend_from_slice(arguments);
            self.window.session().run(script, &all)
        })
    }

    /// Runs a script whose first argument is this.
    pub fn ask(&self, script: &str, arguments: &[Value]) -> Value {
        self.read("ask", script, arguments)
    }

    /// Waits until it is there and can be used, and clicks it (or its label, where the field
    /// itself is drawn by its label).
    pub fn click(&self) {
        self.is_usable();
        self.act("click", |element| self.clicked(element));
    }

    /// The same for what closes the window: the program may have ended before the driver can say
    /// that it clicked.
    pub fn click_to_end(&self) {
        self.is_usable();
        let clicked = || matches!(self.element(), Ok(Some(one)) if self.clicked(&one).is_ok());
        let done = eventually(LIVENESS, || (clicked() || !self.window.lives()).then_some(()));
        done.unwrap_or_else(|| self.window.give_up(&format!("to click {}", self.sentence())));
    }

    fn is_usable(&self) {
        self.window.eventually(&format!("{} to be usable", self.sentence()), || {
            self.is_enabled().then_some(())
        });
    }

    fn clicked(&self, element: &Element) -> Answer<()> {
        const SHOWN: &str = "
            const one = arguments[0];
            const drawn = ['radio', 'checkbox'].includes(one.type) ? one.labels?.[0] ?? one : one;
            // The driver takes what a scrolling element clips for visible.
            drawn.scrollIntoView({ block: 'nearest' });
            return [drawn];";
        let session = self.window.session();
        let shown = session.elements(SHOWN, &[Session::reference(element)])?;
        session.click(shown.first().unwrap_or(element))
    }

    /// Types at the end of what it holds.
    pub fn keys(&self, text: &str) {
        self.act("type into", |element| self.window.session().send_keys(element, text));
    }

    /// Replaces what it holds by typing.
    pub fn fill(&self, text: &str) {
        self.act("empty", |element| self.window.session().clear(element));
        if !text.is_empty() {
            self.keys(text);
        }
        let held = self.value();
        assert!(held == text, "{} holds {held:?} after {text:?} was typed", self.sentence());
    }

    /// Replaces what it holds as a paste would, for text too long to type.
    pub fn paste(&self, text: &str) {
        const PASTE: &str = "
            const [field, text] = arguments;
            const kind = field.tagName === 'TEXTAREA' ? HTMLTextAreaElement : HTMLInputElement;
            field.focus();
            Object.getOwnPropertyDescriptor(kind.prototype, 'value').set.call(field, text);
            field.dispatchEvent(new InputEvent('input', {bubbles: true, inputType: 'insertFromPaste'}));";
        self.read("paste into", PASTE, &[json!(text)]);
    }

    /// What a field holds.
    pub fn value(&self) -> String {
        let value = self.read("read", "return arguments[0].value ?? ''", &[]);
        value.as_str().unwrap_or_default().to_owned()
    }

    /// What it says on the screen.
    pub fn text(&self) -> String {
        let text = self.read("read", "return arguments[0].innerText", &[]);
        text.as_str().unwrap_or_default().to_owned()
    }

    /// Every text it holds, shown or not, with every space.
    pub fn content(&self) -> String {
        let text = self.read("read", "return arguments[0].textContent", &[]);
        text.as_str().unwrap_or_default().to_owned()
    }

    /// One of its attributes.
    pub fn attribute(&self, name: &str) -> Option<String> {
        let script = "return arguments[0].getAttribute(arguments[1])";
        self.read("read", script, &[json!(name)]).as_str().map(str::to_owned)
    }

    /// How many of its descendants a CSS selector matches.
    pub fn holds(&self, selector: &str) -> u64 {
        let script = "return arguments[0].querySelectorAll(arguments[1]).length";
        self.read("look into", script, &[json!(selector)]).as_u64().unwrap_or_default()
    }

    /// Whether it has the keyboard now.
    pub fn has_keyboard(&self) -> bool {
        let script = "return arguments[0] === document.activeElement";
        let Ok(Some(element)) = self.element() else {
            return false;
        };
        let focused = self.window.session().run(script, &[Session::reference(&element)]);
        focused.is_ok_and(|focused| focused == true)
    }

    /// Whether it can be used now.
    pub fn is_enabled(&self) -> bool {
        let script = "
            const one = arguments[0];
            return !one.disabled && one.getAttribute('aria-disabled') !== 'true';";
        let Ok(Some(element)) = self.element() else {
            return false;
        };
        let enabled = self.window.session().run(script, &[Session::reference(&element)]);
        enabled.is_ok_and(|enabled| enabled == true)
    }
}
