//! What may be a profile's `base_url`, and what a person probably meant instead.

use url::{Host, Url};

use super::error::Mistake;

/// Whether plain HTTP may be spoken with other machines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlainHttp {
    /// With this machine alone.
    Loopback,
    /// With any; the profile says `allow_http = true`.
    Allowed,
}

/// Parses a base URL: https, or http as far as `plain` allows it; a host, perhaps a path, nothing else.
///
/// Slashes at the end of the path are dropped.
pub fn parse(text: &str, plain: PlainHttp) -> Result<Url, Mistake> {
    let refuse = |message: String, hint: Option<String>| Err(Mistake { message, hint });
    if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return refuse("has a space or a control character in it".to_owned(), None);
    }
    let parsed = Url::parse(text).ok().filter(|url| url.has_host() && !url.cannot_be_a_base());
    let Some(mut url) = parsed else {
        return refuse(format!("is no URL: `{}`", without_password(text)), with_scheme(text));
    };
    if !url.username().is_empty() || url.password().is_some() {
        let hint = "keep secrets in the profile's own keys".to_owned();
        return refuse("must not hold a user name or a password".to_owned(), Some(hint));
    }
    if url.query().is_some() || url.fragment().is_some() {
        url.set_query(None);
        url.set_fragment(None);
        return refuse("must end with its path, without `?` or `#`".to_owned(), Some(format!("did you mean `{url}`?")));
    }
    match url.scheme() {
        "https" => {}
        "http" if plain == PlainHttp::Allowed || is_loopback(&url) => {}
        "http" => {
            let mut secure = url.clone();
            let hint = match secure.set_scheme("https") {
                Ok(()) => format!("use `{}`, or set `allow_http = true` in the profile", trimmed(&secure)),
                Err(()) => "set `allow_http = true` in the profile".to_owned(),
            };
            return refuse(format!("is plain http, which would show the secrets to the network: `{url}`"), Some(hint));
        }
        scheme => return refuse(format!("must begin with `https://`, not with `{scheme}:`"), with_scheme(text)),
    }
    let path = url.path().trim_end_matches('/').to_owned();
    url.set_path(&path);
    Ok(url)
}

/// Whether the URL's host is this machine: `127.0.0.0/8`, `::1` or `localhost`.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        None => false,
    }
}

/// The text with what stands before an `@` left out.
fn without_password(text: &str) -> String {
    match (text.split_once("//"), text.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, rest))) => format!("{scheme}//…@{rest}"),
        (None, Some((_, rest))) => format!("…@{rest}"),
        (_, None) => text.to_owned(),
    }
}

/// Suggests the scheme that is missing.
fn with_scheme(text: &str) -> Option<String> {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest).trim_start_matches('/');
    let candidate = Url::parse(&format!("https://{rest}")).ok().filter(|_| !rest.is_empty() && !rest.contains('@'))?;
    let scheme = if is_loopback(&candidate) { "http" } else { "https" };
    Some(format!("did you mean `{scheme}://{rest}`?"))
}

fn trimmed(url: &Url) -> &str {
    url.as_str().trim_end_matches('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> Mistake {
        parse(text, PlainHttp::Loopback).unwrap_err()
    }

    #[test]
    fn takes_https_and_a_prefix() {
        for (text, expected) in [
            ("https://chat.example.com", "https://chat.example.com/"),
            ("https://chat.example.com/", "https://chat.example.com/"),
            ("https://example.com:8443/chat//", "https://example.com:8443/chat"),
            ("http://127.0.0.1:4000", "http://127.0.0.1:4000/"),
            ("http://127.9.9.9", "http://127.9.9.9/"),
            ("http://[::1]:4000/x", "http://[::1]:4000/x"),
            ("http://LocalHost:1", "http://localhost:1/"),
        ] {
            assert_eq!(parse(text, PlainHttp::Loopback).unwrap().as_str(), expected);
        }
        assert!(parse("http://chat.internal", PlainHttp::Allowed).is_ok());
    }

    #[test]
    fn refuses_plain_http_to_other_machines() {
        for text in [
            "http://chat.example.com",
            "http://localhost.example.com",
            "http://10.0.0.1",
            "http://0.0.0.0",
            "http://[::2]",
        ] {
            let refusal = refusal(text);
            assert!(refusal.message.contains("plain http"), "{text}: {refusal:?}");
            assert!(refusal.hint.unwrap().contains("allow_http"), "{text}");
        }
    }

    #[test]
    fn says_what_was_meant() {
        for (text, meant) in [
            ("chat.example.com", "`https://chat.example.com`"),
            ("chat.example.com:3000", "`https://chat.example.com:3000`"),
            ("localhost:3000", "`http://localhost:3000`"),
            ("ftp://chat.example.com", "`https://chat.example.com`"),
            ("https:/chat.example.com?x=1", "`https://chat.example.com/`"),
            ("https://chat.example.com/#/home", "`https://chat.example.com/`"),
        ] {
            let refusal = refusal(text);
            assert!(refusal.hint.as_deref().is_some_and(|hint| hint.contains(meant)), "{text}: {refusal:?}");
        }
    }

    #[test]
    fn never_shows_a_password() {
        for text in ["https://ann:s3cret@chat.example.com", "ftp://ann:s3cret@h", "ann:s3cret@h", "https://ann:s3cret@"]
        {
            assert!(!format!("{:?}", refusal(text)).contains("s3cret"), "{text}: {:?}", refusal(text));
        }
    }

    #[test]
    fn refuses_nonsense() {
        for text in [
            "",
            "https://",
            "https:///",
            "://x",
            "mailto:a@b.c",
            "https://a b.c",
            "https://a\tb.c",
            "data:,x",
            "https://exa mple",
        ] {
            refusal(text);
        }
    }
}
