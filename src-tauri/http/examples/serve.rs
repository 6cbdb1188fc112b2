//! scratch
#![allow(clippy::all, clippy::allow_attributes, clippy::unwrap_used, clippy::print_stdout)]
use algoagent_core::{Config, Core};
#[global_allocator]
static ALLOCATOR: zeroizing_alloc::ZeroAlloc<std::alloc::System> =
    zeroizing_alloc::ZeroAlloc(std::alloc::System);
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let dir = std::env::var("ALGOAGENT_DATA_DIR").unwrap();
    let port = a.iter().position(|x| x == "--port").map(|i| a[i + 1].parse().unwrap()).unwrap_or(0);
    let rt = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    rt.block_on(async {
        let core = Core::open(Config::new(dir.into())).await.unwrap();
        let s = algoagent_http::start(
            core.clone(),
            algoagent_http::Options { port, ..Default::default() },
        )
        .await
        .unwrap();
        println!("{}", s.address());
        use tokio::signal::unix::{SignalKind, signal};
        signal(SignalKind::terminate()).unwrap().recv().await;
        s.stop().await;
        core.shut_down().await;
    });
}
