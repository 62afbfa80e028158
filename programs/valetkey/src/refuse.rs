//! How a refusal reaches the outside: one log line and 24 bytes of return data, the same for every instruction.

use anchor_lang::{error::Error, prelude::ProgramError};
use valetkey_engine::{
    errors::ErrorCode,
    refusal::{name, Refusal},
};

use crate::runtime::{log, set_return_data};

/// No index: the value that stands for "none" in a refusal.
const NONE: u8 = 255;
/// Subject of a refusal that names a byte offset (it stands in `asked`).
const SUBJECT_OFFSET: u8 = 7;

/// Logs the refusal and sets it as return data.
#[inline(never)]
pub fn report(refusal: &Refusal) {
    let mut line = Line {
        bytes: [0; 160],
        len: 0,
    };
    line.label(b"valetkey: ");
    line.text(name(refusal.code).as_bytes());
    line.index(b" inner=", refusal.inner);
    line.index(b" rule=", refusal.rule);
    match refusal.subject {
        1 => line.index(b" limit=", refusal.index),
        2 => line.index(b" position=", refusal.index),
        3 => line.index(b" data=", refusal.index),
        4 => line.index(b" min_receive=", refusal.index),
        5 => line.index(b" account=", refusal.index),
        6 => line.index(b" key=", refusal.index),
        SUBJECT_OFFSET => line.field(b" offset=", refusal.asked),
        _ => {}
    }
    if refusal.subject != SUBJECT_OFFSET && (refusal.asked != 0 || refusal.left != 0) {
        line.field(b" asked=", refusal.asked);
        line.field(b" left=", refusal.left);
    }
    log(line.bytes.get(..line.len).unwrap_or_default());
    set_return_data(&refusal.to_bytes());
}

/// Reports the refusal and turns it into what an Anchor handler returns.
pub fn refuse(refusal: Refusal) -> Error {
    report(&refusal);
    Error::from(ProgramError::Custom(refusal.code))
}

/// A refusal that needs no detail, as Anchor's error.
pub fn refuse_code(code: ErrorCode) -> Error {
    refuse(Refusal::new(code))
}

/// A line of text in a fixed buffer; what doesn't fit is cut.
struct Line {
    bytes: [u8; 160],
    len: usize,
}

impl Line {
    /// Short texts of a known length become plain stores, without a call.
    #[inline(always)]
    fn label<const N: usize>(&mut self, text: &[u8; N]) {
        let free = self
            .bytes
            .get_mut(self.len..)
            .and_then(|free| free.first_chunk_mut::<N>());
        if let Some(place) = free {
            *place = *text;
            self.len = self.len.saturating_add(N);
        }
    }

    fn text(&mut self, text: &[u8]) {
        let end = self.len.saturating_add(text.len());
        if let Some(place) = self.bytes.get_mut(self.len..end) {
            place.copy_from_slice(text);
            self.len = end;
        }
    }

    #[inline(always)]
    fn index<const N: usize>(&mut self, label: &[u8; N], index: u8) {
        if index != NONE {
            self.field(label, u64::from(index));
        }
    }

    #[inline(always)]
    fn field<const N: usize>(&mut self, label: &[u8; N], value: u64) {
        self.label(label);
        self.number(value);
    }

    #[inline(never)]
    fn number(&mut self, value: u64) {
        let (mut digits, mut rest) = (1_usize, value);
        while rest > 9 {
            rest /= 10;
            digits = digits.saturating_add(1);
        }
        let end = self.len.saturating_add(digits);
        let Some(places) = self.bytes.get_mut(self.len..end) else {
            return;
        };
        let mut rest = value;
        for place in places.iter_mut().rev() {
            let [digit, ..] = (rest % 10).to_le_bytes();
            *place = b'0'.wrapping_add(digit);
            rest /= 10;
        }
        self.len = end;
    }
}
