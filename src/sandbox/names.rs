//! Made-up names, towns and companies in several scripts. A name is written natively and, for e-mail addresses, in ASCII.

use super::numbers::Country;

/// A name as it is written, and in ASCII.
pub type Spelling = (&'static str, &'static str);

/// How the people of one part of the world are called, and where they live.
pub struct Culture {
    /// Given names.
    pub given: &'static [Spelling],
    /// Family names.
    pub family: &'static [Spelling],
    /// Whether the family name stands first, and what stands between the two.
    pub order: NameOrder,
    /// Towns.
    pub towns: &'static [Town],
    /// How many in a hundred of the population.
    pub share: u64,
}

/// The order of a full name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum NameOrder {
    /// `Boris Doe`.
    GivenFirst,
    /// `Nguyễn Ánh`.
    FamilyFirst,
    /// `王小明`.
    FamilyFirstJoined,
}

/// Where somebody lives.
#[derive(Debug)]
pub struct Town {
    /// The town.
    pub city: &'static str,
    /// Its state or region.
    pub state: &'static str,
    /// The country's name.
    pub country: &'static str,
    /// The country's code, in capitals.
    pub code: &'static str,
    /// The time zone.
    pub timezone: &'static str,
    /// The locale, as `en_US`.
    pub locale: &'static str,
    /// Whose phone numbers they use.
    pub phones: Country,
}

macro_rules! town {
    ($city:literal, $state:literal, $country:literal, $code:literal, $zone:literal, $locale:literal, $phones:ident) => {
        Town {
            city: $city,
            state: $state,
            country: $country,
            code: $code,
            timezone: $zone,
            locale: $locale,
            phones: Country::$phones,
        }
    };
}

