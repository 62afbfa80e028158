//! Position keys: addresses of the session that sign where its rules mark it, and nowhere else.

use pinocchio::{
    cpi::{Seed, Signer},
    AccountView,
};
use valetkey_engine::{
    errors::ErrorCode,
    key_eq,
    layout::{
        rule::position,
        session::{flags, SessionView},
    },
    plan::{Inner, PositionKey},
    programs::SYSTEM,
    refusal::{Refusal, Result},
};

use super::outer::Outer;
use crate::{
    calls::{call_signed, CallSpace, VaultSigner},
    runtime::sha256,
    views::{is_same, key, owner},
};

/// Most position keys of a plan.
const MAX_KEYS: usize = 8;
/// First seed of a position key.
const SEED: &[u8] = b"fresh";
/// What the runtime hashes behind the seeds and the program of each derived address.
const MARKER: &[u8] = b"ProgramDerivedAddress";

/// Checks the plan's list: the terms allow position keys, and each is an account of this session, System's and without data.
#[inline(never)]
pub fn check_position_keys(outer: Outer, session: SessionView) -> Result<()> {
    let Some(first) = outer.position_keys.first() else {
        return Ok(());
    };
    let refusal = Refusal::new(ErrorCode::PositionKeyRefused);
    if session.flags() & flags::POSITION_KEYS == 0 {
        return Err(refusal.outer(PositionKey::read(first).account.into()));
    }
    if outer.position_keys.len() > MAX_KEYS {
        let asked = outer.position_keys.len() as u64;
        return Err(refusal.asked(asked).left(MAX_KEYS as u64));
    }
    for entry in outer.position_keys {
        let index = usize::from(PositionKey::read(entry).account);
        let known = outer.views.get(index);
        if !known.is_some_and(|view| is_empty(view) && is_derived(view, outer.session, entry)) {
            return Err(refusal.outer(index));
        }
    }
    Ok(())
}

fn is_empty(view: &AccountView) -> bool {
    key_eq(owner(view), &SYSTEM) && view.is_data_empty()
}

/// Whether the address comes from the session, number and bump of the list. Nobody has the secret of such an address, so that no
/// outer signature can stand for it; that it lies off the curve is the runtime's to check when it signs.
fn is_derived(view: &AccountView, session: &AccountView, entry: &[u8; 4]) -> bool {
    let [_, number_and_bump @ ..] = entry;
    let parts = [
        SEED,
        key(session),
        number_and_bump,
        crate::ID.as_array(),
        MARKER,
    ];
    key_eq(key(view), &sha256(&parts))
}

/// Runs one inner instruction in which position keys sign beside the vault, where its rule marks them.
#[inline(never)]
pub fn call_marked<'a>(
    outer: Outer<'a>,
    session: SessionView,
    inner: Inner,
    signer: &VaultSigner,
    space: &mut CallSpace<'a>,
) -> Result<()> {
    let marked = marked_positions(&session, &inner)?;
    check_unmarked(outer.views, &inner, marked)?;

    let mut used: [&[u8; 4]; MAX_KEYS] = [&[0; 4]; MAX_KEYS];
    let stands = |entry: &&[u8; 4]| {
        let index = PositionKey::read(entry).account;
        let mut accounts = inner.accounts.iter().enumerate();
        accounts.any(|(at, account)| *account == index && is_marked(marked, at))
    };
    let mut count = 0_usize;
    let listed = outer.position_keys.iter().filter(stands);
    for (place, entry) in used.iter_mut().zip(listed) {
        *place = entry;
        count = count.saturating_add(1);
    }
    let seeds = used.map(|[_, number_low, number_high, bump]| {
        [
            Seed::from(SEED),
            Seed::from(key(outer.session).as_slice()),
            Seed::from(core::slice::from_ref(number_low)),
            Seed::from(core::slice::from_ref(number_high)),
            Seed::from(core::slice::from_ref(bump)),
        ]
    });
    let signers: [Signer; MAX_KEYS + 1] = core::array::from_fn(|at| {
        let key = at.checked_sub(1).and_then(|at| seeds.get(at));
        key.map_or_else(|| Signer::from(signer.seeds()), Signer::from)
    });
    let signers = signers.get(..=count).unwrap_or_default();
    let mut position = 0_usize;
    let signs = |view: &AccountView| {
        let at = position;
        position = position.saturating_add(1);
        is_same(view, signer.vault) || is_marked(marked, at)
    };
    call_signed(outer.views, &inner, signers, signs, space)
}

/// Bit i: the rule marks position i as a position key's. A rule has at most 61 positions.
fn marked_positions(session: &SessionView, inner: &Inner) -> Result<u64> {
    let unreadable = |()| Refusal::new(ErrorCode::NotASession);
    let mut data = session.rule(inner.rule)?.data_constraints();
    while data.step().map_err(unreadable)?.is_some() {}
    let mut positions = data.account_constraints();
    let mut marked = 0_u64;
    while let Some(constraint) = positions.step().map_err(unreadable)? {
        if constraint.kind == position::POSITION_KEY {
            marked |= 1_u64.checked_shl(constraint.position.into()).unwrap_or(0);
        }
    }
    Ok(marked)
}

fn is_marked(marked: u64, at: usize) -> bool {
    let shift = u32::try_from(at).unwrap_or(u32::MAX);
    marked.checked_shr(shift).unwrap_or(0) & 1 == 1
}

/// The runtime gives an account that stands twice in an instruction the privileges of both: a position key that signs stands
/// nowhere else in it.
fn check_unmarked(views: &[AccountView], inner: &Inner, marked: u64) -> Result<()> {
    if marked == 0 {
        return Ok(());
    }
    let view = |index: &u8| views.get(usize::from(*index));
    let standing = || inner.accounts.iter().enumerate();
    for (at, index) in standing().filter(|(at, _)| !is_marked(marked, *at)) {
        let mut signing = standing().filter(|(other, _)| is_marked(marked, *other));
        let twice = signing.any(|(_, other)| match (view(index), view(other)) {
            (Some(one), Some(other)) => is_same(one, other),
            _ => false,
        });
        if twice {
            return Err(Refusal::new(ErrorCode::PositionKeyRefused).position(at));
        }
    }
    Ok(())
}
