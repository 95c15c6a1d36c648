//! Who there is: a person is computed from the seed and a place, never stored, so a million cost no memory.
//!
//! Knows no vendor's JSON. Ids are computed from the place as well, in an order that is also that of creation.

use compact_str::CompactString;

use super::cast::{self, Known, Member};
use super::json::{Out, decimal};
use super::names::{COMPANIES, CULTURES, EMOJI, LABELS, MAIL_DOMAINS, MANAGERS, NameOrder, PLANS};
use super::numbers::{Number, Style};
use super::person::{Person, Reach};
use super::{Ties, Vendor};

/// The moment around which everything is written, 2026-11-01T00:00:00Z, in seconds; shown shifted to now.
pub const EPOCH: i64 = 1_793_491_200;
/// The oldest contact was created this long before [`EPOCH`].
const SPAN: i64 = 900 * 86_400;
/// Populations below this have the same ids.
const SMALL: usize = 64;
/// From this place on phone numbers are numbered, so that they are distinct.
const NUMBERED_FROM: u32 = 2000;

/// A place in the order of creation: a number, and for those who came later between two others, one more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Counted from the oldest.
    pub index: u32,
    /// 0 for the born, 1 to [`Place::GAP`] for those inserted after them.
    pub after: u32,
}

impl Place {
    /// How many can be inserted after each.
    pub const GAP: u32 = 7;
}

/// The people of one sandbox.
#[derive(Clone, Copy, Debug)]
pub struct Population {
    seed: u64,
    size: u32,
    step: i64,
    now: i64,
    ties: Ties,
}

impl Population {
    /// `size` people for each vendor; `now` in seconds since the Unix epoch.
    pub fn new(size: usize, seed: u64, now: i64, ties: Ties) -> Self {
        let size = size.min(10_000_000);
        let step = (SPAN / i64::try_from(size.max(SMALL)).expect("at most ten million")).max(1);
        Self { seed, size: u32::try_from(size).expect("at most ten million"), step, now, ties }
    }

    /// How many were there at first.
    pub fn size(&self) -> u32 {
        self.size
    }

    fn hash(&self, vendor: Vendor, place: Place) -> u64 {
        mix(self.seed ^ mix(u64::from(place.index) << 8 | u64::from(place.after) << 3 | vendor as u64))
    }

    /// Seconds of the fixed time line at which `place` came to be; strictly ascending.
    fn born(&self, place: Place) -> i64 {
        let jitter = mix(self.seed ^ 0x5eed ^ u64::from(place.index)) % self.step.unsigned_abs();
        EPOCH - SPAN + i64::from(place.index) * self.step + i64::try_from(jitter).expect("less than a step")
    }

    /// The place of somebody born at this second of the fixed time line.
    fn place_born(&self, seconds: i64) -> Option<u32> {
        u32::try_from((seconds - (EPOCH - SPAN)).div_euclid(self.step)).ok()
    }

    /// When `place` was created as shown, in milliseconds; ascending, some at the same moment, as after an import.
    pub fn created(&self, vendor: Vendor, place: Place) -> i64 {
        let tied = match vendor {
            Vendor::Rocketchat => false,
            Vendor::Chatbotx => true,
            Vendor::Livedesk | Vendor::Chatwoot => self.ties == Ties::Wandering,
        };
        let imported = tied && place.index / 16 % 4 == 1;
        let index = if imported { place.index & !15 } else { place.index };
        let seconds = self.born(Place { index, after: 0 }) + (self.now - EPOCH);
        let millis = mix(self.seed ^ u64::from(index)) % 900;
        seconds * 1000
            + i64::try_from(millis).expect("below a thousand")
            + i64::from(if imported { 0 } else { place.after })
    }

