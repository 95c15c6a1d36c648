//! How a query is asked of Chatwoot: list or search, which parameters, which order (vendor notes B3, B4).

use crate::model::{Direction, Query, SortField, SortKey, UnknownFilter};
use crate::source::{Lane, Order, Paging, Plan, Traversal, Wish};
use crate::vendor::chatwoot_family::{nulls_come_last, search_texts, sort_word, text_gap, wants_channels};

/// Rows of a page; no request can choose it.
pub const PAGE_SIZE: u32 = 15;

/// Immutable, and newcomers land at its end.
const WALK_SORT: &str = "created_at";

/// Orders in which contacts of one creation time, as an import makes them, come apart: the first has ties only among contacts
/// that share every key.
const OTHER_SORTS: [&str; 2] = ["email,name,phone_number,last_activity_at,created_at", "-last_activity_at,-created_at"];

/// Most recently active first; without a sort there is no order at all.
const DEFAULT_SORT: &str = "-last_activity_at,-created_at";

/// The order in which Chatwoot applies the keys of `sort`, however they are written.
const DECLARED: [SortField; 8] = [
    SortField::Email,
    SortField::Name,
    SortField::Phone,
    SortField::LastActivityAt,
    SortField::CreatedAt,
    SortField::Company,
    SortField::City,
    SortField::Country,
];

const SEARCHES: [&str; 3] = ["search", "search-2", "search-3"];

/// Plans `query` over the list at `path`.
pub fn plan(query: &Query, traversal: Traversal, path: &str) -> Plan {
    let wish = Wish { labels: query.labels, channels: wants_channels(query), raw: query.raw };
    let labels = label_list(query);
    let mut residual = query.filter.clone();
    if labels.is_some() {
        residual.labels.clear();
    }
    let asked = match traversal {
        Traversal::Everything => None,
        Traversal::Top if query.sort.is_empty() => Some(DEFAULT_SORT.to_owned()),
        Traversal::Top => sort_param(&query.sort),
    };
    let sorted = asked.is_some() || query.sort.is_empty() || sort_param(&query.sort).as_deref() == Some(WALK_SORT);
    let sort = asked.unwrap_or_else(|| WALK_SORT.to_owned());
    let order = if sort == WALK_SORT { Order::CreatedAt } else { Order::Unproven };
    let lane = |name, path: String, more: Option<(&str, String)>| {
        let params = |sort: &str| -> Vec<(String, String)> {
            let page = [("sort", sort.to_owned()), ("include_contact_inboxes", wish.channels.to_string())];
            more.clone().into_iter().chain(page).map(|(name, value)| (name.to_owned(), value)).collect()
        };
        let others: &[&str] = if order == Order::CreatedAt { &OTHER_SORTS } else { &[] };
        Lane {
            name,
            path,
            params: params(&sort),
            order,
            reordered: others.iter().map(|sort| params(sort)).collect(),
            paging: Paging::Numbered { size: PAGE_SIZE },
            counted: true,
            wish,
        }
    };
    // Search ignores labels since 4.11, so where both are asked for the labels choose and the text is matched here.
    let texts = if query.scan || labels.is_some() { Vec::new() } else { search_texts(&query.filter, traversal) };
    let searched = !texts.is_empty();
    let lanes: Vec<Lane> = if query.filter.unknown == UnknownFilter::Only {
        Vec::new() // Chatwoot marks nobody as unknown.
    } else if searched {
        let search = format!("{path}/search");
        SEARCHES.iter().zip(texts).map(|(name, text)| lane(name, search.clone(), Some(("q", text)))).collect()
    } else {
        vec![lane("list", path.to_owned(), labels.map(|labels| ("labels", labels)))]
    };
    let merge = lanes.len() > 1 && !query.sort.is_empty();
    let gap = if searched { text_gap(&query.filter, "Chatwoot") } else { None };
    Plan { lanes, residual, sorted, merge, gap, wish }
}

