//! What a whole file and environment come to.

use std::path::PathBuf;
use std::time::Duration;

use super::*;

struct Home {
    folder: tempfile::TempDir,
    vars: Vec<(&'static str, &'static str)>,
}

impl Home {
    fn new(config: &str) -> Self {
        let home = Self { folder: tempfile::tempdir().unwrap(), vars: Vec::new() };
        std::fs::create_dir_all(home.file().parent().unwrap()).unwrap();
        std::fs::write(home.file(), config).unwrap();
        home
    }

    fn with(mut self, name: &'static str, value: &'static str) -> Self {
        self.vars.push((name, value));
        self
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join(".config/contacts/config.toml")
    }

    fn env(&self) -> Env {
        Env::made(self.folder.path(), self.vars.iter().copied())
    }

    fn load(&self) -> Result<Config, ConfigError> {
        Config::load(&self.env(), None)
    }

    fn select(&self, names: &[&str]) -> Result<Selection, ConfigError> {
        let names: Vec<String> = names.iter().copied().map(String::from).collect();
        self.load()?.select(Wanted::Named(&names), &self.env())
    }

    fn chosen(&self, names: &[&str]) -> Vec<String> {
        self.select(names).unwrap().profiles.into_iter().map(|profile| profile.name).collect()
    }
}

const FOUR: &str = r#"
default_profile = "support"

[defaults]
output = "csv"
limit = 20
timeout = "10s"
columns = ["id", "name"]

[profiles.support]
vendor     = "rocketchat"
base_url   = "https://chat.example.com/"
user_id    = "rbAXPnMktTFbNpwtJ"
auth_token = { keyring = true }
timeout    = "1m"

[profiles.desk]
vendor     = "livedesk"
api_key    = { env = "LIVEDESK_KEY" }
api_secret = { command = ["pass", "show", "livedesk"] }

[profiles.bot]
vendor = "chatbotx"
token  = "plain"

[profiles.woot]
vendor     = "chatwoot"
account_id = 1
"#;

#[test]
fn reads_the_documented_example() {
    let home = Home::new(FOUR);
    let config = home.load().unwrap();
    assert_eq!(config.names().collect::<Vec<_>>(), ["support", "desk", "bot", "woot"]);
    assert_eq!(config.defaults.output, Some("csv"));
    assert_eq!(config.defaults.limit, Some(20));
    let selection = config.select(Wanted::All, &home.env()).unwrap();
    assert!(selection.broken.is_empty());
    let [support, desk, bot, woot] = selection.profiles.as_slice() else { panic!("{selection:?}") };
    assert_eq!(support.base_url.as_str(), "https://chat.example.com/");
    assert_eq!(support.settings["user_id"], "rbAXPnMktTFbNpwtJ");
    assert_eq!((support.timeout, desk.timeout), (Duration::from_mins(1), Duration::from_secs(10)));
    assert_eq!((support.max_retries, support.max_wait), (4, Duration::from_mins(2)));
    assert_eq!(desk.base_url.as_str(), "https://livedesk-api.engagelab.com/");
    assert!(matches!(&desk.secrets["api_key"], SecretSource::Env(name) if name == "LIVEDESK_KEY"));
    assert!(
        matches!(&desk.secrets["api_secret"], SecretSource::Command(SecretCommand::Exec(words)) if words.len() == 3)
    );
    assert!(matches!(&bot.secrets["token"], SecretSource::Plain(_)));
    assert!(matches!(&woot.secrets["token"], SecretSource::Keyring), "left out means the keyring");
    assert_eq!(woot.settings["account_id"], "1");
}

#[test]
fn selection_follows_its_precedence() {
    let home = Home::new(FOUR);
    assert_eq!(home.chosen(&[]), ["support"]);
    assert_eq!(home.chosen(&["bot,desk", "bot"]), ["bot", "desk"]);
    let home = home.with("CONTACTS_VENDOR", "chatbotx").with("CONTACTS_TOKEN", "t");
    assert_eq!(home.chosen(&[]), ["env"]);
    let home = home.with("CONTACTS_PROFILE", "woot,bot");
    assert_eq!(home.chosen(&[]), ["woot", "bot"]);
    assert_eq!(home.chosen(&["support"]), ["support"]);
    let only = Home::new("[profiles.one]\nvendor='chatbotx'\ntoken='x'");
    assert_eq!(only.chosen(&[]), ["one"]);
}

