//! Reads a query in oRPC's bracket notation and checks it as the validator does, issue by issue.

use serde_json::{Map, Value, json};

use super::super::Era;
use super::Orpc;

const CHANNELS: [&str; 9] =
    ["omnichannel", "webchat", "messenger", "whatsapp", "zalo", "smtp", "telegram", "instagram", "tiktok"];

/// The query as a tree: `a[b][0]=x` becomes `{"a":{"b":["x"]}}`; a key given twice becomes a list.
pub fn tree(pairs: &[(String, String)]) -> Value {
    let mut root = Value::Object(Map::new());
    for (key, value) in pairs {
        let head = key.find('[').map_or(key.as_str(), |at| &key[..at]);
        let mut path = vec![head];
        if key.ends_with(']') && key.len() > head.len() {
            path.extend(key[head.len() + 1..key.len() - 1].split("]["));
        } else {
            path = vec![key];
        }
        insert(&mut root, &path, value);
    }
    listed(root)
}

fn insert(node: &mut Value, path: &[&str], value: &str) {
    let Value::Object(map) = node else { return };
    let (head, rest) = path.split_first().expect("a path has a head");
    // `a[]=x` takes the next free index.
    let key = if head.is_empty() { map.len().to_string() } else { (*head).to_owned() };
    if !rest.is_empty() {
        return insert(map.entry(key).or_insert_with(|| Value::Object(Map::new())), rest, value);
    }
    match map.get_mut(&key) {
        None => _ = map.insert(key, value.into()),
        Some(Value::Array(list)) => list.push(value.into()),
        Some(once) => *once = json!([once.take(), value]),
    }
}

/// Objects whose keys are all numbers are lists.
fn listed(node: Value) -> Value {
    match node {
        Value::Object(map) => {
            let list = !map.is_empty() && map.keys().all(|key| key.bytes().all(|byte| byte.is_ascii_digit()));
            if list {
                map.into_iter().map(|(_, value)| listed(value)).collect()
            } else {
                Value::Object(map.into_iter().map(|(key, value)| (key, listed(value))).collect())
            }
        }
        node => node,
    }
}

/// What was asked for, checked.
pub struct Input {
    /// From 1.
    pub page: u64,
    /// At most 50.
    pub per_page: u64,
    /// As it came.
    pub sort: Option<Value>,
    /// Not empty.
    pub keyword: Option<String>,
    /// `operator` and `conditions`, whose shape is right.
    pub filter: Option<Value>,
    /// Channel words.
    pub channels: Vec<String>,
    /// Inbox ids.
    pub inbox_ids: Vec<String>,
    /// Era C: relations to show; `None`: all.
    pub include: Option<Vec<String>>,
    /// Era C: whether to count.
    pub with_count: bool,
}

/// Reads the query, or tells the validator's issues.
pub fn read(era: Era, pairs: &[(String, String)]) -> Result<Input, Orpc> {
    let tree = tree(pairs);
    let mut issues = Vec::new();
    let default = if era == Era::C { 50 } else { 20 };
    let page = integer(&tree, "page", &mut issues).unwrap_or(1);
    let per_page = integer(&tree, "perPage", &mut issues).unwrap_or(default).min(50);
    let filter = filter(era, tree.get("contactFilter"), &mut issues);
    let channels = list(&tree, "channels", &mut issues);
    for (at, channel) in channels.iter().enumerate() {
        let later = era == Era::C && ["api", "threads"].contains(&channel.as_str());
        if !CHANNELS.contains(&channel.as_str()) && !later {
            let options: Vec<String> = CHANNELS.iter().map(|word| format!("\"{word}\"")).collect();
            issues.push(json!({
                "code": "invalid_value", "values": CHANNELS, "path": ["channels", at],
                "message": format!("Invalid option: expected one of {}", options.join("|")),
            }));
        }
    }
    let inbox_ids = list(&tree, "inboxIds", &mut issues);
    for (at, id) in inbox_ids.iter().enumerate() {
        if !id.bytes().any(|byte| byte.is_ascii_digit()) {
            issues.push(json!({
                "origin": "string", "code": "invalid_format", "format": "regex", "pattern": "/\\d+/",
                "path": ["inboxIds", at], "message": "Invalid string: must match pattern /\\d+/",
            }));
        }
    }
    let include =
        if era == Era::C && tree.get("include").is_some() { Some(list(&tree, "include", &mut issues)) } else { None };
    if !issues.is_empty() {
        return Err(Orpc::input(era, &issues));
    }
    let keyword = tree.get("keyword").and_then(Value::as_str).filter(|keyword| !keyword.is_empty()).map(str::to_owned);
    let with_count = era != Era::C || tree.get("withCount").and_then(Value::as_str) != Some("false");
    let sort = tree.get("sort").cloned();
    Ok(Input { page, per_page, sort, keyword, filter, channels, inbox_ids, include, with_count })
}