/// The labels as Chatwoot reads them: separated by commas, any of them; quoted where they hold a comma themselves.
fn label_list(query: &Query) -> Option<String> {
    let labels: Vec<String> = query
        .filter
        .labels
        .iter()
        .map(|label| label.trim())
        .filter(|label| !label.is_empty())
        .map(|label| if label.contains(',') { format!("\"{}\"", label.replace('"', "")) } else { label.to_owned() })
        .collect();
    (!labels.is_empty()).then(|| labels.join(","))
}

/// The `sort` parameter for `keys`; `None` if Chatwoot cannot bring that very order.
fn sort_param(keys: &[SortKey]) -> Option<String> {
    let place = |field| DECLARED.iter().position(|declared| *declared == field);
    let places = keys.iter().map(|key| place(key.field)).collect::<Option<Vec<_>>>()?;
    if !places.is_sorted_by(|a, b| a < b) || !keys.iter().all(|key| nulls_come_last(*key)) {
        return None;
    }
    let mut words = Vec::with_capacity(keys.len() + 2);
    for key in keys {
        let minus = if key.direction == Direction::Descending { "-" } else { "" };
        let word = sort_word(key.field)?;
        if key.field == SortField::Company {
            // Renamed in 4.14; the word that a server does not know is ignored.
            words.push(format!("{minus}company_name"));
        }
        words.push(format!("{minus}{word}"));
    }
    // Ties may repeat or vanish across pages, so `created_at` breaks them where it does not come to stand first.
    if place(SortField::CreatedAt).is_some_and(|created| places.iter().all(|place| *place < created)) {
        let minus = if keys.last()?.direction == Direction::Descending { "-" } else { "" };
        words.push(format!("{minus}created_at"));
    }
    Some(words.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ChannelKind, Filter, Word};

    const PATH: &str = "api/v1/accounts/7/contacts";

    fn search(text: &str) -> Query {
        Query { filter: Filter { words: Word::split(text), ..Filter::default() }, ..Query::default() }
    }

    fn sorted_by(keys: &[&str]) -> Query {
        Query { sort: keys.iter().map(|key| key.parse().unwrap()).collect(), ..Query::default() }
    }

    fn asked(query: &Query, traversal: Traversal) -> Vec<String> {
        let plan = plan(query, traversal, PATH);
        let show = |lane: &Lane| {
            let params: Vec<String> = lane.params.iter().map(|(name, value)| format!("{name}={value}")).collect();
            format!("{}?{}", lane.path.strip_prefix(PATH).unwrap(), params.join("&"))
        };
        plan.lanes.iter().map(show).collect()
    }

    #[test]
    fn the_list_always_has_a_sort() {
        let query = Query::default();
        assert_eq!(asked(&query, Traversal::Top), ["?sort=-last_activity_at,-created_at&include_contact_inboxes=true"]);
        assert_eq!(asked(&query, Traversal::Everything), ["?sort=created_at&include_contact_inboxes=true"]);
        let plan = plan(&query, Traversal::Everything, PATH);
        assert_eq!((plan.lanes[0].order, plan.lanes[0].paging), (Order::CreatedAt, Paging::Numbered { size: 15 }));
        assert!(plan.sorted && plan.residual.is_empty() && plan.gap.is_none());
    }

    #[test]
    fn channels_are_asked_for_only_where_they_are_needed() {
        let mut query = Query { channels: false, ..Query::default() };
        assert_eq!(asked(&query, Traversal::Everything), ["?sort=created_at&include_contact_inboxes=false"]);
        query.filter.channel = Some(ChannelKind::from_vendor("email"));
        assert_eq!(asked(&query, Traversal::Everything), ["?sort=created_at&include_contact_inboxes=true"]);
        query.filter.channel = None;
        query.filter.inboxes = vec!["3".into()];
        assert_eq!(asked(&query, Traversal::Everything), ["?sort=created_at&include_contact_inboxes=true"]);
        assert_eq!(plan(&query, Traversal::Top, PATH).residual.inboxes, ["3"]);
    }

    #[test]
    fn the_most_selective_word_is_searched_and_all_are_checked_here() {
        let query = search("doe boris");
        assert_eq!(
            asked(&query, Traversal::Top),
            ["/search?q=boris&sort=-last_activity_at,-created_at&include_contact_inboxes=true"]
        );
        let plan = plan(&query, Traversal::Top, PATH);
        assert_eq!(plan.residual.words.len(), 2);
        assert!(plan.gap.is_some());
    }

    #[test]
    fn a_number_is_searched_in_its_spellings() {
        let query = search("+1 (202) 555-0143");
        let plan = plan(&query, Traversal::Top, PATH);
        let texts: Vec<&str> = plan.lanes.iter().map(|lane| lane.params[0].1.as_str()).collect();
        assert_eq!(texts, ["12025550143", "+1 (202) 555-0143", "0143"]);
        assert_eq!(plan.lanes.iter().map(|lane| lane.name).collect::<Vec<_>>(), SEARCHES);
        assert!(!plan.merge && plan.gap.is_some_and(|gap| !gap.contains("jose")));
        assert!(super::plan(&Query { sort: vec!["name".parse().unwrap()], ..query }, Traversal::Top, PATH).merge);
    }

    #[test]
    fn labels_choose_and_text_is_matched_here() {
        let mut query = search("boris");
        query.filter.labels = vec!["vip".into(), "a,b".into(), " ".into()];
        let plan = plan(&query, Traversal::Everything, PATH);
        assert_eq!(
            asked(&query, Traversal::Everything),
            ["?labels=vip,\"a,b\"&sort=created_at&include_contact_inboxes=true"]
        );
        assert!(plan.residual.labels.is_empty());
        assert_eq!(plan.residual.words.len(), 1);
    }

    #[test]
    fn a_scan_and_a_blank_text_use_the_list() {
        for query in [Query { scan: true, ..search("boris") }, search("\u{0}")] {
            assert_eq!(asked(&query, Traversal::Everything), ["?sort=created_at&include_contact_inboxes=true"]);
        }
    }

    #[test]
    fn nobody_is_unknown() {
        let mut query = Query::default();
        query.filter.unknown = UnknownFilter::Only;
        assert!(plan(&query, Traversal::Everything, PATH).lanes.is_empty());
    }

    #[test]
    fn sorts_in_chatwoots_own_order_only() {
        let param = |keys: &[&str]| sort_param(&sorted_by(keys).sort);
        for (keys, expected) in [
            (&["name"][..], Some("name,created_at")),
            (&["name:desc"], Some("-name,-created_at")),
            (&["email"], Some("email,created_at")),
            (&["phone"], Some("phone_number,created_at")),
            (&["last_activity_at:desc"], Some("-last_activity_at,-created_at")),
            (&["created_at"], Some("created_at")),
            (&["created_at:desc"], Some("-created_at")),
            (&["company"], Some("company_name,company")),
            (&["company:desc", "city"], Some("-company_name,-company,city")),
            (&["country"], Some("country")),
            (&["name", "created_at:desc"], Some("name,-created_at")),
            (&["created_at", "name"], None),
            (&["city", "company"], None),
            (&["name", "name"], None),
            (&["email:desc"], None),
            (&["phone:desc"], None),
            (&["id"], None),
            (&["updated_at"], None),
        ] {
            assert_eq!(param(keys).as_deref(), expected, "{keys:?}");
        }
    }

    #[test]
    fn what_cannot_be_sorted_there_is_walked_in_the_provable_order() {
        let plan = plan(&sorted_by(&["email:desc"]), Traversal::Top, PATH);
        assert!(!plan.sorted);
        assert_eq!(plan.lanes[0].order, Order::CreatedAt);
        assert!(super::plan(&sorted_by(&["created_at"]), Traversal::Everything, PATH).sorted);
        assert!(!super::plan(&sorted_by(&["name"]), Traversal::Everything, PATH).sorted);
    }
}
