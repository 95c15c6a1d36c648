//! `api`: one authenticated GET, the reply as it is.

use crate::harness::Bench;
use crate::mock::{Mock, Reply};

fn against(mock: &Mock) -> Bench {
    Bench::configured(&format!(
        "[profiles.x]\nvendor = \"chatbotx\"\ntoken = \"secret-of-x\"\nbase_url = \"{}/prefix\"\n",
        mock.url()
    ))
}

#[test]
fn the_body_comes_as_it_is() {
    let odd = "{\"b\" : 1,\t\"a\":\"\\u001b[31m\"}\n\n";
    let mock = Mock::start(move |_| Reply::status(200, "application/json", odd));
    let bench = against(&mock);
    assert_eq!(bench.run("api v1/things").exits(0).is_silent().stdout, odd);
    let request = &mock.seen()[0];
    assert_eq!(request.path, "/prefix/v1/things");
    assert_eq!(request.header("authorization"), Some("Bearer secret-of-x"));
}

#[test]
fn fields_are_encoded() {
    let mock = Mock::start(|_| Reply::json(&serde_json::json!({})));
    let bench = against(&mock);
    bench.contacts(["api", "/v1/x?a=1", "-f", "q=a+b & c?%", "-f", "e=", "-f", "k=v=w"]).exits(0);
    let request = &mock.seen()[0];
    let params: Vec<(&str, &str)> = request.params.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    assert_eq!(params, [("a", "1"), ("q", "a+b & c?%"), ("e", ""), ("k", "v=w")]);
    assert!(!request.query.contains("+b"), "a plus sign is sent as %2B: {}", request.query);
}

#[test]
fn errors_are_ours() {
    let mock = Mock::start(|request| match request.path.as_str() {
        "/prefix/401" => {
            Reply::status(401, "application/json", r#"{"code":"UNAUTHORIZED","status":401,"message":"no"}"#)
        }
        "/prefix/404" => Reply::status(404, "application/json", r#"{"code":"NOT_FOUND","status":404,"message":"no"}"#),
        _ => Reply::status(500, "text/html", "<h1>oops</h1>"),
    });
    let bench = against(&mock);
    bench.run("--max-retries 0 api /401").exits(4).says(&["x (chatbotx)", "401"]);
    bench.run("--max-retries 0 api /404").exits(5).says(&["404"]);
    bench.run("--max-retries 0 api /500").exits(8).says(&["500"]);
}

#[test]
fn only_the_profile_s_origin_is_asked() {
    let mock = Mock::start(|_| Reply::json(&serde_json::json!({})));
    let other = Mock::start(|_| Reply::json(&serde_json::json!({})));
    let bench = against(&mock);
    for path in [
        format!("{}/x", other.url()),
        format!("//{}/x", other.addr),
        format!("@{}/x", other.addr),
        format!("\\\\{}\\x", other.addr),
        "../outside".to_owned(),
        "%2e%2e/outside".to_owned(),
        "/a/../../outside".to_owned(),
    ] {
        let ran = bench.contacts(["api", &path]);
        assert!(ran.code == 2 || ran.code == 0, "{path}: {ran:#?}");
    }
    assert!(other.seen().is_empty());
    assert!(mock.seen().iter().all(|request| request.path.starts_with("/prefix/")), "{:?}", mock.seen());
}

#[test]
fn one_profile_at_a_time() {
    let bench = Bench::new();
    bench.run("-A api /").exits(2).says(&["-p"]);
    assert_eq!(bench.requests(), 0);
}
