//! Rules of terms: what a rule must be so that it may be stored.

use super::context::TermsAccounts;
use super::limit::read_mint;
use super::parts::Reader;
use crate::bytes::{key_eq, u8_at, Key};
use crate::errors::ErrorCode;
use crate::layout::rule::{
    field, flags, operator, position, AccountConstraint, DataConstraint, HEAD, MAX_ACCOUNTS,
    MAX_DATA, MAX_POSITIONS, MODE_NATIVE, MODE_VAULT,
};
use crate::layout::{RuleView, NO_KEY};
use crate::programs::{is_reserved, ProgramKind};
use crate::refusal::{Refusal, Result};
use crate::typed;

/// Most values of `in`, most keys of a set.
const MAX_VALUES: usize = 16;

/// Reads one rule and walks to its end; returns it and its bytes. Refuses form only: `TermsMalformed`,
/// `TermsTooLarge`, `BadDiscriminator`, `FeatureRefused`.
pub(super) fn read<'a>(reader: &mut Reader<'a>) -> Result<(RuleView<'a>, &'a [u8])> {
    let bytes = reader.cursor.rest();
    let head = *reader.need(|c| c.array::<HEAD>())?;
    let mode = u8_at::<1, HEAD>(&head);
    let rule_flags = u8_at::<4, HEAD>(&head);
    if mode > MODE_NATIVE || rule_flags & !flags::KNOWN != 0 {
        return Err(Refusal::new(ErrorCode::TermsMalformed));
    }
    if mode != MODE_VAULT || rule_flags & (flags::PINNED | flags::CAP) != 0 {
        return Err(Refusal::new(ErrorCode::FeatureRefused));
    }
    if !matches!(u8_at::<8, HEAD>(&head), 1 | 4 | 8) {
        return Err(Refusal::new(ErrorCode::BadDiscriminator));
    }
    if u8_at::<9, HEAD>(&head) > MAX_DATA || u8_at::<10, HEAD>(&head) > MAX_POSITIONS {
        return Err(Refusal::new(ErrorCode::TermsTooLarge));
    }
    let malformed = || Refusal::new(ErrorCode::TermsMalformed);
    let rule = RuleView::read(bytes).ok_or_else(malformed)?;
    let mut data = rule.data_constraints();
    while data.step().map_err(|()| malformed())?.is_some() {}
    let mut positions = data.account_constraints();
    while positions.step().map_err(|()| malformed())?.is_some() {}
    let length = bytes.len().saturating_sub(positions.rest().len());
    let rest = length.saturating_sub(HEAD);
    reader.need(|c| c.slice(rest))?;
    Ok((rule, bytes.get(..length).ok_or_else(malformed)?))
}

/// Checks what a rule says. Refuses with the codes of the 6600 family.
pub(super) fn check(
    rule: &RuleView,
    keys: &[Key],
    vault: &Key,
    program_id: &Key,
    accounts: &impl TermsAccounts,
) -> Result<()> {
    let index = usize::from(rule.program());
    let program = keys
        .get(index)
        .ok_or_else(|| Refusal::new(ErrorCode::BadConstraint).key(index))?;
    if is_reserved(program, program_id) {
        return Err(Refusal::new(ErrorCode::ReservedProgram).key(index));
    }
    let kind = ProgramKind::of(program);
    if rule.kind() != Some(kind) {
        return Err(Refusal::new(ErrorCode::TermsMalformed));
    }
    let lengths: &[usize] = match kind {
        ProgramKind::Other => &[1, 4, 8],
        ProgramKind::System | ProgramKind::Stake => &[4],
        ProgramKind::Token | ProgramKind::Token2022 | ProgramKind::AssociatedToken => &[1],
    };
    if !lengths.contains(&rule.discriminator().len()) {
        return Err(Refusal::new(ErrorCode::BadDiscriminator));
    }
    let (min, max) = (rule.min_accounts(), rule.max_accounts());
    if min > max || max > MAX_ACCOUNTS {
        let refusal = Refusal::new(ErrorCode::BadConstraint);
        return Err(refusal.asked(u64::from(min)).left(u64::from(max)));
    }
    check_uses(rule)?;
    check_floor(rule, keys, accounts)?;
    check_constraints(rule, keys, vault, kind)
}

fn check_uses(rule: &RuleView) -> Result<()> {
    match rule.uses() {
        Some(uses) if uses.allowed == 0 => Err(Refusal::new(ErrorCode::BadUses)),
        Some(uses) if uses.spent != 0 => Err(Refusal::new(ErrorCode::TermsMalformed)),
        _ => Ok(()),
    }
}

fn check_floor(rule: &RuleView, keys: &[Key], accounts: &impl TermsAccounts) -> Result<()> {
    let Some(floor) = rule.floor() else {
        return Ok(());
    };
    if floor.give == floor.get || floor.min == 0 || floor.per == 0 {
        return Err(Refusal::new(ErrorCode::BadFloor));
    }
    for asset in [floor.give, floor.get] {
        if asset != NO_KEY {
            let index = usize::from(asset);
            let mint = keys.get(index).ok_or(Refusal::new(ErrorCode::BadFloor))?;
            read_mint(mint, accounts).map_err(|refusal| refusal.key(index))?;
        }
    }
    Ok(())
}

