//! A query as ChatbotX's lists: `contacts`, with brackets for lists and objects, and a sort that ends with the id.
//!
//! Older servers ignore some parameters and newer ones mean more by them, so whatever is sent is checked here again
//! (vendor notes 1.3 to 1.8).

use crate::model::{ChannelKind, Direction, Filter, Query, SortField, SortKey};
use crate::source::search::{self, Needle, needle};
use crate::source::{Lane, Order, Paging, Plan, Traversal, Wish};

/// The most rows a request may ask for; more is cut down silently.
pub(super) const MOST_ROWS: u32 = 50;

/// The longest value of a condition, which is enough for a text as well.
const LONGEST_TEXT: usize = 200;

/// The order of a walk that can be proved: immutable and unique.
pub(super) const BY_ID: &str = r#"[{"id":"id","desc":false}]"#;

/// The words for channels that every server takes, by the canonical kind; an unknown word would be refused.
const CHANNEL_WORDS: [(&str, &str); 9] = [
    ("web", "webchat"),
    ("omnichannel", "omnichannel"),
    ("email", "smtp"),
    ("messenger", "messenger"),
    ("whatsapp", "whatsapp"),
    ("zalo", "zalo"),
    ("telegram", "telegram"),
    ("instagram", "instagram"),
    ("tiktok", "tiktok"),
];

/// What a lane searches for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Search {
    All,
    /// Older servers: names, e-mail and phone. Newer: whichever of them the text looks like.
    Keyword(String),
    /// For newer servers, which look for a word without `@` in names alone.
    Email(String),
}

pub(super) fn plan(query: &Query, traversal: Traversal, path: &str) -> Plan {
    let filter = &query.filter;
    let asked = sort_json(&query.sort);
    let (sort, order, sorted) = match (traversal, asked) {
        (Traversal::Top, Some(sort)) => (sort, Order::Unproven, true),
        (Traversal::Top | Traversal::Everything, None) => (BY_ID.to_owned(), Order::IdNumber, false),
        (Traversal::Everything, Some(_)) => {
            let by_id = SortKey { field: SortField::Id, direction: Direction::Ascending };
            (BY_ID.to_owned(), Order::IdNumber, query.sort.first().is_none_or(|key| *key == by_id))
        }
    };
    let needle = if query.scan { Needle::default() } else { needle(filter) };
    let max = query.page_size.unwrap_or(MOST_ROWS).clamp(1, MOST_ROWS);
    let wish = Wish { raw: query.raw, channels: query.channels, ..Wish::default() };
    let lanes: Vec<Lane> = searches(&needle)
        .into_iter()
        .map(|search| {
            let mut params = vec![("sort".to_owned(), sort.clone())];
            params.extend(search_params(&search, filter));
            // Membership in these moves, and where everything is walked older servers would not narrow it anyway.
            if traversal == Traversal::Top {
                params.extend(inbox_params(filter));
            }
            if !query.channels && filter.channel.is_none() && filter.inboxes.is_empty() {
                let parts = ["tags", "customFields", "conversation"];
                params.extend(parts.iter().enumerate().map(|(i, part)| (format!("include[{i}]"), (*part).to_owned())));
            }
            let name = match search {
                Search::All => "contacts",
                Search::Keyword(_) => "keyword",
                Search::Email(_) => "email",
            };
            Lane {
                name,
                path: path.to_owned(),
                params,
                order,
                reordered: Vec::new(),
                paging: Paging::Sized { max },
                counted: true,
                wish,
            }
        })
        .collect();
    Plan {
        merge: lanes.len() > 1 && !query.sort.is_empty(),
        lanes,
        residual: filter.clone(),
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
            r#"[{"id":"updatedAt","desc":true},{"id":"id","desc":false}]"#.clone_into(value);
        }
    }
    newest.order = Order::Unproven;
    newest.paging = Paging::Sized { max: MOST_ROWS };
    newest
}

