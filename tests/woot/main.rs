//! Chatwoot and LiveDesk over real HTTP: against the sandbox, and against servers that say what they should not.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod chatwoot;
mod livedesk;
mod support;
