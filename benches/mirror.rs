//! Measures the mirror with made-up contacts: how fast it fills, how large it gets, how fast a cold process finds one.
//!
//! `cargo bench --bench mirror -- [encrypted] [CONTACTS]` fills a database in a temporary folder, then asks it 200 different questions, each
//! by a process of its own, and prints medians, 99th percentiles and the largest peak of memory.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::cast_possible_wrap,
    reason = "a benchmark talks to whoever runs it"
)]

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use contacts::mirror::{DatabaseKey, FILE_NAME, Header, Mode, Pass, PreparedPage, Proof, Store, SyncTarget, header};
use contacts::model::{
    Channel, ChannelKind, Contact, Email, Filter, LastChat, Manager, Query, RawJson, Time, Word, phone,
};
use jiff::Timestamp;

const TARGET: SyncTarget<'_> =
    SyncTarget { profile: "support", vendor: "rocketchat", account: Some("me"), server: None };
const PAGE: usize = 100;
const QUERIES: usize = 200;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["ask", path, kind, text] => ask(Path::new(path), kind, text),
        ["fill", folder, contacts] => fill(&Path::new(folder).join(FILE_NAME), contacts.parse().unwrap(), None),
        ["keep", folder, contacts] => measure(Path::new(folder), contacts.parse().unwrap(), None),
        ["encrypted", rest @ ..] => measure_new(rest, Some(&key())),
        rest => measure_new(rest, None),
    }
}

/// A key that is none to anybody who reads this.
fn key() -> DatabaseKey {
    DatabaseKey::parse("0f".repeat(DatabaseKey::DIGITS / 2).into()).unwrap()
}

/// Opens a mirror, with the key if it is encrypted.
fn open(path: &Path, mode: Mode) -> Store {
    let key = (header(path).unwrap() == Header::Encrypted).then(key);
    Store::open_with(path, mode, key.as_ref()).unwrap()
}

fn measure_new(args: &[&str], key: Option<&DatabaseKey>) {
    let folder = tempfile::tempdir().unwrap();
    measure(folder.path(), args.first().map_or(100_000, |count| count.parse().unwrap()), key);
}

fn measure(folder: &Path, contacts: usize, key: Option<&DatabaseKey>) {
    let path = folder.join(FILE_NAME);
    if !path.exists() {
        fill(&path, contacts, key);
        refresh(&path, contacts);
    }
    let size = std::fs::metadata(&path).unwrap().len();
    println!("size     {} MB, {} bytes a contact", size / 1_000_000, size / contacts as u64);
    let words = questions(contacts);
    let mut all = Vec::new();
    let mut all_spent = Vec::new();
    let mut slow = Vec::new();
    for kind in ["prefix", "substring", "phone", "email", "words", "list", "scan"] {
        let asked: Vec<_> = words.iter().filter(|(of, _)| *of == kind).collect();
        let mut times = Vec::new();
        let mut inside = Vec::new();
        let mut spent = Vec::new();
        let mut peak = 0;
        for (kind, text) in asked {
            let begin = Instant::now();
            let output = Command::new(std::env::current_exe().unwrap())
                .args(["ask", path.to_str().unwrap(), kind, text])
                .output();
            times.push(begin.elapsed());
            let line = String::from_utf8(output.unwrap().stdout).unwrap();
            let numbers: Vec<u64> = line.split_whitespace().map(|word| word.parse().unwrap()).collect();
            spent.push(Duration::from_micros(numbers[3]));
            inside.push((numbers[0], text.clone(), numbers[2]));
            peak = peak.max(numbers[1]);
        }
        if kind != "scan" && kind != "list" {
            all.extend_from_slice(&times);
            all_spent.extend_from_slice(&spent);
            slow.extend(
                spent.iter().zip(&inside).map(|(spent, (_, text, found))| (*spent, kind, text.clone(), *found)),
            );
        }
        let worst = inside.iter().max().unwrap();
        println!(
            "{kind:9} {}; on the processor {}; peak {peak} kB; slowest inside {} us: `{}`, {} found",
            spread(&mut times),
            spread(&mut spent),
            worst.0,
            worst.1,
            worst.2
        );
    }
    println!("search    {}; on the processor {}", spread(&mut all), spread(&mut all_spent));
    slow.sort_unstable_by(|a, b| b.cmp(a));
    for (spent, kind, text, found) in slow.iter().take(10) {
        println!("  slow    {:.2} ms on the processor: {kind} `{text}`, {found} found", spent.as_secs_f64() * 1e3);
    }
    let mut nothing: Vec<_> = (0..50)
        .map(|_| {
            let begin = Instant::now();
            Command::new(std::env::current_exe().unwrap()).args(["ask", "", "nothing", ""]).output().unwrap();
            begin.elapsed()
        })
        .collect();
    println!("nothing  {}", spread(&mut nothing));
}

