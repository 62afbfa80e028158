//! The arguments of a grant and of a renewal: Borsh, read in place.

use valetkey_engine::{
    bytes::Cursor,
    errors::ErrorCode,
    refusal::{Refusal, Result},
    Key,
};

/// What `grant_session` names beside its accounts.
pub struct GrantArgs<'a> {
    /// Random number that names the grant.
    pub grant_id: u64,
    /// Epoch of the config that the owners saw.
    pub epoch: u64,
    /// How the owners and the terms follow.
    pub signed: SignedTerms<'a>,
}

/// What `renew_session` names beside its accounts.
pub struct RenewArgs<'a> {
    /// Epoch of the config that the owners saw.
    pub epoch: u64,
    /// Revision of the session that the owners saw.
    pub revision: u32,
    /// How the owners and the terms follow.
    pub signed: SignedTerms<'a>,
}

/// Terms that owners sign for.
pub struct SignedTerms<'a> {
    /// How many of the first remaining accounts are owners.
    pub owners: u8,
    /// sha256 of the ordered addresses from index 1 on, where a lookup table must not choose them.
    pub keys_hash: Option<&'a Key>,
    /// The terms.
    pub terms: &'a [u8],
}

impl<'a> GrantArgs<'a> {
    /// Reads the arguments.
    ///
    /// # Errors
    /// `TermsMalformed`, `asked` = where they end too early, or begin to be too many, in bytes after the discriminator.
    pub fn parse(args: &'a [u8]) -> Result<Self> {
        let mut cursor = Cursor::new(args);
        let parts = (cursor.u64(), cursor.u64());
        let (Some(grant_id), Some(epoch)) = parts else {
            return Err(malformed(args, &cursor));
        };
        Ok(Self {
            grant_id,
            epoch,
            signed: SignedTerms::parse(args, cursor)?,
        })
    }
}

impl<'a> RenewArgs<'a> {
    /// Reads the arguments.
    ///
    /// # Errors
    /// As [`GrantArgs::parse`].
    pub fn parse(args: &'a [u8]) -> Result<Self> {
        let mut cursor = Cursor::new(args);
        let parts = (cursor.u64(), cursor.u32());
        let (Some(epoch), Some(revision)) = parts else {
            return Err(malformed(args, &cursor));
        };
        Ok(Self {
            epoch,
            revision,
            signed: SignedTerms::parse(args, cursor)?,
        })
    }
}

impl<'a> SignedTerms<'a> {
    #[inline(always)]
    fn parse(args: &'a [u8], mut cursor: Cursor<'a>) -> Result<Self> {
        Self::read(&mut cursor)
            .filter(|_| cursor.rest().is_empty())
            .ok_or_else(|| malformed(args, &cursor))
    }

    #[inline(always)]
    fn read(cursor: &mut Cursor<'a>) -> Option<Self> {
        let owners = cursor.u8()?;
        let keys_hash = match cursor.u8()? {
            0 => None,
            1 => Some(cursor.array()?),
            _ => return None,
        };
        let length = usize::try_from(cursor.u32()?).ok()?;
        let terms = cursor.slice(length)?;
        Some(Self {
            owners,
            keys_hash,
            terms,
        })
    }
}

#[cold]
fn malformed(args: &[u8], cursor: &Cursor) -> Refusal {
    let read = args.len().saturating_sub(cursor.rest().len());
    Refusal::new(ErrorCode::TermsMalformed).offset(read)
}
