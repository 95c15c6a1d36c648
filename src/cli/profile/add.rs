//! `contacts profile add`: from flags and answers to a profile that was tried and written down.

use std::collections::BTreeMap;

use clap::Args;
use secrecy::SecretString;

use crate::config::keyring::{SecretStore, SystemKeyring};
use crate::config::{
    Config, ConfigFile, Draft, Env, Existing, Profile, SecretPlace, SecretSource, address_of, key_spec, login,
    parse_secret_place, recognise, vendor_named,
};

use super::super::context::Context;
use super::super::failure::Failure;
use super::prompt::{Asker, Person};
use super::questions::{Hands, agree_to_file, ask, ask_key, ask_places, ask_vendor, keep_nevertheless};
use super::signed_in;

/// Options of `contacts profile add`.
#[derive(Args, Clone, Debug, Default)]
#[command(after_help = "On a terminal, whatever is not given is asked for. Off one, nothing is asked.")]
pub struct AddArgs {
    /// The name to give it, or the address of a page of the vendor's web page
    #[arg(value_name = "NAME")]
    name: Option<String>,
    /// The vendor: rocketchat, livedesk, chatbotx or chatwoot
    #[arg(long, value_name = "VENDOR")]
    vendor: Option<String>,
    /// Where the account lies: the base URL, or the address of one of its web pages
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// Set a key that is no secret, as `account_id=1` (repeat)
    #[arg(long = "set", value_name = "KEY=VALUE")]
    settings: Vec<String>,
    /// Say where a secret is kept (repeat): KEY=keyring, KEY=env:NAME, KEY=command:CMD; or read it from standard input
    /// for the keyring (KEY=stdin) or for the file (KEY=plain)
    #[arg(long = "secret", value_name = "KEY=PLACE")]
    secrets: Vec<String>,
    /// Make it the default profile
    #[arg(long = "default")]
    make_default: bool,
    /// Do not try the connection
    #[arg(long)]
    no_check: bool,
    /// Replace a profile of the same name
    #[arg(long)]
    force: bool,
}

/// Runs `contacts profile add`.
pub fn run(context: &Context, args: &AddArgs) -> Result<(), Failure> {
    let config = Config::load_to_change(&context.env, context.globals.config.as_deref())?;
    let mut person = Person::at(&context.term);
    let mut check = |profile: &Profile| super::identity(context, profile).map(|identity| signed_in(&identity));
    let mut read_stdin = super::read_stdin;
    let setting = Setting { config: &config, env: &context.env, store: &SystemKeyring };
    let mut hands = Hands {
        asker: person.as_mut().map(|person| person as &mut dyn Asker),
        check: &mut check,
        read_stdin: &mut read_stdin,
    };
    for line in add(args, &setting, &mut hands)? {
        context.say(&line);
    }
    Ok(())
}

/// What a profile is added to.
struct Setting<'a> {
    config: &'a Config,
    env: &'a Env,
    store: &'a dyn SecretStore,
}

/// Adds a profile; returns what is to be said.
fn add(args: &AddArgs, setting: &Setting<'_>, hands: &mut Hands<'_>) -> Result<Vec<String>, Failure> {
    let Setting { config, env, store } = *setting;
    let path =
        config.path.as_ref().ok_or_else(|| Failure::usage("there is no home folder; name a file with --config"))?;
    let mut file = ConfigFile::open(path, env)?;
    let mut draft = begin(args, &file, hands)?;
    for text in &args.settings {
        let Some((key, value)) = text.split_once('=') else {
            return Err(Failure::usage("`--set` needs KEY=VALUE"));
        };
        draft.set(key.trim(), value)?;
    }
    ask_settings(&mut draft, args, hands)?;
    let values = secrets(&mut draft, &args.secrets, hands)?;
    let mut profile = draft.profile(config, env)?;
    let mut said = Vec::new();
    if !args.no_check {
        match (hands.check)(&login::with_secrets(&profile, &values)) {
            Ok(who) => said.push(format!("{} ({}): {who}", profile.name, profile.vendor.name)),
            Err(failure) => keep_nevertheless(failure, hands)?,
        }
    }
    // What stands in the file as plain text does not go to the keyring as well.
    let mut kept = values;
    kept.retain(|key, _| matches!(profile.secrets.get(key), Some(SecretSource::Keyring)));
    if let Err(error) = login::keep(&profile, &kept, store) {
        agree_to_file(error, hands)?;
        for (key, value) in &kept {
            draft.set_secret(key, SecretPlace::Plain.source(Some(value)))?;
        }
        profile = draft.profile(config, env)?;
    }
    let existing = if args.force { Existing::Replace } else { Existing::Keep };
    draft.write(&profile, &mut file, existing)?;
    let others = file.names().len() > 1;
    let asked = others && !args.make_default && file.default_profile().is_none();
    let wanted = asked && ask(hands, |asker| asker.agrees("make it the default profile?"))?.unwrap_or(false);
    if args.make_default || wanted {
        file.set_default(&profile.name);
    }
    file.save()?;
    said.push(format!("profile `{}` is now in {}", profile.name, file.shown()));
    said.push(format!("try it:  contacts -p {} list", profile.name));
    Ok(said)
}

