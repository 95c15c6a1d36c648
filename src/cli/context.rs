//! What every command is handed: environment, streams, clock, configuration; and how a profile becomes a source.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::config::{Config, ConfigError, ConfigErrorKind, Defaults, Env, Profile, SecretSource, Wanted, secret};
use crate::http::{Auth, Clock, HttpConfig, Network, PlainDialect, Proxies, Trace};
use crate::mirror::{DatabaseKey, MirrorError, MirrorSource, Mode, Store};
use crate::model::{Contact, Text};
use crate::sandbox::{Sandbox, SandboxOptions};
use crate::source::Source;
use crate::source::walk::WalkOptions;
use crate::term::Term;
use crate::vendor::Access;

use super::args::GlobalArgs;
use super::failure::{ErrorFormat, Failure, FailureKind};
use super::place::{self, Place};

/// How old the mirror may be under `source = "auto"`.
const FRESH: Duration = Duration::from_mins(5);

/// What every command is handed.
pub struct Context {
    /// The environment as it was at the start.
    pub env: Env,
    /// The streams.
    pub term: Term,
    /// The options of every command.
    pub globals: GlobalArgs,
    /// Time, sleep and chance.
    pub clock: Arc<dyn Clock>,
    /// Is told what happens on the wire.
    pub trace: Arc<dyn Trace>,
    config: Config,
    config_error: Option<ConfigError>,
    runtime: Option<tokio::runtime::Runtime>,
    demo: RefCell<Option<Sandbox>>,
    /// The key of the mirror, once it was needed.
    mirror_key: OnceCell<Result<DatabaseKey, Failure>>,
    failures: Cell<u32>,
    report: Option<Place>,
    reported: Cell<bool>,
    clashed: Cell<bool>,
}

/// The sources that a query asks, and the profiles that could not be opened.
pub struct Opened {
    /// In the order they were named.
    pub sources: Vec<Arc<dyn Source>>,
    /// Why the others cannot be asked.
    pub failures: Vec<Failure>,
    /// The profiles that were wanted.
    pub profiles: Vec<Profile>,
    /// `page_size` of the profiles that have one, by name.
    pub page_sizes: BTreeMap<String, u32>,
    /// When they were opened.
    pub at: jiff::Timestamp,
}

impl Opened {
    /// The contact's page at its vendor, if it is known.
    pub fn web_url(&self, contact: &Contact) -> Option<String> {
        self.sources.iter().find(|source| source.profile() == contact.profile.as_str())?.web_url(contact)
    }

    /// How many profiles were wanted.
    pub fn wanted(&self) -> usize {
        self.sources.len() + self.failures.len()
    }
}

impl Context {
    /// How hard a walk may try.
    pub fn walk_options(&self) -> WalkOptions {
        let options = WalkOptions::default();
        WalkOptions { concurrency: self.globals.concurrency.map_or(options.concurrency, usize::from), ..options }
    }

    /// A context over a loaded configuration; one that could not be read is told when a profile is wanted.
    pub fn new(
        env: Env,
        term: Term,
        globals: GlobalArgs,
        clock: Arc<dyn Clock>,
        trace: Arc<dyn Trace>,
        config: Result<Config, ConfigError>,
        threads: Threads,
    ) -> Result<Self, Failure> {
        let mut builder = match threads {
            Threads::One => tokio::runtime::Builder::new_current_thread(),
            Threads::Two => {
                let mut builder = tokio::runtime::Builder::new_multi_thread();
                builder.worker_threads(2);
                builder
            }
        };
        let runtime = builder
            .enable_all()
            .build()
            .map_err(|error| Failure::new(FailureKind::Unexpected, format!("cannot start: {error}")))?;
        let (config, config_error) = match config {
            Ok(config) => (config, None),
            Err(error) => (Config::default(), Some(error)),
        };
        let report = globals.report.as_deref().map(|path| Place::of(path, "--report")).transpose()?;
        let demo = RefCell::new(None);
        let context = Self {
            env,
            term,
            globals,
            clock,
            trace,
            config,
            config_error,
            runtime: Some(runtime),
            demo,
            mirror_key: OnceCell::new(),
            failures: Cell::new(0),
            report,
            reported: Cell::new(false),
            clashed: Cell::new(false),
        };
        context.check_distinct(&[])?;
        Ok(context)
    }

