//! How one contact is named: `id:N`, `email:X` or `phone:X`; a mere number is an id (vendor notes 2).

use crate::source::{ErrorKind, SourceError};

/// The words that may stand in front.
const PREFIXES: [&str; 3] = ["id", "email", "phone"];

/// What the server takes for what somebody typed; refused here is what it answers with a 404 or a 500.
pub(super) fn identifier(typed: &str) -> Result<String, SourceError> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Err(SourceError::new(ErrorKind::Usage, "an id cannot be blank"));
    }
    let missing = || SourceError::new(ErrorKind::NotFound, format!("there is no contact `{typed}`"));
    let (prefix, value) = match typed.split_once(':') {
        Some((prefix, value)) if PREFIXES.contains(&prefix) => (prefix, value.trim()),
        _ => ("id", typed),
    };
    // An id beyond 63 bits is a 500 there.
    if prefix == "id" && !(value.bytes().all(|b| b.is_ascii_digit()) && value.parse::<i64>().is_ok()) {
        let hint = "ids of ChatbotX are numbers; `email:ann@example.com` and `phone:+12025550143` work as well";
        return Err(missing().with_hint(hint));
    }
    if value.is_empty() {
        return Err(missing());
    }
    Ok(format!("{prefix}:{value}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_ids_and_prefixes_stay() {
        for (typed, sent) in [
            (" 12100000000000001 ", "id:12100000000000001"),
            ("id:12", "id:12"),
            ("email:a+b@c.d", "email:a+b@c.d"),
            ("phone:+84912345678", "phone:+84912345678"),
        ] {
            assert_eq!(identifier(typed).unwrap(), sent);
        }
    }

    #[test]
    fn what_the_server_would_choke_on_is_not_sent() {
        for typed in ["9223372036854775808", "id:abc", "name:ada", "ada", "email:", "a b", "id:-1", "-1", "１２"] {
            assert_eq!(identifier(typed).unwrap_err().kind, ErrorKind::NotFound, "{typed}");
        }
        assert_eq!(identifier("  ").unwrap_err().kind, ErrorKind::Usage);
    }
}