/// Every culture; the shares add up to a hundred.
pub static CULTURES: &[Culture] = &[
    Culture {
        given: &[
            ("Anna", "anna"),
            ("Boris", "boris"),
            ("Clara", "clara"),
            ("Daniel", "daniel"),
            ("Emma", "emma"),
            ("Frank", "frank"),
            ("Grace", "grace"),
            ("Henry", "henry"),
            ("Isla", "isla"),
            ("Jack", "jack"),
            ("Katie", "katie"),
            ("Liam", "liam"),
            ("Maya", "maya"),
            ("Noah", "noah"),
            ("Olivia", "olivia"),
            ("Peter", "peter"),
            ("Ruth", "ruth"),
            ("Sam", "sam"),
            ("Tessa", "tessa"),
            ("Will", "will"),
            ("Siobhan", "siobhan"),
            ("Aoife", "aoife"),
            ("Priya", "priya"),
            ("Kwame", "kwame"),
        ],
        family: &[
            ("Adams", "adams"),
            ("Baker", "baker"),
            ("Carter", "carter"),
            ("Doe", "doe"),
            ("Ellis", "ellis"),
            ("Fletcher", "fletcher"),
            ("Grant", "grant"),
            ("Hughes", "hughes"),
            ("Irving", "irving"),
            ("Johnson", "johnson"),
            ("Knight", "knight"),
            ("Lovell", "lovell"),
            ("Morgan", "morgan"),
            ("O'Brien", "obrien"),
            ("Palmer", "palmer"),
            ("Quinn", "quinn"),
            ("Reed", "reed"),
            ("Smith-Jones", "smith-jones"),
            ("Taylor", "taylor"),
            ("Ward", "ward"),
            ("Patel", "patel"),
            ("Mensah", "mensah"),
        ],
        order: NameOrder::GivenFirst,
        towns: &[
            town!("Boston", "Massachusetts", "United States", "US", "America/New_York", "en_US", UnitedStates),
            town!("Austin", "Texas", "United States", "US", "America/Chicago", "en_US", UnitedStates),
            town!("London", "England", "United Kingdom", "GB", "Europe/London", "en_GB", UnitedKingdom),
            town!("Leeds", "England", "United Kingdom", "GB", "Europe/London", "en_GB", UnitedKingdom),
        ],
        share: 38,
    },
    Culture {
        given: &[
            ("José", "jose"),
            ("François", "francois"),
            ("Jürgen", "juergen"),
            ("Zoë", "zoe"),
            ("Łukasz", "lukasz"),
            ("Søren", "soren"),
            ("Márta", "marta"),
            ("Nuño", "nuno"),
            ("Çağla", "cagla"),
            ("Đorđe", "djordje"),
            ("Renée", "renee"),
            ("Björn", "bjorn"),
            ("Inês", "ines"),
            ("Žofie", "zofie"),
            ("Gül", "guel"),
        ],
        family: &[
            ("García", "garcia"),
            ("Müller", "mueller"),
            ("Lefèvre", "lefevre"),
            ("Nowák", "nowak"),
            ("Ångström", "angstrom"),
            ("Škoda", "skoda"),
            ("Weiß", "weiss"),
            ("Peña", "pena"),
            ("Øster", "oster"),
            ("Gonçalves", "goncalves"),
            ("Wójcik", "wojcik"),
            ("Ünal", "uenal"),
            ("Béranger", "beranger"),
            ("Horváth", "horvath"),
        ],
        order: NameOrder::GivenFirst,
        towns: &[
            town!("Orléans", "Centre-Val de Loire", "France", "FR", "Europe/Paris", "fr_FR", France),
            town!("Köln", "Nordrhein-Westfalen", "Germany", "DE", "Europe/Berlin", "de_DE", Germany),
            town!("Málaga", "Andalucía", "Spain", "ES", "Europe/Madrid", "es_ES", Spain),
        ],
        share: 16,
    },
    Culture {
        given: &[
            ("Борис", "boris"),
            ("Анна", "anna"),
            ("Дмитрий", "dmitry"),
            ("Ольга", "olga"),
            ("Сергей", "sergey"),
            ("Мария", "maria"),
            ("Иван", "ivan"),
            ("Наталья", "natalia"),
            ("Юрий", "yuri"),
            ("Ёлка", "yolka"),
        ],
        family: &[
            ("Петров", "petrov"),
            ("Иваненко", "ivanenko"),
            ("Соколов", "sokolov"),
            ("Лебедь", "lebed"),
            ("Кузьмин", "kuzmin"),
            ("Щербак", "shcherbak"),
            ("Орлов", "orlov"),
            ("Зайцев", "zaitsev"),
        ],
        order: NameOrder::GivenFirst,
        towns: &[
            town!("Москва", "", "Russia", "RU", "Europe/Moscow", "ru_RU", Russia),
            town!("Алматы", "", "Kazakhstan", "KZ", "Asia/Almaty", "ru_KZ", Russia),
        ],
        share: 12,
    },
    Culture {
        given: &[
            ("Ánh", "anh"),
            ("Minh Đức", "duc"),
            ("Thị Hương", "huong"),
            ("Quốc Bảo", "bao"),
            ("Ngọc Trâm", "tram"),
            ("Văn Dũng", "dung"),
            ("Mỹ Linh", "linh"),
            ("Hữu Phước", "phuoc"),
        ],
        family: &[
            ("Nguyễn", "nguyen"),
            ("Trần", "tran"),
            ("Lê", "le"),
            ("Phạm", "pham"),
            ("Đặng", "dang"),
            ("Vũ", "vu"),
            ("Huỳnh", "huynh"),
        ],
        order: NameOrder::FamilyFirst,
        towns: &[
            town!("Hà Nội", "", "Vietnam", "VN", "Asia/Ho_Chi_Minh", "vi_VN", Vietnam),
            town!("Đà Nẵng", "", "Vietnam", "VN", "Asia/Ho_Chi_Minh", "vi_VN", Vietnam),
        ],
        share: 12,
    },
    Culture {
        given: &[
            ("小明", "xiaoming"),
            ("美玲", "meiling"),
            ("伟", "wei"),
            ("子涵", "zihan"),
            ("建国", "jianguo"),
            ("丽", "li"),
        ],
        family: &[
            ("王", "wang"),
            ("李", "li"),
            ("张", "zhang"),
            ("欧阳", "ouyang"),
            ("陈", "chen"),
            ("刘", "liu"),
            ("赵", "zhao"),
        ],
        order: NameOrder::FamilyFirstJoined,
        towns: &[
            town!("上海", "", "China", "CN", "Asia/Shanghai", "zh_CN", China),
            town!("深圳", "广东", "China", "CN", "Asia/Shanghai", "zh_CN", China),
        ],
        share: 8,
    },
    Culture {
        given: &[("太郎", "taro"), ("花子", "hanako"), ("さくら", "sakura"), ("健一", "kenichi"), ("ユミ", "yumi")],
        family: &[
            ("山田", "yamada"),
            ("佐藤", "sato"),
            ("鈴木", "suzuki"),
            ("髙橋", "takahashi"),
            ("渡邉", "watanabe"),
        ],
        order: NameOrder::FamilyFirst,
        towns: &[
            town!("大阪", "大阪府", "Japan", "JP", "Asia/Tokyo", "ja_JP", Japan),
            town!("札幌", "北海道", "Japan", "JP", "Asia/Tokyo", "ja_JP", Japan),
        ],
        share: 6,
    },
    Culture {
        given: &[("أحمد", "ahmad"), ("فاطمة", "fatima"), ("يوسف", "yusuf"), ("ليلى", "layla"), ("عمر", "omar")],
        family: &[("الحسن", "alhasan"), ("منصور", "mansour"), ("خوري", "khoury"), ("العطار", "alattar")],
        order: NameOrder::GivenFirst,
        towns: &[town!("القاهرة", "", "Egypt", "EG", "Africa/Cairo", "ar_EG", Egypt)],
        share: 4,
    },
    Culture {
        given: &[("נועה", "noa"), ("דוד", "david"), ("שירה", "shira"), ("אורי", "uri")],
        family: &[("לוי", "levi"), ("כהן", "cohen"), ("פרידמן", "friedman")],
        order: NameOrder::GivenFirst,
        towns: &[town!("חיפה", "", "Israel", "IL", "Asia/Jerusalem", "he_IL", Israel)],
        share: 4,
    },
];