fn integer(tree: &Value, key: &str, issues: &mut Vec<Value>) -> Option<u64> {
    let given = tree.get(key)?;
    let number = given.as_str().map(str::trim).and_then(|text| match text {
        "" => Some(0.0),
        text => text.parse::<f64>().ok().filter(|number| number.is_finite()),
    });
    let issue = match number {
        None => json!({
            "expected": "number", "code": "invalid_type", "received": "NaN", "path": [key],
            "message": "Invalid input: expected number, received NaN",
        }),
        Some(number) if number.fract() != 0.0 => json!({
            "expected": "int", "format": "safeint", "code": "invalid_type", "path": [key],
            "message": "Invalid input: expected int, received number",
        }),
        Some(number) if number < 1.0 => json!({
            "origin": "number", "code": "too_small", "minimum": 1, "inclusive": true, "path": [key],
            "message": "Too small: expected number to be >=1",
        }),
        Some(number) if number > 9_007_199_254_740_991.0 => json!({
            "origin": "number", "code": "too_big", "maximum": 9_007_199_254_740_991_u64, "inclusive": true, "path": [key],
            "message": "Too big: expected number to be <=9007199254740991",
        }),
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within bounds as just checked")]
        Some(number) => return Some(number as u64),
    };
    issues.push(issue);
    None
}

fn list(tree: &Value, key: &str, issues: &mut Vec<Value>) -> Vec<String> {
    match tree.get(key) {
        None => Vec::new(),
        Some(Value::Array(items)) => items.iter().map(|item| item.as_str().unwrap_or_default().to_owned()).collect(),
        Some(other) => {
            issues.push(wrong_type("array", other, &json!([key])));
            Vec::new()
        }
    }
}

fn wrong_type(expected: &str, got: &Value, path: &Value) -> Value {
    let received = match got {
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
        _ => "undefined",
    };
    let message = format!("Invalid input: expected {expected}, received {received}");
    json!({"expected": expected, "code": "invalid_type", "path": path, "message": message})
}

/// The filter, if its shape is right. Era C takes JSON too, and drops it silently when it is bad.
fn filter(era: Era, given: Option<&Value>, issues: &mut Vec<Value>) -> Option<Value> {
    let given = given?;
    if let (Era::C, Value::String(text)) = (era, given) {
        let parsed = serde_json::from_str::<Value>(text).ok()?;
        let mut silent = Vec::new();
        return filter(era, Some(&parsed), &mut silent).filter(|_| silent.is_empty());
    }
    let Value::Object(map) = given else {
        issues.push(wrong_type("object", given, &json!(["contactFilter"])));
        return None;
    };
    if !matches!(map.get("operator").and_then(Value::as_str), Some("and" | "or")) {
        issues.push(json!({
            "code": "invalid_value", "values": ["and", "or"], "path": ["contactFilter", "operator"],
            "message": "Invalid option: expected one of \"and\"|\"or\"",
        }));
    }
    let Some(Value::Array(conditions)) = map.get("conditions") else {
        let got = map.get("conditions").unwrap_or(&Value::Null);
        issues.push(wrong_type("array", got, &json!(["contactFilter", "conditions"])));
        return None;
    };
    for (at, condition) in conditions.iter().enumerate() {
        let text = |key: &str| condition.get(key).and_then(Value::as_str).unwrap_or_default();
        let operators = super::filter::operators(era, text("field"));
        let path = |key: &str| json!(["contactFilter", "conditions", at, key]);
        if operators.is_empty() {
            issues.push(json!({"code": "invalid_union", "errors": [], "note": "No matching discriminator",
                "discriminator": "field", "path": path("field"), "message": "Invalid input"}));
        } else if !operators.contains(&text("operator")) {
            issues.push(json!({"code": "invalid_value", "values": operators, "path": path("operator"),
                "message": "Invalid option"}));
        } else {
            let value = condition.get("value").unwrap_or(&Value::Null);
            let listed =
                matches!(text("operator"), "in" | "notIn") || (era == Era::C && text("operator").ends_with("etween"));
            match value {
                Value::String(text) if !listed && text.trim().is_empty() => issues.push(json!({
                    "origin": "string", "code": "too_small", "minimum": 1, "inclusive": true, "path": path("value"),
                    "message": "Too small: expected string to have >=1 characters",
                })),
                Value::Array(_) if listed => {}
                Value::String(_) if !listed => {}
                // Nothing is needed beside `isEmpty`; `isNotEmpty` needs something, whatever it is.
                Value::Null if text("operator") == "isEmpty" => {}
                other => issues.push(wrong_type(if listed { "array" } else { "string" }, other, &path("value"))),
            }
        }
    }
    Some(given.clone())
}
