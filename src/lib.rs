//! `contacts` asks Rocket.Chat, EngageLab LiveDesk, ChatbotX and Chatwoot who a customer is.
//!
//! This page is the architecture document; `tests/architecture.rs` checks who imports whom.
//!
//! | module | knows |
//! |---|---|
//! | [`model`] | plain data and its meaning: a contact, a query, when the one matches the other |
//! | [`source`] | what a place holding contacts can do, and the walk that proves an answer complete |
//! | [`http`] | one request done well: redirects, retries, rate budgets, redaction; the only sender of requests |
//! | [`vendor`] | the four vendors: their HTTP shapes and what they mean; a vendor is a folder and a row of `VENDORS` |
//! | [`sandbox`] | the vendors' APIs served on loopback from one made-up population, quirks included |
//! | [`mirror`] | the local store: contacts of all profiles, searched in milliseconds; the only user of the database |
//! | [`buffers`] | byte buffers that are used again, between [`http`] and [`cli`]'s rows |
//! | [`room`] | which replies may be taken into memory, between [`source`]'s walk and [`http`] |
//! | [`config`] | file, environment, profiles, secrets and where they are kept; the only user of the keyring |
//! | [`render`] | records to bytes: table, card, JSON, CSV, …; knows no source |
//! | [`term`] | the standard streams; `visible` makes text safe; the only owner of stdout and stderr |
//! | [`cli`] | argv to exit code; imports all, nobody imports it; the only user of clap |
//!
//! Data flows one way: `model ← source ← vendor`, `http ← vendor`, `model ← source ← mirror`, `model, term ← render`,
//! all of them `← cli`.
//!
//! # The path of one query
//!
//! `contacts search ann -p work --limit 20 -o csv`: argv becomes `SearchArgs` (what was typed), then a [`model::Query`] (what it
//! means: flag, environment, profile, default). The profile is opened by its row of [`vendor::VENDORS`]. The source makes a
//! [`source::Plan`]: lanes to walk, and the residual filter for what the vendor cannot do. [`source::walk`] fetches pages; in the
//! task that decoded a page its rows are filtered and rendered, so that an export uses both cores and memory stays flat. Rows are
//! written in the order of the walk; a `Failure` becomes the exit code.
//!
//! # Why it is so
//!
//! * **`dyn Source` and a table of vendors**, not an enum: dispatch costs one box a page, and a vendor stays one folder.
//! * **The walk is written once**, over what paging allows, not per vendor. Windows that overlap by a row turn offsets into
//!   intervals of ids, which proves the answer under any change and any concurrency. ChatbotX has page numbers only, but lets one
//!   choose the size: windows of mixed sizes (1 to 50) overlap as well, at a fifth more requests, and need no assumption about
//!   where newcomers appear. Chatwoot and LiveDesk fix the size, so their pages are read last to first and the counts are watched.
//! * **[`model::Filter::matches`] is the one meaning of a filter.** A vendor's own search only narrows what is read.
//! * **Rows carry short strings inside** ([`model::Text`]), custom fields stay JSON text ([`model::RawJson`]): numbers keep their
//!   digits, and an export of a million contacts allocates little.
//! * **Rocket.Chat's pages are read by hand** ([`vendor::scan`]) where they look as they mostly do, by serde elsewhere. Their shapes
//!   are declared once for both, and a property holds the one against the other.
//! * **Pages stay in the memory of pages.** Replies and rendered pages use their [`buffers`] again, a page's rows lie in one of
//!   them, and a contact that was rendered leaves its lists to the next ([`source::Rows`]): memory that one thread takes and another
//!   gives back makes threads wait for each other's allocator. What is made ready for the mirror shares a page's memory, too.
//! * **`hyper-util` and not a larger client**: it alone lets one say how much a connection reads ahead. With that bound and with
//!   [`room`] for sixteen pages, 64 requests at once need little more memory than eight; unbounded they needed 11 MB more.
//! * **The mirror's index grows in blocks and is merged in segments**: a sync writes the lists of 65,536 contacts one behind the
//!   other, which is what a disk likes, and those of sixteen blocks are put together once they are complete, which is what a
//!   question likes. At ten million contacts that is 18 looks for a key instead of 153.
//! * **Times keep the digits they came with** ([`model::Time`]), so that what is printed is what the vendor said; those that came
//!   as they are printed are kept as they came.

pub mod buffers;
pub mod cli;
pub mod config;
pub mod http;
pub mod mirror;
pub mod model;
pub mod render;
pub mod room;
pub mod sandbox;
pub mod source;
pub mod term;
pub mod vendor;
