//! A query as Rocket.Chat's lists: `contacts.search`, once for known and once for unknown contacts.
//!
//! The endpoint refuses every parameter but five (vendor notes 1.1); only those are ever sent, never empty.

use crate::model::{Direction, Filter, Query, SortField, SortKey, UnknownFilter};
use crate::source::search::{self, Needle, needle};
use crate::source::{Lane, Order, Paging, Plan, Traversal, Wish};

/// The most rows a request may ask for; more is cut down silently.
pub(super) const MOST_ROWS: u32 = 100;

/// A part of a longer text finds all that the text finds, and a URL has its limits.
const LONGEST_TEXT: usize = 200;

/// The order of a walk that can be proved: immutable and unique.
const BY_ID: &str = r#"{"_id":1}"#;

pub(super) fn plan(query: &Query, traversal: Traversal, path: &str) -> Plan {
    let filter = &query.filter;
    let asked = sort_json(&query.sort);
    let (sort, order, sorted) = match (traversal, asked) {
        (Traversal::Top, Some(sort)) => (sort, Order::Unproven, true),
        (Traversal::Top | Traversal::Everything, None) => (BY_ID.to_owned(), Order::IdBytes, false),
        (Traversal::Everything, Some(_)) => {
            let by_id = SortKey { field: SortField::Id, direction: Direction::Ascending };
            (BY_ID.to_owned(), Order::IdBytes, query.sort.first().is_none_or(|key| *key == by_id))
        }
    };
    let needle = if query.scan { Needle::default() } else { needle(filter) };
    let texts: Vec<Option<String>> = match needle.texts.as_slice() {
        [] => vec![None],
        texts => texts.iter().map(|text| Some(text.chars().take(LONGEST_TEXT).collect())).collect(),
    };
    let marks: &[(&'static str, &str)] = match filter.unknown {
        UnknownFilter::Include => &[("known", "false"), ("unknown", "true")],
        UnknownFilter::Exclude => &[("known", "false")],
        UnknownFilter::Only => &[("unknown", "true")],
    };
    let max = query.page_size.unwrap_or(MOST_ROWS).clamp(1, MOST_ROWS);
    let wish = Wish { raw: query.raw, ..Wish::default() };
    let mut lanes = Vec::with_capacity(texts.len() * marks.len());
    for text in &texts {
        for (name, unknown) in marks {
            let mut params: Vec<(String, String)> = Vec::with_capacity(3);
            params.extend(text.iter().map(|text| ("searchText".to_owned(), text.clone())));
            params.push(("unknown".to_owned(), (*unknown).to_owned()));
            params.push(("sort".to_owned(), sort.clone()));
            let paging = Paging::Offset { max };
            let (path, reordered) = (path.to_owned(), Vec::new());
            lanes.push(Lane { name, path, params, order, reordered, paging, counted: true, wish });
        }
    }
    Plan {
        merge: lanes.len() > 1 && !query.sort.is_empty(),
        lanes,
        residual: Filter { unknown: UnknownFilter::Include, ..filter.clone() },
        sorted,
        gap: gap(filter, &needle),
        wish: Wish::default(),
    }
}

/// The lane that begins with the contact that changed last.
pub(super) fn newest(lane: &Lane) -> Lane {
    let mut newest = lane.clone();
    for (name, value) in &mut newest.params {
        if name == "sort" {
            r#"{"_updatedAt":-1,"_id":1}"#.clone_into(value);
        }
    }
    newest.order = Order::Unproven;
    newest.paging = Paging::Offset { max: MOST_ROWS };
    newest
}

/// `sort` for `keys`, made unique by `_id`; without keys most recently active first. `None` if Rocket.Chat cannot sort so.
fn sort_json(keys: &[SortKey]) -> Option<String> {
    use std::fmt::Write as _;
    let default = [SortKey { field: SortField::LastActivityAt, direction: Direction::Descending }];
    let mut json = String::from("{");
    let mut fields: Vec<&str> = Vec::new();
    for key in if keys.is_empty() { &default } else { keys } {
        let field = match (key.field, key.direction) {
            (SortField::Id, _) => "_id",
            (SortField::Name, _) => "name",
            (SortField::CreatedAt, _) => "createdAt",
            (SortField::UpdatedAt, _) => "_updatedAt",
            // Ascending it would put those that never chatted first; what is missing belongs last.
            (SortField::LastActivityAt, Direction::Descending) => "lastChat.ts",
            _ => return None,
        };
        let direction = if key.direction == Direction::Ascending { 1 } else { -1 };
        if !fields.contains(&field) {
            fields.push(field);
            write!(json, "\"{field}\":{direction},").expect("writing to a string cannot fail");
        }
        if field == "_id" {
            break;
        }
    }
    if fields.last() != Some(&"_id") {
        json.push_str("\"_id\":1,");
    }
    json.pop();
    json.push('}');
    Some(json)
}

fn gap(filter: &Filter, needle: &Needle) -> Option<String> {
    let lacks = match needle.texts.first()? {
        _ if needle.phone => {
            Some("compares phone numbers character by character, so one written otherwise may be missed")
        }
        text if text.is_ascii() && text.contains('@') => None,
        _ => Some("tells accents apart, so `jose` does not find `José`"),
    };
    search::gap(filter, "Rocket.Chat", lacks)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ChannelKind, Word};

    fn planned(query: &Query, traversal: Traversal) -> Plan {
        plan(query, traversal, "api/v1/omnichannel/contacts.search")
    }

    fn lanes(query: &Query, traversal: Traversal) -> Vec<String> {
        let join = |lane: &Lane| {
            let params: Vec<_> = lane.params.iter().map(|(name, value)| format!("{name}={value}")).collect();
            format!("{}: {}", lane.name, params.join("&"))
        };
        planned(query, traversal).lanes.iter().map(join).collect()
    }

    fn search(text: &str) -> Query {
        Query { filter: Filter { words: Word::split(text), ..Filter::default() }, ..Query::default() }
    }

    fn sorted_by(keys: &[&str]) -> Query {
        Query { sort: keys.iter().map(|key| key.parse().unwrap()).collect(), ..Query::default() }
    }

    #[test]
    fn a_list_is_two_lanes_most_recently_active_first() {
        assert_eq!(
            lanes(&Query::default(), Traversal::Top),
            [
                r#"known: unknown=false&sort={"lastChat.ts":-1,"_id":1}"#,
                r#"unknown: unknown=true&sort={"lastChat.ts":-1,"_id":1}"#,
            ]
        );
        let plan = planned(&Query::default(), Traversal::Top);
        assert!(plan.sorted && !plan.merge && plan.residual.is_empty());
        assert_eq!((plan.lanes[0].order, plan.lanes[0].paging), (Order::Unproven, Paging::Offset { max: 100 }));
    }

    #[test]
    fn everything_goes_by_id() {
        for query in [Query::default(), sorted_by(&["name:desc"])] {
            let plan = planned(&query, Traversal::Everything);
            assert_eq!(plan.lanes[0].params[1], ("sort".to_owned(), r#"{"_id":1}"#.to_owned()));
            assert_eq!(plan.lanes[0].order, Order::IdBytes);
            assert_eq!(plan.sorted, query.sort.is_empty());
        }
        assert!(planned(&sorted_by(&["id"]), Traversal::Everything).sorted);
        assert!(!planned(&sorted_by(&["id:desc"]), Traversal::Everything).sorted);
    }

    #[test]
    fn sorts_are_sent_in_their_order_with_a_unique_last_key() {
        let sort = |keys: &[&str]| {
            let plan = planned(&sorted_by(keys), Traversal::Top);
            (plan.lanes[0].params[1].1.clone(), plan.sorted, plan.merge)
        };
        assert_eq!(sort(&["name:desc"]), (r#"{"name":-1,"_id":1}"#.to_owned(), true, true));
        assert_eq!(sort(&["updated_at", "created_at:desc"]).0, r#"{"_updatedAt":1,"createdAt":-1,"_id":1}"#);
        assert_eq!(sort(&["id:desc", "name"]).0, r#"{"_id":-1}"#);
        assert_eq!(sort(&["name", "name:desc"]).0, r#"{"name":1,"_id":1}"#);
        for keys in [["email", "name"], ["name", "company"], ["last_activity_at", "id"]] {
            assert_eq!(sort(&keys), (r#"{"_id":1}"#.to_owned(), false, true), "{keys:?}");
        }
    }

    #[test]
    fn texts_and_marks_make_lanes() {
        let by_id = r#"sort={"_id":1}"#;
        assert_eq!(
            lanes(&search("+1 (202) 555-0143"), Traversal::Everything),
            [
                format!("known: searchText=+1 (202) 555-0143&unknown=false&{by_id}"),
                format!("unknown: searchText=+1 (202) 555-0143&unknown=true&{by_id}"),
                format!("known: searchText=12025550143&unknown=false&{by_id}"),
                format!("unknown: searchText=12025550143&unknown=true&{by_id}"),
                format!("known: searchText=0143&unknown=false&{by_id}"),
                format!("unknown: searchText=0143&unknown=true&{by_id}"),
            ]
        );
        let mut query = search("doe boris");
        query.filter.unknown = UnknownFilter::Only;
        assert_eq!(lanes(&query, Traversal::Everything), [format!("unknown: searchText=boris&unknown=true&{by_id}")]);
        assert_eq!(planned(&query, Traversal::Top).residual.unknown, UnknownFilter::Include);
        assert_eq!(planned(&query, Traversal::Top).residual.words.len(), 2);
        query.filter.unknown = UnknownFilter::Exclude;
        query.scan = true;
        assert_eq!(lanes(&query, Traversal::Everything), [format!("known: unknown=false&{by_id}")]);
        assert_eq!(planned(&query, Traversal::Top).gap, None);
    }

    #[test]
    fn conditions_stay_here_and_blank_texts_are_not_sent() {
        let mut query = search("   ");
        query.filter.name = Some(" ".into());
        query.filter.channel = Some(ChannelKind::from_vendor("sms"));
        let plan = planned(&query, Traversal::Top);
        assert!(plan.lanes.iter().all(|lane| lane.params.iter().all(|(name, _)| name != "searchText")));
        assert_eq!(plan.residual.channel, query.filter.channel);
    }

    #[test]
    fn pages_are_bounded_and_long_texts_cut() {
        for (asked, max) in [(None, 100), (Some(0), 1), (Some(25), 25), (Some(1000), 100)] {
            let query = Query { page_size: asked, ..search(&"x".repeat(10_000)) };
            let plan = planned(&query, Traversal::Top);
            assert_eq!(plan.lanes[0].paging, Paging::Offset { max });
            assert_eq!(plan.lanes[0].params[0].1.len(), LONGEST_TEXT);
        }
    }
}
