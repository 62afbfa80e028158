//! Anchor's error enum, from the engine's list: the IDL and the engine can't disagree.

use anchor_lang::prelude::*;

macro_rules! anchor_errors {
    ($(($name:ident, $number:tt, $message:tt))*) => {
        /// Every named refusal of the program; numbers and messages are the engine's.
        #[error_code(offset = 0)]
        pub enum ValetkeyError {
            $(#[doc = $message] #[msg($message)] $name = $number,)*
        }
    };
}

valetkey_engine::for_each_error!(anchor_errors);