    /// The vendor's id of `place`. Ascending with it: as bytes on Rocket.Chat, as numbers elsewhere.
    pub fn id(&self, vendor: Vendor, place: Place) -> CompactString {
        let noise = mix(self.seed ^ 0x1d ^ u64::from(place.index));
        match vendor {
            Vendor::Rocketchat => {
                let tail = (noise >> 48 & 0x7fff) + u64::from(place.after);
                let born = self.born(place).unsigned_abs();
                let mut out = Out::with_capacity(24);
                out.hex(born, 8).hex(noise & 0xffff_ffff_ffff, 12).hex(tail, 4);
                CompactString::from_utf8_lossy(out.bytes())
            }
            Vendor::Chatbotx => {
                let since_2004 = (self.born(place) - 1_075_593_600).unsigned_abs() * 1000;
                written((since_2004 << 14) + (noise & 0xfff) + u64::from(place.after))
            }
            Vendor::Livedesk => written(318_763 + 8 * u64::from(place.index) + u64::from(place.after)),
            Vendor::Chatwoot => written(41 + 8 * u64::from(place.index) + u64::from(place.after)),
        }
    }

    /// The place that has this id, if any could.
    pub fn place(&self, vendor: Vendor, id: &str) -> Option<Place> {
        let serial = |first: u64| Some(id.parse::<u64>().ok()?.checked_sub(first)? / 8);
        let index = match vendor {
            Vendor::Rocketchat => self.place_born(i64::from_str_radix(id.get(..8)?, 16).ok()?)?,
            Vendor::Chatbotx => {
                self.place_born(i64::try_from((id.parse::<u64>().ok()? >> 14) / 1000).ok()? + 1_075_593_600)?
            }
            Vendor::Livedesk => u32::try_from(serial(318_763)?).ok()?,
            Vendor::Chatwoot => u32::try_from(serial(41)?).ok()?,
        };
        (0..=Place::GAP).map(|after| Place { index, after }).find(|&place| self.id(vendor, place) == id)
    }

    /// Whether `place` is an unknown visitor.
    pub fn unknown(&self, vendor: Vendor, place: Place) -> bool {
        place.index >= 24 && self.hash(vendor, place) % 100 < 12
    }

    /// The person at `place`, as `vendor` knows them.
    pub fn person(&self, vendor: Vendor, place: Place) -> Person {
        if place.after == 0
            && place.index < 24
            && let Some((member, known)) = cast::members(vendor).nth(place.index as usize)
        {
            return self.member(vendor, place, member, known);
        }
        let hash = self.hash(vendor, place);
        let unknown = self.unknown(vendor, place);
        // One in five is known to all four, as many to two; the others are known once.
        let group = mix(self.seed ^ 0x9a0 ^ u64::from(place.index)) % 10;
        let circle = match group {
            0 | 1 if place.after == 0 => 0,
            2 | 3 if place.after == 0 => 1 + vendor as u64 % 2,
            _ => 3 + vendor as u64,
        };
        let mut shared = Dice(mix(self.seed ^ mix(u64::from(place.index) << 8 | u64::from(place.after) << 3 | circle)));
        let mut own = Dice(hash);
        let mut person = self.blank(vendor, place, hash);
        person.unknown = unknown;
        self.name(&mut person, &mut shared, place);
        self.reach(&mut person, &mut own, vendor);
        person
    }

    fn blank(&self, vendor: Vendor, place: Place, hash: u64) -> Person {
        let created = self.created(vendor, place);
        Person {
            hash,
            serial: i64::from(place.index) << 3 | i64::from(place.after),
            name: CompactString::default(),
            given: CompactString::default(),
            family: CompactString::default(),
            emails: Vec::new(),
            phones: Vec::new(),
            town: &CULTURES[0].towns[0],
            company: None,
            identifier: None,
            plan: None,
            labels: Vec::new(),
            channels: Vec::new(),
            manager: None,
            unknown: false,
            blocked: false,
            created,
            updated: created,
            active: None,
        }
    }

