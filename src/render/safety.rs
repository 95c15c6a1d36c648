//! Whatever a vendor sends, a terminal only prints: every character, and seeded hostile texts, through every output that a person
//! reads, into a terminal's parser.

use std::fmt::Write as _;

use vte::{Params, Parser, Perform};

use crate::model::{Channel, ChannelKind, Contact, Email, Manager, Phone, RawJson};
use crate::term::{Paint, Style, is_inert, styled_line, visible, visible_lines};

use super::{
    CardOptions, Columns, EncodeOptions, Encoder, Format, JqFilter, KeyedRow, Record, RecordKind, Table, TableOptions,
    Template, TemplateOptions, card,
};

/// How many hostile texts are made, and every how many goes through all outputs: a million where the build is optimised,
/// or `CONTACTS_MILLION_TEXTS` is set.
#[expect(clippy::disallowed_methods, reason = "a person asks for more")]
pub(crate) fn texts() -> (usize, usize) {
    let asked = || std::env::vars_os().any(|(name, _)| name == "CONTACTS_MILLION_TEXTS");
    match cfg!(debug_assertions) {
        true if asked() => (1_000_000, 50),
        true => (20_000, 25),
        false => (1_000_000, 5),
    }
}

/// A terminal that allows nothing but printing, line ends, and what `allowed` names.
struct Strict<'a> {
    output: &'a str,
    allowed: &'a str,
    printed: usize,
}

impl Strict<'_> {
    fn refuse(&self, what: &str) -> ! {
        panic!("{}: {what} after {} characters", self.output, self.printed)
    }
}

impl Perform for Strict<'_> {
    fn print(&mut self, c: char) {
        self.printed += 1;
        let joiner = matches!(c, '\u{200c}' | '\u{200d}' | '\u{fe0f}');
        if !joiner && !is_inert(c) {
            self.refuse(&format!("U+{:04X}", u32::from(c)));
        }
    }

    fn execute(&mut self, byte: u8) {
        if byte != b'\n'
            && !(self.allowed.contains("tab") && byte == b'\t')
            && !(self.allowed.contains("return") && byte == b'\r')
        {
            self.refuse(&format!("control {byte:#x}"));
        }
    }

    fn hook(&mut self, _: &Params, _: &[u8], _: bool, _: char) {
        self.refuse("a device control string");
    }

    fn put(&mut self, _: u8) {
        self.refuse("a device control string's byte");
    }

    fn osc_dispatch(&mut self, params: &[&[u8]], _: bool) {
        if !self.allowed.contains("links") || params.first() != Some(&&b"8"[..]) {
            self.refuse("an operating system command");
        }
    }

    fn csi_dispatch(&mut self, _: &Params, _: &[u8], _: bool, action: char) {
        if !self.allowed.contains("colour") || action != 'm' {
            self.refuse(&format!("a control sequence {action}"));
        }
    }

    fn esc_dispatch(&mut self, _: &[u8], _: bool, byte: u8) {
        // The end of a link is a backslash of its own.
        if !self.allowed.contains("links") || byte != b'\\' {
            self.refuse("an escape sequence");
        }
    }
}

pub(crate) fn check(output: &str, allowed: &str, bytes: &[u8]) {
    let mut terminal = Strict { output, allowed, printed: 0 };
    Parser::new().advance(&mut terminal, bytes);
    let text = std::str::from_utf8(bytes).expect("output is UTF-8");
    assert!(
        !text.contains('\u{1b}') || allowed.contains("colour") || allowed.contains("links"),
        "{output}: a lone escape"
    );
}

/// A contact that says `text` wherever it can.
pub(crate) fn contact(text: &str) -> Contact {
    let mut contact = Contact::new(text, text, text);
    let some = || Some(text.into());
    contact.name = some();
    contact.emails = vec![Email { address: text.into(), verified: Some(true) }];
    contact.phones = vec![Phone { number: text.into(), e164: some() }];
    let mut channel = Channel::new(ChannelKind::from_vendor(text));
    (channel.name, channel.id, channel.destination, channel.value) = (some(), some(), some(), some());
    contact.channels = vec![channel];
    contact.labels = vec![text.into(), text.into()];
    contact.custom_fields = vec![(text.into(), RawJson::from_text(text))];
    contact.manager = Some(Manager { id: some(), name: some(), username: some() });
    (contact.company, contact.language, contact.timezone, contact.identifier) = (some(), some(), some(), some());
    (contact.location.city, contact.location.country, contact.avatar_url) = (some(), some(), some());
    contact
}

/// The ways that text takes to a person as it is.
fn check_text(text: &str) {
    check("visible", "", visible(text).as_bytes());
    check("visible lines", "tab", visible_lines(text).as_bytes());
    check(
        "message",
        "colour",
        styled_line(Paint::Colored, &[(Style::Error, "error: "), (Style::Normal, text)]).as_bytes(),
    );
}

