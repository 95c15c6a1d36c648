//! Examples of every command: one table for `--help`, the manual pages, the reference, and the test that runs them.

use std::fmt::Write as _;

use clap::Command;

use crate::term::{cells, pad};

/// How an example can be tried by a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trial {
    /// It runs by itself and ends well.
    Runs,
    /// It goes on until it is interrupted.
    Stays,
    /// It needs a person, a keyring or a certain server; its words can be checked.
    Parses,
}

/// A line for a shell.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    /// The command it belongs to, as `profile add`; empty: the program.
    pub command: &'static str,
    /// The line.
    pub line: &'static str,
    /// What it does, in a fragment.
    pub does: &'static str,
    /// How it can be tried.
    pub trial: Trial,
}

const fn runs(command: &'static str, line: &'static str, does: &'static str) -> Example {
    Example { command, line, does, trial: Trial::Runs }
}

const fn stays(command: &'static str, line: &'static str, does: &'static str) -> Example {
    Example { command, line, does, trial: Trial::Stays }
}

const fn parses(command: &'static str, line: &'static str, does: &'static str) -> Example {
    Example { command, line, does, trial: Trial::Parses }
}

/// All of them, those of a command in the order in which they are shown.
///
/// They run in a home with the profiles `support`, `desk`, `bot` and `woot`, one of each vendor, and a filled mirror.
pub const EXAMPLES: &[Example] = &[
    runs("", "contacts --demo search boris", "try it: made-up contacts, nothing to set up"),
    parses("", "contacts profile add", "set up an account of your own"),
    runs("", "contacts search ann lee", "who is it, and how can they be reached?"),
    runs("", "contacts search --phone '+1 202 555 0143'", "however the number is written"),
    runs("", "contacts list -A --all -o ndjson", "everything from everywhere, proved complete"),
    runs("", "contacts show 66479c84768ad49f146c105c", "all about one contact"),
    runs("list", "contacts list -A", "the most recently active, of every profile"),
    runs("list", "contacts -A list --channel whatsapp --active-since 30d", "by channel and activity"),
    runs("list", "contacts list --sort created_at:desc -n 20 -o csv", "the newest, for another program"),
    runs("list", "contacts list --all -o xlsx --out contacts.xlsx", "everything, as a workbook"),
    runs("list", "contacts list --all -o ndjson --out all.ndjson --resume all.state", "survives a crash, and goes on"),
    runs("list", "contacts list --jq '.[] | select(.blocked != true) | .id'", "ids for a script"),
    runs("list", "contacts list --template '{{ name | pad(24) }} {{ last_activity_at | ago }}'", "in your own words"),
    runs("search", "contacts search ann lee", "both words, any order, any field"),
    runs("search", "contacts search '\"ann lee\"'", "the phrase"),
    runs("search", "contacts search --phone '+1 (202) 555-0143'", "however it is stored"),
    runs("search", "contacts search --email boris@doe.example --exact --fail-empty", "is this address known?"),
    runs("search", "contacts search jose --scan", "finds José too: reads everything"),
    runs("search", "contacts search silver --scan", "by the value of a custom field, which no vendor searches"),
    runs("search", "contacts -p support,woot search ann", "two accounts at once"),
    runs("search", "contacts --local search ann", "from the local mirror, in milliseconds"),
    parses("pick", "contacts show \"$(contacts pick)\"", "choose by typing parts of a name"),
    parses("pick", "contacts pick ann -o json", "among those that the vendor finds"),
    runs("show", "contacts show 66479c84768ad49f146c105c", "a card: fields, channels, times"),
    runs("show", "contacts show 66479c84768ad49f146c105c -o json", "everything, for a script"),
    runs("show", "contacts list -n 3 --jq '.[].id' | contacts show -", "ids from another command"),
    parses(
        "show",
        "contacts show \\\n    https://chat.example.com/omnichannel-directory/contacts/details/673be1711e2e6feb77939a7b",
        "the address of the contact's page",
    ),
    runs("channels", "contacts channels 66479c84768ad49f146c105c", "how one contact is reached"),
    runs("channels", "contacts channels --search boris --channel web", "of all that a search finds"),
    runs("profile", "contacts profile list", "which accounts there are"),
    runs("profile", "contacts -A profile check", "who one is in each of them"),
    runs("profile list", "contacts profile list -o json", "for a script; secrets are not in it"),
    runs("profile show", "contacts profile show support", "where it leads, and where its secrets are kept"),
    parses("profile add", "contacts profile add", "asks for everything"),
    parses(
        "profile add",
        "contacts profile add https://chatwoot.example.com/app/accounts/1/dashboard",
        "a page of the vendor's says most of it",
    ),
    parses(
        "profile add",
        "contacts profile add chat --vendor rocketchat --base-url https://chat.example.com \\\n    \
         --set user_id=rbAXPnMktTFbNpwtJ --secret auth_token=env:CHAT_TOKEN",
        "asks nothing",
    ),
    parses(
        "profile add",
        "pass show bot |\n    contacts profile add bot --vendor chatbotx --secret token=stdin --default",
        "the secret goes to the keyring",
    ),
    runs("profile default", "contacts profile default support", "asked when no -p is given"),
    runs("profile check", "contacts profile check support woot", "make one call to each"),
    runs("profile remove", "contacts profile remove bot --keep-secrets", "leave the keyring alone"),
    parses("login", "contacts login support", "asks for each secret, and tries it"),
    parses("login", "pass show chat | contacts login support --stdin", "from another program"),
    parses(
        "login",
        "printf 'api_key=%s\\napi_secret=%s\\n' \"$KEY\" \"$SECRET\" |\n    contacts login desk --stdin",
        "several secrets, a line each",
    ),
    parses("logout", "contacts logout support", "the profile stays, its secrets go"),
    runs("sync", "contacts sync -A", "fill or refresh the mirror of every profile"),
    stays("sync", "contacts sync -A --watch 5m", "stay, and refresh every five minutes"),
    runs("mirror", "contacts mirror status", "what is stored, and how old it is"),
    runs("mirror status", "contacts mirror status -o json", "for a script"),
    runs("mirror verify", "contacts mirror verify", "is every contact as it was written?"),
    runs("mirror rebuild", "contacts mirror rebuild", "make the index anew"),
    runs("mirror forget", "contacts -p woot mirror forget 153", "one contact, and every trace of it"),
    runs("mirror forget", "contacts -p woot mirror forget", "all of a profile"),
    parses(
        "mirror encrypt",
        "contacts mirror encrypt",
        "make a key, keep it in the keyring, and encrypt what is stored",
    ),
    parses("mirror decrypt", "contacts mirror decrypt", "as it was before; the key stays in the keyring"),
    runs("diff", "contacts diff --since 24h", "what changed in a day"),
    runs("log", "contacts log 66479c84768ad49f146c105c", "what changed in one contact"),
    runs("api", "contacts -p support api /api/v1/me", "the reply as the vendor sent it"),
    runs("api", "contacts -p support api /api/v1/omnichannel/contacts.search -f searchText=ann", "with a parameter"),
    runs("api", "contacts -p support api /api/v1/me --jq .username", "a part of the reply"),
    runs("doctor", "contacts doctor", "the machine and every profile"),
    runs("doctor", "contacts -p support doctor -o json", "for a bug report; no secret is in it"),
    runs("vendors", "contacts vendors", "what each can search, filter and sort by itself"),
    runs("vendors", "contacts vendors -o json --jq '.[] | {vendor, keys}'", "which keys a profile needs"),
    stays("sandbox", "contacts sandbox > sandbox.toml", "then: contacts --config sandbox.toml -A list"),
    stays("sandbox", "contacts sandbox --contacts 5000 --rate-limit", "a crowd, and the vendors' limits"),
    stays("sandbox", "contacts sandbox --fault rocketchat:reset@3 --fault '*:500@2x3'", "what if things go wrong?"),
    runs("csv-unsafe", "contacts list --all -o csv --csv-safe --out guarded.csv", "a file that a spreadsheet may open"),
    runs("csv-unsafe", "contacts csv-unsafe guarded.csv --out exact.csv", "the same without its guards"),
    runs("completions", "contacts completions bash > contacts.bash", "then: source contacts.bash"),
    runs("completions", "contacts completions fish > contacts.fish", "for ~/.config/fish/completions"),
    runs("completions", "contacts completions zsh > _contacts", "for a folder of $fpath"),
    runs("man", "contacts man search", "one page"),
    runs("man", "contacts man --dir man1", "all of them, as contacts.1, contacts-search.1, …"),
    runs("man", "contacts man --markdown > reference.md", "all in one document"),
    runs("schema", "contacts schema", "of a contact"),
    runs("schema", "contacts schema report", "of the file that --report writes"),
    runs("schema", "contacts schema check", "of a finding of contacts doctor"),
];