fn searches(needle: &Needle) -> Vec<Search> {
    let Some(first) = needle.texts.first() else { return vec![Search::All] };
    if needle.phone {
        // Stored numbers mostly bear no punctuation; newer servers take it out of what is asked as well.
        let (typed, bare) = needle.texts.split_at(usize::from(needle.texts.len() > 1));
        return bare.iter().chain(typed).map(|text| Search::Keyword(cut(text))).collect();
    }
    match longest_piece(first) {
        None => vec![Search::All],
        Some(word) if word.contains('@') => vec![Search::Keyword(cut(word))],
        Some(word) => vec![Search::Keyword(cut(word)), Search::Email(cut(word))],
    }
}

/// The longest part without white space, because first and last name are searched apart, and without backslashes,
/// which older servers take for an escape.
fn longest_piece(text: &str) -> Option<&str> {
    text.split(|c: char| c.is_whitespace() || c == '\\')
        .filter(|piece| !piece.is_empty())
        .max_by_key(|piece| piece.len())
}

fn cut(text: &str) -> String {
    text.chars().take(LONGEST_TEXT).collect()
}

/// The keyword and the conditions, each field at most once: of two conditions on one field older servers drop the first.
fn search_params(search: &Search, filter: &Filter) -> Vec<(String, String)> {
    let mut params = Vec::new();
    let mut conditions: Vec<(&str, &str, String)> = Vec::new();
    match search {
        Search::All => {}
        Search::Keyword(word) => params.push(("keyword".to_owned(), word.clone())),
        Search::Email(word) => conditions.push(("email", "contains", word.clone())),
    }
    if let Some(since) = filter.created_since {
        conditions.push(("contactCreatedAt", "gte", since.to_string()));
    }
    if filter.blocked {
        conditions.push(("blocked", "eq", "true".to_owned()));
    }
    if !conditions.is_empty() {
        // `or` would make older servers drop the keyword.
        params.push(("contactFilter[operator]".to_owned(), "and".to_owned()));
    }
    for (index, (field, operator, value)) in conditions.into_iter().enumerate() {
        let key = |part: &str| format!("contactFilter[conditions][{index}][{part}]");
        params.push((key("field"), field.to_owned()));
        params.push((key("operator"), operator.to_owned()));
        params.push((key("value"), value));
    }
    params
}

/// Inboxes, or else the channel: together they might have to hold of the same inbox.
fn inbox_params(filter: &Filter) -> Vec<(String, String)> {
    let numeric = |inbox: &&crate::model::Text| !inbox.is_empty() && inbox.bytes().all(|b| b.is_ascii_digit());
    if !filter.inboxes.is_empty() {
        if !filter.inboxes.iter().all(|inbox| numeric(&inbox)) {
            return Vec::new();
        }
        let inboxes = filter.inboxes.iter().enumerate();
        return inboxes.map(|(index, inbox)| (format!("inboxIds[{index}]"), inbox.to_string())).collect();
    }
    let word = filter.channel.as_ref().and_then(channel_word);
    word.map(|word| ("channels[0]".to_owned(), word.to_owned())).into_iter().collect()
}

fn channel_word(kind: &ChannelKind) -> Option<&'static str> {
    CHANNEL_WORDS.iter().find(|(canonical, _)| *canonical == kind.as_str()).map(|(_, word)| *word)
}

