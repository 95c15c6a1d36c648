//! Secrets appear in no output, error, log, trace or report, whatever the server says, and go to no other origin.

use std::fs;

use crate::harness::{Bench, Ran, VENDORS};
use crate::mock::{Mock, Reply, Request};

/// Secrets that can be told from everything else, with letters that encodings change.
const AUTH_TOKEN: &str = "CanaryRocket7Qz9+/x&y%zKw3Lm";
const API_KEY: &str = "CanaryDeskKey5Tb2+/p&q%rVn8Jd";
const API_SECRET: &str = "CanaryDeskSecret4Hx6+/s&t%uPf1Gc";
const BOT_TOKEN: &str = "CanaryBot8Rm3+/a&b%cWd5Ys";
const WOOT_TOKEN: &str = "CanaryWoot2Nv7+/g&h%iXe4Zt";

/// So many characters of a secret in a row are a leak.
const WINDOW: usize = 12;

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        out.extend((0..=chunk.len()).map(|place| DIGITS[(bits >> (18 - 6 * place)) as usize & 63] as char));
    }
    out
}

fn percent(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// A secret as somebody might write it.
fn forms(secret: &str) -> Vec<String> {
    let (encoded, percent) = (base64(secret.as_bytes()), percent(secret));
    let url_safe = encoded.replace('+', "-").replace('/', "_");
    let lower = ["%2B", "%2F", "%26", "%25", "%3A"]
        .iter()
        .fold(percent.clone(), |text, code| text.replace(code, &code.to_lowercase()));
    vec![secret.to_owned(), percent, lower, self::percent(&encoded), url_safe, encoded]
}

/// Asserts that no part of a secret stands in `text`.
#[track_caller]
fn is_clean(what: &str, text: &str) {
    thread_local!(static WINDOWS: Vec<String> = windows());
    WINDOWS.with(|windows| {
        for window in windows {
            assert!(!text.contains(window.as_str()), "{what} tells `{window}`:\n{text}");
        }
    });
}

/// Every part of a secret that is long enough; not of the marker in front, nor of the scheme's own letters.
fn windows() -> Vec<String> {
    let pair = format!("{API_KEY}:{API_SECRET}");
    let mut windows: Vec<String> = [AUTH_TOKEN, API_KEY, API_SECRET, BOT_TOKEN, WOOT_TOKEN, &pair]
        .into_iter()
        .flat_map(forms)
        .flat_map(|form| {
            let chars: Vec<char> = form.chars().collect();
            chars.windows(WINDOW).map(|window| window.iter().collect()).collect::<Vec<String>>()
        })
        .collect();
    windows.sort();
    windows.dedup();
    windows
}

fn config(base: &str) -> String {
    format!(
        "[profiles.rocketchat]\nvendor = \"rocketchat\"\nbase_url = \"{base}/rc\"\nuser_id = \"someone\"\n\
         auth_token = \"{AUTH_TOKEN}\"\n\
         [profiles.livedesk]\nvendor = \"livedesk\"\nbase_url = \"{base}/ld\"\napi_key = {{ env = \"DESK_KEY\" }}\n\
         api_secret = {{ command = [\"printenv\", \"DESK_SECRET\"] }}\n\
         [profiles.chatbotx]\nvendor = \"chatbotx\"\nbase_url = \"{base}/bx\"\ntoken = {{ command = \"echo $BOT_TOKEN\" }}\n\
         [profiles.chatwoot]\nvendor = \"chatwoot\"\nbase_url = \"{base}/cw\"\naccount_id = 1\ntoken = \"{WOOT_TOKEN}\"\n"
    )
}

fn run(bench: &Bench, line: &str) -> Ran {
    let mut command = bench.command(line.split_whitespace());
    command.env("DESK_KEY", API_KEY).env("DESK_SECRET", API_SECRET).env("BOT_TOKEN", BOT_TOKEN);
    Ran::of(&mut command)
}

/// Asserts that the run, its report and its trace tell no secret.
#[track_caller]
fn tells_nothing(bench: &Bench, line: &str) -> Ran {
    let ran = run(bench, line);
    is_clean(&format!("stdout of `{line}`"), &ran.stdout);
    is_clean(&format!("stderr of `{line}`"), &ran.stderr);
    for file in ["trace.har", "report.json"] {
        if let Ok(text) = fs::read_to_string(bench.path(file)) {
            is_clean(&format!("{file} of `{line}`"), &text);
            fs::remove_file(bench.path(file)).unwrap();
        }
    }
    for entry in walk(&bench.path(".local")) {
        is_clean("a state file", &String::from_utf8_lossy(&fs::read(entry).unwrap()));
    }
    ran
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    entries
        .flatten()
        .flat_map(|entry| if entry.path().is_dir() { walk(&entry.path()) } else { vec![entry.path()] })
        .collect()
}

/// The secrets that the server is told, by the prefix of the path.
fn secrets_of(request: &Request) -> Vec<String> {
    match request.path.get(..3) {
        Some("/rc") => vec![AUTH_TOKEN.into()],
        Some("/ld") => vec![API_KEY.into(), API_SECRET.into(), format!("{API_KEY}:{API_SECRET}")],
        Some("/bx") => vec![BOT_TOKEN.into()],
        _ => vec![WOOT_TOKEN.into()],
    }
}

/// What the server heard of the secrets, in every form it may give back.
fn heard(request: &Request) -> String {
    let mut heard: Vec<String> = request.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    heard.extend(secrets_of(request).iter().flat_map(|secret| forms(secret)));
    heard.join(" | ")
}

fn json_text(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

const MODES: &[&str] = &[
    "refused",
    "forbidden",
    "bad-request",
    "missing",
    "limited",
    "crash",
    "page",
    "text",
    "cut",
    "wrong-type",
    "failed",
    "elsewhere",
    "elsewhere-port",
    "around",
    "downgrade",
    "headers",
];

fn answer(mode: &str, other: &str, request: &Request) -> Reply {
    let heard = heard(request);
    let said = json_text(&heard);
    let in_url = secrets_of(request)
        .iter()
        .map(|secret| percent(secret) + "&" + &percent(&base64(secret.as_bytes())))
        .collect::<Vec<_>>()
        .join("&");
    let error = |status: u16| {
        let code = if status == 401 { "UNAUTHORIZED" } else { "SOMETHING" };
        let body = format!(
            "{{\"success\":false,\"status\":\"error\",\"code\":\"{code}\",\"error\":{said},\"message\":{said},\"errors\":[{said}]}}"
        );
        Reply::status(status, "application/json", body)
    };
    match mode {
        "refused" => error(401),
        "forbidden" => error(403),
        "bad-request" => error(400),
        "missing" => error(404),
        "limited" => error(429).with("retry-after", "100"),
        "crash" => error(500),
        "page" => Reply::status(200, "text/html", format!("<title>{heard}</title>{heard}")),
        "text" => Reply::status(500, "text/plain", heard),
        "cut" => Reply::status(200, "application/json", format!("{{\"payload\":[{{\"name\":{said}")),
        "wrong-type" => {
            let contact = format!("{{\"id\":{{\"a\":{said}}},\"_id\":[{said}],\"name\":{said}}}");
            let body =
                format!("{{\"success\":true,\"contacts\":[{contact}],\"data\":[{contact}],\"payload\":[{contact}]}}");
            Reply::status(200, "application/json", body)
        }
        "failed" => Reply::status(200, "application/json", format!("{{\"success\":false,\"error\":{said}}}")),
        "elsewhere" => Reply::status(302, "text/plain", heard.clone())
            .with("location", &format!("http://elsewhere.invalid/?t={in_url}")),
        "elsewhere-port" => Reply::status(307, "text/plain", heard.clone())
            .with("location", &format!("{other}/?t={}#{}", in_url, percent(&secrets_of(request)[0]))),
        "around" => {
            Reply::status(302, "text/plain", heard.clone()).with("location", &format!("{}?t={}", request.path, in_url))
        }
        "downgrade" => Reply::status(301, "text/plain", "")
            .with("location", &format!("http://me:{}@{}/", percent(&secrets_of(request)[0]), &other[7..])),
        "headers" => Reply::status(418, "text/plain", "")
            .with("x-echo", &heard)
            .with("set-cookie", &format!("session={}", secrets_of(request)[0]))
            .with("www-authenticate", &heard)
            .with("retry-after", &secrets_of(request)[0])
            .with("x-ratelimit-reset", &secrets_of(request)[0]),
        _ => unreachable!("{mode}"),
    }
}

const COMMANDS: &[&str] =
    &["list --all -o ndjson", "search ann", "show 1", "channels 1 -o json", "profile check", "api /x"];

#[test]
fn no_answer_of_a_server_makes_the_program_tell() {
    for mode in MODES {
        let other = Mock::start(|_| Reply::json(&serde_json::json!({})));
        let elsewhere = other.url();
        let mock = Mock::start(move |request| answer(mode, &elsewhere, request));
        let bench = Bench::configured(&config(&mock.url()));
        for vendor in VENDORS {
            for command in COMMANDS {
                let line = format!("--max-retries 0 --max-wait 0s -p {vendor} {command}");
                let ran = tells_nothing(&bench, &format!("-vvv --trace trace.har --report report.json {line}"));
                assert_ne!(ran.code, 1, "{mode} {line}: {ran:#?}");
                assert_ne!(ran.code, 101, "{mode} {line}: {ran:#?}");
            }
            tells_nothing(&bench, &format!("--max-retries 0 --max-wait 0s --error-format json -p {vendor} list"));
        }
        for verbosity in ["", "-q", "-v", "-vv"] {
            tells_nothing(&bench, &format!("{verbosity} --max-retries 0 --max-wait 0s --report - -A list"));
        }
        assert!(other.seen().is_empty(), "{mode}: another origin was asked: {:?}", other.seen());
        let with_secret = mock.seen().iter().filter(|request| request.headers.len() > 4).count();
        assert!(with_secret >= VENDORS.len() * COMMANDS.len(), "{mode}: the server was hardly asked");
    }
}

#[test]
fn the_server_itself_is_told() {
    let mock = Mock::start(|_| Reply::status(403, "text/plain", ""));
    let bench = Bench::configured(&config(&mock.url()));
    run(&bench, "--max-retries 0 -A list");
    let find = |prefix: &str| mock.seen().into_iter().find(|request| request.path.starts_with(prefix)).unwrap();
    assert_eq!(find("/rc/").header("x-auth-token"), Some(AUTH_TOKEN));
    assert_eq!(find("/rc/").header("x-user-id"), Some("someone"));
    let basic = format!("Basic {}", base64_padded(&format!("{API_KEY}:{API_SECRET}")));
    assert_eq!(find("/ld/").header("authorization"), Some(basic.as_str()));
    assert_eq!(find("/bx/").header("authorization"), Some(format!("Bearer {BOT_TOKEN}").as_str()));
    assert_eq!(find("/cw/").header("api-access-token"), Some(WOOT_TOKEN));
    assert_eq!(find("/cw/").header("api_access_token"), None);
    for request in mock.seen() {
        is_clean("an address", &request.query);
        is_clean("an address", &request.path);
    }
}

fn base64_padded(text: &str) -> String {
    let encoded = base64(text.as_bytes());
    let padding = (4 - encoded.len() % 4) % 4;
    encoded + &"=".repeat(padding)
}

#[test]
fn an_excerpt_that_cuts_a_secret_tells_no_part_of_it() {
    let mock = Mock::start(|request| {
        let length: usize = request.path.rsplit('/').next().unwrap().parse().unwrap_or(0);
        Reply::status(200, "text/html", "x".repeat(length) + WOOT_TOKEN + " and more")
    });
    let bench = Bench::configured(&config(&mock.url()));
    for length in (0..420).step_by(7) {
        tells_nothing(&bench, &format!("-p rocketchat --max-retries 0 show {length}"));
        let mut command = bench.command(["-p", "chatwoot", "--max-retries", "0", "api", &format!("/{length}")]);
        is_clean("an excerpt", &Ran::of(&mut command).stderr);
    }
}

#[test]
fn good_answers_are_traced_without_secrets() {
    let sandbox = Bench::new();
    let toml = sandbox.sandbox.as_ref().unwrap().config_toml();
    for command in [
        "-A list --all -o ndjson",
        "-A search ann",
        "-A profile check",
        "-A show 1",
        "-p demo-livedesk api /api/v2/accounts/contacts",
    ] {
        let ran = sandbox.run(&format!("-vvv --trace trace.har --report - {command}"));
        let trace = fs::read_to_string(sandbox.path("trace.har")).unwrap_or_default();
        for text in [&ran.stdout, &ran.stderr, &trace] {
            for secret in [
                "rocketchat-auth-token-worth-nothing",
                "livedesk-secret-worth",
                "chatbotx-token-worth",
                "chatwoot-token-worth",
            ] {
                assert!(toml.contains(secret));
                assert!(!text.contains(secret), "{command}: {secret}");
            }
        }
        assert!(ran.stderr.contains("x-auth-token") || !command.starts_with("-A"), "headers are shown: {ran:#?}");
    }
}

#[test]
fn mistakes_in_the_configuration_tell_no_secret() {
    let bench = Bench::bare();
    let command = |text: &str| format!("vendor = \"chatbotx\"\ntoken = {{ command = {text} }}\n");
    for (profile, code) in [
        (format!("vendor = \"chatbotx\"\ntokn = \"{BOT_TOKEN}\"\n"), 3),
        (format!("vendor = \"chatbotx\"\ntoken = \"{BOT_TOKEN}\n"), 3),
        (format!("vendor = \"chatbotx\"\ntoken = {BOT_TOKEN}\n"), 3),
        (format!("vendor = \"chatbotx\"\ntoken = {{ envv = \"{BOT_TOKEN}\" }}\n"), 3),
        (format!("vendor = \"chatbotx\"\ntoken = [\"{BOT_TOKEN}\"]\n"), 3),
        (format!("vendor = \"chatbotx\"\ntoken = \"{BOT_TOKEN}\\n\"\ntoken = \"again\"\n"), 3),
        (
            format!(
                "vendor = \"chatbotx\"\ntoken = \"t\"\nbase_url = \"https://me:{}@example.com\"\n",
                percent(BOT_TOKEN)
            ),
            3,
        ),
        (
            format!(
                "vendor = \"chatbotx\"\ntoken = \"t\"\nbase_url = \"https://example.com/?token={}\"\n",
                percent(BOT_TOKEN)
            ),
            3,
        ),
        (format!("vendor = \"{BOT_TOKEN}\"\n"), 3),
        (command(&format!("\"echo '{BOT_TOKEN}'; exit 3\"")), 4),
        (command(&format!("[\"false\", \"{BOT_TOKEN}\"]")), 4),
        (command(&format!("[\"no-such-program\", \"{BOT_TOKEN}\"]")), 4),
        (command(&format!("\"printf '{BOT_TOKEN}\\\\001'\"")), 4),
    ] {
        bench.configure(&format!("[profiles.x]\n{profile}"));
        for line in ["list", "--error-format json list", "-v profile check", "profile list", "profile show x"] {
            let ran = bench.run(line);
            // A vendor's name is no secret; the others are told apart from it.
            if !profile.starts_with("vendor = \"Canary") {
                is_clean(&format!("{line} with {profile}"), &format!("{}{}", ran.stdout, ran.stderr));
            }
            if line == "list" {
                assert_eq!(ran.code, code, "{profile}: {ran:#?}");
            }
        }
    }
}

#[test]
fn a_secret_that_is_typed_is_not_repeated() {
    let bench = Bench::configured("[profiles.x]\nvendor = \"chatbotx\"\nbase_url = \"http://127.0.0.1:1\"\n");
    for line in ["login x --stdin --no-check", "-vvv login x --stdin --no-check", "login --stdin --no-check"] {
        let mut command = bench.command(line.split(' '));
        let ran = Ran::of(command.write_stdin(format!("{BOT_TOKEN}\n")));
        assert_eq!(ran.code, 4, "there is no keyring: {ran:#?}");
        is_clean(line, &format!("{}{}", ran.stdout, ran.stderr));
        assert!(ran.stderr.contains("keyring"), "{ran:#?}");
    }
    let text = fs::read_to_string(bench.config_path()).unwrap();
    is_clean("the configuration", &text);
}

#[test]
fn a_filter_sees_no_variable_that_may_hold_a_secret() {
    let sandbox = crate::harness::sandbox(contacts::sandbox::SandboxOptions::default());
    let token = "\"sandbox-chatbotx-token-worth-nothing\"";
    let toml = sandbox.config_toml();
    assert!(toml.contains(token), "the sandbox's secret is another: {toml}");
    let bench = Bench::configured(&toml.replace(token, "{ env = \"BOT\" }"));
    let mut command = bench.command(["-q", "-p", "demo-chatbotx", "list", "--jq", "env + $ENV"]);
    command.env("BOT", "sandbox-chatbotx-token-worth-nothing").env("CONTACTS_TOKEN", "canary-1");
    command.env("HTTPS_PROXY", "http://u:canary-2@127.0.0.1:1").env("GREETING", "hello");
    let ran = crate::harness::Ran::of(&mut command).exits(0);
    assert!(ran.stdout.contains("\"GREETING\":\"hello\""), "{ran:#?}");
    assert!(!ran.stdout.contains("canary") && !ran.stdout.contains("worth-nothing"), "{ran:#?}");
}
