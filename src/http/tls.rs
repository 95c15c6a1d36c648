//! Which servers are believed: those of the system's roots, of `SSL_CERT_FILE`, and of the profile's `ca_file`.
//!
//! Roots are read when the first certificate is to be checked and no earlier, in stages: reading all of the system's
//! costs milliseconds, and plain HTTP needs none. A later stage is only asked when the earlier ones know no issuer.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{ClientConfig, WebPkiServerVerifier, verify_server_name};
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, OtherError, RootCertStore, SignatureScheme};

use super::{HttpError, HttpErrorKind, Network};

/// How TLS is spoken; `ca_file` is read at once, so that a bad one is told before anything is sent.
pub(super) fn client_config(ca_file: Option<&Path>, network: &Network) -> Result<ClientConfig, HttpError> {
    let own = ca_file.map(read_ca_file).transpose()?.unwrap_or_default();
    let provider = Arc::new(ring::default_provider());
    let verifier = StagedVerifier {
        algorithms: provider.signature_verification_algorithms,
        own,
        network: network.clone(),
        stages: [const { OnceLock::new() }; STAGES.len()],
        provider: Arc::clone(&provider),
    };
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| HttpError::new(HttpErrorKind::Config, error.to_string()))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

fn read_ca_file(path: &Path) -> Result<Vec<CertificateDer<'static>>, HttpError> {
    let bad = |why: String| HttpError {
        hint: Some("`ca_file` names a file of certificates in PEM form (`-----BEGIN CERTIFICATE-----`)".to_owned()),
        ..HttpError::new(HttpErrorKind::Config, format!("`ca_file` `{}` cannot be used: {why}", path.display()))
    };
    let text = std::fs::read(path).map_err(|error| bad(error.to_string()))?;
    let certificates = CertificateDer::pem_slice_iter(&text)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| bad(format!("it is not PEM ({error})")))?;
    if certificates.is_empty() {
        return Err(bad("it holds no certificate".to_owned()));
    }
    let mut store = RootCertStore::empty();
    for certificate in &certificates {
        store.add(certificate.clone()).map_err(|error| bad(error.to_string()))?;
    }
    Ok(certificates)
}

/// Where roots come from, in the order in which they are asked.
#[derive(Clone, Copy)]
enum Stage {
    /// The profile's `ca_file`.
    Own,
    /// `SSL_CERT_FILE`.
    File,
    /// What the system trusts.
    System,
    /// `SSL_CERT_DIR`.
    Folder,
    /// Folders of single certificates, which a system's bundle may lag behind.
    Folders,
}

const STAGES: [Stage; 5] = [Stage::Own, Stage::File, Stage::System, Stage::Folder, Stage::Folders];

type Check = Arc<dyn ServerCertVerifier>;

/// Asks the stages one after another.
#[derive(Debug)]
struct StagedVerifier {
    provider: Arc<CryptoProvider>,
    algorithms: WebPkiSupportedAlgorithms,
    own: Vec<CertificateDer<'static>>,
    network: Network,
    stages: [OnceLock<Option<Check>>; STAGES.len()],
}

impl StagedVerifier {
    fn stage(&self, stage: Stage) -> Option<&Check> {
        let make = || match stage {
            Stage::Own | Stage::File | Stage::Folder => self.check(self.added(stage)),
            Stage::System => self.system(),
            Stage::Folders => self.folders(),
        };
        self.stages[stage as usize].get_or_init(make).as_ref()
    }