#[test]
fn a_selection_that_cannot_be_made_says_what_there_is() {
    let nothing = Home::new("");
    let error = nothing.select(&[]).unwrap_err();
    let message = "~/.config/contacts/config.toml: no profile is configured";
    assert_eq!((error.kind, error.message.as_str()), (ConfigErrorKind::Config, message));
    assert!(error.hints[0].contains("--demo"));
    assert_eq!(nothing.select(&["x"]).unwrap_err().kind, ConfigErrorKind::NotFound);

    let two = Home::new("[profiles.a]\nvendor='chatbotx'\n[profiles.b]\nvendor='chatbotx'\n");
    let error = two.select(&[]).unwrap_err();
    assert_eq!(error.kind, ConfigErrorKind::Usage);
    assert!(error.hints[0].ends_with("a, b"), "{error:?}");

    let error = Home::new(FOUR).select(&["suport"]).unwrap_err();
    assert_eq!(error.kind, ConfigErrorKind::NotFound);
    assert_eq!(error.message, "no profile called `suport` in ~/.config/contacts/config.toml");
    assert_eq!(error.hints, ["did you mean `support`?"]);

    let error = Home::new(FOUR).with("CONTACTS_PROFILE", "suport").select(&[]).unwrap_err();
    assert!(error.hints[1].contains("CONTACTS_PROFILE"), "{error:?}");

    let error = Home::new("default_profile = 'b'\n[profiles.bb]\nvendor='chatbotx'").select(&[]).unwrap_err();
    assert_eq!(error.kind, ConfigErrorKind::Config);
    assert!(error.message.starts_with("~/.config/contacts/config.toml:1:"), "{error:?}");
    assert_eq!(Home::new(FOUR).select(&[" , "]).unwrap_err().kind, ConfigErrorKind::Usage);
}

#[test]
fn a_broken_profile_spoils_only_itself() {
    let home = Home::new("[profiles.bad]\nvendor='chatwot'\n[profiles.good]\nvendor='chatbotx'\ntoken='x'\n");
    assert_eq!(home.chosen(&["good"]), ["good"]);
    let error = home.select(&["bad"]).unwrap_err();
    assert_eq!(error.message, "~/.config/contacts/config.toml:2: profile `bad`: no vendor called `chatwot`");
    assert_eq!(error.hints, ["did you mean `chatwoot`?"]);
    let all = home.load().unwrap().select(Wanted::All, &home.env()).unwrap();
    assert_eq!((all.profiles.len(), all.broken.len()), (1, 1));
}

/// Each mistake: the text, and what the error must name besides file and line.
#[test]
fn every_mistake_names_line_key_and_remedy() {
    let profile = |line: &str| format!("[profiles.p]\nvendor = 'chatwoot'\naccount_id = 1\n{line}\n");
    for (text, line, named, hint) in [
        ("defalts = 1".to_owned(), 1, "`defalts`", "`defaults`"),
        ("limit = 5".to_owned(), 1, "`limit`", "[defaults]"),
        ("[support]\nvendor = 'chatwoot'".to_owned(), 1, "`support`", "[profiles.support]"),
        ("[defaults]\noutptu = 'csv'".to_owned(), 2, "`outptu`", "`output`"),
        ("[defaults]\noutput = 'cvs'".to_owned(), 2, "`output`", "`csv`"),
        ("[defaults]\nlimit = 0".to_owned(), 2, "`limit`", ""),
        ("[defaults]\ntimeout = '5 parsecs'".to_owned(), 2, "`timeout`", ""),
        ("profiles = 3".to_owned(), 1, "`profiles`", "[profiles.NAME]"),
        ("[defaults]\nhistory = 90".to_owned(), 2, "`history`", "`90d`"),
        ("[defaults]\nhistory = 'for ever'".to_owned(), 2, "`history`", "`forever`"),
        ("[defaults]\nhistory = '2000d'".to_owned(), 2, "longer than a year", "`forever`"),
        ("[defaults]\nhistory = true".to_owned(), 2, "`history`", ""),
        ("default_profile = 3".to_owned(), 1, "`default_profile`", ""),
        (profile("tokn = 'x'"), 4, "`tokn`", "`token`"),
        (profile("auth_token = 'x'"), 4, "`auth_token`", "rocketchat"),
        (profile("base_url = 'chat.example.com'"), 4, "`base_url`", "`https://chat.example.com`"),
        (profile("base_url = 'http://chat.example.com'"), 4, "`base_url`", "allow_http"),
        (profile("token = 5"), 4, "`token`", "keyring"),
        (profile("token = { keychian = true }"), 4, "`keychian`", "keyring"),
        (profile("token = { env = 'A', keyring = true }"), 4, "`token`", "env"),
        (profile("token = { command = [] }"), 4, "`token`", ""),
        (profile("max_retries = -1"), 4, "`max_retries`", ""),
        (profile("page_size = 0"), 4, "`page_size`", ""),
        (profile("page_size = 99999999999"), 4, "`page_size`", ""),
        (profile("allow_http = 'yes'"), 4, "`allow_http`", ""),
        (profile("timeout = '0s'"), 4, "`timeout`", ""),
        ("[profiles.p]\nvendor = 'chatwoot'\n".to_owned(), 1, "`account_id`", "account_id = \"1\""),
        ("[profiles.p]\nvendor = 'rocketchat'\n".to_owned(), 1, "`base_url`", "https://"),
        ("[profiles.p]\nvendor = 'chatwoot'\naccount_id = 'x'".to_owned(), 3, "`account_id`", ""),
        ("[profiles.p]\ntoken = 'x'\n".to_owned(), 1, "`vendor`", "rocketchat, livedesk"),
        ("[profiles.p]\nvendor = 'livedesk'\ndirection_style = 'prefx'".to_owned(), 3, "`direction_style`", "`prefix`"),
        ("[profiles]\np = 3".to_owned(), 2, "`p`", "[profiles.p]"),
        ("[profiles.\"a b\"]\nvendor = 'chatbotx'".to_owned(), 1, "`a b`", "letters"),
        ("[profiles.p]\nvendor =\t'chatbotx'\n\tx = \t\n".to_owned(), 3, "column", ""),
        ("[profiles.p]\nvendor = “chatbotx”".to_owned(), 2, "column", "typographic"),
        ("[profiles.p]\n[profiles.p]\n".to_owned(), 2, "duplicate", ""),
    ] {
        let home = Home::new(&text);
        let error = home.load().and_then(|config| config.select(Wanted::All, &home.env())).unwrap_err();
        assert_eq!(error.kind, ConfigErrorKind::Config, "{text}: {error:?}");
        let place = format!("~/.config/contacts/config.toml:{line}");
        assert!(error.message.starts_with(&place), "{text}: {error:?}");
        assert!(error.message.contains(named), "{text}: {error:?}");
        assert!(error.hints.iter().any(|line| line.contains(hint)) || hint.is_empty(), "{text}: {error:?}");
    }
}

