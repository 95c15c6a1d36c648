//! How lists are asked for: which texts the search gets, which words the sort knows.

use crate::model::{Direction, Filter, Query, SortField, SortKey};
use crate::source::Traversal;
use crate::source::search::{self, Needle, needle};

/// Characters of a search text that are sent; more would outgrow a URL, and what the rest excludes is excluded here.
const LONGEST_TEXT: usize = 200;

/// The shortest run of digits that is sure to be most of a phone number.
const MOST_OF_A_NUMBER: usize = 7;

/// Whether `contact_inboxes` is needed, for the output or for the filter.
pub fn wants_channels(query: &Query) -> bool {
    query.channels || query.filter.channel.is_some() || !query.filter.inboxes.is_empty()
}

/// The texts to search for, one lane each; empty if there is nothing that the vendor could search for.
///
/// The search is SQL `ILIKE '%text%'` with live wildcards (vendor notes B4): `%` and `_` match themselves too and are left
/// alone, a backslash would make the next character literal and becomes `_`, which matches it. Numbers are stored in
/// E.164, so the digits alone come first. What is found by one text is found by any part of it: where everything is read,
/// the parts are enough.
pub fn search_texts(filter: &Filter, traversal: Traversal) -> Vec<String> {
    let Needle { mut texts, phone } = needle(filter);
    if phone && texts.len() > 1 && !(is_digits(&texts[0]) && texts[1].len() < MOST_OF_A_NUMBER) {
        texts.swap(0, 1);
    }
    let mut sendable: Vec<String> = Vec::with_capacity(texts.len());
    for text in texts {
        let text = sendable_text(&text);
        if !text.is_empty() && !sendable.contains(&text) {
            sendable.push(text);
        }
    }
    if phone && traversal == Traversal::Everything {
        let all = sendable.clone();
        sendable.retain(|text| !all.iter().any(|part| part != text && text.contains(part.as_str())));
    }
    sendable
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn sendable_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len().min(LONGEST_TEXT * 4));
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.extend(word.chars().filter(|c| !c.is_control()).map(|c| if c == '\\' { '_' } else { c }));
    }
    let cut = out.char_indices().nth(LONGEST_TEXT).map_or(out.len(), |(at, _)| at);
    out.truncate(cut);
    out.trim().to_owned()
}

/// What the search may miss although the filter would find it, in words; `None` if it misses nothing.
///
/// Letters are compared without regard to their case only, identifiers not even that (vendor notes B4).
pub fn text_gap(filter: &Filter, title: &str) -> Option<String> {
    let Needle { texts, phone } = needle(filter);
    let text = texts.first()?;
    let email_alone = filter.words.is_empty() && filter.email.is_some();
    let misses_none = phone || (email_alone && text.is_ascii()) || !text.chars().any(char::is_alphabetic);
    let lacks = "tells accented letters apart (`jose` does not find `José`) and compares identifiers letter by letter";
    search::gap(filter, title, if misses_none { None } else { Some(lacks) })
}

/// The vendor's word for a field to sort by; `None` if it cannot. Chatwoot renamed `company` later (vendor notes B3).
pub fn sort_word(field: SortField) -> Option<&'static str> {
    Some(match field {
        SortField::Email => "email",
        SortField::Name => "name",
        SortField::Phone => "phone_number",
        SortField::LastActivityAt => "last_activity_at",
        SortField::CreatedAt => "created_at",
        SortField::Company => "company",
        SortField::City => "city",
        SortField::Country => "country",
        SortField::Id | SortField::UpdatedAt => return None,
    })
}

/// Whether what is missing comes last under `key`, as it does here; e-mail and phone put it first when descending
/// (vendor notes B3).
pub fn nulls_come_last(key: SortKey) -> bool {
    key.direction == Direction::Ascending || !matches!(key.field, SortField::Email | SortField::Phone)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Word;

    fn texts(query: &str) -> Vec<String> {
        search_texts(&Filter { words: Word::split(query), ..Filter::default() }, Traversal::Top)
    }

    #[test]
    fn digits_without_the_plus_come_first() {
        assert_eq!(texts("+1 (202) 555-0143"), ["12025550143", "+1 (202) 555-0143", "0143"]);
        assert_eq!(texts("12025550143"), ["12025550143", "0143"]);
        assert_eq!(texts("0084912345678"), ["84912345678", "0084912345678", "5678"]);
        assert_eq!(texts("+12025550143"), ["12025550143", "+12025550143", "0143"]);
    }

    #[test]
    fn parts_are_enough_where_everything_is_read() {
        let filter = |query: &str| Filter { words: Word::split(query), ..Filter::default() };
        assert_eq!(search_texts(&filter("+1 (202) 555-0143"), Traversal::Everything), ["0143"]);
        assert_eq!(search_texts(&filter("555-01-43"), Traversal::Everything), ["555-01-43", "0143"]);
        assert_eq!(search_texts(&filter("boris"), Traversal::Everything), ["boris"]);
    }

    #[test]
    fn what_is_sent_never_excludes_what_is_meant() {
        assert_eq!(texts("ann_lee"), ["ann_lee"]);
        assert_eq!(texts("50%"), ["50%"]);
        assert_eq!(texts("a\\b\\"), ["a_b_"]);
        assert_eq!(texts("\"boris   doe\""), ["boris doe"]);
        assert_eq!(texts("a\u{0}b"), ["ab"]);
        assert_eq!(texts(&"é".repeat(10_000)), ["é".repeat(200)]);
    }

    #[test]
    fn a_blank_text_is_never_sent() {
        assert_eq!(texts("\u{0}"), Vec::<String>::new());
        assert_eq!(texts("\" \""), Vec::<String>::new());
        assert_eq!(texts(""), Vec::<String>::new());
    }

    #[test]
    fn the_gap_is_told_where_there_is_one() {
        let gap = |filter: &Filter| text_gap(filter, "Chatwoot").is_some();
        let words = |query: &str| Filter { words: Word::split(query), ..Filter::default() };
        assert!(gap(&words("jose")));
        assert!(gap(&words("+1 202 555 0143")), "custom fields");
        assert!(!gap(&Filter { phone: Some("+1 202 555 0143".into()), ..Filter::default() }));
        assert!(!gap(&Filter { email: Some("ann@doe.example".into()), ..Filter::default() }));
        assert!(gap(&Filter { name: Some("Zoë".into()), ..Filter::default() }));
    }
}
