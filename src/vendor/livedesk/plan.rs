//! How a query is asked of LiveDesk: one URL for list and search, one sort key at a time (vendor notes A3, A4).

use crate::model::{Direction, Query, SortField, SortKey, UnknownFilter};
use crate::source::{Lane, Order, Paging, Plan, Traversal, Wish};
use crate::vendor::chatwoot_family::{nulls_come_last, search_texts, sort_word, text_gap, wants_channels};

/// The list and its search.
pub const PATH: &str = "api/v2/accounts/contacts";

/// Rows of a page, unless the server heeds `page_size`.
pub const PAGE_SIZE: u32 = 15;

/// Immutable, and newcomers land at its end.
const WALK: SortKey = SortKey { field: SortField::CreatedAt, direction: Direction::Ascending };

/// Orders in which contacts of one creation time, as an import makes them, come apart.
const OTHERS: [SortKey; 3] = [
    SortKey { field: SortField::Email, direction: Direction::Ascending },
    SortKey { field: SortField::Phone, direction: Direction::Ascending },
    SortKey { field: SortField::Name, direction: Direction::Ascending },
];

/// Most recently active first.
const DEFAULT: SortKey = SortKey { field: SortField::LastActivityAt, direction: Direction::Descending };

const SEARCHES: [&str; 3] = ["search", "search-2", "search-3"];

/// How the direction of a sort is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DirectionStyle {
    /// `sort=name&direction=desc`, as documented.
    Param,
    /// `sort=-name`, as the product it descends from takes it.
    Prefix,
}

impl DirectionStyle {
    /// The parameters that ask for `key`; `None` if there is no word for its field.
    pub fn params(self, key: SortKey) -> Option<Vec<(&'static str, String)>> {
        let word = sort_word(key.field)?;
        let descending = key.direction == Direction::Descending;
        Some(match self {
            Self::Param => {
                vec![("sort", word.to_owned()), ("direction", if descending { "desc" } else { "asc" }.to_owned())]
            }
            Self::Prefix => vec![("sort", format!("{}{word}", if descending { "-" } else { "" }))],
        })
    }

    /// The other style.
    pub fn other(self) -> Self {
        match self {
            Self::Param => Self::Prefix,
            Self::Prefix => Self::Param,
        }
    }

    /// The word in the configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Param => "param",
            Self::Prefix => "prefix",
        }
    }

    /// The key that a lane's parameters ask for.
    pub fn key_of(params: &[(String, String)]) -> Option<SortKey> {
        let value = |name: &str| params.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let sort = value("sort")?;
        let word = sort.strip_prefix('-').unwrap_or(sort);
        let field = SortField::ALL.iter().map(|(_, field)| *field).find(|field| sort_word(*field) == Some(word))?;
        let descending = sort.starts_with('-') || value("direction") == Some("desc");
        Some(SortKey { field, direction: if descending { Direction::Descending } else { Direction::Ascending } })
    }
}

/// Plans `query`.
pub fn plan(query: &Query, traversal: Traversal, style: DirectionStyle) -> Plan {
    let wish = Wish { labels: query.labels, channels: wants_channels(query), raw: query.raw };
    let labels = labels(query);
    let mut residual = query.filter.clone();
    if !labels.is_empty() {
        residual.labels.clear();
    }
    let asked = match (traversal, query.sort.as_slice()) {
        (Traversal::Top, []) => Some(DEFAULT),
        (Traversal::Top, [key]) if nulls_come_last(*key) && sort_word(key.field).is_some() => Some(*key),
        (Traversal::Top | Traversal::Everything, _) => None,
    };
    let sorted = asked.is_some() || query.sort.is_empty() || query.sort == [WALK];
    let key = asked.unwrap_or(WALK);
    let lane = |name, text: Option<String>| {
        let params = |key| -> Vec<(String, String)> {
            let mut params: Vec<(&str, String)> = text.clone().map(|text| ("q", text)).into_iter().collect();
            params.extend(labels.iter().cloned());
            params.extend(style.params(key).into_iter().flatten());
            params.push(("include_contact_inboxes", wish.channels.to_string()));
            params.extend(query.page_size.map(|size| ("page_size", size.to_string())));
            params.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
        };
        let others: &[SortKey] = if key == WALK { &OTHERS } else { &[] };
        Lane {
            name,
            path: PATH.to_owned(),
            params: params(key),
            order: if key == WALK { Order::CreatedAt } else { Order::Unproven },
            reordered: others.iter().map(|key| params(*key)).collect(),
            paging: Paging::Numbered { size: query.page_size.unwrap_or(PAGE_SIZE).max(1) },
            counted: true,
            wish,
        }
    };
    let texts = if query.scan { Vec::new() } else { search_texts(&query.filter, traversal) };
    let searched = !texts.is_empty();
    let lanes: Vec<Lane> = if query.filter.unknown == UnknownFilter::Only {
        Vec::new() // LiveDesk marks nobody as unknown.
    } else if searched {
        SEARCHES.iter().zip(texts).map(|(name, text)| lane(name, Some(text))).collect()
    } else {
        vec![lane("list", None)]
    };
    let merge = lanes.len() > 1 && !query.sort.is_empty();
    let gap = if searched { text_gap(&query.filter, super::TITLE) } else { None };
    Plan { lanes, residual, sorted, merge, gap, wish }
}

