//! Which labels of an account the mirror knows wholly, where contacts do not carry theirs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::Text;
use crate::model::fold::fold;

/// The labels that were read beside the contacts of a profile, and of each whether that was proved complete.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Labels(BTreeMap<Text, bool>);

/// What the mirror can say of who bears a label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Knowledge {
    /// All who bear it.
    Whole,
    /// Some who bear it.
    Unproved,
    /// Nothing: it was none of the account's.
    Unlisted,
    /// It cannot be told from this other label, from which it differs by more than its case.
    Like(Text),
}

impl Labels {
    /// Notes a label, and whether all who bear it are known.
    pub fn note(&mut self, label: Text, proved: bool) {
        self.0.insert(label, proved);
    }

    /// Every label with whether all who bear it are known, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&Text, bool)> {
        self.0.iter().map(|(label, proved)| (label, *proved))
    }

    /// Whether all who bear this very label are known.
    pub fn is_proved(&self, label: &str) -> bool {
        self.0.get(label).copied().unwrap_or(false)
    }

    /// Whether all who bear some label are known.
    pub fn any_proved(&self) -> bool {
        self.0.values().any(|proved| *proved)
    }

    /// What is known of `label` as a person writes it. Vendors compare labels without regard to case, the mirror to accents
    /// either: where that would make a difference, nothing is known.
    pub fn knowledge(&self, label: &str) -> Knowledge {
        let folded = fold(label);
        match self.listed(label) {
            None => Knowledge::Unlisted,
            Some((_, false)) => Knowledge::Unproved,
            Some((listed, true)) => {
                let mut others = self.0.keys().filter(|other| *other != listed);
                others
                    .find(|other| fold(other) == folded)
                    .map_or(Knowledge::Whole, |other| Knowledge::Like(other.clone()))
            }
        }
    }

    /// The labels to be stored of a contact that was `read` again by itself, when `stored` are: those that are not known wholly
    /// stay as they are, lest they come and go with the next sync.
    pub fn settled(&self, read: &[Text], stored: &[Text]) -> Vec<Text> {
        let known = read.iter().filter_map(|label| self.listed(label)).filter(|(_, proved)| *proved);
        let kept = stored.iter().filter(|label| !self.is_proved(label));
        let mut labels: Vec<Text> = known.map(|(label, _)| label).chain(kept).cloned().collect();
        labels.sort_unstable();
        labels.dedup();
        labels
    }

    fn listed(&self, label: &str) -> Option<(&Text, bool)> {
        let lower = label.to_lowercase();
        self.iter().find(|(listed, _)| listed.to_lowercase() == lower)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(noted: &[(&str, bool)]) -> Labels {
        Labels(noted.iter().map(|(label, proved)| ((*label).into(), *proved)).collect())
    }

    #[test]
    fn only_what_vendor_and_mirror_mean_alike_is_known() {
        let labels = labels(&[("vip", true), ("Beta", true), ("refund", false), ("cafe", true), ("café", true)]);
        for (label, knowledge) in [
            ("vip", Knowledge::Whole),
            ("VIP", Knowledge::Whole),
            ("beta", Knowledge::Whole),
            ("refund", Knowledge::Unproved),
            ("víp", Knowledge::Unlisted),
            ("vip ", Knowledge::Unlisted),
            ("", Knowledge::Unlisted),
            ("cafe", Knowledge::Like("café".into())),
            ("CAFÉ", Knowledge::Like("cafe".into())),
        ] {
            assert_eq!(labels.knowledge(label), knowledge, "{label}");
        }
    }

    #[test]
    fn a_contact_read_again_keeps_what_is_not_known_wholly() {
        let labels = labels(&[("vip", true), ("beta", true), ("refund", false)]);
        let texts = |labels: &[&str]| labels.iter().map(|label| (*label).into()).collect::<Vec<Text>>();
        let settled = |read: &[&str], stored: &[&str]| labels.settled(&texts(read), &texts(stored));
        assert_eq!(settled(&["VIP", "secret"], &["beta", "refund"]), texts(&["refund", "vip"]));
        assert_eq!(settled(&["refund"], &["vip"]), texts(&[]));
        assert_eq!(settled(&["vip", "beta"], &["vip"]), texts(&["beta", "vip"]));
    }
}
