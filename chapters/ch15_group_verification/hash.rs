//! A hash that is the same on every machine and in every version, which `DefaultHasher` does
//! not promise.

/// FNV-1a, 64 bits wide.
///
/// After Fowler, Noll and Vo, *The FNV Non-Cryptographic Hash Algorithm* (RFC 9923).
#[derive(Clone, Copy, Debug)]
pub struct Fnv1a(u64);

impl Default for Fnv1a {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Fnv1a {
    /// Takes in more bytes.
    pub fn add(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    /// The hash of everything taken in so far.
    #[must_use]
    pub fn value(self) -> u64 {
        self.0
    }
}
