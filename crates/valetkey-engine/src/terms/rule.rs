//! Rules of terms: what a rule must be so that it may be stored.

use super::context::{Ground, TermsAccounts};
use super::limit::read_mint;
use super::parts::{self, Reader};
use crate::bytes::{key_eq, u8_at};
use crate::errors::ErrorCode;
use crate::layout::rule::{
    field, flags, operator, position, AccountConstraint, DataConstraint, HEAD, MAX_ACCOUNTS,
    MAX_DATA, MAX_POSITIONS, MODE_NATIVE,
};
use crate::layout::{RuleView, NO_KEY};
use crate::mint::HOOK_EXTENSION;
use crate::programs::{is_reserved, ProgramKind};
use crate::refusal::{Refusal, Result};
use crate::typed;

/// Most values of `in`, most keys of a set.
const MAX_VALUES: usize = 16;

/// Reads one rule and walks to its end; returns it and its bytes. Refuses form only: `TermsMalformed`,
/// `TermsTooLarge`, `BadDiscriminator`.
pub(super) fn read<'a>(reader: &mut Reader<'a>) -> Result<(RuleView<'a>, &'a [u8])> {
    let bytes = reader.cursor.rest();
    let rule = open(reader, bytes)?;
    let mut data = rule.data_constraints();
    while data.step().map_err(unreadable)?.is_some() {}
    let mut positions = data.account_constraints();
    while positions.step().map_err(unreadable)?.is_some() {}
    Ok((rule, take(reader, bytes, positions.rest())?))
}

/// Reads one rule, checks what it says, and returns its bytes. Refuses with the codes of the 6600 family.
#[inline(always)]
pub(super) fn check<'a>(
    reader: &mut Reader<'a>,
    ground: &Ground,
    accounts: &impl TermsAccounts,
) -> Result<&'a [u8]> {
    let bytes = reader.cursor.rest();
    let rule = open(reader, bytes)?;
    let kind = check_program(&rule, ground)?;
    let (min, max) = (rule.min_accounts(), rule.max_accounts());
    if min > max || max > MAX_ACCOUNTS {
        let refusal = Refusal::new(ErrorCode::BadConstraint);
        return Err(refusal.asked(u64::from(min)).left(u64::from(max)));
    }
    if rule.flags() & (flags::USES | flags::FLOOR | flags::PINNED | flags::CAP) != 0 {
        check_uses(&rule)?;
        check_floor(&rule, ground, accounts)?;
        check_pin(&rule, ground)?;
        check_cap(&rule)?;
    }
    check_mode(&rule, kind)?;
    let rest = check_constraints(&rule, ground, kind)?;
    take(reader, bytes, rest)
}

/// The rule at the start of `bytes`, its head checked for form.
#[inline(always)]
fn open<'a>(reader: &Reader, bytes: &'a [u8]) -> Result<RuleView<'a>> {
    let Some(head) = bytes.first_chunk::<HEAD>() else {
        return Err(parts::malformed(reader.offset()));
    };
    if u8_at::<1, HEAD>(head) > MODE_NATIVE || u8_at::<4, HEAD>(head) & !flags::KNOWN != 0 {
        return Err(refuse(ErrorCode::TermsMalformed));
    }
    if !matches!(u8_at::<8, HEAD>(head), 1 | 4 | 8) {
        return Err(refuse(ErrorCode::BadDiscriminator));
    }
    if u8_at::<9, HEAD>(head) > MAX_DATA || u8_at::<10, HEAD>(head) > MAX_POSITIONS {
        return Err(refuse(ErrorCode::TermsTooLarge));
    }
    match RuleView::read(bytes) {
        Some(rule) => Ok(rule),
        None => Err(refuse(ErrorCode::TermsMalformed)),
    }
}

/// Moves the reader behind a rule: what `bytes` hold before `rest`.
#[inline(always)]
fn take<'a>(reader: &mut Reader<'a>, bytes: &'a [u8], rest: &[u8]) -> Result<&'a [u8]> {
    reader.need(|c| c.slice(bytes.len().wrapping_sub(rest.len())))
}