fn check_constraints(rule: &RuleView, keys: &[Key], vault: &Key, kind: ProgramKind) -> Result<()> {
    let malformed = || Refusal::new(ErrorCode::TermsMalformed);
    let mut data = rule.data_constraints();
    let mut index = 0usize;
    while let Some(constraint) = data.step().map_err(|()| malformed())? {
        if !data_is_valid(&constraint, keys.len()) {
            return Err(Refusal::new(ErrorCode::BadConstraint).data(index));
        }
        index = index.saturating_add(1);
    }
    let shape = typed::shape(kind, rule.discriminator());
    let mut bound = shape.and_then(|shape| shape.bound);
    let mut next_position = 0u8;
    let mut positions = data.account_constraints();
    while let Some(constraint) = positions.step().map_err(|()| malformed())? {
        let at = constraint.position;
        let bad = || Refusal::new(ErrorCode::BadConstraint).position(usize::from(at));
        if at < next_position || at >= rule.max_accounts() {
            return Err(bad());
        }
        next_position = at.saturating_add(1);
        if constraint.kind == position::POSITION_KEY {
            return Err(Refusal::new(ErrorCode::FeatureRefused).position(usize::from(at)));
        }
        if !account_is_valid(&constraint, keys, vault, kind) {
            return Err(bad());
        }
        if bound == Some(at)
            && matches!(
                constraint.kind,
                position::KEY | position::SET | position::VAULT
            )
        {
            bound = None;
        }
    }
    check_shape(rule, kind, shape, bound)
}

/// A rule of a typed program names an instruction of its decoder, states its exact number of accounts, and binds what
/// the decoder can't.
fn check_shape(
    rule: &RuleView,
    kind: ProgramKind,
    shape: Option<typed::Shape>,
    unbound: Option<u8>,
) -> Result<()> {
    if kind == ProgramKind::Other {
        return Ok(());
    }
    let unsafe_rule = Refusal::new(ErrorCode::UnsafeRule);
    let Some(shape) = shape else {
        return Err(unsafe_rule);
    };
    if rule.flags() & flags::UNBOUND != 0 {
        return Err(unsafe_rule);
    }
    if rule.min_accounts() != shape.accounts || rule.max_accounts() != shape.accounts {
        return Err(unsafe_rule
            .asked(u64::from(rule.max_accounts()))
            .left(u64::from(shape.accounts)));
    }
    match unbound {
        Some(at) => Err(unsafe_rule.position(usize::from(at))),
        None => Ok(()),
    }
}

fn data_is_valid(constraint: &DataConstraint, keys: usize) -> bool {
    let kind = constraint.kind & !field::FROM_END;
    let length = constraint.payload.len();
    let (width, valid) = match (kind, constraint.operator) {
        (field::KEY, op) => {
            let known = constraint
                .payload
                .iter()
                .all(|index| usize::from(*index) < keys);
            let count = match op {
                operator::EQ | operator::NE => length == 1,
                operator::IN => (1..=MAX_VALUES).contains(&length),
                _ => false,
            };
            (32, known && count)
        }
        (field::BYTES, operator::EQ | operator::NE) => (length, length > 0),
        (field::U8 | field::U16 | field::U32 | field::U64 | field::I64, op) => {
            let width = field::width(kind).unwrap_or(1);
            let values = length.checked_div(width).unwrap_or(0);
            let count = match op {
                operator::EQ..=operator::GE => values == 1,
                operator::IN => (1..=MAX_VALUES).contains(&values),
                operator::MASK => values == 2 && kind != field::I64,
                _ => false,
            };
            (width, count && values.saturating_mul(width) == length)
        }
        _ => return false,
    };
    // A field that begins less than its width before the end is never there.
    let reachable =
        constraint.kind & field::FROM_END == 0 || usize::from(constraint.offset) >= width;
    valid && reachable
}

fn account_is_valid(
    constraint: &AccountConstraint,
    keys: &[Key],
    vault: &Key,
    kind: ProgramKind,
) -> bool {
    // The vault must be said as "vault", so that a reader sees where it signs.
    let names = |index: &u8| {
        keys.get(usize::from(*index))
            .is_some_and(|key| !key_eq(key, vault))
    };
    let mint = |index: u8| index == NO_KEY || usize::from(index) < keys.len();
    match (constraint.kind, constraint.payload) {
        (position::KEY, [index]) => names(index),
        (position::SET, indices) => {
            (1..=MAX_VALUES).contains(&indices.len()) && indices.iter().all(names)
        }
        (position::VAULT | position::ANY, []) => true,
        (position::VAULT_TOKEN, [index]) => mint(*index),
        (position::OWNER_TOKEN, [wallet, index]) => names(wallet) && mint(*index),
        // Accounts of the typed programs are never "program owned".
        (position::PROGRAM_OWNED, []) => kind == ProgramKind::Other,
        _ => false,
    }
}