/// Added to a name now and then.
pub static EMOJI: [&str; 6] = ["🌻", "👩🏽‍💻", "🇧🇷", "✨", "☕️", "👨‍👩‍👧‍👦"];

/// Made-up companies, on domains that nobody owns.
pub static COMPANIES: [(&str, &str); 10] = [
    ("Northwind Example", "northwind.example"),
    ("Doe & Daughters", "doe.example"),
    ("Globex Beispiel GmbH", "globex.example"),
    ("Ocean Tea House", "oceantea.example"),
    ("株式会社サンプル", "sample.example"),
    ("Câmara Exemplo", "camara.example"),
    ("Initech, \"Example\" Ltd", "initech.example"),
    ("Фабрика Пример", "fabrika.example"),
    ("Polar Logistics", "polar.example"),
    ("Umbrella Repairs", "repairs.example"),
];

/// Where private e-mail lives.
pub static MAIL_DOMAINS: [&str; 5] = ["mail.example", "example.com", "example.org", "post.example", "example.net"];

/// Labels or tags, stored lower-case.
pub static LABELS: [&str; 8] =
    ["vip", "new-lead", "billing", "refund", "wholesale", "beta", "newsletter", "do_not_call"];

/// People who look after contacts: id, name, user name.
pub static MANAGERS: [(&str, &str, &str); 4] = [
    ("mAwAgmNndK7SHnQ89", "Jane", "jane"),
    ("q7RZkT2xEoLw9sHfD", "Tomás Rey", "tomas.rey"),
    ("eJ5cYb8uNtGvX3mKa", "Mei Tan", "mei"),
    ("u4HsWd6pQzBfL1nCi", "Oksana", "oksana"),
];

/// Values of the custom field `plan`.
pub static PLANS: [&str; 4] = ["free", "silver", "gold", "platinum"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_add_up() {
        assert_eq!(CULTURES.iter().map(|culture| culture.share).sum::<u64>(), 100);
    }

    #[test]
    fn addresses_can_be_made_of_every_name() {
        let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
        for culture in CULTURES {
            assert!(culture.given.iter().chain(culture.family).all(|(_, ascii)| plain(ascii)));
        }
    }
}
