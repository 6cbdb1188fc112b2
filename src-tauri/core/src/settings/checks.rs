//! Whether what a person enters for a service can be taken.

use reqwest::Url;
use reqwest::header::{HeaderName, HeaderValue};
use zeroize::Zeroizing;

use super::Header;
use crate::Invalid;
use crate::model::wire::is_loopback;

const LONGEST_KEY: usize = 4096;
const MOST_HEADERS: usize = 20;

pub(super) fn check_key(key: &str) -> Result<Zeroizing<String>, Invalid> {
    let key = key.trim();
    if key.is_empty() || key.len() > LONGEST_KEY || !key.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(Invalid::new("key", "A key has letters, digits and signs, without spaces."));
    }
    Ok(Zeroizing::new(key.to_owned()))
}

/// Headers by which a call could be bent to mean something else, or that are the wire's own.
const NOT_THEIRS: [&str; 11] = [
    "host",
    "content-length",
    "content-type",
    "transfer-encoding",
    "connection",
    "accept-encoding",
    "cookie",
    "x-goog-api-key",
    "x-api-key",
    "upgrade",
    "expect",
];

pub(super) fn check_headers(
    headers: Vec<Header>,
    stored: &[(String, Zeroizing<String>)],
) -> Result<Vec<(String, Zeroizing<String>)>, Invalid> {
    let refuse = |why: &str| Err(Invalid::new("headers", why));
    if headers.len() > MOST_HEADERS {
        return refuse("At most 20 headers.");
    }
    let mut taken: Vec<(String, Zeroizing<String>)> = Vec::new();
    for header in headers {
        let name = header.name.trim().to_ascii_lowercase();
        if HeaderName::from_bytes(name.as_bytes()).is_err() {
            return refuse("A header's name has letters, digits and hyphens.");
        }
        if NOT_THEIRS.contains(&name.as_str()) {
            return refuse(&format!("The header {name} can't be set here."));
        }
        if taken.iter().any(|(other, _)| *other == name) {
            return refuse(&format!("The header {name} is there twice."));
        }
        let kept = || stored.iter().find(|(other, _)| *other == name).map(|(_, v)| v.clone());
        let value = match header.value {
            Some(value) => Zeroizing::new(value.trim().to_owned()),
            None => match kept() {
                Some(value) => value,
                None => return refuse(&format!("Enter a value for the header {name}.")),
            },
        };
        if value.len() > LONGEST_KEY || HeaderValue::from_str(&value).is_err() {
            return refuse(&format!("The value of {name} holds signs that can't be sent."));
        }
        taken.push((name, value));
    }
    Ok(taken)
}

pub(super) fn check_proxy(proxy: &str) -> Result<Zeroizing<String>, Invalid> {
    let proxy = proxy.trim();
    let parsed = Url::parse(proxy).ok().filter(|url| {
        ["http", "https", "socks5", "socks5h"].contains(&url.scheme())
            && url.host_str().is_some()
            && matches!(url.path(), "" | "/")
    });
    match parsed {
        Some(_) => Ok(Zeroizing::new(proxy.trim_end_matches('/').to_owned())),
        None => Err(Invalid::new(
            "proxy_url",
            "This is not a proxy's address. It looks like http://proxy.example:3128.",
        )),
    }
}

/// https anywhere, plain http on this computer only.
pub(super) fn check_base_url(url: &str) -> Result<String, Invalid> {
    let refuse = |why: &str| Err(Invalid::new("base_url", why));
    let Ok(parsed) = Url::parse(url) else {
        return refuse("This is not an address. It starts with https://.");
    };
    let extra = parsed.query().is_some() || parsed.fragment().is_some();
    if !parsed.username().is_empty() || parsed.password().is_some() || extra {
        return refuse("The address holds no name, password or query.");
    }
    match parsed.scheme() {
        "https" => {}
        "http" if is_loopback(&parsed) => {}
        _ => {
            return refuse(
                "The address starts with https://. Plain http:// is for this computer only (127.0.0.1).",
            );
        }
    }
    Ok(url.trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_for_this_computer_only() {
        for good in [
            "https://proxy.example.org/gemini/",
            "http://127.0.0.1:8080",
            "http://localhost:1",
            "http://[::1]:9",
        ] {
            assert!(check_base_url(good).is_ok(), "{good}");
        }
        for bad in [
            "http://example.org",
            "http://127.0.0.1.example.org",
            "ftp://x",
            "javascript:1",
            "x",
            "https://a:b@example.org",
            "https://example.org/?key=1",
            "https://example.org/#key",
        ] {
            assert!(check_base_url(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_header_can_t_bend_the_call_and_a_stored_value_needs_no_second_telling() {
        let header = |name: &str, value: Option<&str>| Header {
            name: name.to_owned(),
            value: value.map(str::to_owned),
        };
        let stored = vec![("x-org".to_owned(), Zeroizing::new("acme".to_owned()))];
        let taken = check_headers(vec![header(" X-Org ", None), header("x-a", Some("1"))], &stored);
        let taken = taken.unwrap();
        assert_eq!((taken[0].0.as_str(), taken[0].1.as_str()), ("x-org", "acme"));
        for bad in [
            vec![header("Host", Some("evil"))],
            vec![header("x y", Some("1"))],
            vec![header("", Some("1"))],
            vec![header("x-a", Some("1\r\nx-b: 2"))],
            vec![header("x-a", Some("1")), header("X-A", Some("2"))],
            vec![header("x-new", None)],
        ] {
            assert!(check_headers(bad, &stored).is_err());
        }
    }

    #[test]
    fn a_proxy_is_an_address_alone() {
        for good in ["http://proxy:3128", "socks5://127.0.0.1:1080", "http://a:b@proxy:1/"] {
            assert!(check_proxy(good).is_ok(), "{good}");
        }
        for bad in ["proxy:3128", "ftp://x", "http://proxy/path", "", "http://"] {
            assert!(check_proxy(bad).is_err(), "{bad}");
        }
    }
}
