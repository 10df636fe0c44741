//! Certificates for servers over TLS, made at test time.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use tempfile::TempDir;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// A certificate authority and a server certificate signed by it.
pub(super) struct Identity {
    config: Arc<ServerConfig>,
    ca_file: PathBuf,
    _directory: TempDir,
}

impl Identity {
    /// Makes both, the latter for `names`, `localhost` and 127.0.0.1.
    pub(super) fn new(names: &[&str]) -> Self {
        let ca_key = KeyPair::generate().expect("ring makes keys");
        let mut ca = CertificateParams::default();
        ca.distinguished_name
            .push(DnType::CommonName, "test authority");
        ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        ca.key_usages = vec![
            KeyUsagePurpose::KeyCertSign,
            KeyUsagePurpose::DigitalSignature,
        ];
        let ca_certificate = ca.self_signed(&ca_key).expect("the parameters are sound");
        let issuer = Issuer::new(ca, ca_key);

        let mut all: Vec<String> = names.iter().map(ToString::to_string).collect();
        all.extend(["localhost".to_owned(), "127.0.0.1".to_owned()]);
        let key = KeyPair::generate().expect("ring makes keys");
        let mut leaf = CertificateParams::new(all).expect("the names are host names");
        leaf.use_authority_key_identifier_extension = true;
        let certificate = leaf
            .signed_by(&key, &issuer)
            .expect("the parameters are sound");

        let directory = TempDir::new().expect("a temporary directory can be made");
        let ca_file = directory.path().join("ca.pem");
        std::fs::write(&ca_file, ca_certificate.pem()).expect("the directory is writable");
        let private_key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("ring offers the default versions")
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], private_key)
            .expect("the key belongs to the certificate");
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Self {
            config: Arc::new(config),
            ca_file,
            _directory: directory,
        }
    }

    /// What turns a connection into one over TLS.
    pub(super) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::clone(&self.config))
    }

    /// The authority's certificate as PEM.
    pub(super) fn ca_file(&self) -> &Path {
        &self.ca_file
    }
}
