//! What only happens on a terminal: tables that fit, cards, colours, the pager, the picker, questions.

use crate::harness::{Bench, sandbox};
use crate::screen::Screen;
use contacts::sandbox::SandboxOptions;

const BORIS: &str = "66479c84768ad49f146c105c";

/// Runs the line to its end; `None` where there is no terminal to be had.
fn ran(bench: &Bench, size: (u16, u16), line: &str, code: i32) -> Option<String> {
    Some(Screen::open(bench, size, line)?.ends(code))
}

#[test]
fn one_contact_is_a_card() {
    let bench = Bench::new();
    let Some(wide) = ran(&bench, (100, 40), &format!("contacts show {BORIS}"), 0) else { return };
    for part in [
        "Boris Doe",
        "rocketchat",
        BORIS,
        "─────",
        "Email ",
        "boris@doe.example",
        "CHANNEL",
        "LAST CHAT",
        "31 Oct 2026, 21:00 UTC",
    ] {
        assert!(wide.contains(part), "{part}: {wide}");
    }
    let narrow = ran(&bench, (40, 60), &format!("contacts show {BORIS}"), 0).unwrap();
    assert!(narrow.lines().all(|line| line.chars().count() <= 40) && narrow.contains("boris@doe.example"), "{narrow}");
    let piped = ran(&bench, (40, 60), &format!("contacts show {BORIS} | cat"), 0).unwrap();
    assert!(
        piped.lines().any(|line| line.chars().count() > 40 && line.contains("08b4fda8c892fda8c892b50e")),
        "whole: {piped}"
    );
}

#[test]
fn tables_fit_every_width() {
    let bench = Bench::new();
    for width in [200_u16, 80, 40, 20] {
        let Some(screen) = ran(&bench, (width, 50), "contacts -A list -n 9 --no-pager 2>/dev/null", 0) else { return };
        let rows: Vec<&str> = screen.lines().filter(|line| !line.is_empty() && !line.starts_with("[exit")).collect();
        assert!(rows.len() >= 10 && rows[0].contains("NAME"), "{width}: {screen}");
        assert!(rows.iter().all(|line| line.chars().count() <= usize::from(width)), "{width}: {screen}");
    }
    for width in [1, 2, 3] {
        let line = format!(
            "stty cols {width}; contacts list -n 2; contacts show {BORIS}; contacts show {BORIS} -o json >/dev/null"
        );
        ran(&bench, (80, 60), &line, 0);
    }
}

#[test]
fn the_program_s_own_lists_fit_too() {
    let bench = Bench::new();
    for line in ["profile list", "-A profile check", "vendors", "doctor | cut -c1-80"] {
        let Some(screen) = ran(&bench, (80, 90), &format!("contacts {line} 2>/dev/null"), 0) else { return };
        let wide = tmux_rows(&screen).find(|row| row.chars().count() > 80);
        assert_eq!(wide, None, "{line}: {screen}");
        assert!(screen.contains("rocketchat") && screen.contains("chatwoot"), "{line}: {screen}");
    }
    let narrow = ran(&bench, (38, 90), "contacts profile list 2>/dev/null", 0).unwrap();
    assert!(narrow.contains("  NAME      demo-rocketchat\n"), "a block for each: {narrow}");
    let all = ran(&bench, (80, 90), "contacts --wide vendors 2>/dev/null", 0).unwrap();
    assert!(all.contains("BASE URL"), "{all}");
}

fn tmux_rows(screen: &str) -> impl Iterator<Item = &str> {
    screen.lines().map(str::trim_end)
}

#[test]
fn colours_are_for_terminals_that_want_them() {
    let bench = Bench::new();
    for (line, colored) in [
        ("contacts list -n 3", true),
        ("contacts list -n 1 -o json", true),
        ("NO_COLOR=1 contacts list -n 3", false),
        ("contacts --color never list -n 1 -o json", false),
        ("TERM=dumb contacts list -n 3", false),
        ("contacts list -n 3 | cat", false),
        ("CLICOLOR_FORCE=1 contacts list -n 3 | cat", true),
    ] {
        let Some(screen) = Screen::open(&bench, (100, 50), line) else { return };
        screen.ends(0);
        assert_eq!(screen.painted().contains("\u{1b}["), colored, "{line}: {}", screen.painted());
    }
}