/// The parameters for labels: one as plain text, several with brackets; without brackets only the last would count
/// (vendor notes A3).
fn labels(query: &Query) -> Vec<(&'static str, String)> {
    let labels: Vec<&str> =
        query.filter.labels.iter().map(|label| label.trim()).filter(|label| !label.is_empty()).collect();
    let name = if labels.len() == 1 { "labels" } else { "labels[]" };
    labels.into_iter().map(|label| (name, label.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Filter, Word};

    fn search(text: &str) -> Query {
        Query { filter: Filter { words: Word::split(text), ..Filter::default() }, ..Query::default() }
    }

    fn sorted_by(keys: &[&str]) -> Query {
        Query { sort: keys.iter().map(|key| key.parse().unwrap()).collect(), ..Query::default() }
    }

    fn asked(query: &Query, traversal: Traversal, style: DirectionStyle) -> Vec<String> {
        let show = |lane: &Lane| {
            assert_eq!(lane.path, PATH);
            let params: Vec<String> = lane.params.iter().map(|(name, value)| format!("{name}={value}")).collect();
            params.join("&")
        };
        plan(query, traversal, style).lanes.iter().map(show).collect()
    }

    #[test]
    fn both_styles_of_direction() {
        let query = Query::default();
        assert_eq!(
            asked(&query, Traversal::Top, DirectionStyle::Param),
            ["sort=last_activity_at&direction=desc&include_contact_inboxes=true"]
        );
        assert_eq!(
            asked(&query, Traversal::Top, DirectionStyle::Prefix),
            ["sort=-last_activity_at&include_contact_inboxes=true"]
        );
        assert_eq!(
            asked(&query, Traversal::Everything, DirectionStyle::Param),
            ["sort=created_at&direction=asc&include_contact_inboxes=true"]
        );
        assert_eq!(
            asked(&sorted_by(&["company"]), Traversal::Top, DirectionStyle::Prefix),
            ["sort=company&include_contact_inboxes=true"]
        );
        let plan = plan(&query, Traversal::Everything, DirectionStyle::Param);
        assert_eq!((plan.lanes[0].order, plan.lanes[0].paging), (Order::CreatedAt, Paging::Numbered { size: 15 }));
    }

    #[test]
    fn the_key_is_read_back_from_the_parameters() {
        for style in [DirectionStyle::Param, DirectionStyle::Prefix] {
            for key in ["name", "name:desc", "company:desc", "last_activity_at"] {
                let query = sorted_by(&[key]);
                let plan = plan(&query, Traversal::Top, style);
                assert_eq!(DirectionStyle::key_of(&plan.lanes[0].params), Some(query.sort[0]), "{key} {style:?}");
            }
        }
        assert_eq!(DirectionStyle::key_of(&[]), None);
    }

    #[test]
    fn search_goes_with_labels_on_one_url() {
        let mut query = search("doe boris");
        query.filter.labels = vec!["vip".into()];
        query.channels = false;
        assert_eq!(
            asked(&query, Traversal::Everything, DirectionStyle::Param),
            ["q=boris&labels=vip&sort=created_at&direction=asc&include_contact_inboxes=false"]
        );
        query.filter.labels.push("new".into());
        query.filter.words.clear();
        assert_eq!(
            asked(&query, Traversal::Everything, DirectionStyle::Prefix),
            ["labels[]=vip&labels[]=new&sort=created_at&include_contact_inboxes=false"]
        );
        let plan = plan(&query, Traversal::Everything, DirectionStyle::Param);
        assert!(plan.residual.labels.is_empty());
    }

    #[test]
    fn a_number_is_searched_in_its_spellings() {
        let plan = plan(&search("+1 (202) 555-0143"), Traversal::Top, DirectionStyle::Param);
        let texts: Vec<&str> = plan.lanes.iter().map(|lane| lane.params[0].1.as_str()).collect();
        assert_eq!(texts, ["12025550143", "+1 (202) 555-0143", "0143"]);
        assert_eq!(plan.residual.words.len(), 1);
    }

    #[test]
    fn a_page_size_is_sent_only_if_it_is_asked_for() {
        let query = Query { page_size: Some(10), ..Query::default() };
        assert_eq!(
            asked(&query, Traversal::Everything, DirectionStyle::Prefix),
            ["sort=created_at&include_contact_inboxes=true&page_size=10"]
        );
    }

    #[test]
    fn what_cannot_be_sorted_there_is_sorted_here() {
        for keys in [&["name", "created_at"][..], &["email:desc"], &["id"], &["updated_at"]] {
            let plan = plan(&sorted_by(keys), Traversal::Top, DirectionStyle::Param);
            assert!(!plan.sorted, "{keys:?}");
            assert_eq!(plan.lanes[0].order, Order::CreatedAt, "{keys:?}");
        }
        assert!(plan(&sorted_by(&["city:desc"]), Traversal::Top, DirectionStyle::Param).sorted);
        assert!(plan(&sorted_by(&["created_at"]), Traversal::Everything, DirectionStyle::Param).sorted);
        assert!(!plan(&sorted_by(&["name"]), Traversal::Everything, DirectionStyle::Param).sorted);
    }
}
