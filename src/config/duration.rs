//! Lengths of time as a person writes them: `30s`, `2m`, `500ms`, `1h30m`.

use std::time::Duration;

/// Longer than this (a year) is refused.
const LONGEST: Duration = Duration::from_hours(366 * 24);

const UNITS: [(&str, f64); 6] =
    [("ms", 0.001), ("s", 1.0), ("m", 60.0), ("h", 3600.0), ("d", 86_400.0), ("w", 604_800.0)];

/// Parses a length of time; a bare number counts seconds.
///
/// The error is a fragment that says what the text is, without the text itself.
pub fn parse(text: &str) -> Result<Duration, &'static str> {
    const SHAPE: &str = "not a length of time such as `30s`, `2m`, `500ms` or `1h`";
    let mut rest = text.trim();
    if rest.is_empty() {
        return Err(SHAPE);
    }
    let mut seconds = 0.0;
    let mut parts = 0;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (number, tail) = rest.split_at(end);
        if !number.starts_with(|c: char| c.is_ascii_digit()) || !number.ends_with(|c: char| c.is_ascii_digit()) {
            return Err(SHAPE);
        }
        let number: f64 = number.parse().map_err(|_| SHAPE)?;
        let end = tail.find(|c: char| c.is_ascii_digit()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(end);
        let scale = match unit.trim() {
            "" if parts == 0 && tail.is_empty() => 1.0,
            unit => UNITS.iter().find(|(name, _)| *name == unit).ok_or(SHAPE)?.1,
        };
        seconds += number * scale;
        parts += 1;
        rest = tail;
    }
    match Duration::try_from_secs_f64(seconds) {
        Ok(duration) if duration <= LONGEST => Ok(duration),
        _ => Err("longer than a year"),
    }
}

/// Parses a length of time that must be more than zero, as a time-out.
pub fn parse_positive(text: &str) -> Result<Duration, &'static str> {
    match parse(text)? {
        Duration::ZERO => Err("not more than zero"),
        duration => Ok(duration),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_write() {
        for (text, millis) in [
            ("30s", 30_000),
            ("2m", 120_000),
            ("500ms", 500),
            ("1h", 3_600_000),
            ("1h30m", 5_400_000),
            ("1.5s", 1500),
            ("0", 0),
            ("30", 30_000),
            (" 7d ", 604_800_000),
            ("10 s", 10_000),
        ] {
            assert_eq!(parse(text), Ok(Duration::from_millis(millis)), "{text}");
        }
    }

    #[test]
    fn refuses_the_rest() {
        for text in [
            "",
            "s",
            "-1s",
            "1x",
            "1s2",
            "1.2.3s",
            "1e9s",
            ".5s",
            "5.s",
            "½s",
            "999999999999999999999h",
            "400d",
            "5 minutes",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert!(parse_positive("0s").is_err());
        assert!(parse_positive("1ms").is_ok());
    }
}