    /// What a person added, of one stage.
    fn added(&self, stage: Stage) -> Vec<CertificateDer<'static>> {
        match stage {
            Stage::Own => self.own.clone(),
            Stage::File => self.network.cert_file.iter().flat_map(|file| read_file(file)).collect(),
            Stage::Folder => self.network.cert_dir.iter().flat_map(|folder| read_folder(folder)).collect(),
            Stage::System | Stage::Folders => Vec::new(),
        }
    }

    /// Believes a server's certificate that was itself added, though it calls itself an authority, as those do that
    /// `openssl req -x509` makes. `error` is what else is wrong with it: its dates were found good before that.
    fn believe_itself(
        &self,
        stage: Stage,
        end_entity: &CertificateDer<'_>,
        server_name: &ServerName<'_>,
        error: &Error,
    ) -> Option<Result<ServerCertVerified, Error>> {
        let Error::InvalidCertificate(CertificateError::Other(OtherError(why))) = error else { return None };
        if why.to_string() != "CaUsedAsEndEntity" || !self.added(stage).contains(end_entity) {
            return None;
        }
        let named = ParsedCertificate::try_from(end_entity).and_then(|parsed| verify_server_name(&parsed, server_name));
        Some(named.map(|()| ServerCertVerified::assertion()))
    }

    /// A check against `certificates`, of which unreadable ones are left out; `None` if none is left.
    fn check(&self, certificates: Vec<CertificateDer<'static>>) -> Option<Check> {
        let mut store = RootCertStore::empty();
        store.add_parsable_certificates(certificates);
        let builder = WebPkiServerVerifier::builder_with_provider(Arc::new(store), Arc::clone(&self.provider));
        builder.build().ok().map(|verifier| verifier as Check)
    }

    #[cfg(any(windows, target_vendor = "apple"))]
    fn system(&self) -> Option<Check> {
        let verifier = rustls_platform_verifier::Verifier::new(Arc::clone(&self.provider)).ok()?;
        Some(Arc::new(verifier))
    }

    #[cfg(any(windows, target_vendor = "apple"))]
    #[expect(clippy::unused_self, reason = "elsewhere it reads folders")]
    fn folders(&self) -> Option<Check> {
        None
    }

    #[cfg(not(any(windows, target_vendor = "apple")))]
    fn system(&self) -> Option<Check> {
        let bundle = BUNDLES.iter().map(Path::new).find(|path| path.exists())?;
        // `SSL_CERT_FILE` often names this very file, which was asked already.
        let asked = self.network.cert_file.as_deref() == Some(bundle);
        if asked { None } else { self.check(read_file(bundle)) }
    }

    #[cfg(not(any(windows, target_vendor = "apple")))]
    fn folders(&self) -> Option<Check> {
        let asked = self.network.cert_dir.as_deref();
        let folders = FOLDERS.iter().map(Path::new).filter(|folder| Some(*folder) != asked);
        self.check(folders.flat_map(read_folder).collect())
    }
}

/// Where Unix systems keep all their roots in one file.
#[cfg(not(any(windows, target_vendor = "apple")))]
const BUNDLES: [&str; 8] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
    "/usr/local/etc/ssl/cert.pem",
    "/usr/local/share/certs/ca-root-nss.crt",
    "/data/data/com.termux/files/usr/etc/tls/cert.pem",
];

/// Where Unix systems keep their roots one by one.
#[cfg(not(any(windows, target_vendor = "apple")))]
const FOLDERS: [&str; 4] =
    ["/etc/ssl/certs", "/etc/pki/tls/certs", "/usr/local/etc/openssl/certs", "/etc/openssl/certs"];

/// The certificates of a file that can be read; a stage is no place to fail.
fn read_file(path: &Path) -> Vec<CertificateDer<'static>> {
    let text = std::fs::read(path).unwrap_or_default();
    CertificateDer::pem_slice_iter(&text).filter_map(Result::ok).collect()
}

fn read_folder(path: &Path) -> Vec<CertificateDer<'static>> {
    let Ok(entries) = std::fs::read_dir(path) else { return Vec::new() };
    entries
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|file| file.is_file())
        .flat_map(|file| read_file(&file))
        .collect()
}

impl ServerCertVerifier for StagedVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let mut told = None;
        for stage in STAGES {
            let Some(check) = self.stage(stage) else { continue };
            match check.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now) {
                Ok(verified) => return Ok(verified),
                Err(error) if let Some(believed) = self.believe_itself(stage, end_entity, server_name, &error) => {
                    return believed;
                }
                Err(error) if told.as_ref().is_none_or(is_unknown_issuer) => told = Some(error),
                Err(_) => {}
            }
        }
        Err(told.unwrap_or_else(|| Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(NoRoots))))))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        rustls::crypto::verify_tls12_signature(message, certificate, signature, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        rustls::crypto::verify_tls13_signature(message, certificate, signature, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

/// Whether nothing more telling is known than that no stage knows the issuer.
fn is_unknown_issuer(error: &Error) -> bool {
    matches!(error, Error::InvalidCertificate(CertificateError::UnknownIssuer))
}

/// Neither the system nor the configuration holds a single root.
#[derive(Debug, thiserror::Error)]
#[error("this machine has no certificate authorities installed")]
struct NoRoots;
