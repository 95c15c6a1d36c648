//! Columns: which there are, which are shown by default, and what a wrong one is answered.

use super::contact::{CHANNEL_PATHS, CONTACT_PATHS};
use super::format::nearest;

/// What kind of record is rendered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordKind {
    /// Contacts.
    Contact,
    /// Channels with their contact.
    Channel,
    /// Rows of one of the program's own lists, with these keys.
    Keyed(&'static [&'static str]),
}

impl RecordKind {
    /// Every column by name, for completion and help; parts of `custom_fields` and `raw` come on top.
    pub fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Contact => CONTACT_PATHS,
            Self::Channel => CHANNEL_PATHS,
            Self::Keyed(keys) => keys,
        }
    }

    fn default_columns(self) -> &'static [&'static str] {
        match self {
            Self::Contact => &["id", "name", "emails", "phones", "channels", "last_activity_at"],
            Self::Channel => &[
                "contact_id",
                "contact_name",
                "kind",
                "name",
                "id",
                "destination",
                "value",
                "verified",
                "blocked",
                "last_chat.at",
            ],
            Self::Keyed(keys) => keys,
        }
    }

    /// Whether `path` can name something that only the data knows.
    fn allows(self, path: &str) -> bool {
        let open = ["custom_fields.", "raw."];
        match self {
            Self::Contact => {
                open.iter().any(|start| path.len() > start.len() && path.starts_with(start))
                    || without_index(path).is_some_and(|path| CONTACT_PATHS.contains(&path.as_str()))
            }
            Self::Channel | Self::Keyed(_) => false,
        }
    }
}

/// `emails.address` for `emails.0.address`.
fn without_index(path: &str) -> Option<String> {
    let (head, rest) = path.split_once('.')?;
    let (index, tail) = rest.split_once('.').map_or((rest, None), |(index, tail)| (index, Some(tail)));
    let listed = matches!(head, "emails" | "phones" | "channels" | "labels");
    if !listed || index.parse::<usize>().is_err() {
        return None;
    }
    Some(tail.map_or_else(|| head.to_owned(), |tail| format!("{head}.{tail}")))
}

/// One column: its path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    path: String,
}

impl Column {
    /// The path, which is also the header in CSV, TSV and Markdown.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The header for a person, as `LAST ACTIVE`.
    pub(super) fn title(&self) -> String {
        match self.path.as_str() {
            "emails" => "EMAIL".to_owned(),
            "phones" => "PHONE".to_owned(),
            "last_activity_at" => "LAST ACTIVE".to_owned(),
            "created_at" => "CREATED".to_owned(),
            "updated_at" => "UPDATED".to_owned(),
            "contact_name" => "CONTACT".to_owned(),
            "last_chat.at" => "LAST CHAT".to_owned(),
            path => {
                let path =
                    ["custom_fields.", "location."].iter().find_map(|start| path.strip_prefix(start)).unwrap_or(path);
                path.replace('_', " ").to_uppercase()
            }
        }
    }
}

/// The columns of one output, in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns {
    kind: RecordKind,
    list: Vec<Column>,
    chosen: bool,
}

impl Columns {
    /// The columns that were asked for, or the default ones; `profile` comes first by default if there are several.
    pub fn resolve(
        kind: RecordKind,
        requested: Option<&[String]>,
        several_profiles: bool,
    ) -> Result<Self, ColumnError> {
        let column = |path: &str| Column { path: path.to_owned() };
        if let Some(requested) = requested.filter(|requested| !requested.is_empty()) {
            let columns = requested.iter().map(|path| check(kind, path.trim())).collect::<Result<_, _>>()?;
            return Ok(Self { kind, list: columns, chosen: true });
        }
        let mut columns: Vec<Column> = kind.default_columns().iter().map(|path| column(path)).collect();
        if several_profiles && !matches!(kind, RecordKind::Keyed(_)) {
            columns.insert(0, column("profile"));
        }
        Ok(Self { kind, list: columns, chosen: false })
    }

    /// The columns of one of the program's own lists.
    pub fn keyed(keys: &'static [&'static str]) -> Self {
        let columns = keys.iter().map(|path| Column { path: (*path).to_owned() }).collect();
        Self { kind: RecordKind::Keyed(keys), list: columns, chosen: false }
    }

    /// The kind of record.
    pub fn kind(&self) -> RecordKind {
        self.kind
    }

    /// Whether the user chose them; then none is left out to save room.
    pub fn are_chosen(&self) -> bool {
        self.chosen
    }

    /// Whether one of them is `path` or a part of it, so that it is worth asking a vendor for.
    pub fn uses(&self, path: &str) -> bool {
        self.list
            .iter()
            .any(|column| column.path.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')))
    }

    /// The columns in their order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Column> {
        self.list.iter()
    }
}

