//! Which text of a query is sent to a vendor's own search. Everything else is checked here.

use crate::model::{Filter, phone::PhoneQuery};

/// What a vendor's search is asked for, and how well that serves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needle {
    /// The texts to search for, each a lane of its own; the first is the most likely to find something. Empty: no text.
    pub texts: Vec<String>,
    /// Whether the texts are (parts of) phone numbers.
    pub phone: bool,
}

/// Picks the most selective text of `filter`: an e-mail, then a phone number, then the longest word.
///
/// A phone number yields several texts, because vendors compare characters: as typed, its digits without the prefix of
/// a national or international call, and the last four digits, which formatting rarely tears apart.
pub fn needle(filter: &Filter) -> Needle {
    if let Some(email) = filter.email.as_deref().map(str::trim).filter(|email| !email.is_empty()) {
        return Needle { texts: vec![email.to_owned()], phone: false };
    }
    let mut words: Vec<&str> =
        filter.words.iter().filter(|word| word.phone().is_none()).map(|word| word.text.trim()).collect();
    words.extend(filter.name.as_deref().map(str::trim));
    words.retain(|word| !word.is_empty());
    let phones = filter.phone.iter().filter_map(|phone| PhoneQuery::new(phone).map(|query| (phone.as_str(), query)));
    let numbers = filter.words.iter().filter_map(|word| word.phone().map(|query| (word.text.as_str(), query.clone())));
    let number = phones.chain(numbers).max_by_key(|(_, query)| query.digits().len());
    let longest = words.into_iter().max_by_key(|word| (word.contains('@'), word.chars().count()));
    match (longest, number) {
        (Some(word), Some((_, query))) if word.contains('@') || query.digits().len() < 5 => text(word),
        (_, Some((typed, query))) => Needle { texts: phone_texts(typed.trim(), &query), phone: true },
        (Some(word), None) => text(word),
        (None, None) => Needle::default(),
    }
}

/// What a vendor's search may miss, in words: `lacks` beside custom fields, which no vendor searches and every word of
/// `filter` may occur in. `None` if that is nothing, or if the search is asked for nothing.
///
/// `lacks` goes on behind the vendor's name, as `tells accents apart`.
pub fn gap(filter: &Filter, title: &str, lacks: Option<&str>) -> Option<String> {
    let custom = "does not look at custom fields";
    match (lacks, filter.words.is_empty()) {
        _ if needle(filter).texts.is_empty() => None,
        (Some(lacks), true) => Some(format!("{title}'s search {lacks}")),
        (Some(lacks), false) => Some(format!("{title}'s search {lacks}, and {custom}")),
        (None, false) => Some(format!("{title}'s search {custom}")),
        (None, true) => None,
    }
}

fn text(word: &str) -> Needle {
    Needle { texts: vec![word.to_owned()], phone: false }
}

fn phone_texts(typed: &str, query: &PhoneQuery) -> Vec<String> {
    let mut texts = vec![typed.to_owned()];
    let digits = query.digits();
    let significant = digits.strip_prefix("00").or_else(|| digits.strip_prefix('0')).filter(|rest| rest.len() >= 7);
    for candidate in [significant.unwrap_or(digits), &digits[digits.len().saturating_sub(4)..]] {
        if candidate.len() >= 4 && !texts.iter().any(|text| text == candidate) {
            texts.push(candidate.to_owned());
        }
    }
    texts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Word;

    fn texts(query: &str) -> Vec<String> {
        needle(&Filter { words: Word::split(query), ..Filter::default() }).texts
    }

    #[test]
    fn words_may_stand_in_custom_fields_which_no_vendor_searches() {
        let words = Filter { words: Word::split("a@b.c"), ..Filter::default() };
        let email = Filter { email: Some("a@b.c".into()), ..Filter::default() };
        assert_eq!(gap(&email, "X", None), None);
        assert_eq!(gap(&Filter::default(), "X", Some("is slow")), None);
        assert_eq!(gap(&email, "X", Some("is slow")).as_deref(), Some("X's search is slow"));
        assert_eq!(gap(&words, "X", None).as_deref(), Some("X's search does not look at custom fields"));
        let both = "X's search is slow, and does not look at custom fields";
        assert_eq!(gap(&words, "X", Some("is slow")).as_deref(), Some(both));
    }

    #[test]
    fn the_most_selective_text_is_sent() {
        assert_eq!(texts("doe boris"), ["boris"]);
        assert_eq!(texts("christopherson a@b.c"), ["a@b.c"]);
        assert_eq!(texts("\"boris doe\" ann"), ["boris doe"]);
        assert_eq!(texts("+1 (202) 555-0143"), ["+1 (202) 555-0143", "12025550143", "0143"]);
        assert_eq!(texts("ann 12"), ["ann"]);
        assert_eq!(texts(""), Vec::<String>::new());
    }
}
