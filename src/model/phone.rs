//! Phone numbers: compared by their digits, whatever their punctuation; E.164 where it can be told.
//!
//! A normalised form is a candidate beside the number as stored, never a replacement of it.

use phonelib::PhoneNumber;

use super::{Phone, Text};

/// The shortest national number that may stand for an international one (and the other way round).
const SHORTEST_NATIONAL: usize = 7;

/// The number as stored, with its E.164 form where `country` (ISO 3166-1 alpha-2) or a leading `+` allows it.
pub fn phone(number: impl Into<Text>, country: Option<&str>) -> Phone {
    let number = number.into();
    let e164 = e164(&number, country);
    Phone { number, e164 }
}

/// The E.164 form of `number`, if it is international or the country is known.
pub fn e164(number: &str, country: Option<&str>) -> Option<Text> {
    let trimmed = number.trim();
    if !is_phone_like(trimmed) {
        return None;
    }
    if trimmed.starts_with('+') {
        if let Some(parsed) = PhoneNumber::parse(trimmed) {
            return Some(parsed.e164().into());
        }
        // Written internationally, of a plan the library does not know: the digits are the number (ITU-T E.164, 15 at most).
        let digits = digits(trimmed);
        return ((SHORTEST_NATIONAL..=15).contains(&digits.len()) && !digits.starts_with('0'))
            .then(|| Text::from_iter(["+", &digits]));
    }
    let country = country.filter(|code| code.len() == 2)?;
    PhoneNumber::parse_with_country(trimmed, &country.to_ascii_uppercase()).map(|parsed| parsed.e164().into())
}

/// The ASCII digits of `text`, other scripts' digits converted.
pub fn digits(text: &str) -> Text {
    text.chars().filter_map(|c| decimal_digit(c).map(char::from)).collect()
}

fn decimal_digit(c: char) -> Option<u8> {
    const ZEROS: [u32; 3] = [0x660, 0x6F0, 0xFF10];
    if let Ok(byte) = u8::try_from(c)
        && byte.is_ascii()
    {
        return byte.is_ascii_digit().then_some(byte);
    }
    let code = c as u32;
    ZEROS
        .iter()
        .find_map(|zero| code.checked_sub(*zero).filter(|d| *d < 10))
        .and_then(|d| u8::try_from(d).ok())
        .map(|d| b'0' + d)
}

/// Whether `text` consists of digits and the punctuation of phone numbers alone, with one digit at least.
pub fn is_phone_like(text: &str) -> bool {
    let mut digits = 0;
    let fits = text.chars().all(|c| {
        let is_digit = decimal_digit(c).is_some();
        digits += u32::from(is_digit);
        is_digit || is_punctuation(c)
    });
    fits && digits > 0
}

fn is_punctuation(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '+' | '-' | '(' | ')' | '.' | '/' | '\u{2010}'
                ..='\u{2015}' | '\u{2212}' | '＋' | '\u{200e}' | '\u{202a}' | '\u{202c}'
        )
}

/// What somebody typed to find a phone number, prepared once for many comparisons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhoneQuery {
    digits: Text,
    international: bool,
    /// Without the `00` of an international call or the `0` of a national one.
    significant: Option<Text>,
}

impl PhoneQuery {
    /// Prepares `text`; `None` if there is no digit in it.
    pub fn new(text: &str) -> Option<Self> {
        let trimmed = text.trim();
        let all = digits(trimmed);
        if all.is_empty() {
            return None;
        }
        let plus = trimmed.starts_with(['+', '＋']) || trimmed.starts_with("(+");
        let stripped = if plus { None } else { all.strip_prefix("00").or_else(|| all.strip_prefix('0')) };
        let international = plus || (all.starts_with("00") && all.len() > 8);
        let significant = stripped.filter(|rest| rest.len() >= SHORTEST_NATIONAL).map(Text::from);
        Some(Self { digits: all, international, significant })
    }

    /// The digits as typed.
    pub fn digits(&self) -> &str {
        &self.digits
    }

    /// The digits that every match is sure to hold, for an index or a vendor's search: the last of them, at most seven.
    pub fn tail(&self) -> &str {
        let significant = self.significant.as_deref().unwrap_or(&self.digits);
        &significant[significant.len().saturating_sub(SHORTEST_NATIONAL)..]
    }

