//! The four profiles of a sandbox, as configuration file and as values.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::net::SocketAddr;

use secrecy::{ExposeSecret, SecretString};

use super::{Direction, Settings, Vendor, secrets};

/// A profile that leads to the sandbox.
#[derive(Clone, Debug)]
pub struct DemoProfile {
    /// As `demo-rocketchat`.
    pub name: String,
    /// As `rocketchat`.
    pub vendor: &'static str,
    /// As `http://127.0.0.1:4711/rocketchat`.
    pub base_url: String,
    /// Keys that are no secrets.
    pub settings: BTreeMap<String, String>,
    /// Secrets by key; made up, worth nothing elsewhere.
    pub secrets: BTreeMap<String, SecretString>,
}

/// Keys and values.
type Pairs = &'static [(&'static str, &'static str)];

/// The profiles of the sandbox at `addr`.
pub fn profiles(addr: SocketAddr, settings: Settings) -> Vec<DemoProfile> {
    Vendor::ALL.into_iter().map(|vendor| profile(vendor, addr, settings)).collect()
}

fn profile(vendor: Vendor, addr: SocketAddr, settings: Settings) -> DemoProfile {
    let (plain, secret): (Pairs, Pairs) = match vendor {
        Vendor::Rocketchat => (&[("user_id", secrets::ROCKETCHAT_USER)], &[("auth_token", secrets::ROCKETCHAT_TOKEN)]),
        Vendor::Livedesk => (
            if settings.direction == Direction::Prefix { &[("direction_style", "prefix")] } else { &[] },
            &[("api_key", secrets::LIVEDESK_KEY), ("api_secret", secrets::LIVEDESK_SECRET)],
        ),
        Vendor::Chatbotx => (&[], &[("token", secrets::CHATBOTX_TOKEN)]),
        Vendor::Chatwoot => (&[("account_id", "1")], &[("token", secrets::CHATWOOT_TOKEN)]),
    };
    DemoProfile {
        name: format!("demo-{vendor}"),
        vendor: vendor.name(),
        base_url: format!("http://{addr}/{vendor}"),
        settings: plain.iter().map(|&(key, value)| (key.to_owned(), value.to_owned())).collect(),
        secrets: secret.iter().map(|&(key, value)| (key.to_owned(), SecretString::from(value))).collect(),
    }
}

/// The profiles as a configuration file.
pub fn config_toml(profiles: &[DemoProfile]) -> String {
    let mut toml =
        String::from("# The profiles of `contacts sandbox`. Its secrets are made up and open nothing else.\n");
    writeln!(toml, "default_profile = \"demo-rocketchat\"").expect("a string takes what is written");
    for profile in profiles {
        let mut line = |key: &str, value: &str| {
            let number = key == "account_id";
            let quoted = if number { value.to_owned() } else { format!("\"{value}\"") };
            writeln!(toml, "{key} = {quoted}").expect("a string takes what is written");
        };
        let table = format!("\n[profiles.{}]\nvendor", profile.name);
        line(&table, profile.vendor);
        line("base_url", &profile.base_url);
        profile.settings.iter().for_each(|(key, value)| line(key, value));
        profile.secrets.iter().for_each(|(key, value)| line(key, value.expose_secret()));
    }
    toml
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_configuration_holds_every_key() {
        let toml = config_toml(&profiles("127.0.0.1:4711".parse().unwrap(), Settings::default()));
        let parsed: toml::Table = toml.parse().unwrap();
        let woot = &parsed["profiles"]["demo-chatwoot"];
        assert_eq!(woot["account_id"].as_integer(), Some(1));
        assert_eq!(woot["base_url"].as_str(), Some("http://127.0.0.1:4711/chatwoot"));
        assert_eq!(parsed["profiles"].as_table().unwrap().len(), 4);
        assert!(parsed["profiles"]["demo-livedesk"]["api_secret"].as_str().unwrap().starts_with("sandbox-"));
    }
}
