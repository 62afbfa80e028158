"""Syscalls by name, and the hash that sBPF calls them by."""

import struct

_MASK = 0xFFFFFFFF

# What a program may leave undefined: the loader of the chain knows these.
NAMES = """
abort sol_panic_ sol_memcpy_ sol_memmove_ sol_memset_ sol_memcmp_
sol_log_ sol_log_64_ sol_log_pubkey sol_log_compute_units_ sol_log_data
sol_invoke_signed_rust sol_invoke_signed_c sol_create_program_address sol_try_find_program_address
sol_sha256 sol_keccak256 sol_blake3 sol_poseidon sol_secp256k1_recover
sol_get_clock_sysvar sol_get_rent_sysvar sol_get_epoch_schedule_sysvar sol_get_sysvar
sol_get_epoch_rewards_sysvar sol_get_last_restart_slot sol_get_fees_sysvar
sol_set_return_data sol_get_return_data sol_get_stack_height sol_get_processed_sibling_instruction
sol_alloc_free_ sol_curve_validate_point sol_curve_group_op sol_curve_multiscalar_mul
sol_alt_bn128_group_op sol_alt_bn128_compression sol_big_mod_exp
sol_remaining_compute_units sol_get_epoch_stake
""".split()


def _rotate_left(value: int, bits: int) -> int:
    return ((value << bits) | (value >> (32 - bits))) & _MASK


def _scramble(word: int) -> int:
    return _rotate_left(word * 0xCC9E2D51 & _MASK, 15) * 0x1B873593 & _MASK


def murmur3(data: bytes) -> int:
    """murmur3, 32 bits, seed 0."""
    state = 0
    whole = len(data) & ~3
    for (word,) in struct.iter_unpack("<I", data[:whole]):
        state = (_rotate_left(state ^ _scramble(word), 13) * 5 + 0xE6546B64) & _MASK
    tail = data[whole:]
    if tail:
        state ^= _scramble(int.from_bytes(tail, "little"))
    state ^= len(data)
    state = (state ^ state >> 16) * 0x85EBCA6B & _MASK
    state = (state ^ state >> 13) * 0xC2B2AE35 & _MASK
    return state ^ state >> 16


BY_HASH = {murmur3(name.encode()): name for name in NAMES}
