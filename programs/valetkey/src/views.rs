//! Reading and writing accounts on the raw path.

use pinocchio::AccountView;
use valetkey_engine::Key;

/// The address.
#[inline(always)]
pub fn key(view: &AccountView) -> &Key {
    view.address().as_array()
}

/// The owner program, as it is now.
#[inline(always)]
pub fn owner(view: &AccountView) -> &Key {
    view.owner().as_array()
}

/// The data, as they are now: take it anew after each CPI, which may have changed the length.
#[inline(always)]
pub fn data(view: &AccountView) -> &[u8] {
    // SAFETY: the view points to a runtime account followed by its data. Nothing in this program writes through `data_mut`
    // while such a slice is in use, and none is kept across a CPI that gets the account.
    unsafe { view.borrow_unchecked() }
}

/// The data, to be written.
///
/// # Safety
/// No other slice of this account's data may be in use while the returned one is.
#[inline(always)]
#[allow(
    clippy::mut_from_ref,
    reason = "views are handles to memory of the runtime"
)]
pub unsafe fn data_mut(view: &AccountView) -> &mut [u8] {
    let pointer = view.data_ptr().cast_mut();
    // SAFETY: as for `data`; the runtime's memory is writable, and the caller has the only slice.
    unsafe { core::slice::from_raw_parts_mut(pointer, view.data_len()) }
}

/// Whether two views are of one account: the runtime keeps each account once, however often it is passed.
#[inline(always)]
pub fn is_same(a: &AccountView, b: &AccountView) -> bool {
    core::ptr::eq(a.account_ptr(), b.account_ptr())
}
