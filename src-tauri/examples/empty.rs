//! A window with one word in it: what a start and a window cost by themselves. `cargo xtask bench`
//! compares the program with it. Its one argument is the folder that its webview may use.

use tauri::http::Response;
use tauri::{WebviewUrl, WebviewWindowBuilder};

const PAGE: &str = "<!doctype html><title>empty</title><body data-screen=empty><p>Empty</p></body>";

fn main() {
    let folder = std::env::var_os("ALGOAGENT_DATA_DIR").expect("the folder of its webview");
    tauri::Builder::default()
        .register_uri_scheme_protocol("empty", |_, _| {
            let page = Response::builder().header("Content-Type", "text/html");
            page.body(PAGE.as_bytes().to_vec()).expect("a page")
        })
        .setup(move |app| {
            let address = "empty://localhost/".parse().expect("an address");
            WebviewWindowBuilder::new(app, "main", WebviewUrl::CustomProtocol(address))
                .title("Empty")
                .inner_size(1280.0, 800.0)
                .data_directory(folder.into())
                .build()?;
            Ok(())
        })
        .run(tauri::generate_context!())
        .expect("a window");
}