/// Those of a command.
pub fn of(command: &str) -> impl Iterator<Item = &'static Example> {
    EXAMPLES.iter().filter(move |example| example.command == command)
}

/// The help of every command: what it does, examples, then the options.
const TEMPLATE: &str = "{about-with-newline}\n{usage-heading} {usage}\n\n{before-help}{all-args}{after-help}";

/// Puts the examples into the help of `command` and of all below it.
pub fn dress(command: Command) -> Command {
    dressed(command, "")
}

fn dressed(command: Command, path: &str) -> Command {
    let mut command = command.help_template(TEMPLATE).mut_subcommands(|sub| {
        let path = format!("{path} {}", sub.get_name());
        dressed(sub, path.trim_start())
    });
    let text = as_help(path);
    if !text.is_empty() {
        command = command.before_help(text);
    }
    command
}

/// The widest line of a help text.
const WIDEST: usize = 79;

/// As many as fit have what they do beside them; the others have it below.
fn as_help(path: &str) -> String {
    let fits = |example: &&Example, width| width + cells(example.does) + 4 <= WIDEST && !example.line.contains('\n');
    let own = |example: &&Example| fits(example, cells(example.line)) && cells(example.line) <= WIDEST / 5 * 3;
    let width = of(path).filter(own).map(|example| cells(example.line)).max().unwrap_or(0);
    let mut text = String::new();
    for example in of(path) {
        text.push_str(if text.is_empty() { "Examples:\n" } else { "\n" });
        if cells(example.line) <= width && fits(&example, width) {
            let _ = write!(text, "  {}  {}", pad(example.line, width), example.does);
        } else {
            let _ = write!(text, "  {}\n      {}", example.line, example.does);
        }
    }
    text
}
