//! The local API beside the window: listens while it is switched on in the settings.

use std::pin::Pin;
use std::sync::{Arc, Mutex as StdMutex, PoisonError};

use algoagent_api::local_api::{Listening, LocalApi, LocalServer};
use algoagent_core::{Core, account};
use algoagent_http::{Cookies, Options, Serving};
use tokio::sync::Mutex;

pub(super) struct Beside {
    core: Core,
    serving: Mutex<Option<Serving>>,
    listening: StdMutex<Listening>,
    /// Who signed in with cookies stays so when the settings change, as who bears a token does.
    cookies: Cookies,
}

impl Beside {
    pub(super) fn new(core: Core) -> Arc<Self> {
        Arc::new(Self {
            core,
            serving: Mutex::default(),
            listening: StdMutex::default(),
            cookies: Cookies::default(),
        })
    }

    /// Listens if that was chosen earlier.
    pub(super) async fn resume(&self) {
        match account::local_api(&self.core).await {
            Ok(chosen) => self.follow(chosen).await,
            Err(fault) => tracing::warn!(%fault, "whether the local API is on can't be read"),
        }
    }

    /// Listens no more.
    pub(super) async fn close(&self) {
        if let Some(serving) = self.serving.lock().await.take() {
            serving.close().await;
        }
        self.tell(Listening::Off);
    }

    async fn follow(&self, chosen: LocalApi) {
        let mut serving = self.serving.lock().await;
        if let Some(before) = serving.take() {
            before.close().await;
        }
        if !chosen.on {
            return self.tell(Listening::Off);
        }
        let LocalApi { port, origins, .. } = chosen;
        let cookies = self.cookies.clone();
        let options = Options { port, origins, cookies, ..Options::default() };
        match algoagent_http::start(self.core.clone(), options).await {
            Ok(started) => {
                self.tell(Listening::At(format!("http://{}", started.address())));
                *serving = Some(started);
            }
            Err(fault) => {
                self.tell(Listening::Refused(sentence(&algoagent_http::why_not(port, &fault))))
            }
        }
    }

    fn tell(&self, listening: Listening) {
        *self.listening.lock().unwrap_or_else(PoisonError::into_inner) = listening;
    }
}

impl LocalServer for Beside {
    fn apply(&self, chosen: LocalApi) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(self.follow(chosen))
    }

    fn listening(&self) -> Listening {
        self.listening.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    format!("{}{}.", first.unwrap_or_default(), letters.as_str())
}
