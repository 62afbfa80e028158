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
        bytes: [0; SIZE],
        start: SIZE,
    };
    if refusal.subject != SUBJECT_OFFSET && (refusal.asked | refusal.left) != 0 {
        line.field(b" left=", refusal.left);
        line.field(b" asked=", refusal.asked);
    }
    match refusal.subject {
        1 => line.index(b" limit=0", refusal.index),
        2 => line.index(b" position=0", refusal.index),
        3 => line.index(b" data=0", refusal.index),
        4 => line.index(b" min_receive=0", refusal.index),
        5 => line.index(b" account=0", refusal.index),
        6 => line.index(b" key=0", refusal.index),
        SUBJECT_OFFSET => line.field(b" offset=", refusal.asked),
        _ => {}
    }
    line.index(b" rule=0", refusal.rule);
    line.index(b" inner=0", refusal.inner);
    line.text(name(refusal.code).as_bytes());
    line.label(b"valetkey: ");
    log(line.bytes.get(line.start..).unwrap_or_default());
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

/// Longer than any line: the longest name, and each number at its greatest.
const SIZE: usize = 160;

/// A line of log, written from its end to its beginning: a number then needs no count of its digits first.
struct Line {
    bytes: [u8; SIZE],
    start: usize,
}

impl Line {
    /// Short texts of a known length become plain stores, without a call.
    #[inline(always)]
    fn label<const N: usize>(&mut self, text: &[u8; N]) {
        let taken = self.bytes.get_mut(..self.start);
        if let Some(place) = taken.and_then(|taken| taken.last_chunk_mut::<N>()) {
            *place = *text;
            self.start = self.start.wrapping_sub(N);
        }
    }

    fn text(&mut self, text: &[u8]) {
        let Some(start) = self.start.checked_sub(text.len()) else {
            return;
        };
        if let Some(place) = self.bytes.get_mut(start..self.start) {
            place.copy_from_slice(text);
            self.start = start;
        }
    }

    /// A label with its index, for which a `0` stands at the label's end.
    #[inline(always)]
    fn index<const N: usize>(&mut self, label: &[u8; N], index: u8) {
        let mut text = *label;
        match text.split_last_mut() {
            Some((digit, _)) if index < 10 => {
                *digit |= index;
                self.label(&text);
            }
            Some((_, label)) if index != NONE => {
                self.number(u64::from(index));
                self.text(label);
            }
            _ => {}
        }
    }

    #[inline(always)]
    fn field<const N: usize>(&mut self, label: &[u8; N], value: u64) {
        self.number(value);
        self.label(label);
    }

    /// Two digits at a time: half the divisions.
    #[inline(never)]
    fn number(&mut self, value: u64) {
        let (mut start, mut rest) = (self.start, value);
        while rest > 9 {
            let tens = rest / 10;
            let (last, before) = (rest % 10, tens % 10);
            rest = tens / 10;
            start = start.wrapping_sub(2);
            let place = self.bytes.get_mut(start..);
            let Some(place) = place.and_then(|place| place.first_chunk_mut()) else {
                return;
            };
            *place = [digit(before), digit(last)];
        }
        self.start = start;
        if rest != 0 || value == 0 {
            self.label(&[digit(rest)]);
        }
    }
}

/// A number below ten, as text.
#[inline(always)]
fn digit(value: u64) -> u8 {
    let [low, ..] = value.to_le_bytes();
    low | b'0'
}