fn check(kind: RecordKind, path: &str) -> Result<Column, ColumnError> {
    let known = kind.columns();
    if let Some(same) = known.iter().find(|known| known.eq_ignore_ascii_case(path)) {
        return Ok(Column { path: (*same).to_owned() });
    }
    if kind.allows(path) {
        return Ok(Column { path: path.to_owned() });
    }
    let all = format!("the columns are {}", shortlist(kind));
    let hint = match likely(kind, path) {
        Some(nearest) => format!("did you mean `{nearest}`? {all}"),
        None => all,
    };
    let message =
        if path.is_empty() { "a column has no name".to_owned() } else { format!("no column called `{path}`") };
    Err(ColumnError { message, hint })
}

/// The column that was probably meant: the last part of a path, or the nearest spelling.
fn likely(kind: RecordKind, path: &str) -> Option<&'static str> {
    let word = path.to_lowercase().replace('-', "_");
    let known = kind.columns();
    let by_meaning = match word.as_str() {
        "email" | "mail" => "emails",
        "phone" | "number" | "phone_number" => "phones",
        "channel" | "kind" => "channels",
        "tags" | "label" | "tag" => "labels",
        "active" | "last_active" | "last_activity" | "last_seen" => "last_activity_at",
        "contact" => "contact_name",
        _ => "",
    };
    known
        .iter()
        .find(|known| **known == by_meaning || known.rsplit('.').next() == Some(word.as_str()))
        .copied()
        .or_else(|| nearest(&word, known.iter().copied()))
}

/// The columns by name, those of lists' elements left out.
fn shortlist(kind: RecordKind) -> String {
    let parts = ["emails.", "phones.", "channels."];
    let mut names: Vec<&str> =
        kind.columns().iter().filter(|path| !parts.iter().any(|part| path.starts_with(part))).copied().collect();
    if kind == RecordKind::Contact {
        names.push("custom_fields.NAME");
    }
    names.join(", ")
}

/// A column that does not exist.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ColumnError {
    /// What is wrong.
    pub message: String,
    /// The nearest right spelling, and the list.
    pub hint: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(columns: &Columns) -> Vec<&str> {
        columns.iter().map(Column::path).collect()
    }

    fn requested(paths: &[&str]) -> Result<Columns, ColumnError> {
        let paths: Vec<String> = paths.iter().map(|path| (*path).to_owned()).collect();
        Columns::resolve(RecordKind::Contact, Some(&paths), false)
    }

    #[test]
    fn defaults_are_those_of_the_interface() {
        let one = Columns::resolve(RecordKind::Contact, None, false).unwrap();
        assert_eq!(paths(&one), ["id", "name", "emails", "phones", "channels", "last_activity_at"]);
        let several = Columns::resolve(RecordKind::Contact, None, true).unwrap();
        assert_eq!(paths(&several)[0], "profile");
        assert!(one.uses("channels") && !one.uses("labels"));
    }

    #[test]
    fn any_scalar_can_be_asked_for() {
        let columns = requested(&["location.city", "custom_fields.a.b c", "emails.0.address", "ID", "raw.x"]).unwrap();
        assert_eq!(paths(&columns), ["location.city", "custom_fields.a.b c", "emails.0.address", "id", "raw.x"]);
        assert!(columns.are_chosen() && columns.uses("location"));
    }

    #[test]
    fn a_wrong_column_is_answered_with_the_nearest() {
        for (wrong, right) in [
            ("nmae", "name"),
            ("email", "emails"),
            ("city", "location.city"),
            ("last_active", "last_activity_at"),
            ("manager.nam", "manager.name"),
        ] {
            let error = requested(&[wrong]).unwrap_err();
            assert!(error.message.contains(&format!("`{wrong}`")), "{error:?}");
            assert!(error.hint.starts_with(&format!("did you mean `{right}`?")), "{error:?}");
        }
        assert!(requested(&["zzzz"]).unwrap_err().hint.starts_with("the columns are profile, vendor, id"));
        assert!(requested(&["custom_fields."]).is_err());
    }

    #[test]
    fn every_column_of_the_list_is_answered() {
        let contact = super::super::json::tests::boris();
        for path in CONTACT_PATHS {
            assert!(requested(&[path]).is_ok(), "{path}");
            let _ = super::super::contact::cell(&contact, path);
        }
    }
}