/// Name and vendor, from flags, an address or answers.
fn begin(args: &AddArgs, file: &ConfigFile, hands: &mut Hands<'_>) -> Result<Draft, Failure> {
    let is_address = |text: &&String| text.contains("://");
    let given_name = args.name.as_ref().filter(|name| !is_address(name));
    let mut address = args.base_url.as_ref().or(args.name.as_ref().filter(is_address)).cloned();
    let vendor = match (&args.vendor, address.as_deref().and_then(recognise)) {
        (Some(name), _) => vendor_named(name)?,
        (None, Some((vendor, _))) => vendor,
        (None, None) => ask_vendor(&mut address, hands)?,
    };
    let name = if let Some(name) = given_name {
        name.clone()
    } else {
        let taken = file.names();
        let numbered = (2..).map(|number| format!("{}-{number}", vendor.name));
        let mut proposals = std::iter::once(vendor.name.to_owned()).chain(numbered);
        let proposal = proposals.find(|name| !taken.contains(name)).unwrap_or_default();
        let answer = ask(hands, |asker| asker.line("a name for the profile", Some(&proposal)))?;
        answer.ok_or_else(|| {
            Failure::usage("the profile needs a name").hint("give it:  contacts profile add NAME --vendor …")
        })?
    };
    if file.has(&name) && !args.force {
        let failure = Failure::usage(format!("there is already a profile called `{name}` in {}", file.shown()));
        return Err(failure.hint("take another name, or replace it with `--force`"));
    }
    let mut draft = Draft::new(&name, vendor)?;
    if let Some(address) = address {
        draft.take_address(&address_of(vendor, &address));
    }
    Ok(draft)
}

/// Asks for the required keys that are missing, and for the base URL where the default may not be meant.
fn ask_settings(draft: &mut Draft, args: &AddArgs, hands: &mut Hands<'_>) -> Result<(), Failure> {
    if args.base_url.is_none() && draft.get("base_url").is_none() {
        let default = draft.vendor.default_base_url;
        if let Some(address) =
            ask_key(draft, "base_url", "its address, or that of one of its web pages", default, hands)?
        {
            draft.take_address(&address);
        }
    }
    let mut missing = draft.missing_settings();
    for key in std::mem::take(&mut missing) {
        let help = key_spec(draft.vendor, key).map_or("", |spec| spec.help);
        match ask_key(draft, key, help, None, hands)? {
            Some(answer) => draft.set(key, &answer.base_url)?,
            None => missing.push(key),
        }
    }
    let Some(first) = missing.first() else { return Ok(()) };
    let failure = Failure::usage(format!("{} needs {}", draft.vendor.name, missing.join(" and ")));
    let flags = missing.iter().map(|key| match *key {
        "base_url" => "--base-url URL".to_owned(),
        key => format!("--set {key}=…"),
    });
    let help = key_spec(draft.vendor, first).map(|spec| format!("`{first}` is {}", spec.help));
    let failure = failure.hint(format!("give {}", flags.collect::<Vec<_>>().join(" ")));
    Err(match help {
        Some(help) => failure.hint(help),
        None => failure,
    })
}

