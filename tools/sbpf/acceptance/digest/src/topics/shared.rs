//! Counted references and cells, atomic ones too: with one thread they are plain memory.
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::Arc;

use crate::digest::Digest;
use crate::inputs::Inputs;
use crate::random::Random;

#[inline(never)]
pub fn run(digest: &mut Digest, _: &mut Random, inputs: &Inputs) {
    let list = Rc::new(RefCell::new(vec![1u8, 2]));
    let same_list = Rc::clone(&list);
    same_list.borrow_mut().push(9);
    digest.u64(list.borrow().len() as u64 + Rc::strong_count(&list) as u64);

    let number = Arc::new(AtomicU64::new(inputs.p));
    let same_number = Arc::clone(&number);
    digest.u64(same_number.fetch_add(inputs.q, Ordering::SeqCst));
    digest.bool(number.compare_exchange(inputs.p, 3, Ordering::SeqCst, Ordering::Relaxed).is_ok());
    digest.u64(number.load(Ordering::SeqCst) ^ Arc::strong_count(&number) as u64);
}
