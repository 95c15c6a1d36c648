//! People written by hand: those that examples speak of, those that several vendors know, and some with hostile names.

use super::Vendor;
use super::person::Kind;

/// A person written by hand.
pub struct Member {
    /// The full name, as everybody writes it.
    pub name: &'static str,
    /// The given name.
    pub given: &'static str,
    /// The family name.
    pub family: &'static str,
    /// The e-mail address, or empty.
    pub email: &'static str,
    /// A town by its number in the cultures: culture, town.
    pub home: (usize, usize),
    /// Where they are known, and how.
    pub known: &'static [Known],
}

/// How one vendor knows a person.
pub struct Known {
    /// By whom.
    pub vendor: Vendor,
    /// The phone number as it was typed, or empty.
    pub phone: &'static str,
    /// Hours since they were last active.
    pub hours: i64,
    /// The channels they are reached by; the first is verified.
    pub channels: &'static [Kind],
}

const fn known(vendor: Vendor, phone: &'static str, hours: i64, channels: &'static [Kind]) -> Known {
    Known { vendor, phone, hours, channels }
}

use Kind::{Api, Email, Instagram, Line, Messenger, Sms, Telegram, Web, Whatsapp, Zalo};
use Vendor::{Chatbotx, Chatwoot, Livedesk, Rocketchat};

