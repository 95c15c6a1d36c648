//! The terminal: the only owner of the standard streams, what they can do, and what text may be sent to them.
//!
//! Knows nothing of contacts. Reads no environment: whoever starts it hands in the values.

mod color;
mod streams;
mod visible;
mod width;

pub use color::{ColorChoice, Paint, Style};
#[cfg(test)]
pub(crate) use streams::styled_line;
pub use streams::{Out, Term, TermOptions, is_closed_pipe};
pub use visible::{is_inert, visible, visible_lines};
pub use width::{cells, cut, pad};
