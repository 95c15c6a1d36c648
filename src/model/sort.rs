//! The orders a query may ask for.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use super::fold::fold;
use super::{Contact, Text, Time};

/// One key of `--sort`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SortKey {
    /// What is compared.
    pub field: SortField,
    /// Which end comes first.
    pub direction: Direction,
}

/// Which end comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// Smallest first.
    #[default]
    Ascending,
    /// Greatest first.
    Descending,
}

/// A field by which contacts can be sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SortField {
    /// The vendor's id.
    Id,
    /// The full name.
    Name,
    /// The first e-mail address.
    Email,
    /// The first phone number.
    Phone,
    /// When created.
    CreatedAt,
    /// When last changed.
    UpdatedAt,
    /// When last active.
    LastActivityAt,
    /// The company.
    Company,
    /// The city.
    City,
    /// The country.
    Country,
}

impl SortField {
    /// Every field with the word for it.
    pub const ALL: [(&'static str, Self); 10] = [
        ("id", Self::Id),
        ("name", Self::Name),
        ("email", Self::Email),
        ("phone", Self::Phone),
        ("created_at", Self::CreatedAt),
        ("updated_at", Self::UpdatedAt),
        ("last_activity_at", Self::LastActivityAt),
        ("company", Self::Company),
        ("city", Self::City),
        ("country", Self::Country),
    ];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(_, field)| *field == self).map_or("id", |(word, _)| word)
    }
}

impl fmt::Display for SortField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for SortKey {
    type Err = String;

    /// Reads `FIELD[:asc|:desc]`; columns' names (`emails`, `location.city`) are understood as well.
    fn from_str(text: &str) -> Result<Self, String> {
        let (field, direction) = match text.split_once(':') {
            None => (text, Direction::Ascending),
            Some((field, "asc")) => (field, Direction::Ascending),
            Some((field, "desc")) => (field, Direction::Descending),
            Some((_, other)) => return Err(format!("`{other}` is no direction; it is `asc` or `desc`")),
        };
        let word = match field {
            "emails" => "email",
            "phones" | "phone_number" => "phone",
            "location.city" => "city",
            "location.country" => "country",
            "last_activity" | "active" => "last_activity_at",
            "created" => "created_at",
            "updated" => "updated_at",
            other => other,
        };
        let field = SortField::ALL.iter().find(|(name, _)| *name == word).map(|(_, field)| *field);
        field.map(|field| Self { field, direction }).ok_or_else(|| {
            let words = SortField::ALL.map(|(name, _)| name);
            format!("cannot sort by `{text}`; it is one of {}", words.join(", "))
        })
    }
}

impl fmt::Display for SortKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let direction = match self.direction {
            Direction::Ascending => "asc",
            Direction::Descending => "desc",
        };
        write!(f, "{}:{direction}", self.field)
    }
}

/// A value to sort by, prepared once; what is missing comes last in either direction.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum SortValue {
    Text(Text),
    Time(Time),
}

/// The prepared values of one contact under `keys`, to be compared by [`compare_prepared`].
#[derive(Clone, Debug)]
pub struct PreparedKey {
    values: Vec<Option<SortValue>>,
    id: Text,
    profile: Text,
}

/// Prepares `contact` for sorting by `keys`.
pub fn prepare(contact: &Contact, keys: &[SortKey]) -> PreparedKey {
    let text =
        |text: Option<&str>| text.map(fold).filter(|t| !t.is_empty()).map(|t| SortValue::Text(t.as_ref().into()));
    let time = |time: Option<Time>| time.map(SortValue::Time);
    let values = keys
        .iter()
        .map(|key| match key.field {
            SortField::Id => Some(SortValue::Text(natural_id(&contact.id))),
            SortField::Name => text(contact.name.as_deref()),
            SortField::Email => text(contact.emails.first().map(|email| email.address.as_str())),
            SortField::Phone => text(contact.phones.first().map(|phone| phone.number.as_str())),
            SortField::CreatedAt => time(contact.created_at),
            SortField::UpdatedAt => time(contact.updated_at),
            SortField::LastActivityAt => time(contact.last_activity_at),
            SortField::Company => text(contact.company.as_deref()),
            SortField::City => text(contact.location.city.as_deref()),
            SortField::Country => text(contact.location.country.as_deref()),
        })
        .collect();
    PreparedKey { values, id: natural_id(&contact.id), profile: contact.profile.clone() }
}

/// Compares under `keys`; ties are broken by profile and id, so that the same rows always come in the same order.
pub fn compare_prepared(a: &PreparedKey, b: &PreparedKey, keys: &[SortKey]) -> Ordering {
    for (key, (left, right)) in keys.iter().zip(a.values.iter().zip(&b.values)) {
        let ordering = match (left, right) {
            (None, None) => Ordering::Equal,
            (None, Some(_)) => Ordering::Greater,
            (Some(_), None) => Ordering::Less,
            (Some(left), Some(right)) if key.direction == Direction::Ascending => left.cmp(right),
            (Some(left), Some(right)) => right.cmp(left),
        };
        if ordering != Ordering::Equal {
            return ordering;
        }
    }
    a.profile.cmp(&b.profile).then_with(|| a.id.cmp(&b.id))
}

/// Sorts `contacts` by `keys`.
pub fn sort_contacts(contacts: &mut Vec<Contact>, keys: &[SortKey]) {
    let mut keyed: Vec<_> = contacts.drain(..).map(|contact| (prepare(&contact, keys), contact)).collect();
    keyed.sort_by(|(a, _), (b, _)| compare_prepared(a, b, keys));
    contacts.extend(keyed.into_iter().map(|(_, contact)| contact));
}

/// Numbers sort as numbers: padded with zeros to 20 digits.
fn natural_id(id: &str) -> Text {
    if !id.is_empty() && id.len() < 20 && id.bytes().all(|b| b.is_ascii_digit()) {
        Text::from(format!("{id:0>20}"))
    } else {
        Text::from(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contact(id: &str, name: Option<&str>) -> Contact {
        let mut contact = Contact::new("p", "v", id);
        contact.name = name.map(Into::into);
        contact
    }

    #[test]
    fn missing_values_come_last_both_ways() {
        let rows = [contact("1", None), contact("2", Some("Éva")), contact("10", Some("adam"))];
        for (key, expected) in [("name", ["10", "2", "1"]), ("name:desc", ["2", "10", "1"]), ("id", ["1", "2", "10"])] {
            let mut sorted = rows.to_vec();
            sort_contacts(&mut sorted, &[key.parse().unwrap()]);
            assert_eq!(sorted.iter().map(|c| c.id.as_str()).collect::<Vec<_>>(), expected, "{key}");
        }
    }

    #[test]
    fn keys_are_read_and_refused() {
        assert_eq!("name:desc".parse::<SortKey>().unwrap().to_string(), "name:desc");
        assert!("name:up".parse::<SortKey>().unwrap_err().contains("`up`"));
        assert!("nmae".parse::<SortKey>().unwrap_err().contains("nmae"));
    }
}