#[test]
fn no_mistake_shows_a_secret() {
    for text in [
        "[profiles.p]\nvendor = 'chatbotx'\ntoken = 's3cret",
        "[profiles.p]\nvendor = 'chatbotx'\ntoken = s3cret",
        "[profiles.p]\nvendor = 'chatbotx'\ntoken = ['s3cret']",
        "[profiles.p]\nvendor = 'chatbotx'\ntoken = { env = 's3cret=' }",
        "[profiles.p]\nvendor = 'chatbotx'\ntoken = 's3cret'\ntoken = 's3cret'",
        "[profiles.p]\nvendor = 'chatbotx'\ntoken = 's3cret'\nbase_url = 'https://a:s3cret@b'",
    ] {
        let home = Home::new(text);
        let error = home.load().and_then(|config| config.select(Wanted::All, &home.env())).unwrap_err();
        assert!(!format!("{error:?}").contains("s3cret"), "{error:?}");
    }
    let home = Home::new("[profiles.p]\nvendor = 'chatbotx'\ntoken = 's3cret'");
    assert!(!format!("{:?}", home.load().unwrap()).contains("s3cret"));
}

#[test]
fn a_file_that_is_none_is_told() {
    let home = Home::new("");
    for (make, word) in [
        (std::fs::remove_file as fn(PathBuf) -> std::io::Result<()>, ""),
        (|path| std::fs::create_dir(path), "is a directory"),
        (|path| std::fs::remove_dir(&path).and_then(|()| std::fs::write(path, b"a = '\n\xff'")), ":2: is not UTF-8"),
        (|path| std::fs::write(path, vec![b'#'; (1 << 20) + 1]), "larger than"),
    ] {
        make(home.file()).unwrap();
        match home.load() {
            Ok(_) => assert_eq!(word, ""),
            Err(error) => assert!(!word.is_empty() && error.message.contains(word), "{error:?}"),
        }
    }
    let error = Config::load(&home.env(), Some(Path::new("/nowhere/c.toml"))).unwrap_err();
    assert_eq!(
        (error.kind, error.message.as_str()),
        (ConfigErrorKind::Config, "/nowhere/c.toml: there is no such file")
    );
    let named = Home::new("").with("CONTACTS_CONFIG", "/nowhere/d.toml");
    assert!(named.load().unwrap_err().message.starts_with("/nowhere/d.toml"));
}

#[test]
fn a_byte_order_mark_does_no_harm() {
    let home = Home::new("\u{feff}[profiles.p]\r\nvendor = 'chatbotx'\r\n");
    assert_eq!(home.chosen(&[]), ["p"]);
}

