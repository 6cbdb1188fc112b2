//! Declares the commands that the webview may call: everything else is refused.

fn main() {
    let commands = tauri_build::AppManifest::new().commands(&["look", "meet", "call", "listen"]);
    let attributes = tauri_build::Attributes::new().app_manifest(commands);
    if let Err(fault) = tauri_build::try_build(attributes) {
        // Cargo shows a build script's panic as the reason of the failed build.
        panic!("{fault:#}");
    }
}