/// Everybody, those of the examples first.
pub static CAST: &[Member] = &[
    Member {
        name: "Boris Doe",
        given: "Boris",
        family: "Doe",
        email: "boris@doe.example",
        home: (0, 0),
        known: &[known(Rocketchat, "+1 202 555 0143", 3, &[Web, Whatsapp]), known(Livedesk, "", 50, &[Email])],
    },
    Member {
        name: "Борис Петров",
        given: "Борис",
        family: "Петров",
        email: "boris.petrov@mail.example",
        home: (2, 0),
        known: &[known(Chatbotx, "+7 495 555 01 22", 250, &[Telegram])],
    },
    Member {
        name: "Ann Lee",
        given: "Ann",
        family: "Lee",
        email: "ann.lee@polar.example",
        home: (0, 2),
        known: &[
            known(Rocketchat, "00 44 7700 900123", 30, &[Email, Web]),
            known(Livedesk, "+447700900123", 7, &[Whatsapp, Email]),
            known(Chatbotx, "+447700900123", 5, &[Whatsapp]),
            known(Chatwoot, "+447700900123", 26, &[Web, Email]),
        ],
    },
    Member {
        name: "José Álvarez",
        given: "José",
        family: "Álvarez",
        email: "jose.alvarez@example.org",
        home: (1, 2),
        known: &[
            known(Rocketchat, "911 555 023", 70, &[Sms]),
            known(Chatwoot, "+34911555023", 2, &[Whatsapp, Instagram]),
        ],
    },
    Member {
        name: "Nguyễn Ánh",
        given: "Ánh",
        family: "Nguyễn",
        email: "anh.nguyen@oceantea.example",
        home: (3, 0),
        known: &[
            known(Chatbotx, "024 5550 0117", 1, &[Zalo, Messenger, Web]),
            known(Livedesk, "+842455500117", 90, &[Messenger]),
        ],
    },
    Member {
        name: "王小明",
        given: "小明",
        family: "王",
        email: "wang.xiaoming@example.com",
        home: (4, 0),
        known: &[known(Livedesk, "+861055500155", 4, &[Web]), known(Chatwoot, "+861055500155", 12, &[Web, Api])],
    },
    Member {
        name: "山田 太郎",
        given: "太郎",
        family: "山田",
        email: "yamada.taro@sample.example",
        home: (5, 0),
        known: &[
            known(Chatbotx, "", 18, &[Line, Instagram]),
            known(Chatwoot, "+81355500188", 33, &[Line]),
            known(Rocketchat, "03-5550-0188", 400, &[Web]),
        ],
    },
    Member {
        name: "فاطمة الحسن",
        given: "فاطمة",
        family: "الحسن",
        email: "fatima@example.net",
        home: (6, 0),
        known: &[known(Rocketchat, "(02) 2555-0134", 9, &[Whatsapp]), known(Chatbotx, "+20225550134", 22, &[Whatsapp])],
    },
    Member {
        name: "נועה לוי",
        given: "נועה",
        family: "לוי",
        email: "noa.levi@mail.example",
        home: (7, 0),
        known: &[known(Livedesk, "+97235550166", 16, &[Email]), known(Chatwoot, "+97235550166", 300, &[Web])],
    },
    Member {
        name: "Zoë 🌻 O'Brien-Müller",
        given: "Zoë 🌻",
        family: "O'Brien-Müller",
        email: "zoe+news@example.com",
        home: (1, 1),
        known: &[
            known(Rocketchat, "call after six: 030 23125 007", 52, &[Sms, Email]),
            known(Chatwoot, "+493023125007", 8, &[Sms, Whatsapp]),
        ],
    },
    Member {
        name: "\u{1b}]0;owned\u{7}\u{1b}[31mRed Alert\u{1b}[0m",
        given: "\u{1b}[31mRed",
        family: "Alert\u{1b}[0m",
        email: "red.alert@example.net",
        home: (0, 1),
        known: &[known(Rocketchat, "+1 (512) 555-0199 x7", 110, &[Web]), known(Chatwoot, "", 140, &[Web])],
    },
    Member {
        name: "=cmd|' /C calc'!A0",
        given: "=cmd|'",
        family: "/C calc'!A0",
        email: "formula@example.net",
        home: (0, 1),
        known: &[known(Livedesk, "+15125550198", 120, &[Api]), known(Chatbotx, "@SUM(1+1)", 130, &[Web])],
    },
    Member {
        name: "Invoice \u{202e}fdp.exe\u{202c}",
        given: "Invoice",
        family: "\u{202e}fdp.exe\u{202c}",
        email: "bidi@example.net",
        home: (0, 3),
        known: &[known(Chatwoot, "+12125550177", 160, &[Email]), known(Rocketchat, "", 170, &[Email])],
    },
    Member {
        name: "\u{1b}]8;;https://phish.example/\u{1b}\\Support\u{1b}]8;;\u{1b}\\",
        given: "Support",
        family: "\u{1b}]8;;\u{1b}\\",
        email: "link@example.net",
        home: (0, 0),
        known: &[known(Chatbotx, "", 180, &[Messenger]), known(Livedesk, "", 185, &[Web])],
    },
    Member {
        name: "Carriage\rReturn\nTab\tZero\u{200b}Width",
        given: "Carriage\rReturn",
        family: "Tab\tZero\u{200b}Width",
        email: "control@example.net",
        home: (0, 0),
        known: &[known(Rocketchat, "+1\t303\t555\t0111", 190, &[Api]), known(Chatbotx, "", 195, &[Web])],
    },
    Member {
        name: "Wolfeschlegelsteinhausenbergerdorff-Hubert-Blaine-von-und-zu-Beispiel the Very Long Named, \
               Thirty-Third of that Name, called \"Wolf\", née Ōtsukayama-Smythe, M.Sc., Keeper of the Example",
        given: "Hubert",
        family: "Wolfeschlegelsteinhausenbergerdorff",
        email: "wolf.the.very.long.address.of.somebody.who.likes.to.type@northwind.example",
        home: (1, 1),
        known: &[known(Livedesk, "+493023125111", 210, &[Email]), known(Chatwoot, "+493023125111", 220, &[Email])],
    },
];

/// The members that `vendor` knows, in order.
pub fn members(vendor: Vendor) -> impl Iterator<Item = (&'static Member, &'static Known)> {
    CAST.iter().filter_map(move |member| Some((member, member.known.iter().find(|known| known.vendor == vendor)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_vendor_knows_some_and_shares_them() {
        for vendor in Vendor::ALL {
            assert!(members(vendor).count() >= 6, "{vendor:?}");
        }
        assert!(CAST.iter().filter(|member| member.known.len() >= 2).count() >= 10);
    }

    #[test]
    fn addresses_are_on_example_domains() {
        let example = |email: &str| {
            let domain = email.rsplit('@').next().unwrap_or_default();
            domain.ends_with(".example") || domain.starts_with("example.")
        };
        assert!(CAST.iter().all(|member| example(member.email)));
    }
}
