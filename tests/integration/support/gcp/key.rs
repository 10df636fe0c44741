//! RSA keys, made at test time: no key lies in the repository.

use std::sync::OnceLock;

use rsa::pkcs1v15::{Signature, VerifyingKey};
use rsa::pkcs8::{EncodePrivateKey as _, LineEnding};
use rsa::rand_core::OsRng;
use rsa::sha2::Sha256;
use rsa::signature::Verifier as _;
use rsa::{RsaPrivateKey, RsaPublicKey};

/// The id of the key that all service accounts share.
pub(super) const ID: &str = "0123456789abcdef0123456789abcdef01234567";

/// One key for the whole process, since making one takes a moment.
fn shared() -> &'static RsaPrivateKey {
    static KEY: OnceLock<RsaPrivateKey> = OnceLock::new();
    KEY.get_or_init(make)
}

fn make() -> RsaPrivateKey {
    RsaPrivateKey::new(&mut OsRng, 2048).expect("a key of this size can be made")
}

fn pem(key: &RsaPrivateKey) -> String {
    key.to_pkcs8_pem(LineEnding::LF)
        .expect("a key can be encoded")
        .to_string()
}

/// The private key of every service account, in PEM as PKCS#8, as Google hands it out.
pub(super) fn private_pem() -> String {
    pem(shared())
}

/// A private key that belongs to no service account.
pub(super) fn foreign_pem() -> String {
    static KEY: OnceLock<String> = OnceLock::new();
    KEY.get_or_init(|| pem(&make())).clone()
}

/// Whether `signature` over `text` was made with the service accounts' key (RS256, RFC 7518
/// section 3.3).
pub(super) fn verifies(text: &str, signature: &[u8]) -> bool {
    let key = VerifyingKey::<Sha256>::new(RsaPublicKey::from(shared()));
    Signature::try_from(signature)
        .is_ok_and(|signature| key.verify(text.as_bytes(), &signature).is_ok())
}
