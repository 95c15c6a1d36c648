//! Addresses of Chatwoot's dashboard: `{base}/app/accounts/{account}/contacts/{contact}`.

use std::collections::BTreeMap;

use url::Url;

use crate::vendor::WebAddress;
use crate::vendor::address::bare;

/// The path of a contact's page below the base URL.
pub fn contact_path(account: u64, contact: &str) -> String {
    format!("app/accounts/{account}/contacts/{contact}")
}

/// Reads any page below `/app/accounts/{account}`.
pub fn parse_web_url(url: &Url) -> Option<WebAddress> {
    url.host_str().filter(|_| matches!(url.scheme(), "http" | "https"))?;
    let segments: Vec<&str> = url.path_segments()?.filter(|segment| !segment.is_empty()).collect();
    let app = segments.windows(2).position(|pair| pair == ["app", "accounts"])?;
    let account = segments.get(app + 2).filter(|account| is_number(account))?;
    let contact = match segments.get(app + 3..) {
        Some(["contacts", contact, ..]) if is_number(contact) => Some((*contact).to_owned()),
        _ => None,
    };
    let mut base = url.clone();
    base.set_path(&segments[..app].join("/"));
    Some(WebAddress {
        base_url: bare(base),
        settings: BTreeMap::from([("account_id".to_owned(), (*account).to_owned())]),
        contact,
    })
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_the_dashboard() {
        for (url, base, account, contact) in [
            ("https://app.chatwoot.com/app/accounts/7/contacts/42", "https://app.chatwoot.com", "7", Some("42")),
            (
                "https://app.chatwoot.com/app/accounts/7/contacts/42?page=1#x",
                "https://app.chatwoot.com",
                "7",
                Some("42"),
            ),
            ("https://app.chatwoot.com/app/accounts/7/dashboard", "https://app.chatwoot.com", "7", None),
            ("https://woot.example:8443/chat/app/accounts/1", "https://woot.example:8443/chat", "1", None),
            ("http://127.0.0.1:3000/app/accounts/1/contacts?page=2", "http://127.0.0.1:3000", "1", None),
            ("https://x.example/app/accounts/1/contacts/labels/vip", "https://x.example", "1", None),
        ] {
            let address = parse_web_url(&url.parse().unwrap()).unwrap();
            assert_eq!(address.base_url, base, "{url}");
            assert_eq!(address.settings["account_id"], account, "{url}");
            assert_eq!(address.contact.as_deref(), contact, "{url}");
        }
    }

    #[test]
    fn other_pages() {
        for url in [
            "https://app.chatwoot.com/",
            "https://app.chatwoot.com/app/login",
            "https://x.example/app/accounts/none/contacts/1",
            "https://x.example/api/v1/accounts/1/contacts/1",
            "mailto:a@b.example",
        ] {
            assert_eq!(parse_web_url(&url.parse().unwrap()), None, "{url}");
        }
    }
}
