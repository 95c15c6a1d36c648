//! Phone numbers from ranges set aside for fiction (or their like: `555 01xx`), and the many ways people write them.

use compact_str::{CompactString, format_compact};

use super::json::Out;

/// A country whose numbers are made up here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Country {
    /// `+1`.
    UnitedStates,
    /// `+44`.
    UnitedKingdom,
    /// `+33`.
    France,
    /// `+49`.
    Germany,
    /// `+34`.
    Spain,
    /// `+7`.
    Russia,
    /// `+84`.
    Vietnam,
    /// `+86`.
    China,
    /// `+81`.
    Japan,
    /// `+20`.
    Egypt,
    /// `+972`.
    Israel,
}

/// A number in parts: calling code, area, subscriber in two groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number {
    code: u32,
    area: u32,
    first: (u32, usize),
    second: (u32, usize),
}

/// How a number is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// `+12025550143`
    E164,
    /// `+1 202 555 0143`
    Spaced,
    /// `(202) 555-0143`: no country.
    National,
    /// `0012025550143`
    DoubleZero,
    /// `+1-202-555-0143`
    Dashed,
    /// `1.202.555.0143`: no plus.
    Dotted,
    /// `+1 202 555 0143 ext. 12`
    Extension,
    /// `mobile: 202 555 0143 (after 6 pm)`
    Words,
}

impl Style {
    /// Every style, the plain ones first.
    pub const ALL: [Self; 8] = [
        Self::E164,
        Self::Spaced,
        Self::Dashed,
        Self::National,
        Self::Dotted,
        Self::DoubleZero,
        Self::Extension,
        Self::Words,
    ];
}

impl Number {
    /// A number of `country` made of `dice`.
    pub fn fictional(country: Country, dice: u64) -> Self {
        let last = u32::try_from(dice % 100).expect("below a hundred");
        let area = |areas: &[u32]| areas[usize::try_from(dice / 100 % areas.len() as u64).expect("an index")];
        let (code, area, first, second) = match country {
            Country::UnitedStates => (1, area(&[202, 212, 303, 415, 512, 617, 808, 907]), (555, 3), (100 + last, 4)),
            Country::UnitedKingdom => (44, 7700, (900, 3), (u32::try_from(dice % 1000).expect("three digits"), 3)),
            Country::France => (33, area(&[1, 2, 3]), (9900, 4), (u32::try_from(dice % 9999).expect("four digits"), 4)),
            Country::Germany => (49, 30, (23125, 5), (u32::try_from(dice % 1000).expect("three digits"), 3)),
            Country::Spain => (34, area(&[911, 931, 951]), (555, 3), (last, 3)),
            Country::Russia => (7, area(&[495, 812, 343]), (555, 3), (100 + last, 4)),
            Country::Vietnam => (84, area(&[24, 28]), (5550, 4), (100 + last, 4)),
            Country::China => (86, area(&[10, 21]), (5550, 4), (100 + last, 4)),
            Country::Japan => (81, area(&[3, 6]), (5550, 4), (100 + last, 4)),
            Country::Egypt => (20, 2, (2555, 4), (100 + last, 4)),
            Country::Israel => (972, area(&[3, 4]), (555, 3), (100 + last, 4)),
        };
        Self { code, area, first, second }
    }

    /// One of eight million numbers in `+1 555`, where no telephone is: large populations need distinct ones.
    pub fn numbered(index: u64) -> Self {
        let serial = 2_000_000 + index.wrapping_mul(4_999_999) % 8_000_000;
        let (first, second) = (serial / 10_000, serial % 10_000);
        let part = |value: u64| u32::try_from(value).expect("below ten thousand");
        Self { code: 1, area: 555, first: (part(first), 3), second: (part(second), 4) }
    }

    /// The number written in `style`.
    pub fn written(self, style: Style) -> CompactString {
        let Self { code, area, first: (a, a_width), second: (b, b_width) } = self;
        match style {
            Style::E164 => {
                let mut out = Out::with_capacity(20);
                out.raw("+")
                    .digits(code.into(), 1)
                    .digits(area.into(), 1)
                    .digits(a.into(), a_width)
                    .digits(b.into(), b_width);
                CompactString::from_utf8_lossy(out.bytes())
            }
            Style::Spaced => format_compact!("+{code} {area} {a:0a_width$} {b:0b_width$}"),
            Style::Dashed => format_compact!("+{code}-{area}-{a:0a_width$}-{b:0b_width$}"),
            Style::Dotted => format_compact!("{code}.{area}.{a:0a_width$}.{b:0b_width$}"),
            Style::DoubleZero => format_compact!("00{code}{area}{a:0a_width$}{b:0b_width$}"),
            Style::Extension => format_compact!("+{code} {area} {a:0a_width$} {b:0b_width$} ext. 12"),
            Style::Words => format_compact!("mobile: {area} {a:0a_width$} {b:0b_width$} (after 6 pm)"),
            Style::National if code == 1 => format_compact!("({area}) {a:0a_width$}-{b:0b_width$}"),
            Style::National => format_compact!("0{area} {a:0a_width$} {b:0b_width$}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn american_numbers_are_fictional() {
        for dice in 0..1000 {
            let number = Number::fictional(Country::UnitedStates, dice).written(Style::E164);
            assert_eq!((number.len(), &number[5..10]), (12, "55501"), "{number}");
        }
    }

    #[test]
    fn numbered_are_distinct() {
        let mut all: Vec<_> = (0..10_000).map(|index| Number::numbered(index).written(Style::E164)).collect();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 10_000);
    }

    #[test]
    fn national_numbers_name_no_country() {
        let number = Number::fictional(Country::UnitedStates, 43);
        assert_eq!(number.written(Style::National), "(202) 555-0143");
        assert_eq!(number.written(Style::DoubleZero), "0012025550143");
    }
}
