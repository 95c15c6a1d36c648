//! Where to look for an id: LiveDesk has no request for one contact, only pages in the order of creation.
//!
//! Ids grow with creation, as a rule; so a few pages are guessed before all are read. Knows ids, sends nothing.

use std::collections::HashSet;

use crate::model::Contact;

/// The search for one id over numbered pages.
pub struct Seek {
    wanted: String,
    seen: HashSet<String>,
    /// Pages between which the id has to lie, if ids grow; `None` once guessing is over.
    guess: Option<(u64, u64)>,
    probed: u64,
    /// The next page to read in order.
    next: u64,
    received: u64,
    largest: u64,
}

/// What to do after a page.
#[derive(Debug, PartialEq)]
pub enum Step {
    /// Read this page.
    Page(u64),
    /// Here it is.
    Found(Box<Contact>),
    /// It is on no page.
    Missing,
    /// A page brought nothing new, so the pages prove nothing.
    Stuck(u64),
}

impl Seek {
    /// A search for `wanted`, which begins on page 1.
    pub fn new(wanted: &str) -> Self {
        Self {
            wanted: wanted.trim().to_owned(),
            seen: HashSet::new(),
            guess: None,
            probed: 1,
            next: 1,
            received: 0,
            largest: 0,
        }
    }

    /// Takes the page that was asked for, and says what to do next.
    pub fn take(&mut self, rows: Vec<Contact>, total: Option<u64>) -> Step {
        let ids: Vec<String> = rows.iter().map(|row| row.id.to_string()).collect();
        if let Some(found) = rows.into_iter().find(|row| row.id == self.wanted) {
            return Step::Found(Box::new(found));
        }
        if self.probed == self.next { self.in_order(&ids, total) } else { self.guessed(&ids) }
    }

    fn in_order(&mut self, ids: &[String], total: Option<u64>) -> Step {
        let count = ids.len() as u64;
        let new = ids.iter().filter(|id| self.seen.insert((*id).clone())).count();
        if count == 0 {
            return Step::Missing;
        }
        if new == 0 {
            return Step::Stuck(self.next);
        }
        self.received += count;
        self.largest = self.largest.max(count);
        // A total that merely counts the page's rows must not end the walk at a full page.
        let whole = total.is_some_and(|total| self.received >= total && (total > count || count < self.largest));
        if whole || (self.next == 1 && total == Some(count) && count < u64::from(super::plan::PAGE_SIZE)) {
            return Step::Missing;
        }
        if self.next == 1 {
            let wanted = number(&self.wanted);
            if wanted.is_none() && ids.iter().all(|id| number(id).is_some()) {
                return Step::Missing;
            }
            let pages = total.map_or(0, |total| total.div_ceil(count));
            let last = ids.iter().filter_map(|id| number(id)).max();
            self.guess = wanted.filter(|wanted| pages > 3 && last < Some(*wanted)).map(|_| (2, pages));
        }
        self.next += 1;
        self.ask()
    }

    fn guessed(&mut self, ids: &[String]) -> Step {
        let numbers: Vec<u128> = ids.iter().filter_map(|id| number(id)).collect();
        self.guess = match (self.guess, number(&self.wanted), numbers.iter().min(), numbers.iter().max()) {
            (Some((low, _)), Some(wanted), Some(first), _) if wanted < *first => Some((low, self.probed - 1)),
            (Some((_, high)), Some(wanted), _, Some(last)) if wanted > *last => Some((self.probed + 1, high)),
            _ => None,
        };
        self.ask()
    }

    fn ask(&mut self) -> Step {
        self.guess = self.guess.filter(|(low, high)| low <= high);
        self.probed = self.guess.map_or(self.next, |(low, high)| low + (high - low) / 2);
        if self.probed == self.next {
            self.guess = None;
        }
        Step::Page(self.probed)
    }
}

fn number(id: &str) -> Option<u128> {
    id.bytes().all(|byte| byte.is_ascii_digit()).then(|| id.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(ids: &[u64], size: usize, number: u64) -> Vec<Contact> {
        let start = usize::try_from(number - 1).unwrap() * size;
        let rows = ids.iter().skip(start).take(size);
        rows.map(|id| Contact::new("p", "livedesk", id.to_string())).collect()
    }

    /// Seeks among `ids`; how it ended and how many pages it took.
    fn seek(wanted: &str, ids: &[u64], size: usize, total: Option<u64>) -> (Step, usize) {
        let mut seek = Seek::new(wanted);
        let mut next = 1;
        for requests in 1..1000 {
            match seek.take(page(ids, size, next), total) {
                Step::Page(number) => next = number,
                end => return (end, requests),
            }
        }
        panic!("no end");
    }

    fn found(step: &Step) -> Option<&str> {
        if let Step::Found(contact) = step { Some(&contact.id) } else { None }
    }

    #[test]
    fn ids_that_grow_are_found_in_a_few_pages() {
        let ids: Vec<u64> = (1..=3000).map(|n| n * 7).collect();
        for wanted in [7, 700, 7 * 1234, 7 * 3000] {
            let (end, requests) = seek(&wanted.to_string(), &ids, 15, Some(3000));
            assert_eq!(found(&end), Some(wanted.to_string().as_str()));
            assert!(requests <= 10, "{wanted}: {requests}");
        }
    }

    #[test]
    fn ids_in_any_order_are_found_all_the_same() {
        let ids: Vec<u64> = (1..=200).map(|n| n * 7919 % 211).collect();
        for wanted in &ids {
            for total in [Some(200), None, Some(15)] {
                assert!(found(&seek(&wanted.to_string(), &ids, 15, total).0).is_some(), "{wanted} {total:?}");
            }
        }
    }

    #[test]
    fn missing_only_after_every_page() {
        let ids: Vec<u64> = (1..=90).collect();
        for total in [Some(90), None, Some(15)] {
            let (end, requests) = seek("1000", &ids, 15, total);
            assert_eq!(end, Step::Missing);
            assert!(requests >= 6, "{total:?}: {requests}");
        }
        assert_eq!(seek("9", &[1, 2], 15, Some(2)), (Step::Missing, 1));
        assert_eq!(seek("9", &[], 15, Some(0)), (Step::Missing, 1));
        assert_eq!(seek("abc", &ids, 15, Some(90)), (Step::Missing, 1));
    }

    #[test]
    fn a_server_that_ignores_the_page_proves_nothing() {
        let mut seek = Seek::new("99");
        let rows = || page(&[1, 2, 3], 3, 1);
        assert_eq!(seek.take(rows(), None), Step::Page(2));
        assert_eq!(seek.take(rows(), None), Step::Stuck(2));
    }
}
