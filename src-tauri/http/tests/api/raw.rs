//! Bytes on a socket, for what no client would send.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Bounds liveness alone.
pub(crate) const DEADLINE: Duration = Duration::from_secs(30);

/// Sends `bytes` and reads until the server hangs up.
pub(crate) async fn exchange(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.expect("it listens");
    // A server that has refused already may not read the rest.
    stream.write_all(bytes).await.ok();
    read_all(&mut stream).await
}

/// What comes until the server hangs up.
pub(crate) async fn read_all(stream: &mut TcpStream) -> String {
    let mut all = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        match timeout(DEADLINE, stream.read(&mut buffer)).await.expect("an end in time") {
            Ok(0) | Err(_) => break,
            Ok(read) => all.extend_from_slice(&buffer[..read]),
        }
    }
    String::from_utf8_lossy(&all).into_owned()
}

/// Sends one call and gets its answer.
pub(crate) async fn call(address: SocketAddr, line: &str, headers: &[&str], body: &[u8]) -> String {
    let mut text = format!("{line}\r\n");
    for header in headers {
        text.push_str(header);
        text.push_str("\r\n");
    }
    text.push_str("Connection: close\r\n\r\n");
    let mut bytes = text.into_bytes();
    bytes.extend_from_slice(body);
    exchange(address, &bytes).await
}

/// The status of an answer; 0 for none.
pub(crate) fn status(answer: &str) -> u16 {
    answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0)
}
