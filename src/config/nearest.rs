//! The word that was probably meant.

/// The candidate most like `word`, if one is alike enough to be meant.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = word.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (closeness(&folded, candidate), candidate))
        .filter(|(closeness, _)| *closeness > 0.0)
        .max_by(|(left, _), (right, _)| left.total_cmp(right))
        .map(|(_, candidate)| candidate)
}

/// A hint `did you mean …?` for the nearest candidate, else the whole list.
pub fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str> + Clone) -> String {
    if let Some(nearest) = nearest(word, candidates.clone()) {
        return format!("did you mean `{nearest}`?");
    }
    let all: Vec<&str> = candidates.into_iter().collect();
    format!("there is: {}", all.join(", "))
}

/// Above zero when `candidate` is one or two slips away from `word`, or the one begins with the other.
fn closeness(word: &str, candidate: &str) -> f64 {
    let candidate = candidate.to_lowercase();
    let longest = word.chars().count().max(candidate.chars().count());
    let slips = strsim::damerau_levenshtein(word, &candidate);
    let similarity = strsim::jaro_winkler(word, &candidate);
    let abbreviates = word.len() >= 3 && (candidate.starts_with(word) || word.starts_with(&candidate));
    if slips <= (longest / 3).max(1) || abbreviates || similarity > 0.85 { similarity } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_slips_and_leaves_strangers_alone() {
        let names = ["rocketchat", "livedesk", "chatbotx", "chatwoot"];
        for (typed, meant) in [
            ("rocket.chat", Some("rocketchat")),
            ("RocketChat", Some("rocketchat")),
            ("chatwot", Some("chatwoot")),
            ("chatbot", Some("chatbotx")),
            ("live-desk", Some("livedesk")),
            ("zendesk", None),
            ("", None),
        ] {
            assert_eq!(nearest(typed, names), meant, "{typed}");
        }
        assert_eq!(did_you_mean("suport", ["support"]), "did you mean `support`?");
        assert_eq!(did_you_mean("qqq", ["a1", "b2"]), "there is: a1, b2");
    }
}
