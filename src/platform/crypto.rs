//! Temporary: replaced on merge.
#[derive(Debug, thiserror::Error)]
#[error("x")]
pub struct SealError;
/// x
pub struct Keyring;
impl Keyring {
    /// x
    pub fn seal(&self, _c: &str, plain: &[u8]) -> Result<String, SealError> {
        Ok(String::from_utf8_lossy(plain).into_owned())
    }
    /// x
    pub fn open(&self, _c: &str, sealed: &str) -> Result<Vec<u8>, SealError> {
        Ok(sealed.as_bytes().to_vec())
    }
    /// x
    pub fn seal_json<T: serde::Serialize>(&self, _c: &str, v: &T) -> Result<String, SealError> {
        serde_json::to_string(v).map_err(|_e| SealError)
    }
    /// x
    pub fn open_json<T: serde::de::DeserializeOwned>(
        &self,
        _c: &str,
        s: &str,
    ) -> Result<T, SealError> {
        serde_json::from_str(s).map_err(|_e| SealError)
    }
}
impl Keyring {
    /// x
    pub fn mark(&self, _p: &str, t: &str) -> String {
        t.to_owned()
    }
}
