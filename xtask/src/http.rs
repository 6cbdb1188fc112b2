//! The local API, tried from outside by the clients that people use: over a real socket, against
//! the built program. Each client gets a server of its own over an empty data directory, so that
//! none leans on what another left.

use std::path::Path;

use crate::call::Call;
use crate::checkout::Checkout;
use crate::fault::Fault;
use crate::journal::Outcome;
use crate::python;
use crate::serving::Serving;

/// Starts a server for every client, lets it in, and sees the server end well.
pub(crate) fn check(checkout: &Checkout) -> Result<Outcome, Fault> {
    if !cfg!(unix) {
        return Ok(Outcome::Skipped("the server is ended by a signal, which Unix has".to_owned()));
    }
    for client in [end_to_end, collection, schema] {
        let serving = Serving::start(checkout)?;
        direct(client(checkout, &serving.address)).run()?;
        serving.stop()?;
    }
    Ok(Outcome::Passed)
}

fn end_to_end(checkout: &Checkout, address: &str) -> Call {
    Call::new(python::PYTHON)
        .args([
            "tests/http/end_to_end.py",
            "--register",
            "--user",
            "end.to.end",
            "--base-url",
            address,
        ])
        .env("ALGOAGENT_PASSWORD", Path::new("a walk from end to end 4"))
        .within(&checkout.root)
        .advice("Mend the step named above.")
}

fn collection(checkout: &Checkout, address: &str) -> Call {
    Call::new("node")
        .args(["node_modules/newman/bin/newman.js", "run", "AlgoAgent.postman_collection.json"])
        .args(["--environment", "AlgoAgent.postman_environment.json"])
        .args(["--env-var", &format!("base_url={address}")])
        .args(["--reporter-cli-no-success-assertions"])
        .within(&checkout.postman())
        .advice("Mend the request named above: in the server, or in the collection where that is wrong.")
}

fn schema(checkout: &Checkout, address: &str) -> Call {
    Call::new(python::schemathesis(checkout).python())
        .args(["tests/http/conform.py", "--base-url", address])
        .within(&checkout.root)
        .advice(
            "The server and its schema say different things: mend whichever is wrong, in \
             src-tauri/http. The curl command above repeats the call.",
        )
}

/// Past any proxy, which could not reach this computer; and without traces in the checkout.
fn direct(call: Call) -> Call {
    call.env("NO_PROXY", "127.0.0.1")
        .env("no_proxy", "127.0.0.1")
        .env("PYTHONDONTWRITEBYTECODE", "1")
}
