//! Data constraints: arguments of an inner instruction.

use crate::bytes::{key_eq, Key};
use crate::errors::ErrorCode;
use crate::layout::rule::{field, operator, DataConstraint};
use crate::layout::{AccountConstraints, RuleView, SessionView};
use crate::refusal::{Refusal, Result};

/// Checks all data constraints of a rule and returns its account constraints. Refuses with `DataConstraintFailed`;
/// for a numeric field `asked` is its value and `left` the constraint's first value.
#[inline(always)]
pub(super) fn check<'a>(
    session: &SessionView<'a>,
    rule: &RuleView<'a>,
    data: &[u8],
) -> Result<AccountConstraints<'a>> {
    let mut constraints = rule.data_constraints();
    let mut index = 0usize;
    loop {
        match constraints.step() {
            Ok(Some(constraint)) => {
                if !holds(&constraint, data, session.keys()) {
                    // A copy, so that the compiler keeps the other one in registers.
                    let broken = constraint;
                    return Err(failed(&broken, data, index));
                }
            }
            Ok(None) => return Ok(constraints.account_constraints()),
            Err(()) => return Err(Refusal::new(ErrorCode::NotASession)),
        }
        index = index.wrapping_add(1);
    }
}

/// Whether a data constraint holds for instruction data. Missing bytes, unknown kinds and unknown operators make it
/// false, whatever the operator.
#[inline(always)]
pub fn holds(constraint: &DataConstraint, data: &[u8], keys: &[Key]) -> bool {
    // The usual one, told apart first.
    if constraint.kind == field::U64 {
        return number_holds(constraint, data, |bytes| u64::from_le_bytes(*bytes), true);
    }
    // A copy, so that the compiler keeps the other one in registers.
    let other = *constraint;
    other_holds(&other, data, keys)
}

#[inline(never)]
fn other_holds(constraint: &DataConstraint, data: &[u8], keys: &[Key]) -> bool {
    match constraint.kind & !field::FROM_END {
        field::KEY => key_holds(constraint, data, keys),
        field::BYTES => {
            let found = locate(constraint, data, constraint.payload.len());
            match constraint.operator {
                operator::EQ => found.is_some_and(|found| found == constraint.payload),
                operator::NE => found.is_some_and(|found| found != constraint.payload),
                _ => false,
            }
        }
        field::U8 => number_holds(
            constraint,
            data,
            |bytes: &[u8; 1]| u64::from(u8::from_le_bytes(*bytes)),
            true,
        ),
        field::U16 => number_holds(
            constraint,
            data,
            |bytes| u64::from(u16::from_le_bytes(*bytes)),
            true,
        ),
        field::U32 => number_holds(
            constraint,
            data,
            |bytes| u64::from(u32::from_le_bytes(*bytes)),
            true,
        ),
        field::U64 => number_holds(constraint, data, |bytes| u64::from_le_bytes(*bytes), true),
        // With its sign bit turned, unsigned comparison is that of `i64`.
        field::I64 => number_holds(
            constraint,
            data,
            |bytes| u64::from_le_bytes(*bytes) ^ (1 << 63),
            false,
        ),
        _ => false,
    }
}

/// The bytes of the field, when all of them are there.
#[inline(always)]
fn locate<'d>(constraint: &DataConstraint, data: &'d [u8], width: usize) -> Option<&'d [u8]> {
    let offset = usize::from(constraint.offset);
    let start = if constraint.kind & field::FROM_END != 0 {
        data.len().checked_sub(offset)?
    } else {
        offset
    };
    data.get(start..)?.get(..width)
}

#[inline(always)]
fn key_holds(constraint: &DataConstraint, data: &[u8], keys: &[Key]) -> bool {
    let Some(found) = locate(constraint, data, 32).and_then(|found| found.first_chunk::<32>())
    else {
        return false;
    };
    let is = |index: &u8| keys.get(usize::from(*index)).map(|key| key_eq(key, found));
    match (constraint.operator, constraint.payload) {
        (operator::EQ, [index]) => is(index) == Some(true),
        (operator::NE, [index]) => is(index) == Some(false),
        (operator::IN, indices) => indices.iter().any(|index| is(index) == Some(true)),
        _ => false,
    }
}

/// A number of `N` bytes; `read` makes it a word whose unsigned comparison is the field's.
#[inline(always)]
fn number_holds<const N: usize>(
    constraint: &DataConstraint,
    data: &[u8],
    read: impl Fn(&[u8; N]) -> u64,
    may_mask: bool,
) -> bool {
    let Some(found) = locate(constraint, data, N).and_then(|found| found.first_chunk::<N>()) else {
        return false;
    };
    let value = read(found);
    if constraint.operator == operator::IN {
        let (all, _) = constraint.payload.as_chunks::<N>();
        return all.iter().any(|one| read(one) == value);
    }
    let Some((bound, rest)) = constraint.payload.split_first_chunk::<N>() else {
        return false;
    };
    let bound = read(bound);
    match constraint.operator {
        operator::EQ => value == bound,
        operator::NE => value != bound,
        operator::LT => value < bound,
        operator::LE => value <= bound,
        operator::GT => value > bound,
        operator::GE => value >= bound,
        operator::MASK if may_mask => rest.first_chunk::<N>().map(&read) == Some(value & bound),
        _ => false,
    }
}

/// The number at the start of `bytes`, so that unsigned comparison is the kind's comparison: `i64` has its sign bit
/// turned.
#[inline(always)]
fn number(kind: u8, bytes: &[u8]) -> Option<u64> {
    Some(match kind {
        field::U8 => u64::from(*bytes.first()?),
        field::U16 => u64::from(u16::from_le_bytes(*bytes.first_chunk()?)),
        field::U32 => u64::from(u32::from_le_bytes(*bytes.first_chunk()?)),
        field::U64 => u64::from_le_bytes(*bytes.first_chunk()?),
        field::I64 => u64::from_le_bytes(*bytes.first_chunk()?) ^ (1 << 63),
        _ => return None,
    })
}

#[cold]
#[inline(never)]
fn failed(constraint: &DataConstraint, data: &[u8], index: usize) -> Refusal {
    let kind = constraint.kind & !field::FROM_END;
    let raw = |bytes: Option<&[u8]>| {
        let unsigned = if kind == field::I64 { field::U64 } else { kind };
        bytes.and_then(|bytes| number(unsigned, bytes)).unwrap_or(0)
    };
    let asked = raw(field::width(kind).and_then(|width| locate(constraint, data, width)));
    Refusal::new(ErrorCode::DataConstraintFailed)
        .data(index)
        .asked(asked)
        .left(raw(Some(constraint.payload)))
}