#[test]
fn the_environment_defines_a_profile() {
    let home = Home::new("[profiles.env]\nvendor = 'chatbotx'\n")
        .with("CONTACTS_VENDOR", "rocketchat")
        .with("CONTACTS_BASE_URL", "http://127.0.0.1:3000")
        .with("CONTACTS_USER_ID", "u")
        .with("CONTACTS_TIMEOUT", "5s");
    let profile = home.select(&[]).unwrap().profiles.remove(0);
    assert_eq!((profile.name.as_str(), profile.origin), ("env", Origin::Environment));
    assert_eq!((profile.settings["user_id"].as_str(), profile.timeout), ("u", Duration::from_secs(5)));
    assert!(matches!(&profile.secrets["auth_token"], SecretSource::Env(name) if name == "CONTACTS_AUTH_TOKEN"));
    assert_eq!(secret::resolve(&profile, &home.env()).unwrap_err().kind, ConfigErrorKind::Secret);

    let error = Home::new("").with("CONTACTS_VENDOR", "chatwoot").select(&[]).unwrap_err();
    assert!(error.hints.iter().any(|hint| hint.contains("CONTACTS_ACCOUNT_ID")), "{error:?}");
    let error = Home::new("").with("CONTACTS_VENDOR", "chatwot").select(&[]).unwrap_err();
    assert_eq!((error.kind, error.hints[0].as_str()), (ConfigErrorKind::Config, "did you mean `chatwoot`?"));
}

#[cfg(unix)]
#[test]
fn plain_text_that_others_can_read_is_warned_of() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = Home::new(FOUR);
    for (mode, profile, warnings) in [(0o644, "bot", 1), (0o600, "bot", 0), (0o644, "desk", 0)] {
        std::fs::set_permissions(home.file(), std::fs::Permissions::from_mode(mode)).unwrap();
        assert_eq!(home.select(&[profile]).unwrap().warnings.len(), warnings, "{mode:o} {profile}");
    }
}

#[test]
fn a_certificate_file_is_found_beside_the_configuration() {
    let home = Home::new("[profiles.p]\nvendor = 'chatbotx'\nca_file = 'ca.pem'\n");
    let profile = home.select(&[]).unwrap().profiles.remove(0);
    assert_eq!(profile.ca_file.unwrap(), home.file().with_file_name("ca.pem"));
}

#[test]
fn the_example_is_valid_and_names_every_key() {
    let text = include_str!("../../config.example.toml");
    let home = Home::new(text);
    let config = home.load().unwrap();
    assert_eq!(config.select(Wanted::All, &home.env()).unwrap().broken, []);
    let is_named = |key: &str| text.lines().any(|line| line.split('=').next().is_some_and(|left| left.trim() == key));
    let vendors = crate::vendor::VENDORS;
    let keys = vendors.iter().flat_map(|vendor| vendor.keys).map(|key| key.name);
    for key in keys.chain(COMMON_KEYS).chain(DEFAULT_KEYS).chain(["default_profile"]) {
        assert!(is_named(key), "`{key}` is not in config.example.toml");
    }
    for vendor in vendors {
        assert!(text.contains(&format!("\"{}\"", vendor.name)) && text.contains(vendor.default_base_url.unwrap_or("")));
    }
}

#[test]
fn the_mirrors_key_is_named_and_never_written_down() {
    let mirror = |value: &str| Home::new(&format!("[mirror]\nkey = {value}\n")).load();
    for (value, described) in [
        ("{ keyring = true }", "in the keyring"),
        ("{ env = 'KEY' }", "in the environment variable `KEY`"),
        ("{ command = ['pass', 'mirror'] }", "printed by the command `pass …`"),
    ] {
        assert_eq!(mirror(value).unwrap().mirror_key.unwrap().described(), described);
    }
    assert!(Home::new("[mirror]\n").load().unwrap().mirror_key.is_none());
    for (value, said) in [
        ("'0123'", "cannot stand in the file itself"),
        ("{ keyring = false }", "must be { keyring = true }"),
        ("{ keychain = true }", "unknown kind of place"),
        ("7", "cannot be a number"),
    ] {
        let error = mirror(value).unwrap_err();
        assert_eq!(error.kind, ConfigErrorKind::Config);
        assert!(error.message.contains("config.toml:2: [mirror]: `key`") && error.message.contains(said), "{error:?}");
        assert!(!format!("{error:?}").contains("0123"), "{error:?}");
    }
    let error = Home::new("[mirror]\nkeys = 1\n").load().unwrap_err();
    assert!(error.message.contains("[mirror]: unknown key `keys`"), "{error:?}");
    assert_eq!(Home::new("mirror = 1\n").load().unwrap_err().hints, ["write `[mirror]`"]);
}
