//! What a caller may demand before anything runs.

use core::mem::MaybeUninit;

use valetkey_engine::{
    errors::ErrorCode,
    key_eq,
    layout::SessionView,
    once,
    plan::{flags, ExecuteArgs},
    refusal::{Refusal, Result},
};

use super::{
    fee::{check_fee, Payment},
    outer::Outer,
    position_keys::check_position_keys,
};
use crate::{runtime::sha256, views};

/// Most accounts that `keys_hash` covers: all that a transaction can lock.
const MAX_HASHED: usize = 64;
/// The hash begins with the vault: what comes before is bound by the session itself.
const FIRST_HASHED: usize = 3;

/// What the arguments of an execute hold before its plan, checked.
pub struct Demands<'a> {
    pub args: ExecuteArgs<'a>,
    /// State of the `once` numbers to be written, when the call has one.
    pub once: Option<(u64, u128)>,
    /// The fee to be paid after the plan.
    pub payment: Option<Payment>,
}

impl<'a> Demands<'a> {
    /// Reads them into `place`, and checks grant id, sequence number, keys hash, fee and position keys.
    #[inline(never)]
    pub fn read(
        args: &'a [u8],
        session: &SessionView,
        outer: &mut Outer<'a>,
        place: &'a mut MaybeUninit<Self>,
    ) -> Result<&'a Self> {
        let args = ExecuteArgs::parse(args)?;
        let once = check_guards(&args, session, outer)?;
        let payment = match args.fee {
            Some(fee) => Some(check_fee(fee, *session, *outer)?),
            None => None,
        };
        if args.flags & flags::POSITION_KEYS != 0 {
            outer.position_keys = args.raw_position_keys();
            check_position_keys(*outer, *session)?;
        }
        Ok(place.write(Self {
            args,
            once,
            payment,
        }))
    }
}

/// Checks grant id, sequence number and keys hash. Returns the `once` state to be written, when the call has a number.
fn check_guards(
    args: &ExecuteArgs,
    session: &SessionView,
    outer: &Outer,
) -> Result<Option<(u64, u128)>> {
    if let Some(grant) = args.grant.filter(|grant| *grant != session.grant_id()) {
        return Err(Refusal::new(ErrorCode::GrantMismatch)
            .asked(grant)
            .left(session.grant_id()));
    }
    let accept = |number| {
        let (highest, map) = session.once();
        once::accept(highest, map, number)
    };
    let once = args.once.map(accept).transpose()?;
    if let Some(seq) = args.seq.filter(|seq| *seq != session.seq()) {
        return Err(Refusal::new(ErrorCode::SeqMismatch)
            .asked(seq)
            .left(session.seq()));
    }
    if let Some(expected) = args.keys_hash {
        if !key_eq(expected, &keys_hash(outer)) {
            return Err(Refusal::new(ErrorCode::KeysHashMismatch));
        }
    }
    Ok(once)
}

/// sha256 of the ordered addresses from the vault on.
#[inline(never)]
fn keys_hash(outer: &Outer) -> [u8; 32] {
    let mut parts: [&[u8]; MAX_HASHED] = [&[]; MAX_HASHED];
    let addresses = outer.views.iter().skip(FIRST_HASHED);
    let mut count = 0_usize;
    for (part, view) in parts.iter_mut().zip(addresses) {
        *part = views::key(view);
        count = count.saturating_add(1);
    }
    sha256(parts.get(..count).unwrap_or_default())
}