    /// Whether the digits occur in the number as stored or in its E.164 form, or the two are the same number once
    /// written nationally and once internationally.
    pub fn occurs_in(&self, phone: &Phone) -> bool {
        let stored = digits(&phone.number);
        let e164 = phone.e164.as_deref().map(|number| &number[1..]);
        let within = |needle: &str| stored.contains(needle) || e164.is_some_and(|number| number.contains(needle));
        if within(&self.digits) || self.significant.as_deref().is_some_and(within) {
            return true;
        }
        // `+1 202 555 0143` asked, `(202) 555-0143` stored without a country: the same but for the country's code.
        self.international && e164.is_none() && {
            let asked = self.significant.as_deref().unwrap_or(&self.digits);
            let national = stored.strip_prefix('0').unwrap_or(&stored);
            national.len() >= SHORTEST_NATIONAL
                && asked.strip_suffix(national).is_some_and(|code| (1..=3).contains(&code.len()))
        }
    }

    /// Whether the whole number is the one asked for, as stored or in E.164.
    pub fn equals(&self, phone: &Phone) -> bool {
        let stored = digits(&phone.number);
        let e164 = phone.e164.as_deref().map(|number| &number[1..]);
        let asked_international =
            if self.international { self.significant.as_deref().unwrap_or(&self.digits) } else { "" };
        stored == self.digits
            || e164.is_some_and(|number| number == self.digits || number == asked_international)
            || (!asked_international.is_empty() && stored == asked_international)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(query: &str, stored: &str, country: Option<&str>) -> bool {
        PhoneQuery::new(query).unwrap().occurs_in(&phone(stored, country))
    }

    #[test]
    fn punctuation_does_not_matter() {
        for stored in ["(202) 555-0143", "202.555.0143", "202 555 0143", "2025550143", "+1 202-555-0143"] {
            assert!(found("202-555 01 43", stored, None), "{stored}");
            assert!(found("+1 (202) 555-0143", stored, None), "{stored}");
            assert!(found("5550143", stored, None), "{stored}");
        }
        assert!(!found("+1 (202) 555-0143", "(303) 555-0143", None));
        assert!(!found("+1 (202) 555-0143", "55-0143", None));
    }

    #[test]
    fn national_and_international_meet_where_the_country_is_known() {
        assert!(found("+84 912 345 678", "0912 345 678", Some("VN")));
        assert!(found("0912345678", "+84912345678", None));
        assert!(found("0084912345678", "+84 912 345 678", None));
        assert!(found("+49 30 1234567", "030 / 1234567", None));
        assert!(!found("+49 30 1234567", "030 / 7654321", None));
    }

    #[test]
    fn e164_is_told_or_left_out() {
        assert_eq!(e164("+1 (202) 555-0143", None).as_deref(), Some("+12025550143"));
        assert_eq!(e164("(202) 555-0143", None), None);
        assert_eq!(e164("(202) 555-0143", Some("US")).as_deref(), Some("+12025550143"));
        assert_eq!(e164("0912 345 678", Some("vn")).as_deref(), Some("+84912345678"));
        assert_eq!(e164("ask Bob", Some("US")), None);
        assert_eq!(e164("", None), None);
    }

    #[test]
    fn equality_is_of_the_whole_number() {
        let equal = |query: &str, stored: &str| PhoneQuery::new(query).unwrap().equals(&phone(stored, None));
        assert!(equal("+1 202 555 0143", "+12025550143"));
        assert!(equal("0012025550143", "+1 (202) 555-0143"));
        assert!(equal("202 555 0143", "(202) 555-0143"));
        assert!(!equal("555 0143", "(202) 555-0143"));
    }

    #[test]
    fn the_tail_is_in_every_match() {
        for (query, stored) in [("+1 202 555 0143", "(202) 555-0143"), ("0912345678", "+84912345678"), ("12", "512")] {
            let query = PhoneQuery::new(query).unwrap();
            assert!(query.occurs_in(&phone(stored, None)));
            assert!(digits(stored).contains(query.tail()), "{query:?} {stored}");
        }
    }
}