/// `sort` for `keys`, made unique by the id; without keys by name. `None` if ChatbotX cannot sort so.
fn sort_json(keys: &[SortKey]) -> Option<String> {
    let default = [SortKey { field: SortField::Name, direction: Direction::Ascending }];
    let mut columns: Vec<(&str, bool)> = Vec::new();
    for key in if keys.is_empty() { &default } else { keys } {
        let column = match (key.field, key.direction) {
            (SortField::Id, _) => "id",
            (SortField::CreatedAt, _) => "createdAt",
            (SortField::UpdatedAt, _) => "updatedAt",
            // Descending they would begin with the contacts that have none; what is missing belongs last.
            (SortField::Name, Direction::Ascending) => "fullName",
            (SortField::Email, Direction::Ascending) => "email",
            (SortField::Phone, Direction::Ascending) => "phoneNumber",
            (SortField::City, Direction::Ascending) => "city",
            _ => return None,
        };
        if columns.iter().all(|(taken, _)| *taken != column) {
            columns.push((column, key.direction == Direction::Descending));
        }
        if column == "id" {
            break;
        }
    }
    if columns.last().is_none_or(|(column, _)| *column != "id") {
        columns.push(("id", false));
    }
    let keys: Vec<String> = columns.iter().map(|(id, desc)| format!(r#"{{"id":"{id}","desc":{desc}}}"#)).collect();
    Some(format!("[{}]", keys.join(",")))
}

fn gap(filter: &Filter, needle: &Needle) -> Option<String> {
    let lacks = match needle.texts.first()? {
        _ if needle.phone => {
            Some("compares phone numbers character by character, so one written otherwise may be missed")
        }
        text if text.is_ascii() && text.contains('@') => None,
        _ => Some("tells accents apart, so `jose` does not find `José`"),
    };
    search::gap(filter, "ChatbotX", lacks)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Time, Word};

    fn lanes(query: &Query, traversal: Traversal) -> Vec<String> {
        let join = |lane: &Lane| {
            let params: Vec<_> = lane.params.iter().map(|(name, value)| format!("{name}={value}")).collect();
            format!("{}: {}", lane.name, params.join("&"))
        };
        plan(query, traversal, "api/v1/contacts").lanes.iter().map(join).collect()
    }

    fn everything(query: &Query) -> Vec<String> {
        lanes(query, Traversal::Everything)
    }

    fn search(text: &str) -> Query {
        Query { filter: Filter { words: Word::split(text), ..Filter::default() }, ..Query::default() }
    }

    fn filtered(filter: Filter) -> Query {
        Query { filter, ..Query::default() }
    }

    const SORT: &str = r#"sort=[{"id":"id","desc":false}]"#;

    #[test]
    fn a_list_goes_by_name_and_everything_by_id() {
        let by_name = r#"contacts: sort=[{"id":"fullName","desc":false},{"id":"id","desc":false}]"#;
        assert_eq!(lanes(&Query::default(), Traversal::Top), [by_name]);
        assert_eq!(everything(&Query::default()), [format!("contacts: {SORT}")]);
        let plan = plan(&Query::default(), Traversal::Everything, "x");
        assert_eq!((plan.lanes[0].order, plan.lanes[0].paging), (Order::IdNumber, Paging::Sized { max: 50 }));
        assert!(plan.sorted && !plan.merge);
    }

    #[test]
    fn sorts_end_with_the_id() {
        let sort = |keys: &[&str]| {
            let sort = keys.iter().map(|key| key.parse().unwrap()).collect();
            let plan = plan(&Query { sort, ..Query::default() }, Traversal::Top, "x");
            (plan.lanes[0].params[0].1.clone(), plan.sorted)
        };
        let created = r#"[{"id":"createdAt","desc":true},{"id":"email","desc":false},{"id":"id","desc":false}]"#;
        assert_eq!(sort(&["created_at:desc", "email"]), (created.to_owned(), true));
        assert_eq!(sort(&["id:desc", "name"]), (r#"[{"id":"id","desc":true}]"#.to_owned(), true));
        for keys in [["name:desc"], ["last_activity_at:desc"], ["country"]] {
            assert_eq!(sort(&keys), (BY_ID.to_owned(), false), "{keys:?}");
        }
    }

    #[test]
    fn one_word_is_sent_as_keyword_and_as_part_of_an_email() {
        let name = "contactFilter[conditions][0][field]=email&contactFilter[conditions][0][operator]=contains";
        assert_eq!(
            everything(&search("doe boris")),
            [
                format!("keyword: {SORT}&keyword=boris"),
                format!("email: {SORT}&contactFilter[operator]=and&{name}&contactFilter[conditions][0][value]=boris"),
            ]
        );
        assert_eq!(everything(&search("\"ann doe-smith\""))[0], format!("keyword: {SORT}&keyword=doe-smith"));
        assert_eq!(everything(&search("boris@doe.example")), [format!("keyword: {SORT}&keyword=boris@doe.example")]);
        assert_eq!(everything(&search("a\\\\bcd"))[0], format!("keyword: {SORT}&keyword=bcd"));
        assert_eq!(everything(&Query { scan: true, ..search("boris") }), [format!("contacts: {SORT}")]);
        assert_eq!(everything(&search(&"x".repeat(10_000)))[0].len(), format!("keyword: {SORT}&keyword=").len() + 200);
    }

    #[test]
    fn phones_are_sent_bare_first() {
        let keyword = |text: &str| format!("keyword: {SORT}&keyword={text}");
        assert_eq!(
            everything(&search("+1 (202) 555-0143")),
            [keyword("12025550143"), keyword("0143"), keyword("+1 (202) 555-0143")]
        );
        assert_eq!(everything(&search("0143")), [keyword("0143")]);
    }

    #[test]
    fn conditions_are_bracketed_and_checked_again() {
        let since = Time::parse("2026-07-01T00:00:00+02:00");
        let filter = Filter { created_since: since, blocked: true, email: Some("doe".into()), ..Filter::default() };
        let condition = |index: usize, field: &str, operator: &str, value: &str| {
            let key = format!("contactFilter[conditions][{index}]");
            format!("&{key}[field]={field}&{key}[operator]={operator}&{key}[value]={value}")
        };
        assert_eq!(
            everything(&filtered(filter.clone())),
            [
                format!("keyword: {SORT}&keyword=doe&contactFilter[operator]=and")
                    + &condition(0, "contactCreatedAt", "gte", "2026-06-30T22:00:00Z")
                    + &condition(1, "blocked", "eq", "true"),
                format!("email: {SORT}&contactFilter[operator]=and")
                    + &condition(0, "email", "contains", "doe")
                    + &condition(1, "contactCreatedAt", "gte", "2026-06-30T22:00:00Z")
                    + &condition(2, "blocked", "eq", "true"),
            ]
        );
        assert_eq!(plan(&filtered(filter.clone()), Traversal::Top, "x").residual, filter);
    }

    #[test]
    fn channels_and_inboxes_narrow_short_lists_only() {
        let channel =
            |kind: &str| filtered(Filter { channel: Some(ChannelKind::from_vendor(kind)), ..Filter::default() });
        let tail = |query: &Query| lanes(query, Traversal::Top).remove(0).rsplit_once(']').unwrap().1.to_owned();
        assert!(lanes(&channel("email"), Traversal::Top)[0].ends_with("&channels[0]=smtp"));
        assert!(lanes(&channel("web"), Traversal::Top)[0].ends_with("&channels[0]=webchat"));
        assert_eq!(everything(&channel("email")), [format!("contacts: {SORT}")]);
        for kind in ["api", "threads", "sms", "line"] {
            assert_eq!(tail(&channel(kind)), "", "{kind}");
        }
        let mut inboxes = filtered(Filter { inboxes: vec!["7".into(), "8".into()], ..Filter::default() });
        inboxes.filter.channel = channel("sms").filter.channel;
        assert!(lanes(&inboxes, Traversal::Top)[0].ends_with("&inboxIds[0]=7&inboxIds[1]=8"));
        inboxes.filter.inboxes.push("abc".into());
        assert_eq!(tail(&inboxes), "");
    }

    #[test]
    fn channels_that_are_not_wanted_are_not_asked_for() {
        let query = Query { channels: false, page_size: Some(500), ..Query::default() };
        let include = "&include[0]=tags&include[1]=customFields&include[2]=conversation";
        assert_eq!(everything(&query), [format!("contacts: {SORT}{include}")]);
        assert_eq!(plan(&query, Traversal::Top, "x").lanes[0].paging, Paging::Sized { max: 50 });
    }
}