fn spread(times: &mut [Duration]) -> String {
    times.sort_unstable();
    let at = |part: usize| times[(times.len() - 1) * part / 100].as_secs_f64() * 1e3;
    format!("p50 {:.2} ms  p99 {:.2} ms  max {:.2} ms", at(50), at(99), at(100))
}

fn fill(path: &Path, contacts: usize, key: Option<&DatabaseKey>) {
    let making = Instant::now();
    (0..contacts).step_by(100).for_each(|id| drop(contact(id)));
    let making = making.elapsed() * 100;
    let mut store = Store::open_with(path, Mode::Write, key).unwrap();
    let begin = Instant::now();
    let now = Timestamp::from_second(1_790_000_000).unwrap();
    let mut batch = store.begin_sync(&TARGET, Pass::Full, now).unwrap();
    // As in a sync, pages are made ready by another thread than the one that writes.
    let (send, receive) = std::sync::mpsc::sync_channel(8);
    std::thread::scope(|scope| {
        scope.spawn(move || {
            for page in 0..contacts.div_ceil(PAGE) {
                let rows = (page * PAGE..contacts.min((page + 1) * PAGE)).map(contact);
                send.send((page, rows.collect::<PreparedPage>())).unwrap();
            }
        });
        for (page, rows) in receive {
            batch.page(rows, Some(&page.to_string()), now).unwrap();
        }
    });
    let walked = begin.elapsed();
    batch.finish(Proof::Exact, now).unwrap();
    println!("fill     {:.2} s on the processor for writing", spent().as_secs_f64());
    println!(
        "fill     {:.2} s, of these about {making:.2?} making contacts, {:.2?} at the end",
        begin.elapsed().as_secs_f64(),
        begin.elapsed().checked_sub(walked).unwrap()
    );
}

fn refresh(path: &Path, contacts: usize) {
    let mut store = open(path, Mode::Write);
    let begin = Instant::now();
    let now = Timestamp::from_second(1_790_000_100).unwrap();
    let mut batch = store.begin_sync(&TARGET, Pass::Increment, now).unwrap();
    let rows = (0..100).map(|index| {
        let mut contact = contact(index * (contacts / 100));
        contact.last_activity_at = Time::from_unix_seconds(1_790_000_000 + i64::try_from(index).unwrap());
        contact.name = contact.name.map(|name| format!("{name} jr").into());
        contact
    });
    batch.page(rows.collect::<PreparedPage>(), None, now).unwrap();
    batch.finish(Proof::Exact, now).unwrap();
    println!("refresh  {:.1?} for 100 changes", begin.elapsed());
}

fn ask(path: &Path, kind: &str, text: &str) {
    if kind == "nothing" {
        return;
    }
    let begin = Instant::now();
    let mut filter = Filter::default();
    match kind {
        "phone" => filter.phone = Some(text.to_owned()),
        "email" => filter.email = Some(text.to_owned()),
        "list" => {}
        _ => filter.words = Word::split(text),
    }
    let store = open(path, Mode::Read);
    let found = store.search(&["support"], &Query { filter, ..Query::default() }).unwrap();
    drop(store);
    let elapsed = begin.elapsed().as_micros();
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak =
        status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0").trim().trim_end_matches(" kB");
    println!("{elapsed} {peak} {} {}", found.len(), spent().as_micros());
}

/// Time this process was on the processor, which a busy machine does not stretch.
fn spent() -> Duration {
    let spent = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    Duration::from_nanos(spent.split(' ').next().and_then(|nanos| nanos.parse().ok()).unwrap_or(0))
}

