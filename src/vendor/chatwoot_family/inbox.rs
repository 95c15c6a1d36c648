//! Keeps inboxes' secrets out of the vendor's own object: before 4.0.2 a contact carried its inboxes whole, for
//! administrators with mail passwords and tokens (vendor notes B6).

use std::borrow::Cow;

use serde_json::value::RawValue;

use crate::vendor::lenient::Fields;

/// The keys of an inbox since 4.0.2; no other is let through.
const PUBLIC_KEYS: [&str; 6] = ["id", "avatar_url", "channel_id", "name", "channel_type", "provider"];

/// Words in the names of keys beside an inbox that hold secrets, as `pubsub_token`.
const SECRET_WORDS: [&str; 4] = ["token", "password", "secret", "hmac"];

/// The contact's JSON with `contact_inboxes` reduced to what is public; `None` if it holds nothing else anyway.
///
/// `inboxes` is the value within `contact`, borrowed from it.
pub fn without_secrets(contact: &str, inboxes: &RawValue) -> Option<String> {
    let public = public_list(inboxes.get())?;
    let start = (inboxes.get().as_ptr() as usize).checked_sub(contact.as_ptr() as usize)?;
    let (before, rest) = contact.split_at_checked(start)?;
    let after = rest.get(inboxes.get().len()..)?;
    Some([before, &public, after].concat())
}

fn public_list(json: &str) -> Option<String> {
    let items: Vec<&RawValue> = serde_json::from_str(json).ok()?;
    let public: Vec<Cow<'_, str>> = items.iter().map(|item| public_item(item.get())).collect();
    let changed = public.iter().any(|item| matches!(item, Cow::Owned(_)));
    changed.then(|| format!("[{}]", public.join(",")))
}

fn public_item(json: &str) -> Cow<'_, str> {
    reduced(json, |key, value| {
        if key == "inbox" {
            return Some(reduced(value, |key, value| PUBLIC_KEYS.contains(&key).then_some(Cow::Borrowed(value))));
        }
        let name = key.to_lowercase();
        (!SECRET_WORDS.iter().any(|word| name.contains(word))).then_some(Cow::Borrowed(value))
    })
}

/// The object with every value as `keep` gives it; borrowed if nothing changed.
fn reduced<'a>(json: &'a str, keep: impl Fn(&str, &'a str) -> Option<Cow<'a, str>>) -> Cow<'a, str> {
    if !json.starts_with('{') {
        return Cow::Borrowed(json);
    }
    let Ok(fields) = serde_json::from_str::<Fields<'a>>(json) else { return Cow::Borrowed("null") };
    let count = fields.0.len();
    let kept: Vec<(Cow<'a, str>, Cow<'a, str>)> =
        fields.0.into_iter().filter_map(|(key, value)| keep(&key, value.get()).map(|value| (key, value))).collect();
    if kept.len() == count && kept.iter().all(|(_, value)| matches!(value, Cow::Borrowed(_))) {
        return Cow::Borrowed(json);
    }
    let members: Vec<String> =
        kept.iter().map(|(key, value)| format!("{}:{value}", serde_json::Value::from(key.as_ref()))).collect();
    Cow::Owned(format!("{{{}}}", members.join(",")))
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    fn cleaned(json: &str) -> Option<String> {
        #[derive(Deserialize)]
        struct Row<'a> {
            #[serde(borrow)]
            contact_inboxes: &'a RawValue,
        }
        let row: Row<'_> = serde_json::from_str(json).unwrap();
        without_secrets(json, row.contact_inboxes)
    }

    #[test]
    fn a_slim_inbox_stays_untouched() {
        for json in [
            r#"{"id":1,"contact_inboxes":[{"source_id":"a","inbox":{"id":2,"name":"n","channel_type":"Channel::Api"}}]}"#,
            r#"{"contact_inboxes":[],"id":1}"#,
            r#"{"contact_inboxes":null}"#,
            r#"{"contact_inboxes":[null,7,{"inbox":null}]}"#,
        ] {
            assert_eq!(cleaned(json), None, "{json}");
        }
    }

    #[test]
    fn a_whole_inbox_loses_all_but_the_public_keys() {
        let json = r#"{"id":1,"contact_inboxes":[{"source_id":"a","pubsub_token":"s3","inbox":{"id":2,"name":"n",
            "imap_password":"s3","provider_config":{"api_key":"s3"},"hmac_token":"s3","provider":null}},null],"name":"Ann \"é\""}"#;
        assert_eq!(
            cleaned(json).unwrap(),
            r#"{"id":1,"contact_inboxes":[{"source_id":"a","inbox":{"id":2,"name":"n","provider":null}},null],"name":"Ann \"é\""}"#
        );
    }
}
