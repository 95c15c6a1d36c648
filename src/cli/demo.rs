//! The profiles of the sandbox inside this process.

use url::Url;

use crate::config::{Origin, Profile, SecretSource};
use crate::sandbox::Sandbox;
use crate::vendor::vendor;

use super::failure::{Failure, FailureKind};

/// The sandbox's four profiles, as if a file named them.
pub fn profiles(sandbox: &Sandbox) -> Result<Vec<Profile>, Failure> {
    let broken = |what: &str| Failure::new(FailureKind::Unexpected, format!("the sandbox names {what}"));
    sandbox
        .profiles()
        .into_iter()
        .map(|made| {
            let spec = vendor(made.vendor).ok_or_else(|| broken("a vendor that does not exist"))?;
            let base_url = Url::parse(&made.base_url).map_err(|_| broken("a URL that is none"))?;
            let mut profile = Profile::new(made.name, spec, base_url, Origin::Demo);
            profile.settings = made.settings;
            for key in spec.keys {
                if let Some(secret) = made.secrets.get(key.name) {
                    profile.secrets.insert(key.name, SecretSource::Plain(secret.clone()));
                }
            }
            Ok(profile)
        })
        .collect()
}
