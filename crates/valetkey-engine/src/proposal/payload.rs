//! The payload of each kind of proposal: its form is checked when the proposal is sealed.

use crate::bytes::{Cursor, Key};
use crate::errors::ErrorCode;
use crate::layout::proposal::Kind;
use crate::layout::ProposalView;
use crate::owners::Owners;
use crate::plan::Plan;
use crate::refusal::{Refusal, Result};
use crate::terms::session_size;

/// Where the bitmap of keys by account stands in terms.
const TERMS_BITMAP: usize = 25;
/// The rule byte of an owners' plan.
const NO_RULE: u8 = 255;

/// What a proposal of kind 0 carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GrantPayload<'a> {
    /// Random number that names the grant.
    pub grant_id: u64,
    /// The key that will sign during the session.
    pub session_key: &'a Key,
    /// The terms, without keys by account.
    pub terms: &'a [u8],
}

impl<'a> GrantPayload<'a> {
    /// Reads the payload of a grant. Refuses with `WrongProposalKind` or `ProposalMalformed`.
    pub fn read(proposal: &ProposalView<'a>) -> Result<Self> {
        let mut cursor = start(proposal, Kind::Grant)?;
        let grant_id = cursor.u64().ok_or_else(malformed)?;
        let session_key = cursor.array().ok_or_else(malformed)?;
        let terms = cursor.rest();
        Ok(Self {
            grant_id,
            session_key,
            terms,
        })
    }
}

/// What a proposal of kind 1 carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RenewalPayload<'a> {
    /// The session.
    pub session: &'a Key,
    /// Its revision, as the owners saw it.
    pub revision: u32,
    /// The new terms, without keys by account.
    pub terms: &'a [u8],
}

impl<'a> RenewalPayload<'a> {
    /// Reads the payload of a renewal. Refuses with `WrongProposalKind` or `ProposalMalformed`.
    pub fn read(proposal: &ProposalView<'a>) -> Result<Self> {
        let mut cursor = start(proposal, Kind::Renewal)?;
        let session = cursor.array().ok_or_else(malformed)?;
        let revision = cursor.u32().ok_or_else(malformed)?;
        let terms = cursor.rest();
        Ok(Self {
            session,
            revision,
            terms,
        })
    }
}

/// What a proposal of kind 2 carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnersPayload<'a>(pub Owners<'a>);

impl<'a> OwnersPayload<'a> {
    /// Reads the payload of a change of owners. Refuses with `WrongProposalKind` or `ProposalMalformed`; whether the owners
    /// are good ones is for [`Owners::check`].
    pub fn read(proposal: &ProposalView<'a>) -> Result<Self> {
        Self::parse(start(proposal, Kind::Owners)?).ok_or_else(malformed)
    }

    fn parse(mut cursor: Cursor<'a>) -> Option<Self> {
        let threshold = cursor.u8()?;
        let timelock = cursor.u32()?;
        let count = usize::from(cursor.u8()?);
        let keys = cursor.records(count)?;
        cursor.rest().is_empty().then_some(Self(Owners {
            threshold,
            timelock,
            keys,
        }))
    }
}

/// What proposals of kinds 3 and 4 carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlanPayload<'a> {
    /// sha256 of the ordered addresses of the act's accounts, from index 1 on.
    pub keys_hash: &'a Key,
    /// The owners' plan.
    pub plan: Plan<'a>,
}

impl<'a> PlanPayload<'a> {
    /// Reads the payload of an owners' plan or of a recovery, whichever `kind` says. Refuses with `WrongProposalKind`,
    /// `ProposalMalformed`, or as [`Plan::parse`] does.
    pub fn read(proposal: &ProposalView<'a>, kind: Kind) -> Result<Self> {
        let mut cursor = start(proposal, kind)?;
        let keys_hash = cursor.array().ok_or_else(malformed)?;
        let plan = Plan::parse(cursor.rest())?;
        Ok(Self { keys_hash, plan })
    }
}

/// Checks the form of the payload, as far as its bytes alone tell; `config_key` and `vault` are those of the config. Refuses
/// with `ProposalMalformed`, or with the codes of terms, owners and plans.
pub fn check_payload(proposal: &ProposalView, config_key: &Key, vault: &Key) -> Result<()> {
    match proposal.kind() {
        Kind::Grant => check_terms(GrantPayload::read(proposal)?.terms),
        Kind::Renewal => check_terms(RenewalPayload::read(proposal)?.terms),
        Kind::Owners => OwnersPayload::read(proposal)?.0.check(config_key, vault),
        kind => check_plan(PlanPayload::read(proposal, kind)?.plan),
    }
}

/// Terms in a proposal hold all their keys: nobody who enacts it chooses one.
fn check_terms(terms: &[u8]) -> Result<()> {
    session_size(terms)?;
    let bitmap = terms.get(TERMS_BITMAP..).and_then(<[u8]>::first_chunk::<4>);
    if bitmap == Some(&[0; 4]) {
        Ok(())
    } else {
        Err(malformed().offset(TERMS_BITMAP))
    }
}

fn check_plan(plan: Plan) -> Result<()> {
    for (inner, number) in plan.iter().zip(0_u8..) {
        if inner.rule != NO_RULE {
            let refusal = Refusal::new(ErrorCode::RuleOutOfRange);
            return Err(refusal.inner(number).rule(inner.rule));
        }
    }
    Ok(())
}

fn start<'a>(proposal: &ProposalView<'a>, kind: Kind) -> Result<Cursor<'a>> {
    if proposal.kind() == kind {
        return Ok(Cursor::new(proposal.payload()));
    }
    Err(Refusal::new(ErrorCode::WrongProposalKind)
        .asked(kind.byte().into())
        .left(proposal.kind().byte().into()))
}

#[cold]
#[inline(never)]
fn malformed() -> Refusal {
    Refusal::new(ErrorCode::ProposalMalformed)
}
