//! What a query looks for. [`Filter::matches`] is its one meaning: a vendor's own search only narrows what is read.

use super::fold::fold;
use super::phone::{PhoneQuery, is_phone_like};
use super::{ChannelKind, Contact, Text, Time};

/// Digits that make a whole query look like a phone number (`+1 (202) 555-0143` is one word, `7 8` are two).
const PHONE_QUERY_DIGITS: usize = 5;

/// What a contact must be like; every part that is given must hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    /// Every word must occur in some searched field.
    pub words: Vec<Word>,
    /// Words and fields must equal a whole field instead of occurring in it.
    pub exact: bool,
    /// Must occur in the name.
    pub name: Option<String>,
    /// Must occur in an e-mail address.
    pub email: Option<String>,
    /// Must occur in a phone number, by digits.
    pub phone: Option<String>,
    /// One of these labels must be there.
    pub labels: Vec<Text>,
    /// A channel of this kind must be there.
    pub channel: Option<ChannelKind>,
    /// A channel in one of these inboxes must be there.
    pub inboxes: Vec<Text>,
    /// What to do with contacts marked unknown.
    pub unknown: UnknownFilter,
    /// Only contacts that are blocked, or blocked on a channel.
    pub blocked: bool,
    /// Created at this time or later.
    pub created_since: Option<Time>,
    /// Active at this time or later.
    pub active_since: Option<Time>,
}

/// What to do with contacts that the vendor marks unknown; contacts of vendors that do not say count as known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UnknownFilter {
    /// Known and unknown ones.
    #[default]
    Include,
    /// Known ones only.
    Exclude,
    /// Unknown ones only.
    Only,
}

/// One word of a query, or a quoted phrase, or a whole phone number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// As typed, without the quotes.
    pub text: String,
    folded: String,
    phone: Option<PhoneQuery>,
}

impl Word {
    /// A word, or a phrase with its spaces.
    pub fn new(text: &str) -> Self {
        let phone = if is_phone_like(text) { PhoneQuery::new(text) } else { None };
        Self { text: text.to_owned(), folded: fold(text).into_owned(), phone }
    }

    /// Splits a query into its words: white space separates, double quotes hold a phrase together, and a query that
    /// looks like a phone number as a whole is one word.
    pub fn split(query: &str) -> Vec<Self> {
        if is_phone_like(query) && super::phone::digits(query).len() >= PHONE_QUERY_DIGITS {
            return vec![Self::new(query.trim())];
        }
        let mut words = Vec::new();
        let mut rest = query;
        loop {
            rest = rest.trim_start();
            if rest.is_empty() {
                return words;
            }
            let (word, after) = match rest.strip_prefix('"').and_then(|open| open.split_once('"')) {
                Some(quoted) => quoted,
                None => rest.split_at(rest.find(char::is_whitespace).unwrap_or(rest.len())),
            };
            if !word.trim().is_empty() {
                words.push(Self::new(word));
            }
            rest = after;
        }
    }

    /// The word in the form in which texts are compared.
    pub fn folded(&self) -> &str {
        &self.folded
    }

    /// The word as a phone number, if it consists of digits and the punctuation of phone numbers.
    pub fn phone(&self) -> Option<&PhoneQuery> {
        self.phone.as_ref()
    }

    fn occurs_in(&self, contact: &Contact, exact: bool) -> bool {
        let text = |field: &str| compare(field, &self.folded, exact);
        contact.name.as_deref().is_some_and(text)
            || contact.emails.iter().any(|email| text(&email.address))
            || contact.identifier.as_deref().is_some_and(text)
            || self.phone.as_ref().is_some_and(|phone| has_phone(contact, phone, exact))
            || contact.custom_fields.iter().any(|(_, value)| value.leaves().any(|leaf| text(&leaf)))
    }
}

fn compare(field: &str, folded: &str, exact: bool) -> bool {
    if cannot_hold(field, folded) {
        return false;
    }
    let field = fold(field);
    if exact { field == folded } else { field.contains(folded) }
}

/// Whether `folded` is certainly no part of what `field` folds to, told without folding it, as for most fields it is:
/// folding makes no ASCII text longer, and changes of its letters nothing but their case.
fn cannot_hold(field: &str, folded: &str) -> bool {
    let Some(first) = folded.bytes().next().filter(|_| field.is_ascii()) else { return false };
    field.len() < folded.len() || memchr::memchr2(first, first.to_ascii_uppercase(), field.as_bytes()).is_none()
}

fn has_phone(contact: &Contact, query: &PhoneQuery, exact: bool) -> bool {
    contact.phones.iter().any(|phone| if exact { query.equals(phone) } else { query.occurs_in(phone) })
}

impl Filter {
    /// Whether nothing is asked.
    pub fn is_empty(&self) -> bool {
        *self == Self { exact: self.exact, ..Self::default() }
    }

    /// Whether text is searched for, beyond mere conditions.
    pub fn has_text(&self) -> bool {
        !self.words.is_empty() || self.name.is_some() || self.email.is_some() || self.phone.is_some()
    }

    /// Whether `contact` is what is looked for. Vendors, the residual filter and the mirror all mean this.
    pub fn matches(&self, contact: &Contact) -> bool {
        let exact = self.exact;
        self.matches_conditions(contact)
            && self.words.iter().all(|word| word.occurs_in(contact, exact))
            && self.name.as_deref().is_none_or(|name| {
                let wanted = fold(name);
                contact.name.as_deref().is_some_and(|field| compare(field, &wanted, exact))
            })
            && self.email.as_deref().is_none_or(|email| {
                let wanted = fold(email);
                contact.emails.iter().any(|field| compare(&field.address, &wanted, exact))
            })
            && self.phone.as_deref().is_none_or(|phone| match PhoneQuery::new(phone) {
                Some(query) => has_phone(contact, &query, exact),
                None => false,
            })
    }