/// Every output a person reads, for one text.
fn check_all(text: &str, contact: &Contact) {
    check_text(text);
    let paths = ["name", "emails", "channels", "labels", "custom_fields", "manager", "location"].map(str::to_owned);
    let columns = Columns::resolve(RecordKind::Contact, Some(&paths), true).unwrap();
    let mut out = Vec::new();
    for (width, color) in [(None, Paint::Plain), (Some(60), Paint::Colored), (Some(7), Paint::Plain)] {
        let highlight = vec![text.chars().take(3).collect(), "a".to_owned()];
        let options = TableOptions { width, color, highlight, links: true, ..TableOptions::default() };
        let mut table = Table::new(&columns, options);
        table.push_linked(contact, Some(&format!("https://x.example/{text}")));
        out.clear();
        table.finish(&mut out);
        check("table", "colour links", &out);
        out.clear();
        let options = CardOptions { width, color, web_url: Some(text.to_owned()), ..CardOptions::default() };
        card(contact, &options, &mut out);
        check("card", "colour", &out);
        out.clear();
        let mut table = Table::new(&Columns::keyed(&["key"]), TableOptions { width, color, ..TableOptions::default() });
        table.push(&KeyedRow::new().with("key", text));
        table.finish(&mut out);
        check("own list", "colour", &out);
    }
    for (name, format) in Format::ALL {
        for (tty, color) in [(true, Paint::Plain), (true, Paint::Colored), (false, Paint::Colored)] {
            if !tty && format != Format::Json {
                continue;
            }
            let options = EncodeOptions { tty, color, ..EncodeOptions::default() };
            let encoder = Encoder::new(format, columns.clone(), options);
            out.clear();
            encoder.row(contact, &mut out);
            check(name, if format == Format::Json { "colour" } else { "tab return" }, &out);
        }
    }
    out.clear();
    Encoder::new(Format::Md, columns, EncodeOptions::default()).row(contact, &mut out);
    check("md off a terminal", "", &out);
}

/// The outputs that run a program of the user's; compiled once.
struct Programs {
    jq: JqFilter,
    template: Template,
}

impl Programs {
    fn new() -> Self {
        let options = TemplateOptions { tty: true, ..TemplateOptions::default() };
        Self {
            jq: JqFilter::compile(".name, .custom_fields, (.name | @json)").unwrap().for_terminal(Paint::Colored),
            template: Template::compile("{{ name }} {{ labels }} {{ manager | json }}", options).unwrap(),
        }
    }

    fn check(&mut self, text: &str) {
        let contact = contact(text);
        let mut out = Vec::new();
        contact.write_json(&mut out);
        self.jq.run(&out, &mut |result| check("jq", "tab colour", result)).unwrap();
        out.clear();
        self.template.push(&contact, &mut out).unwrap();
        check("template", "tab", &out);
    }
}

/// Whether a character goes through all outputs: in a debug build the planes without characters are tried as samples.
pub(crate) fn is_tried(c: char) -> bool {
    !cfg!(debug_assertions)
        || matches!(u32::from(c), 0..0x1_4000 | 0x1_d000..0x1_fb00 | 0xe_0000..0xe_0200)
        || u32::from(c).is_multiple_of(997)
}

#[test]
fn every_character_only_prints() {
    let mut programs = Programs::new();
    let characters: Vec<char> = (0..=u32::from(char::MAX)).filter_map(char::from_u32).collect();
    for c in &characters {
        check("alone", "", visible(c.encode_utf8(&mut [0; 4])).as_bytes());
    }
    let mut text = String::new();
    for (index, c) in characters.into_iter().filter(|c| is_tried(*c)).enumerate() {
        write!(text, "{c} ").unwrap();
        if index % 64 == 63 {
            let mut contact = Contact::new("p", "v", "1");
            contact.name = Some(text.as_str().into());
            check_all(&text, &contact);
            programs.check(&text);
            text.clear();
        }
    }
}

/// A text of parts that terminals, readers and parsers trip over.
pub(crate) fn hostile(random: &mut fastrand::Rng) -> String {
    const PARTS: [&str; 40] = [
        "\u{1b}[31m",
        "\u{1b}]0;t\u{7}",
        "\u{1b}]8;;http://x\u{1b}\\",
        "\u{1b}P1$q\u{1b}\\",
        "\u{1b}c",
        "\u{1b}",
        "\u{9b}2J",
        "\u{9d}0;x\u{9c}",
        "\u{90}q",
        "\r",
        "\n",
        "\t",
        "\u{8}\u{8}",
        "\u{7f}",
        "\0",
        "\u{202e}",
        "\u{2066}",
        "\u{2069}",
        "\u{200f}",
        "\u{61c}",
        "\u{2028}",
        "\u{200b}",
        "\u{200d}",
        "\u{200c}",
        "\u{fe0f}",
        "\u{feff}",
        "\u{e0041}",
        "\u{301}",
        "\u{20dd}",
        "👨‍👩‍👧",
        "🇩🇪",
        "علي",
        "田中",
        "a",
        " ",
        "✓",
        "|",
        "\\",
        "\"",
        "=1+1",
    ];
    let mut text = String::new();
    for _ in 0..random.usize(0..12) {
        match random.u8(0..10) {
            0 => text.extend(char::from_u32(random.u32(0..0x11_0000))),
            1 => text.extend(std::iter::repeat_n("\u{300}", random.usize(0..40))),
            2 => text.push(char::from(random.u8(0..0xff))),
            _ => text.push_str(PARTS[random.usize(0..PARTS.len())]),
        }
    }
    text
}

#[test]
fn hostile_texts_only_print() {
    let mut random = fastrand::Rng::with_seed(20_241_119);
    let mut programs = Programs::new();
    let (count, every) = texts();
    for index in 0..count {
        let text = hostile(&mut random);
        if index % every == 0 {
            check_all(&text, &contact(&text));
            programs.check(&text);
        } else {
            check_text(&text);
        }
    }
}
