//! Changes between requests, and the words that ask for them: `delete=1,append=1,insert=1,rename=1,flip=1,every=2,seed=7`.
//!
//! Before every `every`-th request of a vendor but its first, so many contacts are deleted, appended, inserted in the middle,
//! renamed, or made unknown (or known again). `until=N` ends it with request N.

use std::str::FromStr;

use super::population::{Dice, mix};
use super::{Vendor, World};

/// How a population changes while it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Churn {
    /// Deleted each time.
    pub delete: u32,
    /// Appended each time.
    pub append: u32,
    /// Inserted in the middle each time.
    pub insert: u32,
    /// Renamed each time.
    pub rename: u32,
    /// Made unknown, or known again, each time.
    pub flip: u32,
    /// Every so many requests.
    pub every: u32,
    /// The last request before which something changes; 0: there is no last.
    pub until: u32,
    /// Which contacts follows from it.
    pub seed: u32,
}

impl Default for Churn {
    fn default() -> Self {
        Self { delete: 0, append: 0, insert: 0, rename: 0, flip: 0, every: 1, until: 0, seed: 1 }
    }
}

impl FromStr for Churn {
    type Err = String;

    fn from_str(spec: &str) -> Result<Self, String> {
        let mut churn = Self::default();
        for part in spec.split(',') {
            let (key, value) =
                part.split_once('=').ok_or_else(|| format!("`{part}` in churn `{spec}`: KEY=NUMBER is due"))?;
            let number: u32 = value.parse().map_err(|_| format!("`{value}` is no number in churn `{spec}`"))?;
            let place = match key {
                "delete" => &mut churn.delete,
                "append" => &mut churn.append,
                "insert" => &mut churn.insert,
                "rename" => &mut churn.rename,
                "flip" => &mut churn.flip,
                "every" if number > 0 => &mut churn.every,
                "every" => return Err(format!("`every` must be at least 1 in churn `{spec}`")),
                "until" => &mut churn.until,
                "seed" => &mut churn.seed,
                _ => {
                    let keys = "delete, append, insert, rename, flip, every, until, seed";
                    return Err(format!("no key `{key}` in churn `{spec}` (there are {keys})"));
                }
            };
            *place = number;
        }
        Ok(churn)
    }
}

impl Churn {
    /// Changes what is due before request `number` (from 1) of `vendor`.
    pub fn stir(&self, world: &World, vendor: Vendor, number: u64) {
        let over = self.until != 0 && number > u64::from(self.until);
        if number < 2 || over || !(number - 1).is_multiple_of(self.every.into()) {
            return;
        }
        let mut dice = Dice(mix(u64::from(self.seed) << 8 | vendor as u64) ^ mix(number));
        let mut anyone = || {
            let ids = world.ids(vendor);
            if ids.is_empty() { None } else { Some(dice.pick(&ids).clone()) }
        };
        for _ in 0..self.delete {
            anyone().map(|id| world.delete(vendor, &id));
        }
        for _ in 0..self.insert {
            anyone().map(|id| world.insert(vendor, &id));
        }
        for round in 0..self.rename {
            anyone().map(|id| world.rename(vendor, &id, &format!("Renamed {number}.{round}")));
        }
        for _ in 0..self.flip {
            anyone().map(|id| world.flip(vendor, &id));
        }
        for _ in 0..self.append {
            world.append(vendor);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{ChangeKind, SandboxOptions};
    use super::*;

    fn kinds(spec: &str, requests: u64) -> Vec<ChangeKind> {
        let world = World::new(&SandboxOptions::default());
        let churn: Churn = spec.parse().unwrap();
        (1..=requests).for_each(|number| churn.stir(&world, Vendor::Rocketchat, number));
        world.changes().into_iter().map(|change| change.kind).collect()
    }

    #[test]
    fn it_changes_what_it_was_told() {
        use ChangeKind::{Appended, Deleted, Flipped, Inserted, Renamed};
        assert_eq!(kinds("delete=1", 1), []);
        assert_eq!(kinds("delete=1,append=1,every=2", 3), [Deleted, Appended]);
        assert_eq!(kinds("insert=1,rename=1,flip=1", 2), [Inserted, Renamed, Flipped]);
        assert_eq!(kinds("append=1,until=3", 9).len(), 2);
    }

    #[test]
    fn it_is_the_same_every_time() {
        let ids = |seed: u32| {
            let world = World::new(&SandboxOptions::default());
            let churn = Churn { delete: 2, insert: 1, seed, ..Churn::default() };
            (1..=5).for_each(|number| churn.stir(&world, Vendor::Chatwoot, number));
            world.ids(Vendor::Chatwoot)
        };
        assert_eq!(ids(7), ids(7));
        assert_ne!(ids(7), ids(8));
    }

    #[test]
    fn mistakes_are_named() {
        for (spec, said) in [
            ("delete", "KEY=NUMBER"),
            ("delete=x", "`x` is no number"),
            ("melt=1", "no key `melt`"),
            ("every=0", "at least 1"),
        ] {
            assert!(spec.parse::<Churn>().unwrap_err().contains(said), "{spec}");
        }
    }
}
