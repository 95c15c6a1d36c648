//! What can be typed next, for the completion scripts: profiles, vendors, columns and other words of the interface.
//!
//! Knows the parser and the configuration file; asks no vendor, reads no secret, and is silent about whatever is wrong.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::config::{Config, Env, Wanted};
use crate::model::{ChannelKind, SortField};
use crate::render::{Format, RecordKind};
use crate::term::{Term, TermOptions, visible};
use crate::vendor::VENDORS;

use super::{Cli, labels};

/// The first argument by which a completion script asks.
pub const ASK: &str = "__complete";

/// Prints the candidates for the last of `words`, one a line; the words before it are what stands on the command line.
pub fn answer(words: &[OsString], env: &Env) -> ExitCode {
    let words: Option<Vec<&str>> = words.iter().map(|word| word.to_str()).collect();
    let mut text = String::new();
    for candidate in words.map(|words| candidates(&words, env)).unwrap_or_default() {
        text.push_str(&candidate);
        text.push('\n');
    }
    // A shell that no longer listens has been answered.
    let _ = std::io::Write::write_all(&mut Term::new(&TermOptions::default()).out(), text.as_bytes());
    ExitCode::SUCCESS
}

/// The completion script for `shell`: what the parser knows, and around it the question for what only the disk knows.
pub fn script(shell: Shell) -> String {
    let mut generated = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "contacts", &mut generated);
    let mut script = String::from_utf8_lossy(&generated).into_owned();
    match shell {
        Shell::Bash => script.push_str(include_str!("complete/contacts.bash")),
        Shell::Fish => script.push_str(include_str!("complete/contacts.fish")),
        Shell::Zsh => {
            // The last lines call what is defined before them, so ours go between.
            let end = script.rfind("\nif [ \"$funcstack[1]\"").map_or(script.len(), |at| at + 1);
            script.insert_str(end, include_str!("complete/contacts.zsh"));
        }
        _ => {}
    }
    script
}

/// What a word may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Profile,
    Profiles,
    Vendor,
    Columns,
    Sort,
    /// After the colon of a sort key, where the shell makes it a word of its own.
    Direction,
    Channel,
    Label,
    Format,
    /// Anything, about which nothing is known here.
    Other,
    /// A configuration file, which has the profiles that follow.
    Config,
}

impl Kind {
    fn of_option(id: &str) -> Self {
        match id {
            "profiles" => Self::Profiles,
            "vendor" => Self::Vendor,
            "columns" => Self::Columns,
            "sort" => Self::Sort,
            "channel" => Self::Channel,
            "labels" => Self::Label,
            "output" => Self::Format,
            "config" => Self::Config,
            _ => Self::Other,
        }
    }

    /// What stands alone behind the words of a command.
    fn of_operand(path: &[&str]) -> Self {
        match path {
            ["profile", "show" | "remove" | "default" | "check"] | ["login" | "logout"] => Self::Profile,
            _ => Self::Other,
        }
    }

    /// Whether several are given, separated by commas.
    fn is_list(self) -> bool {
        matches!(self, Self::Profiles | Self::Columns)
    }
}

/// What the words before the cursor say.
struct Line<'a> {
    path: Vec<&'a str>,
    /// What the word at the cursor is, if an option waits for it.
    wanted: Option<Kind>,
    config: Option<&'a str>,
    /// The profiles that were named.
    profiles: Vec<&'a str>,
    demo: bool,
    all_profiles: bool,
    /// Behind `--` nothing is an option.
    only_operands: bool,
    command: clap::Command,
}

fn read<'a>(words: &[&'a str]) -> Line<'a> {
    let mut command = Cli::command();
    command.build();
    let mut line = Line {
        path: Vec::new(),
        wanted: None,
        config: None,
        profiles: Vec::new(),
        demo: false,
        all_profiles: false,
        only_operands: false,
        command,
    };
    let mut last = None;
    for word in words {
        if let Some(kind) = line.wanted.take() {
            if *word == "=" {
                // Bash makes the equals sign a word of its own.
                line.wanted = Some(kind);
            } else {
                line.take(kind, word);
                last = Some(kind);
            }
            continue;
        }
        let before = last.take();
        if *word == ":" && before == Some(Kind::Sort) {
            line.wanted = Some(Kind::Direction);
        } else if line.only_operands {
        } else if *word == "--" {
            line.only_operands = true;
        } else if let Some(long) = word.strip_prefix("--") {
            line.long(long);
        } else if let Some(short) = word.strip_prefix('-') {
            line.short(short);
        } else if let Some(next) = line.command.find_subcommand(word).cloned() {
            line.path.push(word);
            line.command = next;
        }
    }
    line
}