    /// Who they are, wherever they are known.
    fn name(&self, person: &mut Person, dice: &mut Dice, place: Place) {
        if person.unknown {
            person.name = joined(&["guest-", &written(1000 + dice.below(9000))]);
            person.given = person.name.clone();
            return;
        }
        let mut share = dice.below(100);
        let culture = CULTURES.iter().find(|culture| {
            let here = share < culture.share;
            share = share.saturating_sub(culture.share);
            here
        });
        let culture = culture.unwrap_or(&CULTURES[0]);
        let (given, family) = (dice.pick(culture.given), dice.pick(culture.family));
        person.town = dice.pick(culture.towns);
        person.company = (dice.below(4) == 0).then(|| *dice.pick(&COMPANIES));
        (person.given, person.family) = (given.0.into(), family.0.into());
        if dice.below(40) == 0 {
            person.given = joined(&[given.0, " ", *dice.pick(&EMOJI)]);
        }
        let (first, last) = (&person.given, &person.family);
        person.name = match culture.order {
            NameOrder::GivenFirst => joined(&[first, " ", last]),
            NameOrder::FamilyFirst => joined(&[last, " ", first]),
            NameOrder::FamilyFirstJoined => joined(&[last, first]),
        };
        let domain = person.company.map_or_else(|| *dice.pick(&MAIL_DOMAINS), |(_, domain)| domain);
        if dice.below(10) != 0 {
            let serial = written(u64::from(place.index) + u64::from(place.after) * 100_000_000);
            person.emails.push(joined(&[given.1, ".", family.1, &serial, "@", domain]));
            if dice.below(9) == 0 {
                person.emails.push(joined(&[given.1, &serial, "@", *dice.pick(&MAIL_DOMAINS)]));
            }
        }
        if dice.below(10) < 7 {
            let number = if place.index < NUMBERED_FROM && self.size <= NUMBERED_FROM {
                Number::fictional(person.town.phones, dice.next())
            } else {
                Number::numbered(u64::from(place.index))
            };
            // The style is chosen for each vendor: the same person is written down differently.
            let style = if (person.hash >> 40).is_multiple_of(4) {
                Style::ALL[(person.hash >> 50 & 7) as usize]
            } else {
                Style::E164
            };
            person.phones.push(number.written(style));
        }
        if dice.below(5) == 0 {
            person.identifier = Some(joined(&["cust-", &written(1_000_000 + dice.below(1_000_000))]));
        }
        person.plan = (dice.below(3) == 0).then(|| *dice.pick(&PLANS));
    }

    /// How one vendor reaches them, and when it last did.
    fn reach(&self, person: &mut Person, dice: &mut Dice, vendor: Vendor) {
        let kinds = vendor.kinds();
        // Most were active lately, a few never.
        if dice.below(20) != 0 {
            let life = (self.now * 1000 - person.created).max(60_000).unsigned_abs();
            let ago = (dice.below(life) >> dice.below(9)).max(60_000);
            person.active = Some(self.now * 1000 - i64::try_from(ago).expect("within a life"));
        }
        let first = dice.below(kinds.len() as u64);
        for number in 0..dice.below(4).min(2) + u64::from(person.active.is_some()) {
            let kind = kinds[usize::try_from((first + number) % kinds.len() as u64).expect("an index")];
            let last = person.active.map(|active| active - i64::try_from(number).expect("few") * 86_400_000);
            person.channels.push(Reach { kind, verified: dice.below(3) == 0, last });
        }
        person.manager = (dice.below(4) == 0).then(|| *dice.pick(&MANAGERS));
        person.blocked = dice.below(33) == 0;
        for _ in 0..dice.below(6).saturating_sub(3) {
            let label = *dice.pick(&LABELS);
            if !person.labels.contains(&label) {
                person.labels.push(label);
            }
        }
        person.updated = person.updated.max(person.active.unwrap_or(person.created) + 400);
    }

    fn member(&self, vendor: Vendor, place: Place, member: &'static Member, known: &'static Known) -> Person {
        let mut person = self.blank(vendor, place, self.hash(vendor, place));
        person.name = member.name.into();
        (person.given, person.family) = (member.given.into(), member.family.into());
        if !member.email.is_empty() {
            person.emails.push(member.email.into());
        }
        if !known.phone.is_empty() {
            person.phones.push(known.phone.into());
        }
        person.town = &CULTURES[member.home.0].towns[member.home.1];
        person.company = COMPANIES.iter().copied().find(|(_, domain)| member.email.ends_with(domain));
        let active = self.now * 1000 - known.hours * 3_600_000;
        person.active = Some(active);
        person.updated = active + 400;
        for (number, &kind) in known.channels.iter().enumerate() {
            let earlier = i64::try_from(number).expect("few") * 86_400_000;
            person.channels.push(Reach { kind, verified: number == 0, last: Some(active - earlier) });
        }
        let mut dice = Dice(person.hash);
        person.manager = (dice.below(2) == 0).then(|| *dice.pick(&MANAGERS));
        person.labels = if dice.below(2) == 0 { vec![LABELS[0]] } else { Vec::new() };
        person.plan = (dice.below(2) == 0).then(|| *dice.pick(&PLANS));
        person
    }
}