#[test]
fn long_output_goes_through_the_pager_when_both_ends_are_terminals() {
    let bench = Bench::new();
    let paged = bench.path("paged");
    for (line, through) in [
        ("contacts list -n 40", true),
        ("contacts list -n 3", false),
        ("contacts --no-pager list -n 40", false),
        ("contacts list -n 40 2>said", false),
        ("contacts list -n 40 | cat", false),
        ("CONTACTS_PAGER= contacts list -n 40", false),
    ] {
        let _ = std::fs::remove_file(&paged);
        let line = format!("export PAGER='cat > paged'; {line}");
        let Some(screen) = ran(&bench, (80, 24), &line, 0) else { return };
        assert_eq!(paged.exists(), through, "{line}: {screen}");
        assert!(!through || std::fs::read_to_string(&paged).unwrap().lines().count() > 40, "{line}");
    }
    let screen = ran(&bench, (80, 24), "PAGER=no-such-pager contacts list -n 40", 0).unwrap();
    assert!(screen.contains("the pager `no-such-pager` is not there") && screen.contains("CONTACTS_PAGER"), "{screen}");
    assert!(screen.lines().filter(|line| line.contains('@')).count() > 5, "the rows are shown: {screen}");
}

#[test]
fn a_contact_is_picked_by_typing() {
    let bench = Bench::new();
    let Some(screen) = Screen::open(&bench, (100, 30), "picked=$(contacts pick); echo \"got $picked\"") else { return };
    screen.shows("enter chooses");
    screen.types("boris d");
    let shown = screen.shows("boris@doe.example");
    assert!(shown.contains("CHANNEL"), "the card stands beside the list: {shown}");
    screen.presses("Enter");
    let after = screen.ends(0);
    assert!(after.contains(&format!("got {BORIS}")), "{after}");
    assert!(!after.contains("enter chooses"), "the screen is as it was: {after}");
    drop(screen);
    let screen = Screen::open(&bench, (40, 20), "contacts pick boris --jq '.[].name'").unwrap();
    screen.shows("enter chooses");
    screen.presses("Down").presses("Up").presses("Enter");
    assert!(screen.ends(0).contains("Boris Doe"));
    drop(screen);
    for key in ["Escape", "C-c"] {
        let screen = Screen::open(&bench, (80, 24), "contacts pick").unwrap();
        screen.shows("enter chooses");
        screen.presses(key);
        screen.ends(130);
    }
    let screen = Screen::open(&bench, (80, 24), "contacts show \"$(contacts pick)\" | cat").unwrap();
    screen.shows("enter chooses");
    screen.types("boris doe").shows("> boris doe");
    screen.presses("Enter");
    assert!(screen.ends(0).contains(BORIS));
    drop(screen);
    bench.run("pick").exits(2).says(&["no terminal", "contacts search"]);
}

#[test]
fn what_no_terminal_can_show_is_refused() {
    let bench = Bench::new();
    let Some(screen) = ran(&bench, (80, 24), "contacts list -o xlsx", 2) else { return };
    assert!(screen.contains("no format for a terminal") && screen.contains("--out"), "{screen}");
    assert_eq!(bench.requests(), 0);
}

#[test]
fn a_profile_is_added_by_answers_and_the_secret_is_not_shown() {
    let bench = Bench::bare();
    let sandbox = sandbox(SandboxOptions::default());
    let profile = sandbox.profiles().into_iter().find(|profile| profile.vendor == "chatbotx").unwrap();
    let token = secrecy::ExposeSecret::expose_secret(&profile.secrets["token"]).to_owned();
    let Some(screen) = Screen::open(&bench, (100, 50), "contacts profile add bot && contacts list -n 1") else {
        return;
    };
    screen.shows("which vendor");
    screen.types("chatbotx").presses("Enter").shows("base_url");
    screen.types(&profile.base_url).presses("Enter").shows("where shall its secrets be kept?");
    screen.presses("Enter").shows("(not shown)");
    screen.types(&token).presses("Enter").shows("keep it in the configuration file instead");
    screen.types("y").presses("Enter");
    let shown = screen.ends(0);
    assert!(shown.contains("profile `bot` is now in") && shown.contains("1 contact in bot"), "{shown}");
    assert!(!shown.contains(&token), "{shown}");
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(bench.config_path()).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_pasted_address_says_vendor_and_account() {
    let bench = Bench::bare();
    let sandbox = sandbox(SandboxOptions::default());
    let profile = sandbox.profiles().into_iter().find(|profile| profile.vendor == "chatwoot").unwrap();
    let token = secrecy::ExposeSecret::expose_secret(&profile.secrets["token"]).to_owned();
    let page = format!("{}/app/accounts/1/contacts/153", profile.base_url);
    let line = format!("export WOOT='{token}'; contacts profile add {page} && contacts show {page}");
    let Some(screen) = Screen::open(&bench, (100, 50), &line) else { return };
    screen.shows("a name for the profile [chatwoot]");
    screen.presses("Enter").shows("where shall its secrets be kept?");
    screen.types("env").presses("Enter").shows("the variable's name");
    screen.types("WOOT").presses("Enter");
    let shown = screen.ends(0);
    assert!(shown.contains("signed in as Sandbox Agent") && shown.contains("chatwoot · chatwoot · 153"), "{shown}");
    assert!(!shown.contains(&token), "{shown}");
}