impl<'a> Line<'a> {
    fn take(&mut self, kind: Kind, value: &'a str) {
        match kind {
            Kind::Config => self.config = Some(value),
            Kind::Profiles => self.profiles.extend(value.split(',')),
            _ => {}
        }
    }

    /// What an option takes; `None` if it takes nothing, or does not exist.
    fn value_of(&self, is: impl Fn(&clap::Arg) -> bool) -> Option<Kind> {
        let option = self.command.get_arguments().find(|option| is(option))?;
        option.get_action().takes_values().then(|| Kind::of_option(option.get_id().as_str()))
    }

    fn long(&mut self, word: &'a str) {
        let (name, value) = word.split_once('=').map_or((word, None), |(name, value)| (name, Some(value)));
        self.demo |= name == "demo";
        self.all_profiles |= name == "all-profiles";
        match (self.value_of(|option| option.get_long() == Some(name)), value) {
            (Some(kind), Some(value)) => self.take(kind, value),
            (kind, _) => self.wanted = kind,
        }
    }

    fn short(&mut self, word: &'a str) {
        for (at, short) in word.char_indices() {
            self.all_profiles |= short == 'A';
            if let Some(kind) = self.value_of(|option| option.get_short() == Some(short)) {
                // What follows in the same word is the value.
                match &word[at + short.len_utf8()..] {
                    "" => self.wanted = Some(kind),
                    value => self.take(kind, value.trim_start_matches('=')),
                }
                return;
            }
        }
    }

    /// What was seen of the profiles that are asked.
    fn labels(&self, env: &Env) -> Vec<String> {
        let Ok(config) = Config::load(env, self.config.map(Path::new)) else { return Vec::new() };
        let named: Vec<String> = self.profiles.iter().map(|name| (*name).to_owned()).collect();
        let wanted = if self.all_profiles { Wanted::All } else { Wanted::Named(&named) };
        let Ok(selection) = config.select(wanted, env) else { return Vec::new() };
        let seen = selection.profiles.iter().flat_map(|profile| labels::known(env, &profile.name));
        seen.collect::<BTreeSet<_>>().into_iter().collect()
    }

    fn profiles(&self, env: &Env) -> Vec<String> {
        if self.demo {
            return VENDORS.iter().map(|vendor| format!("demo-{}", vendor.name)).collect();
        }
        let config = Config::load(env, self.config.map(Path::new));
        config.map(|config| config.names().map(ToOwned::to_owned).collect()).unwrap_or_default()
    }

    fn words(&self, kind: Kind, env: &Env) -> Vec<String> {
        let owned = |word: &str| word.to_owned();
        match kind {
            Kind::Profile | Kind::Profiles => self.profiles(env),
            Kind::Vendor => VENDORS.iter().map(|vendor| owned(vendor.name)).collect(),
            Kind::Columns => {
                let kind = if self.path == ["channels"] { RecordKind::Channel } else { RecordKind::Contact };
                kind.columns().iter().copied().map(owned).collect()
            }
            Kind::Sort => {
                let names = SortField::ALL.map(|(name, _)| name);
                names.iter().flat_map(|name| [owned(name), format!("{name}:asc"), format!("{name}:desc")]).collect()
            }
            Kind::Direction => vec![owned("asc"), owned("desc")],
            Kind::Label if self.demo => Vec::new(),
            Kind::Label => self.labels(env),
            Kind::Channel => ChannelKind::known().map(owned).collect(),
            Kind::Format => Format::ALL.iter().map(|(name, _)| owned(name)).collect(),
            Kind::Other | Kind::Config => Vec::new(),
        }
    }
}

