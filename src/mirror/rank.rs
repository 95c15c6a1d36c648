//! How closely a contact matches a text query, told from its searched text alone.

use crate::model::fold::fold;
use crate::model::phone::PhoneQuery;
use crate::model::{Filter, Word};

use super::key::{Rank, phrase};
use super::text::{Field, fields};

/// A filter prepared for looking at many searched texts.
pub struct Looker<'f> {
    filter: &'f Filter,
    phrase: String,
    name: Option<String>,
    email: Option<String>,
    digits: Option<PhoneQuery>,
}

impl<'f> Looker<'f> {
    /// Prepares `filter`.
    pub fn new(filter: &'f Filter) -> Self {
        Self {
            filter,
            phrase: phrase(filter),
            name: filter.name.as_deref().map(|name| fold(name).into_owned()),
            email: filter.email.as_deref().map(|email| fold(email).into_owned()),
            digits: filter.phone.as_deref().and_then(PhoneQuery::new),
        }
    }

    /// How closely the contact with this searched text matches; `None` if it certainly does not match.
    ///
    /// A rank does not mean that it matches: [`Filter::matches`] decides that.
    pub fn rank(&self, text: &str) -> Option<Rank> {
        let mut rank = self.rank_of_words(text)?;
        if let Some(name) = &self.name {
            rank = rank.max(best(text, |field| field == Field::Name, name)?);
        }
        if let Some(email) = &self.email {
            rank = rank.max(best(text, |field| field == Field::Email, email)?);
        }
        if self.filter.phone.is_some() {
            rank = rank.max(best_phone(text, self.digits.as_ref()?)?);
        }
        Some(if self.filter.exact { Rank::Exact } else { rank })
    }

    fn rank_of_words(&self, text: &str) -> Option<Rank> {
        let mut worst = Rank::Exact;
        for word in &self.filter.words {
            worst = worst.max(rank_of_word(text, word)?);
        }
        if self.filter.words.len() < 2 {
            return Some(worst);
        }
        match best(text, is_text, &self.phrase) {
            Some(rank) if rank <= Rank::Prefix => Some(rank),
            _ => Some(worst.max(Rank::WordStart)),
        }
    }
}

fn is_text(field: Field) -> bool {
    matches!(field, Field::Name | Field::Email | Field::Identifier)
}

fn rank_of_word(text: &str, word: &Word) -> Option<Rank> {
    let as_text = best(text, is_text, word.folded());
    let as_phone = word.phone().and_then(|phone| best_phone(text, phone));
    match (as_text, as_phone) {
        (Some(a), Some(b)) => Some(a.min(b)),
        // Whatever it is in a custom field, it says less than a name.
        (None, None) => best(text, |field| field == Field::Custom, word.folded()).map(|_| Rank::Within),
        (a, b) => a.or(b),
    }
}

fn best(text: &str, of: impl Fn(Field) -> bool, wanted: &str) -> Option<Rank> {
    fields(text).filter(|(field, _)| of(*field)).filter_map(|(_, body)| rank_in(body, wanted)).min()
}

fn rank_in(body: &str, wanted: &str) -> Option<Rank> {
    let first = body.find(wanted)?;
    if first == 0 {
        return Some(if body.len() == wanted.len() { Rank::Exact } else { Rank::Prefix });
    }
    let starts =
        |at: usize| body[at..].starts_with(char::is_alphanumeric) && !body[..at].ends_with(char::is_alphanumeric);
    let word = body.match_indices(wanted).any(|(at, _)| starts(at));
    Some(if word { Rank::WordStart } else { Rank::Within })
}

/// The best rank among the phone numbers that hold what every match holds ([`PhoneQuery::tail`]).
fn best_phone(text: &str, query: &PhoneQuery) -> Option<Rank> {
    let numbers = fields(text).filter(|(field, _)| *field == Field::Phone);
    numbers
        .filter(|(_, digits)| digits.contains(query.tail()))
        .map(|(_, digits)| {
            if digits == query.digits() {
                Rank::Exact
            } else if digits.starts_with(query.digits()) {
                Rank::Prefix
            } else if digits.ends_with(query.tail()) {
                Rank::WordStart
            } else {
                Rank::Within
            }
        })
        .min()
}
