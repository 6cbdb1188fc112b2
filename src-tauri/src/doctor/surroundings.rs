//! What the program finds around it: webview, keychain, display, a key of the computer, services.

use std::path::Path;
use std::time::Duration;

use algoagent_core::LocalPort;
use algoagent_core::model::{ServiceKind, reach};
use algoagent_program::system::keychain::{Keychain, SERVICE};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::Finding;
use crate::{environment, window};

/// A server on this computer is there at once, or not at all.
const LOCAL: Duration = Duration::from_secs(2);

pub(super) async fn webview() -> Finding {
    match window::webview().await {
        Ok(version) => Finding::good("webview", version),
        Err(fault) => Finding::note(
            "webview",
            fault,
            "The window needs it: WebKitGTK 4.1 on Linux, WebView2 on Windows. The terminal doesn't.",
        ),
    }
}

/// Where a key for all is found; never the key.
pub(super) fn computer_key(data_dir: &Path) -> Finding {
    let found = match environment::computer_key(data_dir, true) {
        Some(key) => format!("GEMINI_API_KEY of {}", key.place),
        None => "none; accounts use keys of their own".to_owned(),
    };
    Finding::good("computer's key", found)
}

pub(super) async fn keychain() -> Finding {
    // Nothing is kept in it for that.
    match Keychain::new(SERVICE).read("doctor").await {
        Ok(_) => Finding::good("keychain", "answers"),
        Err(fault) => Finding::note(
            "keychain",
            fault.to_string(),
            "Without it nobody stays signed in. All else works.",
        ),
    }
}

pub(super) fn display() -> Finding {
    let Some(named) = display_name() else {
        return Finding::note(
            "display",
            "none, so no window can be opened",
            "The terminal does all the same: algoagent chat. Else start it on a desktop.",
        );
    };
    match answers(&named) {
        Some(false) => Finding::broken(
            "display",
            format!("{named} is named, and nothing answers there"),
            "Start the program on a running desktop, or correct DISPLAY and WAYLAND_DISPLAY.",
        ),
        _ => Finding::good("display", named),
    }
}

#[cfg(not(target_os = "linux"))]
fn display_name() -> Option<String> {
    Some("the system's".to_owned())
}

#[cfg(not(target_os = "linux"))]
fn answers(_: &str) -> Option<bool> {
    None
}

#[cfg(target_os = "linux")]
fn display_name() -> Option<String> {
    let named = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    named("WAYLAND_DISPLAY").or_else(|| named("DISPLAY"))
}

/// Whether something listens at a display of this computer; `None` for one that is elsewhere.
#[cfg(target_os = "linux")]
fn answers(named: &str) -> Option<bool> {
    use std::os::linux::net::SocketAddrExt as _;
    use std::os::unix::net::{SocketAddr, UnixStream};
    use std::path::PathBuf;

    if let Some(number) = named.strip_prefix(':') {
        let number = number.split('.').next().unwrap_or_default();
        let path = format!("/tmp/.X11-unix/X{number}");
        let hidden = SocketAddr::from_abstract_name(&path)
            .and_then(|address| UnixStream::connect_addr(&address));
        return Some(UnixStream::connect(path).or(hidden).is_ok());
    }
    if named.contains(':') {
        return None;
    }
    let folder = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).unwrap_or_default();
    Some(UnixStream::connect(folder.join(named)).is_ok())
}

/// Whether services answer at their usual addresses. No key is sent, and nobody's word.
pub(super) async fn services() -> Vec<Finding> {
    let mut findings = Vec::new();
    for kind in [ServiceKind::Gemini, ServiceKind::OpenAi, ServiceKind::Anthropic] {
        findings.push(match reach(kind).await {
            Ok(()) => Finding::good(kind.name(), "can be reached"),
            Err(problem) => Finding::note(
                kind.name(),
                problem.message,
                "Whoever uses it needs the network, and perhaps a proxy. The built-in model needs none.",
            ),
        });
    }
    for LocalPort { name, port, .. } in LocalPort::USUAL {
        let connected = timeout(LOCAL, TcpStream::connect(("127.0.0.1", port))).await;
        if connected.is_ok_and(|connected| connected.is_ok()) {
            findings.push(Finding::good(name, format!("something listens at 127.0.0.1:{port}")));
        }
    }
    findings
}
