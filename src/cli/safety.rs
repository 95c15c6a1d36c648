//! What the commands say by themselves only prints, whatever a vendor sent: errors, traces, the picker, completions, the doctor.

use std::time::Duration;

use jiff::Timestamp;

use crate::http::Event;
use crate::render::safety::{check, contact, hostile, is_tried, texts};
use crate::term::Paint;

use super::complete::is_safe;
use super::doctor;
use super::failure::{ErrorFormat, Failure, FailureKind};
use super::pick::frame::{State, frame};
use super::trace::lines;

fn check_failure(text: &str) {
    let mut failure = Failure::new(FailureKind::Vendor, text).of(text, text).hint(text);
    failure.lines = vec![text.to_owned()];
    check("error", "", failure.line(ErrorFormat::Text).as_bytes());
    check("error as JSON", "", failure.line(ErrorFormat::Json).as_bytes());
}

fn check_trace(text: &str) {
    let own = || text.to_owned();
    let headers = || vec![(own(), own())];
    let elapsed = Duration::from_millis(3);
    let (url, body) = (format!("https://x.example/{text}"), text.as_bytes().to_vec());
    for event in [
        Event::Request { number: 1, method: "GET", url, headers: headers() },
        Event::Reply { number: 1, status: 200, version: own(), headers: headers(), body, elapsed },
        Event::Failure { number: 1, message: own() },
        Event::Wait { duration: elapsed, reason: own() },
    ] {
        check("trace", "", lines(&event, 3).join("\n").as_bytes());
    }
}

/// The list, the card, and the line in which a person types what was pasted.
fn check_picker(text: &str) {
    let mut state = State::new(vec![contact(text)], Timestamp::UNIX_EPOCH, Paint::Colored);
    state.edit(|typed| typed.extend(text.chars().take(3)));
    for (width, height) in [(100, 20), (40, 20), (12, 4)] {
        check("picker", "colour", frame(&state, width, height).join("\n").as_bytes());
        state.edit(String::clear);
    }
}

#[test]
fn hostile_texts_only_print_in_what_commands_say() {
    let mut random = fastrand::Rng::with_seed(20_261_122);
    let (count, every) = texts();
    for index in 0..count {
        let text = hostile(&mut random);
        check_failure(&text);
        check_trace(&text);
        if is_safe(&text) {
            check("completion", "", text.as_bytes());
        }
        if index % every == 0 {
            check_picker(&text);
            check("doctor", "colour", doctor::shown(&text, Paint::Colored).as_bytes());
        }
    }
}

#[test]
fn every_character_only_prints_in_what_commands_say() {
    let characters: Vec<char> = (0..=u32::from(char::MAX)).filter_map(char::from_u32).collect();
    let tried: Vec<char> = characters.iter().copied().filter(|c| is_tried(*c)).collect();
    for part in tried.chunks(64) {
        let text: String = part.iter().flat_map(|c| [*c, ' ']).collect();
        check_failure(&text);
        check_trace(&text);
    }
    for c in characters {
        let word = c.to_string();
        if is_safe(&word) {
            check("completion", "", word.as_bytes());
        }
    }
}