#[inline(always)]
fn check_program(rule: &RuleView, ground: &Ground) -> Result<ProgramKind> {
    let index = usize::from(rule.program());
    let Some(program) = ground.keys.get(index) else {
        return Err(refuse(ErrorCode::BadConstraint).key(index));
    };
    let kind = ProgramKind::of(program);
    if kind == ProgramKind::Other && is_reserved(program, ground.program_id) {
        return Err(refuse(ErrorCode::ReservedProgram).key(index));
    }
    if rule.kind() != Some(kind) {
        return Err(refuse(ErrorCode::TermsMalformed));
    }
    let known = match (kind, rule.discriminator().len()) {
        (ProgramKind::Other, _) => true,
        (ProgramKind::System | ProgramKind::Stake, length) => length == 4,
        (_, length) => length == 1,
    };
    if known {
        Ok(kind)
    } else {
        Err(refuse(ErrorCode::BadDiscriminator))
    }
}

fn check_uses(rule: &RuleView) -> Result<()> {
    match rule.uses() {
        Some(uses) if uses.allowed == 0 => Err(Refusal::new(ErrorCode::BadUses)),
        Some(uses) if uses.spent != 0 => Err(Refusal::new(ErrorCode::TermsMalformed)),
        _ => Ok(()),
    }
}

fn check_floor(rule: &RuleView, ground: &Ground, accounts: &impl TermsAccounts) -> Result<()> {
    let Some(floor) = rule.floor() else {
        return Ok(());
    };
    if floor.give == floor.get || floor.min == 0 || floor.per == 0 {
        return Err(Refusal::new(ErrorCode::BadFloor));
    }
    for asset in [floor.give, floor.get] {
        if asset != NO_KEY {
            let index = usize::from(asset);
            let mint = ground
                .keys
                .get(index)
                .ok_or(Refusal::new(ErrorCode::BadFloor))?;
            read_mint(mint, ground.extensions, accounts).map_err(|refusal| refusal.key(index))?;
        }
    }
    Ok(())
}

/// The programdata account of a pin stands in the key table.
fn check_pin(rule: &RuleView, ground: &Ground) -> Result<()> {
    match rule.pin() {
        Some(pin) if usize::from(pin.programdata) >= ground.keys.len() => {
            Err(Refusal::new(ErrorCode::BadConstraint).key(usize::from(pin.programdata)))
        }
        _ => Ok(()),
    }
}

/// A cap is on an unsigned number that can be there, and allows something.
fn check_cap(rule: &RuleView) -> Result<()> {
    let Some(cap) = rule.cap() else {
        return Ok(());
    };
    let kind = cap.kind & !field::FROM_END;
    let width = match kind {
        field::U8 | field::U16 | field::U32 | field::U64 => field::width(kind),
        _ => None,
    };
    let valid = width.is_some_and(|width| is_reachable(cap.offset, cap.kind, width));
    if !valid || cap.total == 0 {
        return Err(Refusal::new(ErrorCode::BadConstraint).left(cap.total));
    }
    if cap.spent != 0 {
        return Err(Refusal::new(ErrorCode::TermsMalformed));
    }
    Ok(())
}

/// A native rule is judged by its own program, which knows no decoder, no floor and no pin.
fn check_mode(rule: &RuleView, kind: ProgramKind) -> Result<()> {
    let judged_here =
        kind != ProgramKind::Other || rule.flags() & (flags::FLOOR | flags::PINNED) != 0;
    if rule.mode() == MODE_NATIVE && judged_here {
        return Err(Refusal::new(ErrorCode::UnsafeRule));
    }
    Ok(())
}

/// Checks data and account constraints and the shape that the program asks for; returns what follows the rule.
#[inline(always)]
fn check_constraints<'a>(
    rule: &RuleView<'a>,
    ground: &Ground,
    kind: ProgramKind,
) -> Result<&'a [u8]> {
    let mut data = rule.data_constraints();
    let mut index = 0usize;
    while let Some(constraint) = data.step().map_err(unreadable)? {
        if !data_is_valid(&constraint, ground.keys.len()) {
            return Err(Refusal::new(ErrorCode::BadConstraint).data(index));
        }
        index = index.saturating_add(1);
    }
    let shape = typed::shape(kind, rule.discriminator());
    let mut to_bind = shape.map_or(&[] as &[u8], |shape| shape.bound);
    let mut next_position = 0u8;
    let mut positions = data.account_constraints();
    while let Some(constraint) = positions.step().map_err(unreadable)? {
        let at = constraint.position;
        let bad = || Refusal::new(ErrorCode::BadConstraint).position(usize::from(at));
        if at < next_position || at >= rule.max_accounts() {
            return Err(bad());
        }
        next_position = at.saturating_add(1);
        if !account_is_valid(&constraint, ground, kind) {
            return Err(bad());
        }
        if constraint.kind == position::POSITION_KEY {
            check_position_key(rule, ground)
                .map_err(|refusal| refusal.position(usize::from(at)))?;
        }
        if let [first, rest @ ..] = to_bind {
            if *first == at && binds(&constraint, shape) {
                to_bind = rest;
            }
        }
    }
    check_shape(rule, ground, kind, shape, to_bind.first())?;
    Ok(positions.rest())
}