/// The candidates for the last word.
fn candidates(words: &[&str], env: &Env) -> Vec<String> {
    let Some((current, before)) = words.split_last() else { return Vec::new() };
    let line = read(before);
    let (kind, front, typed) = match (line.wanted, current.split_once('=')) {
        // The cursor is right behind a sign that bash makes a word of its own.
        (Some(kind), _) => (kind, "", if *current == "=" { "" } else { current }),
        (None, Some((name, typed))) if name.starts_with("--") && !line.only_operands => {
            let kind = line.value_of(|option| option.get_long() == name.get(2..)).unwrap_or(Kind::Other);
            (kind, &current[..=name.len()], typed)
        }
        (None, _) if *current == ":" && read_sort(before) => (Kind::Direction, "", ""),
        (None, _) if current.starts_with('-') && !line.only_operands => return Vec::new(),
        (None, _) => (Kind::of_operand(&line.path), "", *current),
    };
    let (given, typed) = match typed.rfind(',').filter(|_| kind.is_list()) {
        Some(comma) => typed.split_at(comma + 1),
        None => ("", typed),
    };
    let is_new = |word: &String| !given.split(',').any(|given| given == word);
    let words = line.words(kind, env).into_iter().filter(|word| word.starts_with(typed) && is_safe(word));
    words.filter(is_new).map(|word| format!("{front}{given}{word}")).collect()
}

/// Whether the word before the cursor is a sort key whose colon bash made a word of its own.
fn read_sort(before: &[&str]) -> bool {
    before.split_last().is_some_and(|(_, before)| {
        let before = before.strip_suffix(&["="]).unwrap_or(before);
        before.last() == Some(&"--sort")
    })
}