    /// The part of [`Self::matches`] that is not text.
    pub fn matches_conditions(&self, contact: &Contact) -> bool {
        let unknown = contact.unknown.unwrap_or(false);
        (match self.unknown {
            UnknownFilter::Include => true,
            UnknownFilter::Exclude => !unknown,
            UnknownFilter::Only => unknown,
        }) && (!self.blocked
            || contact.blocked == Some(true)
            || contact.channels.iter().any(|channel| channel.blocked == Some(true)))
            && (self.labels.is_empty()
                || contact.labels.iter().any(|label| {
                    let label = fold(label);
                    self.labels.iter().any(|wanted| fold(wanted) == label)
                }))
            && self.channel.as_ref().is_none_or(|kind| contact.channels.iter().any(|channel| channel.kind == *kind))
            && (self.inboxes.is_empty()
                || contact
                    .channels
                    .iter()
                    .any(|channel| channel.inbox_id.as_ref().is_some_and(|inbox| self.inboxes.contains(inbox))))
            && self.created_since.is_none_or(|since| contact.created_at.is_some_and(|at| at >= since))
            && self.active_since.is_none_or(|since| contact.last_activity_at.is_some_and(|at| at >= since))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Email, phone::phone};
    use super::*;
    use proptest::prelude::*;

    fn boris() -> Contact {
        let mut contact = Contact::new("support", "rocketchat", "1");
        contact.name = Some("Boris Döe".into());
        contact.emails = vec![Email { address: "Boris@Doe.example".into(), verified: None }];
        contact.phones = vec![phone("(202) 555-0143", None)];
        contact.identifier = Some("CRM-77".into());
        contact.custom_fields =
            [("plan", r#""Sílver  Plus""#), ("more", r#"{"hidden":[450.10,true,"\u0411\u043E\u0440"]}"#)]
                .map(|(name, json)| (name.into(), serde_json::from_str(json).unwrap()))
                .into();
        contact
    }

    fn search(query: &str) -> Filter {
        Filter { words: Word::split(query), ..Filter::default() }
    }

    #[test]
    fn every_word_in_any_field_and_order() {
        for query in ["doe boris", "BORIS 0143", "crm-77 bor", "\"boris doe\"", "+1 (202) 555-0143", "555-01", "@doe"] {
            assert!(search(query).matches(&boris()), "{query}");
        }
        for query in ["\"doe boris\"", "doe boris ann", "+1 (202) 555-0144", "example.org"] {
            assert!(!search(query).matches(&boris()), "{query}");
        }
    }

    #[test]
    fn custom_fields_are_searched_by_their_values() {
        for query in ["silver", "ilver boris", "\"silver plus\"", "450.1", "бор", "DOE БО", "0.10"] {
            assert!(search(query).matches(&boris()), "{query}");
        }
        for query in ["plan", "hidden", "true", "4501", "silverplus", "\\u0411", "silver ann"] {
            assert!(!search(query).matches(&boris()), "{query}");
        }
        assert!(!Filter { name: Some("silver".into()), ..Filter::default() }.matches(&boris()));
        assert!(!Filter { phone: Some("450".into()), ..Filter::default() }.matches(&boris()));
    }

    #[test]
    fn splitting() {
        let words = |query: &str| Word::split(query).into_iter().map(|w| w.text).collect::<Vec<_>>();
        assert_eq!(words("  a \"b c\" d\"e"), ["a", "b c", "d\"e"]);
        assert_eq!(words("+1 202 555 0143"), ["+1 202 555 0143"]);
        assert_eq!(words("7 8"), ["7", "8"]);
        assert_eq!(words("\"open end"), ["\"open", "end"]);
        assert_eq!(words(" \"\" "), Vec::<String>::new());
    }

    #[test]
    fn exact_means_the_whole_field() {
        let exact = |query: &str| Filter { exact: true, words: vec![Word::new(query)], ..Filter::default() };
        assert!(exact("boris doe").matches(&boris()));
        assert!(exact("BORIS@doe.example").matches(&boris()));
        assert!(exact("202 555 0143").matches(&boris()));
        assert!(!exact("boris").matches(&boris()));
        assert!(exact("silver plus").matches(&boris()) && exact("450.10").matches(&boris()));
        assert!(!exact("silver").matches(&boris()));
    }

    #[test]
    fn fields_are_anded() {
        let mut filter = Filter { name: Some("BORIS".into()), email: Some("doe.ex".into()), ..Filter::default() };
        assert!(filter.matches(&boris()));
        filter.phone = Some("no digits".into());
        assert!(!filter.matches(&boris()));
    }

    proptest! {
        #[test]
        fn nothing_is_ruled_out_that_folding_would_find(field in "[ -~\t\u{1}]{0,8}", part in "[a-cA-C1 é]{0,3}") {
            let part = fold(&part);
            prop_assert!(!(cannot_hold(&field, &part) && fold(&field).contains(&*part)));
        }

        #[test]
        fn any_part_of_the_name_is_found(name in "[\\PC&&[^\"]]{1,12}", start in 0usize..12, len in 1usize..12) {
            let part: String = name.chars().skip(start).take(len).collect();
            let mut contact = Contact::new("p", "v", "1");
            contact.name = Some(name.as_str().into());
            let found = search(&part).words.iter().all(|word| fold(&name).contains(word.folded()));
            prop_assert_eq!(search(&part).matches(&contact), found);
        }
    }
}
