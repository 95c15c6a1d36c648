//! Who a token belongs to. The reply holds the token itself: nothing of it is kept but what is named here.

use serde::Deserialize;

use crate::source::{ErrorKind, Identity, SourceError};
use crate::vendor::decode::Place;
use crate::vendor::lenient::{List, Object, Scalar};

#[derive(Default, Deserialize)]
struct ProfileWire<'a> {
    #[serde(borrow, default)]
    id: Scalar<'a>,
    #[serde(borrow, default)]
    name: Scalar<'a>,
    #[serde(borrow, default)]
    email: Scalar<'a>,
    #[serde(borrow, default)]
    role: Scalar<'a>,
    #[serde(borrow, default)]
    accounts: List<Object<AccountWire<'a>>>,
}

#[derive(Default, Deserialize)]
struct AccountWire<'a> {
    #[serde(borrow, default)]
    id: Scalar<'a>,
    #[serde(borrow, default)]
    name: Scalar<'a>,
    #[serde(borrow, default)]
    role: Scalar<'a>,
    #[serde(borrow, default)]
    status: Scalar<'a>,
}

/// Reads `GET /api/v1/profile` and finds `account` among the memberships.
pub fn identity_from(body: &[u8], place: Place<'_>, account: u64) -> Result<Identity, SourceError> {
    // The reply holds a token, so what cannot be read of it is not quoted.
    let wire: ProfileWire<'_> = serde_json::from_slice(body).map_err(|_| place.broken("", "a user is due", b""))?;
    let user = wire.id.text().ok_or_else(|| place.broken("id", "a user's id is due", b""))?;
    let accounts: Vec<&AccountWire<'_>> = wire.accounts.0.iter().filter_map(|Object(item)| item.as_ref()).collect();
    let membership = accounts.iter().find(|item| item.id.as_str().and_then(|id| id.parse().ok()) == Some(account));
    if membership.is_none() && !accounts.is_empty() {
        return Err(not_a_member(&wire, &accounts, account));
    }
    let role = membership.and_then(|item| item.role.text()).or_else(|| wire.role.text());
    let status = membership.and_then(|item| item.status.text()).filter(|status| status != "active");
    let name = membership.and_then(|item| item.name.text());
    let note = match (name, status) {
        (Some(name), None) => Some(format!("account {account}, {name}")),
        (name, Some(status)) => Some(format!("account {account}, {}, is {status}", name.unwrap_or_default())),
        (None, None) => None,
    };
    Ok(Identity {
        account: Some(format!("user/{user}/account/{account}")),
        name: wire.name.text().map(Into::into),
        email: wire.email.text().map(Into::into),
        roles: role.map(Into::into).into_iter().collect(),
        version: None,
        note,
    })
}

fn not_a_member(wire: &ProfileWire<'_>, accounts: &[&AccountWire<'_>], account: u64) -> SourceError {
    let who = wire.email.as_str().or(wire.name.as_str()).unwrap_or("the token's owner");
    let known: Vec<String> = accounts
        .iter()
        .filter_map(|item| {
            let id = item.id.as_str()?;
            Some(item.name.as_str().map_or_else(|| id.to_owned(), |name| format!("{id} ({name})")))
        })
        .collect();
    SourceError::new(ErrorKind::Auth, format!("`{who}` is not a member of account {account}"))
        .with_hint(format!("set `account_id` to one of: {}", known.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: Place<'static> = Place { vendor: "Chatwoot", endpoint: "profile" };

    const BODY: &str = r#"{"access_token":"canary-token","pubsub_token":"canary-pubsub","id":5,"name":"Jane Roe",
        "email":"jane@acme.example","role":"agent","account_id":1,
        "accounts":[{"id":1,"name":"Acme","status":"active","role":"administrator","permissions":["administrator"]},
            {"id":2,"name":"Umbrella","status":"suspended","role":"agent"}]}"#;

    #[test]
    fn the_membership_tells_the_role() {
        let identity = identity_from(BODY.as_bytes(), PLACE, 1).unwrap();
        assert_eq!(identity.account.as_deref(), Some("user/5/account/1"));
        assert_eq!(identity.name.as_deref(), Some("Jane Roe"));
        assert_eq!(identity.email.as_deref(), Some("jane@acme.example"));
        assert_eq!(identity.roles, ["administrator"]);
        assert_eq!(identity.note.as_deref(), Some("account 1, Acme"));
        let suspended = identity_from(BODY.as_bytes(), PLACE, 2).unwrap();
        assert!(suspended.note.unwrap().contains("suspended"));
    }

    #[test]
    fn a_foreign_account_is_told_with_the_right_ones() {
        let error = identity_from(BODY.as_bytes(), PLACE, 9).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Auth);
        assert!(error.message.contains("jane@acme.example") && error.message.contains('9'), "{error}");
        assert_eq!(error.hint.as_deref(), Some("set `account_id` to one of: 1 (Acme), 2 (Umbrella)"));
    }

    #[test]
    fn tokens_are_never_quoted() {
        for body in [BODY, &BODY.replace("\"id\":5,", ""), &BODY[..60], "[]"] {
            let shown = format!("{:?}", identity_from(body.as_bytes(), PLACE, 1));
            assert!(!shown.contains("canary"), "{shown}");
        }
        let poor = identity_from(br#"{"id":"5"}"#, PLACE, 1).unwrap();
        assert_eq!((poor.account.as_deref(), poor.note), (Some("user/5/account/1"), None));
    }
}
