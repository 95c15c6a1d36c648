//! The output formats and their names.

use std::fmt;
use std::str::FromStr;

/// What `--output` names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// Aligned columns for people.
    #[default]
    Table,
    /// One JSON array.
    Json,
    /// One JSON object a line.
    Ndjson,
    /// RFC 4180, header always.
    Csv,
    /// Tab-separated, special characters escaped with a backslash, header always.
    Tsv,
    /// A YAML list.
    Yaml,
    /// A Markdown table.
    Md,
    /// An Office Open XML workbook.
    Xlsx,
}

impl Format {
    /// Every format with its name.
    pub const ALL: [(&'static str, Self); 8] = [
        ("table", Self::Table),
        ("json", Self::Json),
        ("ndjson", Self::Ndjson),
        ("csv", Self::Csv),
        ("tsv", Self::Tsv),
        ("yaml", Self::Yaml),
        ("md", Self::Md),
        ("xlsx", Self::Xlsx),
    ];

    /// The name.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(_, format)| *format == self).map_or("table", |(name, _)| name)
    }

    /// Whether a row can be written as soon as it is known.
    pub fn is_streaming(self) -> bool {
        !matches!(self, Self::Table | Self::Xlsx)
    }

    /// Whether it is JSON, so that `--jq` makes sense beside it.
    pub fn is_json(self) -> bool {
        matches!(self, Self::Json | Self::Ndjson)
    }

    /// Whether it has columns.
    pub fn has_columns(self) -> bool {
        !matches!(self, Self::Json | Self::Ndjson | Self::Yaml)
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let word = text.to_ascii_lowercase();
        let word = match word.as_str() {
            "jsonl" => "ndjson",
            "yml" => "yaml",
            "markdown" => "md",
            other => other,
        };
        if let Some((_, format)) = Self::ALL.iter().find(|(name, _)| *name == word) {
            return Ok(*format);
        }
        let names = Self::ALL.map(|(name, _)| name);
        let nearest = nearest(word, names.iter().copied());
        Err(match nearest {
            Some(nearest) => format!("no output format called `{text}`; did you mean `{nearest}`?"),
            None => format!("no output format called `{text}`; it is one of {}", names.join(", ")),
        })
    }
}

/// The nearest of `words` to `word`, if one is near enough to be meant.
pub(super) fn nearest<'a>(word: &str, words: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    words
        .map(|candidate| (candidate, strsim::jaro_winkler(word, candidate)))
        .filter(|(_, likeness)| *likeness > 0.75)
        .max_by(|(_, a), (_, b)| a.total_cmp(b))
        .map(|(candidate, _)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_and_misspellings_answered() {
        for (name, format) in Format::ALL {
            assert_eq!(name.parse::<Format>().unwrap(), format);
            assert_eq!(format.to_string(), name);
        }
        assert!("jsno".parse::<Format>().unwrap_err().contains("did you mean `json`"));
        assert!("qqq".parse::<Format>().unwrap_err().contains("table, json"));
    }
}