/// Says in the draft where each secret is kept; returns the values that were typed or read.
fn secrets(
    draft: &mut Draft,
    flags: &[String],
    hands: &mut Hands<'_>,
) -> Result<BTreeMap<&'static str, SecretString>, Failure> {
    let mut places: BTreeMap<&'static str, SecretPlace> = BTreeMap::new();
    for flag in flags {
        let (key, place) = parse_secret_place(flag, draft.vendor)?;
        places.insert(key, place);
    }
    let unsaid: Vec<&'static str> =
        draft.missing_secrets().iter().map(|spec| spec.name).filter(|key| !places.contains_key(key)).collect();
    if !unsaid.is_empty() {
        let vendor = draft.vendor;
        let Some(answered) = ask(hands, |asker| ask_places(asker, vendor, &unsaid))? else {
            let flags: Vec<String> = unsaid.iter().map(|key| format!("--secret {key}=PLACE")).collect();
            let failure = Failure::usage(format!("it is not said where {} is kept", unsaid.join(" and ")));
            return Err(failure
                .hint(format!("give {}", flags.join(" ")))
                .hint("PLACE is keyring, env:NAME, command:CMD, stdin (read now, kept in the keyring) or plain (read now, kept in the file)"));
        };
        places.extend(answered);
    }
    let mut values = BTreeMap::new();
    let wants_input = |place: &SecretPlace| matches!(place, SecretPlace::Stdin | SecretPlace::Plain);
    if hands.asker.is_some() {
        for (key, place) in &places {
            if wants_input(place) || *place == SecretPlace::Keyring {
                let help = key_spec(draft.vendor, key).map_or("", |spec| spec.help);
                let typed = ask(hands, |asker| asker.hidden(&format!("{key}: {help} (not shown)")))?;
                values.extend(typed.map(|typed| (*key, typed)));
            }
        }
    } else {
        let keys: Vec<&'static str> =
            places.iter().filter(|(_, place)| wants_input(place)).map(|(key, _)| *key).collect();
        if !keys.is_empty() {
            values = login::secrets_from_lines((hands.read_stdin)()?.as_str(), &keys)?;
        }
    }
    for (key, place) in places {
        let source = place.source(values.get(key));
        draft.set_secret(key, source)?;
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use clap::Parser;
    use zeroize::Zeroizing;

    use crate::cli::FailureKind;
    use crate::config::keyring::KeyringError;

    use super::super::prompt::Script;
    use super::*;

    /// A keyring that cannot be had.
    struct NoKeyring;

    impl SecretStore for NoKeyring {
        fn get(&self, _: &str, _: &str) -> Result<Option<SecretString>, KeyringError> {
            Err(KeyringError::Unavailable("no bus".to_owned()))
        }

        fn set(&self, _: &str, _: &str, _: &SecretString) -> Result<(), KeyringError> {
            Err(KeyringError::Unavailable("no bus".to_owned()))
        }

        fn delete(&self, _: &str, _: &str) -> Result<bool, KeyringError> {
            Err(KeyringError::Unavailable("no bus".to_owned()))
        }
    }

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: AddArgs,
    }

    struct Home {
        folder: tempfile::TempDir,
        works: bool,
    }

    impl Home {
        fn new() -> Self {
            Self { folder: tempfile::tempdir().unwrap(), works: true }
        }

        fn file(&self) -> PathBuf {
            self.folder.path().join("contacts/config.toml")
        }

        fn text(&self) -> String {
            std::fs::read_to_string(self.file()).unwrap_or_default()
        }

        fn run(&self, words: &str, asker: Option<&mut Script>, stdin: &str) -> Result<Vec<String>, Failure> {
            let args = Line::parse_from(std::iter::once("add").chain(words.split_whitespace())).args;
            let env = Env::made(self.folder.path(), [("XDG_CONFIG_HOME", self.folder.path())]);
            let config = Config::load_to_change(&env, None)?;
            let setting = Setting { config: &config, env: &env, store: &NoKeyring };
            let mut check = |_: &Profile| {
                if self.works {
                    Ok("signed in as Ann".to_owned())
                } else {
                    Err(Failure::new(FailureKind::Auth, "refused"))
                }
            };
            let mut read_stdin = || Ok(Zeroizing::new(stdin.to_owned()));
            let asker = asker.map(|asker| asker as &mut dyn Asker);
            add(&args, &setting, &mut Hands { asker, check: &mut check, read_stdin: &mut read_stdin })
        }
    }

    #[test]
    fn every_question_has_a_flag() {
        let home = Home::new();
        let flags = "support --vendor rocketchat --base-url https://chat.example/rc --set user_id=u --set timeout=5s \
                     --secret auth_token=env:CHAT --default";
        let said = home.run(flags, None, "").unwrap();
        assert!(said[0].contains("signed in as Ann"), "{said:?}");
        let expected = "default_profile = \"support\"\n\n[profiles.support]\nvendor = \"rocketchat\"\n\
                        base_url = \"https://chat.example/rc\"\nuser_id = \"u\"\ntimeout = \"5s\"\n\
                        auth_token = { env = \"CHAT\" }\n";
        assert!(home.text().ends_with(expected), "{}", home.text());
    }

    #[test]
    fn off_a_terminal_what_is_missing_is_told_by_its_flag() {
        for (words, flag) in [
            ("", "--vendor"),
            ("--vendor chatwoot", "profile add NAME"),
            ("x --vendor rocketchat", "--base-url URL --set user_id="),
            ("x --vendor chatwoot", "--set account_id="),
            ("x --vendor livedesk", "--secret api_key=PLACE --secret api_secret=PLACE"),
        ] {
            let failure = Home::new().run(words, None, "").unwrap_err();
            assert_eq!(failure.kind, FailureKind::Usage, "{words}: {failure:?}");
            assert!(failure.hints.iter().any(|hint| hint.contains(flag)), "{words}: {failure:?}");
        }
        let failure = Home::new().run("x --vendor chatwot", None, "").unwrap_err();
        assert_eq!((failure.kind, failure.hints[0].as_str()), (FailureKind::Config, "did you mean `chatwoot`?"));
    }

    #[test]
    fn questions_are_asked_until_the_answer_is_one() {
        let home = Home::new();
        let mut script = Script::new(&[
            "chatwot",
            "chatwoot",
            "",
            "http://desk.example",
            "https://desk.example/app/accounts/3/contacts/9",
            "file",
            "t0ken",
        ]);
        home.run("", Some(&mut script), "").unwrap();
        assert!(script.is_done());
        let heard = script.heard.join("\n");
        assert!(heard.contains("did you mean `chatwoot`?") && heard.contains("plain http"), "{heard}");
        let text = home.text();
        for line in
            ["[profiles.chatwoot]", "base_url = \"https://desk.example\"", "account_id = 3", "token = \"t0ken\""]
        {
            assert!(text.contains(line), "{line}: {text}");
        }
    }

    #[test]
    fn the_address_of_a_page_tells_vendor_and_account() {
        let home = Home::new();
        home.run(
            "https://desk.example/app/accounts/3/contacts/9 --secret token=env:T",
            Some(&mut Script::new(&["w"])),
            "",
        )
        .unwrap();
        let text = home.text();
        assert!(
            text.contains("[profiles.w]\nvendor = \"chatwoot\"\nbase_url = \"https://desk.example\"\naccount_id = 3"),
            "{text}"
        );
    }

    #[test]
    fn secrets_are_read_from_standard_input() {
        let home = Home::new();
        let words = "d --vendor livedesk --secret api_key=plain --secret api_secret=plain";
        home.run(words, None, "api_secret=two\napi_key=one\n").unwrap();
        assert!(home.text().contains("api_key = \"one\"\napi_secret = \"two\""), "{}", home.text());
    }

    #[test]
    fn no_keyring_is_an_error_and_never_plain_text() {
        let home = Home::new();
        let failure = home.run("b --vendor chatbotx --secret token=stdin", None, "s3cret").unwrap_err();
        assert_eq!(failure.kind, FailureKind::Auth);
        assert!(failure.hints.iter().any(|hint| hint.contains("{ env =")), "{failure:?}");
        assert!(!format!("{failure:?}").contains("s3cret") && !home.file().exists());
    }

    #[test]
    fn a_person_may_keep_in_the_file_what_no_keyring_takes() {
        let words = "b --vendor chatbotx --base-url https://bot.example --secret token=keyring";
        let home = Home::new();
        assert_eq!(home.run(words, Some(&mut Script::new(&["t0ken", ""])), "").unwrap_err().kind, FailureKind::Auth);
        assert!(!home.file().exists());
        let mut script = Script::new(&["t0ken", "y"]);
        home.run(words, Some(&mut script), "").unwrap();
        assert!(script.is_done() && script.heard.iter().any(|line| line.contains("no bus")), "{:?}", script.heard);
        assert!(home.text().contains("token = \"t0ken\""), "{}", home.text());
    }

    #[test]
    fn what_does_not_work_is_written_only_when_a_person_says_so() {
        let home = Home { works: false, ..Home::new() };
        let words = "b --vendor chatbotx --secret token=env:T";
        assert_eq!(home.run(words, None, "").unwrap_err().kind, FailureKind::Auth);
        let with_url = format!("{words} --base-url https://bot.example");
        assert_eq!(home.run(&with_url, Some(&mut Script::new(&[""])), "").unwrap_err().kind, FailureKind::Auth);
        assert!(!home.file().exists());
        home.run(&with_url, Some(&mut Script::new(&["y"])), "").unwrap();
        assert!(home.file().exists());
        let taken = home.run(&format!("{words} --no-check"), None, "").unwrap_err();
        assert!(taken.kind == FailureKind::Usage && taken.hints[0].contains("--force"), "{taken:?}");
        home.run(&format!("{words} --no-check --force"), None, "").unwrap();
    }
}