/// A position key signs in `execute` alone, and only where the terms allow such keys.
fn check_position_key(rule: &RuleView, ground: &Ground) -> Result<()> {
    if ground.flags & parts::flags::POSITION_KEYS == 0 || rule.mode() == MODE_NATIVE {
        return Err(Refusal::new(ErrorCode::UnsafeRule));
    }
    Ok(())
}

/// Whether a constraint binds a position as the shape of its rule asks.
fn binds(constraint: &AccountConstraint, shape: Option<typed::Shape>) -> bool {
    match constraint.kind {
        position::KEY | position::SET => true,
        position::VAULT => shape.is_some_and(|shape| shape.bound_by_vault),
        _ => false,
    }
}

/// A rule of a typed program names an instruction of its decoder that the terms allow, states its exact number of accounts
/// (a transfer hook's may follow), and binds what the decoder can't.
fn check_shape(
    rule: &RuleView,
    ground: &Ground,
    kind: ProgramKind,
    shape: Option<typed::Shape>,
    unbound: Option<&u8>,
) -> Result<()> {
    if kind == ProgramKind::Other {
        return Ok(());
    }
    let unsafe_rule = Refusal::new(ErrorCode::UnsafeRule);
    let Some(shape) = shape else {
        return Err(unsafe_rule);
    };
    let needs_closes = shape.closes && ground.flags & parts::flags::CLOSES == 0;
    if needs_closes || rule.flags() & flags::UNBOUND != 0 {
        return Err(unsafe_rule);
    }
    let hook = shape.hook && ground.extensions & HOOK_EXTENSION != 0;
    if rule.min_accounts() < shape.accounts || !hook && rule.max_accounts() > shape.accounts {
        return Err(unsafe_rule
            .asked(u64::from(rule.max_accounts()))
            .left(u64::from(shape.accounts)));
    }
    match unbound {
        Some(at) => Err(unsafe_rule.position(usize::from(*at))),
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
    valid && is_reachable(constraint.offset, constraint.kind, width)
}

/// A field that begins less than its width before the end is never there.
fn is_reachable(offset: u16, kind: u8, width: usize) -> bool {
    kind & field::FROM_END == 0 || usize::from(offset) >= width
}

fn account_is_valid(constraint: &AccountConstraint, ground: &Ground, kind: ProgramKind) -> bool {
    let keys = ground.keys;
    // The vault must be said as "vault", so that a reader sees where it signs.
    let names = |index: &u8| {
        keys.get(usize::from(*index))
            .is_some_and(|key| !key_eq(key, ground.vault))
    };
    let mint = |index: u8| index == NO_KEY || usize::from(index) < keys.len();
    match (constraint.kind, constraint.payload) {
        (position::KEY, [index]) => names(index),
        (position::SET, indices) => {
            (1..=MAX_VALUES).contains(&indices.len()) && indices.iter().all(names)
        }
        (position::VAULT | position::ANY | position::POSITION_KEY, []) => true,
        (position::VAULT_TOKEN, [index]) => mint(*index),
        (position::OWNER_TOKEN, [wallet, index]) => names(wallet) && mint(*index),
        // Accounts of the typed programs are never "program owned".
        (position::PROGRAM_OWNED, []) => kind == ProgramKind::Other,
        _ => false,
    }
}

#[cold]
#[inline(never)]
fn unreadable((): ()) -> Refusal {
    refuse(ErrorCode::TermsMalformed)
}

#[cold]
#[inline(never)]
fn refuse(code: ErrorCode) -> Refusal {
    Refusal::new(code)
}
