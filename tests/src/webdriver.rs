//! A small W3C WebDriver client.
//!
//! Every request has a connection of its own: WebKitWebDriver drops idle ones, and the
//! `Connection: close` is passed on by tauri-driver, so that it doesn't reuse its own either.
//! A request that broke before anything came back is sent once more; it never reached a page.

use std::fmt;
use std::fs;
use std::path::Path;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use reqwest::blocking::Client;
use serde_json::{Value, json};

/// The key under which an element's id travels.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// Keys that aren't letters, as `send_keys` takes them.
pub mod keys {
    /// Enter.
    pub const ENTER: &str = "\u{E007}";
    /// Escape.
    pub const ESCAPE: &str = "\u{E00C}";
    /// Tab.
    pub const TAB: &str = "\u{E004}";
}

/// Why the driver refused.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// The W3C error code, such as `stale element reference`, or `unreachable`.
    pub code: String,
    /// What the driver says about it.
    pub message: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl Refusal {
    fn unreachable(error: impl fmt::Display) -> Self {
        Self { code: "unreachable".to_owned(), message: error.to_string() }
    }
}

/// What every call gives.
pub type Answer<T> = Result<T, Refusal>;

/// An element of the page, until the page replaces it.
#[derive(Clone, Debug)]
pub struct Element(String);

/// Where a window is and how large, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rect {
    /// From the left.
    pub x: i64,
    /// From the top.
    pub y: i64,
    /// Across.
    pub width: i64,
    /// Down.
    pub height: i64,
}

/// One automated window.
pub struct Session {
    client: Client,
    base: String,
}

impl Session {
    /// Starts the program through the driver at `driver` (`http://127.0.0.1:port`).
    pub fn start(driver: &str, program: &Path, arguments: &[String]) -> Answer<Self> {
        let client = Client::builder()
            .pool_max_idle_per_host(0)
            .no_proxy()
            .timeout(Duration::from_secs(60))
            .build()
            .map_err(Refusal::unreachable)?;
        let mut session = Self { client, base: driver.to_owned() };
        let capabilities = json!({"capabilities": {"alwaysMatch": {
            "browserName": "wry",
            "tauri:options": {"application": program, "args": arguments},
        }}});
        let started = session.call(Method::POST, "/session", Some(&capabilities))?;
        let id = started["sessionId"].as_str().ok_or_else(|| Refusal {
            code: "no session".to_owned(),
            message: started.to_string(),
        })?;
        session.base = format!("{driver}/session/{id}");
        Ok(session)
    }

    fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Answer<Value> {
        let send = || {
            let url = format!("{}{path}", self.base);
            let request = self.client.request(method.clone(), url).header("connection", "close");
            match body {
                Some(body) => request.json(body).send(),
                None => request.send(),
            }
        };
        let response = match send() {
            Err(error) if !error.is_timeout() => send(),
            other => other,
        };
        let text =
            response.and_then(reqwest::blocking::Response::text).map_err(Refusal::unreachable)?;
        let mut answer: Value = serde_json::from_str(&text).map_err(|error| Refusal {
            code: "not a driver".to_owned(),
            message: format!("{error}: {text}"),
        })?;
        let value = answer["value"].take();
        match value["error"].as_str() {
            Some(code) => Err(Refusal {
                code: code.to_owned(),
                message: value["message"].as_str().unwrap_or_default().to_owned(),
            }),
            None => Ok(value),
        }
    }

    fn post(&self, path: &str, body: &Value) -> Answer<Value> {
        self.call(Method::POST, path, Some(body))
    }

    /// Runs a script's body; `arguments` are its `arguments`, what it returns comes back.
    pub fn run(&self, script: &str, arguments: &[Value]) -> Answer<Value> {
        self.post("/execute/sync", &json!({"script": script, "args": arguments}))
    }

    /// Runs a script that returns a list of elements.
    pub fn elements(&self, script: &str, arguments: &[Value]) -> Answer<Vec<Element>> {
        let found = self.run(script, arguments)?;
        Ok(found.as_array().map_or_else(Vec::new, |list| {
            list.iter().filter_map(|one| Some(Element(one[ELEMENT].as_str()?.to_owned()))).collect()
        }))
    }

    /// Every element that a CSS selector matches, in the page's order.
    pub fn css(&self, selector: &str) -> Answer<Vec<Element>> {
        self.elements("return [...document.querySelectorAll(arguments[0])]", &[json!(selector)])
    }

    /// An element as an argument for [`run`](Self::run).
    pub fn reference(element: &Element) -> Value {
        json!({ELEMENT: element.0})
    }

    /// Clicks in an element's middle, as a mouse would.
    pub fn click(&self, element: &Element) -> Answer<()> {
        self.post(&format!("/element/{}/click", element.0), &json!({}))?;
        Ok(())
    }

    /// Types into an element.
    pub fn send_keys(&self, element: &Element, text: &str) -> Answer<()> {
        self.post(&format!("/element/{}/value", element.0), &json!({"text": text}))?;
        Ok(())
    }

    /// Empties a field.
    pub fn clear(&self, element: &Element) -> Answer<()> {
        self.post(&format!("/element/{}/clear", element.0), &json!({}))?;
        Ok(())
    }

    /// A picture of the page, written as PNG.
    ///
    /// The driver answers after the next frame, and a page at rest draws none: one pixel in a
    /// corner therefore flickers meanwhile, too faintly to be seen.
    pub fn screenshot(&self, file: &Path) -> Answer<()> {
        const FLICKER: &str = "
            const pixel = document.createElement('div');
            Object.assign(pixel.style, {position: 'fixed', right: 0, bottom: 0, width: '1px',
                height: '1px', zIndex: -1, pointerEvents: 'none'});
            document.documentElement.append(pixel);
            let odd = false;
            const timer = setInterval(() => {
                odd = !odd;
                pixel.style.background = odd ? '#80808001' : '#80808002';
            }, 30);
            setTimeout(() => { clearInterval(timer); pixel.remove(); }, 3000);";
        self.run(FLICKER, &[])?;
        let picture = self.call(Method::GET, "/screenshot", None)?;
        let png =
            STANDARD.decode(picture.as_str().unwrap_or_default()).map_err(Refusal::unreachable)?;
        fs::write(file, png).map_err(Refusal::unreachable)
    }

    /// Where the window is.
    pub fn rect(&self) -> Answer<Rect> {
        let rect = self.call(Method::GET, "/window/rect", None)?;
        Ok(Rect {
            x: rect["x"].as_i64().unwrap_or_default(),
            y: rect["y"].as_i64().unwrap_or_default(),
            width: rect["width"].as_i64().unwrap_or_default(),
            height: rect["height"].as_i64().unwrap_or_default(),
        })
    }

    /// Gives the window this size.
    pub fn resize(&self, width: i64, height: i64) -> Answer<()> {
        let size = json!({"width": width, "height": height});
        self.post("/window/rect", &size)?;
        Ok(())
    }

    /// Ends the session. The driver kills the program if it still runs.
    pub fn delete(&self) {
        let _ = self.call(Method::DELETE, "", None);
    }
}