/// Whether a word means itself to every shell and on every terminal.
pub(super) fn is_safe(word: &str) -> bool {
    let means_itself = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ':' | '@' | '+');
    word.chars().all(means_itself) && visible(word) == word
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A home with two good profiles, one that is wrong and some that nobody should see on a command line.
    fn home() -> (tempfile::TempDir, Env) {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join(".config/contacts");
        std::fs::create_dir_all(&folder).unwrap();
        let good = "vendor = \"rocketchat\"\nbase_url = \"https://chat.example.com\"\nuser_id = \"u\"\n\
                    auth_token = { command = \"touch asked\" }\n";
        let text = format!(
            "[profiles.support]\n{good}[profiles.sales]\n{good}[profiles.broken]\nvendor = \"nobody\"\n\
             [profiles.\"a\\u001b[31mb\"]\n{good}[profiles.\"s$(touch,run)\"]\n{good}"
        );
        std::fs::write(folder.join("config.toml"), text).unwrap();
        let env = Env::made(home.path(), [("A", "b")]);
        (home, env)
    }

    fn after(line: &str, env: &Env) -> String {
        candidates(&line.split(' ').collect::<Vec<_>>(), env).join(" ")
    }

    #[test]
    fn profiles_come_from_the_file_and_only_the_harmless_ones() {
        let (home, env) = home();
        for (line, expected) in [
            ("-p ", "support sales broken"),
            ("list -p s", "support sales"),
            ("list --profile=s", "--profile=support --profile=sales"),
            ("list --profile = s", "support sales"),
            ("list --profile =", "support sales broken"),
            ("list --wide -qp support,s", "support,sales"),
            ("profile show su", "support"),
            ("profile --wide check support s", "support sales"),
            ("login s", "support sales"),
            ("-o json profile remove b", "broken"),
            ("--config nowhere.toml -p ", ""),
            ("--demo list -p demo-l", "demo-livedesk"),
            ("search s", ""),
            ("list -", ""),
            ("search -- -p ", ""),
        ] {
            assert_eq!(after(line, &env), expected, "{line:?}");
        }
        assert!(!home.path().join("asked").exists(), "a secret was asked for");
    }

    #[test]
    fn labels_are_those_seen_of_the_profile() {
        let (home, env) = home();
        let folder = home.path().join(".cache/contacts");
        std::fs::create_dir_all(&folder).unwrap();
        let seen = r#"{"support":["vip","new lead","a\u001b[31m","refund"],"sales":["vip","vendor"]}"#;
        std::fs::write(folder.join("labels.json"), seen).unwrap();
        for (line, expected) in [
            ("-p support list --label ", "refund vip"),
            ("-p sales list --label=v", "--label=vendor --label=vip"),
            ("-psales list --label v", "vendor vip"),
            ("-p support,sales list --label ", "refund vendor vip"),
            ("-A search --label v", "vendor vip"),
            ("list --label ", ""),
            ("--demo list --label ", ""),
        ] {
            assert_eq!(after(line, &env), expected, "{line:?}");
        }
        std::fs::write(folder.join("labels.json"), "no JSON").unwrap();
        assert_eq!(after("-p support list --label ", &env), "");
    }

    #[test]
    fn words_of_the_interface() {
        let (_home, env) = home();
        for (line, expected) in [
            ("list --columns na", "name"),
            ("list --columns name,na", ""),
            ("channels --columns contact_na", "contact_name"),
            ("list --sort name:", "name:asc name:desc"),
            ("list --sort name : d", "desc"),
            ("list --sort name :", "asc desc"),
            ("list --sort=na", "--sort=name --sort=name:asc --sort=name:desc"),
            ("list --channel what", "whatsapp"),
            ("-o nd", "ndjson"),
            ("profile add --vendor live", "livedesk"),
            ("list --limit 5", ""),
        ] {
            assert_eq!(after(line, &env), expected, "{line:?}");
        }
    }

    #[test]
    fn every_script_asks_where_its_shell_can() {
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
            assert!(script(shell).contains(ASK), "{shell}");
        }
        let zsh = script(Shell::Zsh);
        assert!(zsh.find(ASK) < zsh.rfind("funcstack"), "the hook is defined before the script calls it");
    }

    #[test]
    fn the_demo_is_called_what_the_sandbox_calls_it() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (_home, env) = home();
        let sandbox = runtime.block_on(crate::sandbox::start(crate::sandbox::SandboxOptions::default())).unwrap();
        let names: Vec<String> = sandbox.profiles().into_iter().map(|profile| profile.name).collect();
        assert_eq!(after("--demo -p ", &env), names.join(" "));
    }

    #[cfg(unix)]
    #[test]
    fn bash_takes_the_candidates() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let bin = folder.path().join("contacts");
        // Stands in for the program: one candidate that a careless script would run, and what it was asked.
        std::fs::write(&bin, "#!/bin/sh\nprintf '%s\\n' \"$*\" >> asked\n[ \"$2\" = list ] || exit 0\nprintf '%s\\n' 'support' '$(touch run)' '*'\n").unwrap();
        std::fs::set_permissions(&bin, std::fs::Permissions::from_mode(0o755)).unwrap();
        let script = script(Shell::Bash)
            + "\nCOMP_WORDS=(contacts list --profile = s); COMP_CWORD=4; _contacts_known contacts s =\nprintf '<%s>' \"${COMPREPLY[@]}\"\n\
               COMP_WORDS=(contacts completi); COMP_CWORD=1; _contacts_known contacts completi contacts\nprintf '<%s>' \"${COMPREPLY[@]}\"\n\
               complete -p contacts\n";
        let path = format!("{}:/usr/bin:/bin", folder.path().display());
        let ran = std::process::Command::new("bash")
            .args(["--noprofile", "--norc", "-c", &script])
            .current_dir(folder.path())
            .env_clear()
            .env("PATH", path)
            .output();
        let Ok(ran) = ran else { return };
        let out = String::from_utf8_lossy(&ran.stdout);
        assert!(
            out.starts_with("<support><$(touch run)><*><completions>"),
            "{out}\n{}",
            String::from_utf8_lossy(&ran.stderr)
        );
        assert!(out.contains("-F _contacts_known"), "{out}");
        assert!(!folder.path().join("run").exists(), "a candidate was run");
        let asked = std::fs::read_to_string(folder.path().join("asked")).unwrap();
        assert_eq!(asked, "__complete list --profile = s\n__complete completi\n");
    }
}
