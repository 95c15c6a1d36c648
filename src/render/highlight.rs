//! Where in a text the words of a query occur, by the same folding with which they were found.

use std::ops::Range;

use crate::model::fold::fold;
use crate::model::phone;

/// Words to look for, prepared once.
#[derive(Clone, Debug, Default)]
pub(super) struct Highlight {
    words: Vec<String>,
    numbers: Vec<String>,
}

impl Highlight {
    pub(super) fn new(words: &[String]) -> Self {
        let mut highlight = Self::default();
        for word in words {
            if phone::is_phone_like(word) {
                highlight.numbers.push(phone::digits(word).into());
            }
            highlight.words.push(fold(word).into_owned());
        }
        highlight.words.retain(|word| !word.is_empty());
        highlight.numbers.retain(|digits| !digits.is_empty());
        highlight
    }

    /// The byte ranges of `text` that match, in order and apart from one another.
    pub(super) fn find(&self, text: &str) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        if !self.words.is_empty() {
            let folded = Projection::new(text, |c, out| {
                if c.is_whitespace() { out.push(' ') } else { out.push_str(&fold(c.encode_utf8(&mut [0; 4]))) }
            });
            self.words.iter().for_each(|word| folded.find(word, &mut found));
        }
        if !self.numbers.is_empty() {
            let digits = Projection::new(text, |c, out| out.push_str(&phone::digits(c.encode_utf8(&mut [0; 4]))));
            self.numbers.iter().for_each(|number| digits.find(number, &mut found));
        }
        merged(found)
    }
}

/// A text with each character replaced, and where each replacement came from.
struct Projection {
    text: String,
    /// For each byte of `text`, the range of the original character.
    origins: Vec<Range<usize>>,
}

impl Projection {
    fn new(original: &str, replace: impl Fn(char, &mut String)) -> Self {
        let mut projection = Self { text: String::with_capacity(original.len()), origins: Vec::new() };
        for (at, c) in original.char_indices() {
            replace(c, &mut projection.text);
            projection.origins.resize(projection.text.len(), at..at + c.len_utf8());
        }
        projection
    }

    fn find(&self, needle: &str, found: &mut Vec<Range<usize>>) {
        found.extend(self.text.match_indices(needle).map(|(at, _)| {
            let last = at + needle.len() - 1;
            self.origins[at].start..self.origins[last].end
        }));
    }
}

fn merged(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|range| (range.start, range.end));
    let mut merged: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match merged.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_as_they_were_searched() {
        for (words, text, expected) in [
            (&["jose"][..], "José María", vec!["José"]),
            (&["mar", "ia"], "José María", vec!["María"]),
            (&["lukasz"], "Łukasz", vec!["Łukasz"]),
            (&["5550143"], "+1 (202) 555-0143", vec!["555-0143"]),
            (&["ann"], "Boris", vec![]),
            (&["strasse"], "Große Straße", vec!["Straße"]),
        ] {
            let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            let found: Vec<&str> = Highlight::new(&words).find(text).into_iter().map(|range| &text[range]).collect();
            assert_eq!(found, expected, "{words:?} in {text}");
        }
    }
}
