//! Caps: the sum of one unsigned argument of a rule's instructions.

use crate::layout::rule::field;

/// The argument that a cap counts: `offset` bytes from the start of the instruction data, or from its end when `kind` says
/// so. `None` when bytes are missing, or the kind isn't an unsigned number.
///
/// ```
/// use valetkey_engine::{caps::argument, layout::rule::field};
/// assert_eq!(argument(1, field::U16, &[9, 2, 1]), Some(258));
/// assert_eq!(argument(2, field::U16 | field::FROM_END, &[9, 2, 1]), Some(258));
/// assert_eq!(argument(2, field::U16, &[9, 2, 1]), None);
/// ```
pub fn argument(offset: u16, kind: u8, data: &[u8]) -> Option<u64> {
    let offset = usize::from(offset);
    let start = if kind & field::FROM_END != 0 {
        data.len().checked_sub(offset)?
    } else {
        offset
    };
    let rest = data.get(start..)?;
    Some(match kind & !field::FROM_END {
        field::U8 => u64::from(*rest.first()?),
        field::U16 => u64::from(u16::from_le_bytes(*rest.first_chunk()?)),
        field::U32 => u64::from(u32::from_le_bytes(*rest.first_chunk()?)),
        field::U64 => u64::from_le_bytes(*rest.first_chunk()?),
        _ => return None,
    })
}