fn questions(contacts: usize) -> Vec<(&'static str, String)> {
    let mut random = fastrand::Rng::with_seed(7);
    let mut out = Vec::new();
    for index in 0..QUERIES {
        let person = contact(random.usize(0..contacts));
        let name = person.name.unwrap().to_lowercase();
        let (first, last) = name.split_once(' ').unwrap();
        let last = last.split(' ').next().unwrap();
        let digits = phone::digits(&person.phones[0].number).into_string();
        let address = person.emails[0].address.as_str();
        out.push(match index % 5 {
            0 => ("prefix", last[..last.len().min(3 + index % 4)].to_owned()),
            1 => ("substring", last[1..last.len().min(4 + index % 3)].to_owned()),
            2 if index % 2 == 0 => ("phone", digits),
            2 => ("phone", digits[digits.len() - 7..].to_owned()),
            3 if index % 2 == 0 => ("email", address.to_owned()),
            3 => ("email", address.split('@').next().unwrap().to_owned()),
            _ => ("words", format!("{last} {first}")),
        });
    }
    out.push(("list", String::new()));
    out.extend(
        ["a", "zz", "xq", "@", "gmail.com", "an an", "555", "7", "ann bob carl"].map(|text| ("scan", text.to_owned())),
    );
    out
}

fn contact(id: usize) -> Contact {
    let mut random = fastrand::Rng::with_seed(id as u64);
    let syllables = [
        "ba", "ri", "son", "ko", "le", "mar", "ti", "nez", "wa", "shi", "gar", "van", "der", "ol", "ga", "sen", "hu",
        "lin", "fer", "do",
    ];
    let mut word = |from: u32, to: u32| {
        let mut word: String =
            (0..random.u32(from..=to)).map(|_| syllables[random.usize(0..syllables.len())]).collect();
        word[..1].make_ascii_uppercase();
        word
    };
    let (first, last) = (word(1, 3), word(2, 4));
    let domain = ["gmail.com", "example.org", "hotmail.com", "mail.example", "company.example"][random.usize(0..5)];
    let address = format!("{}.{}{}@{domain}", first.to_lowercase(), last.to_lowercase(), random.u32(0..1000));
    let number = format!(
        "+1{}{}{:04}",
        [202, 303, 404, 505, 606][random.usize(0..5)],
        random.u32(200..1000),
        random.u32(0..10_000)
    );
    let key = format!("{:08x}1e2e6feb{:08x}", 0x673b_0000 + id, random.u32(..));
    let visitor = format!("{:016x}{:08x}", random.u64(..), random.u32(..));
    let room: String = (0..17).map(|_| random.alphanumeric()).collect();
    let created = Time::from_unix_millis(1_700_000_000_000 + id as i64 * 60_000 + random.i64(0..60_000)).unwrap();
    let active = Time::from_unix_millis(created.timestamp().as_millisecond() + random.i64(0..20_000_000_000)).unwrap();
    let mut contact = Contact::new("support", "rocketchat", key.as_str());
    contact.name = Some(format!("{first} {last}").into());
    contact.emails = vec![Email { address: address.as_str().into(), verified: None }];
    contact.phones = vec![phone::phone(number.as_str(), None)];
    let mut channel = Channel::new(ChannelKind::from_vendor("widget"));
    channel.vendor_kind = Some("widget".into());
    channel.name = Some("widget".into());
    channel.id = Some(visitor.as_str().into());
    channel.destination = Some("example.com".into());
    (channel.verified, channel.blocked) = (Some(false), Some(false));
    channel.last_chat = Some(LastChat { id: Some(room.as_str().into()), at: Some(active) });
    contact.channels = vec![channel];
    contact.unknown = Some(false);
    contact.manager = Some(Manager {
        id: Some("mAwAgmNndK7SHnQ89".into()),
        name: Some("Jane".into()),
        username: Some("Jane".into()),
    });
    contact.custom_fields =
        vec![("social-number".into(), RawJson::from_text(&format!("{}-00", random.u32(10_000..99_999))))];
    (contact.created_at, contact.updated_at, contact.last_activity_at) = (Some(created), Some(active), Some(active));
    let raw = format!(
        r#"{{"_id":"{key}","_updatedAt":"{active}","name":"{first} {last}","emails":[{{"address":"{address}"}}],"phones":[{{"phoneNumber":"{number}"}}],"contactManager":{{"_id":"mAwAgmNndK7SHnQ89","name":"Jane","username":"Jane"}},"unknown":false,"channels":[{{"name":"widget","blocked":false,"verified":false,"visitor":{{"visitorId":"{visitor}","source":{{"type":"widget"}}}},"details":{{"type":"widget","destination":"example.com"}},"lastChat":{{"_id":"{room}","ts":"{active}"}}}}],"customFields":{{"social-number":{}}},"createdAt":"{created}","lastChat":{{"_id":"{room}","ts":"{active}"}}}}"#,
        contact.custom_fields[0].1.get()
    );
    contact.raw = Some(RawJson::new(&serde_json::value::RawValue::from_string(raw).unwrap()));
    contact
}