/// Texts one after another; four times as fast as formatting them.
pub fn joined(parts: &[&str]) -> CompactString {
    let mut text = CompactString::with_capacity(parts.iter().map(|part| part.len()).sum());
    for part in parts {
        text.push_str(part);
    }
    text
}

/// A number in decimal.
fn written(number: u64) -> CompactString {
    let (digits, from) = decimal(number, 1);
    CompactString::from_utf8_lossy(&digits[from..])
}

/// Spreads the bits of a number (the finaliser of SplitMix64).
pub const fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// A sequence of numbers that look thrown.
pub struct Dice(pub u64);

impl Dice {
    /// The next.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// A number below `bound`, which is not 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    /// One of `choices`.
    pub fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[usize::try_from(self.below(choices.len() as u64)).expect("an index")]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(count: u32) -> impl Iterator<Item = Place> {
        (0..count).flat_map(|index| (0..=Place::GAP).map(move |after| Place { index, after }))
    }

    #[test]
    fn the_same_seed_gives_the_same_people() {
        let one = Population::new(100, 7, EPOCH, Ties::Stable);
        let other = Population::new(100, 7, EPOCH, Ties::Stable);
        let third = Population::new(100, 8, EPOCH, Ties::Stable);
        let names = |people: Population| {
            let at = |index| people.person(Vendor::Livedesk, Place { index, after: 0 });
            (0..100).map(|index| format!("{:?}", at(index))).collect::<Vec<_>>()
        };
        assert_eq!(names(one), names(other));
        assert_ne!(names(one), names(third));
    }

    #[test]
    fn ids_do_not_move_with_the_clock() {
        let place = Place { index: 9, after: 0 };
        let id = |now| Population::new(60, 1, now, Ties::Stable).id(Vendor::Rocketchat, place);
        assert_eq!(id(EPOCH), id(EPOCH + 86_400 * 365));
    }

    #[test]
    fn ids_ascend_and_lead_back() {
        for vendor in Vendor::ALL {
            for size in [10, 64, 5000] {
                let people = Population::new(size, 3, EPOCH, Ties::Stable);
                let ids: Vec<_> = places(70).map(|place| people.id(vendor, place)).collect();
                let ascending = match vendor {
                    Vendor::Rocketchat => ids.is_sorted_by(|a, b| a < b),
                    _ => ids.is_sorted_by_key(|id| id.parse::<u64>().unwrap()),
                };
                assert!(ascending, "{vendor:?} {size}");
                for (place, id) in places(70).zip(&ids) {
                    assert_eq!(people.place(vendor, id), Some(place), "{vendor:?} {id}");
                }
                assert_eq!(people.place(vendor, "zzzzzzzzzzzz"), None);
            }
        }
    }

    #[test]
    fn creation_ascends_and_lies_in_the_past() {
        for vendor in Vendor::ALL {
            let people = Population::new(200, 3, EPOCH + 77, Ties::Stable);
            let created: Vec<_> = (0..200).map(|index| people.created(vendor, Place { index, after: 0 })).collect();
            assert!(created.is_sorted());
            assert!(created.iter().all(|&at| at <= (EPOCH + 77) * 1000));
        }
    }

    #[test]
    fn somebody_is_known_to_several_vendors() {
        let people = Population::new(300, 1, EPOCH, Ties::Stable);
        let emails = |vendor| {
            let at = move |index| people.person(vendor, Place { index, after: 0 }).emails;
            (24..300).flat_map(at).collect::<std::collections::HashSet<_>>()
        };
        let shared = emails(Vendor::Rocketchat).intersection(&emails(Vendor::Chatbotx)).count();
        assert!((20..150).contains(&shared), "{shared}");
    }

    #[test]
    fn the_cast_is_on_stage() {
        let people = Population::new(60, 1, EPOCH, Ties::Stable);
        let boris = people.person(Vendor::Rocketchat, Place { index: 0, after: 0 });
        assert_eq!((boris.name.as_str(), boris.phones[0].as_str()), ("Boris Doe", "+1 202 555 0143"));
    }
}