    /// Where the report goes, if one is wanted.
    pub fn report(&self) -> Option<&Place> {
        self.report.as_ref()
    }

    /// The report was written.
    pub fn set_reported(&self) {
        self.reported.set(true);
    }

    /// Whether a report is wanted that nobody wrote.
    pub fn owes_report(&self) -> bool {
        self.report.is_some() && !self.reported.get() && !self.clashed()
    }

    /// Whether one file was named for two things, so that nothing may be written to it.
    pub fn clashed(&self) -> bool {
        self.clashed.get()
    }

    /// That these files, each with the option that named it, are other files than the report and the trace.
    pub fn check_distinct(&self, named: &[(&str, &Path)]) -> Result<(), Failure> {
        let trace = self.globals.trace.as_deref().map(|path| Place::of(path, "--trace")).transpose()?;
        let own = [("--report", self.report.as_ref()), ("--trace", trace.as_ref())];
        let own = own.into_iter().filter_map(|(option, place)| Some((option, place?.as_file()?)));
        place::check_distinct(&named.iter().copied().chain(own).collect::<Vec<_>>()).inspect_err(|_| {
            self.clashed.set(true);
        })
    }

    /// Runs a future to its end.
    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
        self.runtime.as_ref().expect("the runtime lives as long as the context").block_on(future)
    }

    /// The configuration, if it can be read.
    pub fn config(&self) -> Result<&Config, Failure> {
        match &self.config_error {
            None => Ok(&self.config),
            Some(error) => Err(error.clone().into()),
        }
    }

    /// What `[defaults]` says.
    pub fn defaults(&self) -> &Defaults {
        &self.config.defaults
    }

    /// Where the configuration says that the mirror's key is kept, if the mirror is to be encrypted.
    pub fn mirror_key(&self) -> Option<&SecretSource> {
        self.config.mirror_key.as_ref()
    }

    /// The mirror's key, or why it cannot be had: asked for once.
    pub fn once_mirror_key(
        &self,
        fetch: impl FnOnce() -> Result<DatabaseKey, Failure>,
    ) -> Result<DatabaseKey, Failure> {
        self.mirror_key.get_or_init(fetch).clone()
    }

    /// Says a line to the person, unless they want quiet, or a program reads the errors as JSON.
    pub fn say(&self, line: &str) {
        if !self.globals.quiet && self.globals.error_format != Some(ErrorFormat::Json) {
            self.term.say(line);
        }
    }

    /// Tells a failure on stderr.
    pub fn tell(&self, failure: &Failure) {
        self.failures.set(self.failures.get() + 1);
        self.term.write_err(failure.line(self.globals.error_format.unwrap_or(ErrorFormat::Text)).as_bytes());
    }

    /// The profiles that are wanted, with those that cannot be asked.
    pub fn profiles(&self) -> Result<(Vec<Profile>, Vec<Failure>), Failure> {
        if self.globals.demo {
            return self.demo_profiles().map(|profiles| (profiles, Vec::new()));
        }
        let wanted = if self.globals.all_profiles { Wanted::All } else { Wanted::Named(&self.globals.profiles) };
        let selection = self.config()?.select(wanted, &self.env)?;
        for warning in &selection.warnings {
            self.say(&format!("warning: {warning}"));
        }
        Ok((selection.profiles, selection.broken.into_iter().map(Failure::from).collect()))
    }

    /// The profile called `name`, if it is configured as it should be.
    pub fn configured(&self, name: &str) -> Option<Profile> {
        if self.globals.demo {
            return self.demo_profiles().ok()?.into_iter().find(|profile| profile.name == name);
        }
        self.config().ok()?.profile(name).ok()?.as_ref().ok().cloned()
    }

    /// The profiles of the sandbox inside this process, which is started if need be.
    fn demo_profiles(&self) -> Result<Vec<Profile>, Failure> {
        let mut demo = self.demo.borrow_mut();
        if demo.is_none() {
            let options = SandboxOptions { now: self.clock.now(), ..SandboxOptions::default() };
            let sandbox = self.block_on(crate::sandbox::start(options)).map_err(|error| {
                Failure::new(FailureKind::Unexpected, format!("cannot serve the sandbox on loopback: {error}"))
            })?;
            *demo = Some(sandbox);
        }
        let sandbox = demo.as_ref().expect("the sandbox was started above");
        let all = super::demo::profiles(sandbox)?;
        let wanted: Vec<&str> =
            self.globals.profiles.iter().map(String::as_str).filter(|name| !name.is_empty()).collect();
        for name in &wanted {
            if !all.iter().any(|profile| profile.name == *name) {
                let names: Vec<&str> = all.iter().map(|profile| profile.name.as_str()).collect();
                let failure = Failure::new(FailureKind::NotFound, format!("no profile called `{name}` in the demo"));
                return Err(failure.hint(format!("it has {}", names.join(", "))));
            }
        }
        if wanted.is_empty() {
            return Ok(all);
        }
        Ok(wanted.iter().filter_map(|name| all.iter().find(|profile| profile.name == *name).cloned()).collect())
    }

    /// Opens the wanted profiles, each at its vendor or in the mirror; one that cannot be opened is a failure of its own.
    pub fn open(&self) -> Result<Opened, Failure> {
        self.open_for(&[])
    }

    /// [`Self::open`] to be asked for these labels, which not every mirror knows.
    pub fn open_for(&self, labels: &[Text]) -> Result<Opened, Failure> {
        self.open_each(|profile| match self.mirrored(profile, labels)? {
            Some(mirror) => Ok(mirror),
            None => self.open_profile(profile),
        })
    }

    /// Opens the wanted profiles at their vendors.
    pub fn open_vendors(&self) -> Result<Opened, Failure> {
        self.open_each(|profile| self.open_profile(profile))
    }

    /// The profile's mirror, where that is to answer and knows `labels`.
    fn mirrored(&self, profile: &Profile, labels: &[Text]) -> Result<Option<Arc<dyn Source>>, Failure> {
        let by_default = if self.globals.demo { None } else { self.defaults().source };
        let (must, max_age) = match (self.globals.local, self.globals.max_age, by_default) {
            (true, ..) => (true, None),
            (false, Some(max_age), _) => (false, Some(max_age)),
            (false, None, Some("local")) => (true, None),
            (false, None, Some("auto")) => (false, Some(FRESH)),
            _ => return Ok(None),
        };
        let path = super::store::path(self)?;
        let key = match super::store::key(self, Mode::Read) {
            Ok(key) => key,
            Err(failure) if must => return Err(failure.of(&profile.name, profile.vendor.name)),
            Err(failure) => return Ok(self.without_mirror(profile, &failure.message)),
        };
        let opened = Store::open_telling(&path, Mode::Read, key.as_ref(), &|| super::store::say_long(self));
        match opened.and_then(|store| MirrorSource::new(store, &profile.name, profile.vendor.name, profile.server())) {
            Ok(mirror) => {
                let as_of = mirror.as_of();
                let age = as_of.map(|as_of| self.clock.now().duration_since(as_of));
                // A clock that went back makes no copy younger than it was.
                let fresh =
                    max_age.is_none_or(|most| age.is_some_and(|age| !age.is_negative() && age.unsigned_abs() <= most));
                match super::local::check_labels(self, &mirror, labels) {
                    Err(failure) if must => Err(failure),
                    known => Ok((fresh && known.is_ok()).then(|| Arc::new(mirror) as Arc<dyn Source>)),
                }
            }
            Err(error) if must => {
                let empty = matches!(error, MirrorError::Missing { .. } | MirrorError::NoProfile { .. });
                let mut failure = Failure::from_source(&error.into(), &profile.name, profile.vendor.name);
                if empty {
                    failure.hints = vec![format!("contacts sync -p {}   fills the mirror", profile.name)];
                }
                Err(failure)
            }
            Err(error @ MirrorError::WrongKey { .. }) => Ok(self.without_mirror(profile, &error.to_string())),
            Err(_) => Ok(None),
        }
    }

    /// Says why the vendor is asked instead: nothing else would tell that a mirror whose key is not to be had never answers.
    fn without_mirror(&self, profile: &Profile, why: &str) -> Option<Arc<dyn Source>> {
        self.say(&format!("warning: {}: the mirror cannot answer: {why}", profile.name));
        None
    }

    fn open_each(&self, open: impl Fn(&Profile) -> Result<Arc<dyn Source>, Failure>) -> Result<Opened, Failure> {
        let (profiles, mut failures) = self.profiles()?;
        let mut sources = Vec::new();
        for profile in &profiles {
            match open(profile) {
                Ok(source) => sources.push(source),
                Err(failure) => failures.push(failure),
            }
        }
        if sources.is_empty() && failures.len() == 1 {
            return Err(failures.remove(0));
        }
        let page_sizes =
            profiles.iter().filter_map(|profile| Some((profile.name.clone(), profile.page_size?))).collect();
        Ok(Opened { sources, failures, profiles, page_sizes, at: self.clock.now() })
    }

    /// Opens one profile; sends nothing.
    pub fn open_profile(&self, profile: &Profile) -> Result<Arc<dyn Source>, Failure> {
        self.open_profile_traced(profile, Arc::clone(&self.trace))
    }

    /// Opens one profile and has `trace` told what happens on the wire.
    pub fn open_profile_traced(&self, profile: &Profile, trace: Arc<dyn Trace>) -> Result<Arc<dyn Source>, Failure> {
        let secrets = secret::resolve(profile, &self.env)?;
        let http = HttpConfig {
            profile: profile.name.clone(),
            base_url: profile.base_url.clone(),
            auth: Auth::None,
            dialect: Arc::new(PlainDialect),
            timeout: self.globals.timeout.unwrap_or(profile.timeout),
            max_retries: self.globals.max_retries.unwrap_or(profile.max_retries),
            max_wait: self.globals.max_wait.unwrap_or(profile.max_wait),
            ca_file: profile.ca_file.clone(),
            network: self.network(),
            state_dir: self.state_dir(),
            clock: Arc::clone(&self.clock),
            trace,
        };
        let access = Access { profile: profile.name.clone(), settings: profile.settings.clone(), secrets, http };
        (profile.vendor.open)(access)
            .map(Arc::from)
            .map_err(|error| Failure::from_source(&error, &profile.name, profile.vendor.name))
    }

    /// What the environment says of the network; the demo stays on this machine.
    fn network(&self) -> Network {
        let path = |name| self.env.os(name).map(PathBuf::from);
        let proxies = if self.globals.demo { Proxies::None } else { Proxies::System };
        Network { cert_file: path("SSL_CERT_FILE"), cert_dir: path("SSL_CERT_DIR"), proxies }
    }

    /// Where processes of this user share what they know; nothing is shared in the demo.
    fn state_dir(&self) -> Option<PathBuf> {
        if self.globals.demo { None } else { self.env.state_dir() }
    }
}

impl Drop for Context {
    /// Ends at once: a name server that does not answer must not keep the program from its exit.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// How many threads a command needs: a short query is quickest on one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Threads {
    /// One.
    One,
    /// Two: pages are decoded while others are written.
    Two,
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        let kind = match error.kind {
            ConfigErrorKind::Config => FailureKind::Config,
            ConfigErrorKind::Usage => FailureKind::Usage,
            ConfigErrorKind::NotFound => FailureKind::NotFound,
            ConfigErrorKind::Secret => FailureKind::Auth,
        };
        Self {
            hints: error.hints,
            profile: error.profile,
            vendor: error.vendor.map(ToOwned::to_owned),
            ..Self::new(kind, error.message)
        }
    }
}
