//! Limits, holdings, floors.

use proptest::prelude::*;
use valetkey_engine::floors::check_floor;
use valetkey_engine::holdings::Delta;
use valetkey_engine::limits::{
    check_limit, period_number, remaining, settle, Headroom, LimitState, PerPeriod,
};

fn limit() -> impl Strategy<Value = LimitState> {
    let period = (any::<u64>(), 1u32.., any::<u64>(), any::<u64>()).prop_map(
        |(cap, length, number, spent)| PerPeriod {
            cap,
            length,
            number,
            spent,
        },
    );
    (
        any::<u64>(),
        prop::option::of(any::<u64>()),
        prop::option::of(period),
        any::<u64>(),
    )
        .prop_map(|(total, per_execute, per_period, spent)| LimitState {
            total,
            per_execute,
            per_period,
            spent,
        })
}

fn settled(state: &mut LimitState, amount: u64, now: i64, starts_at: i64) -> bool {
    let Ok(next) = settle(state, amount, now, starts_at) else {
        return false;
    };
    state.spent = next.spent;
    if let Some(period) = &mut state.per_period {
        (period.number, period.spent) = (next.period, next.period_spent);
    }
    true
}

proptest! {
    // What execute compares with, against the bounds one by one: around the edge as well as anywhere.
    #[test]
    fn g01_headroom_allows_and_counts_exactly_what_the_bounds_do(
        state in limit(),
        now in any::<i64>(),
        starts_at in any::<i64>(),
        anywhere in 1u64..,
        near in -2i64..=2,
        before in any::<u64>(),
    ) {
        let headroom = Headroom::of(&state, now, starts_at);
        for amount in [anywhere, headroom.left.saturating_add_signed(near).max(1)] {
            match settle(&state, amount, now, starts_at) {
                Ok(counters) => {
                    prop_assert!(amount <= headroom.left);
                    prop_assert_eq!(headroom.count(amount), counters);
                }
                Err(_) => prop_assert!(amount > headroom.left),
            }
            let before = before % headroom.left.max(1);
            let allowed = check_limit(&state, before, amount, now, starts_at).is_ok();
            prop_assert_eq!(amount <= headroom.after(before), allowed);
        }
    }

    #[test]
    fn g04_no_period_passes_the_cap_and_no_interval_twice_the_cap_01(
        cap in 1u64..50,
        length in 1u32..20,
        steps in prop::collection::vec((0i64..7, 0u64..40), 1..60),
    ) {
        let period = PerPeriod { cap, length, number: 0, spent: 0 };
        let mut state = LimitState { total: u64::MAX, per_execute: None, per_period: Some(period), spent: 0 };
        let (start, mut now) = (1_000i64, 1_000i64);
        let mut done: Vec<(i64, u64)> = vec![];
        for (wait, amount) in steps {
            now += wait;
            if settled(&mut state, amount, now, start) {
                done.push((now, amount));
            }
        }
        let length = i64::from(length);
        let sum = |from: i64| done.iter().filter(|(t, _)| (from..from + length).contains(t)).map(|(_, a)| a).sum::<u64>();
        for from in start..=now {
            prop_assert!(sum(from) <= 2 * cap);
            if (from - start) % length == 0 {
                prop_assert!(sum(from) <= cap);
            }
        }
    }

    #[test]
    fn remaining_never_increases_without_a_reset_02(
        mut state in limit(),
        now in any::<i64>(),
        start in any::<i64>(),
        amounts in prop::collection::vec(any::<u64>(), 1..8),
    ) {
        // One second, so no period begins in between.
        for amount in amounts {
            let before = remaining(&state, 0, now, start);
            settled(&mut state, amount, now, start);
            prop_assert!(remaining(&state, 0, now, start) <= before);
        }
    }

    #[test]
    fn reset_only_moves_forward_03(mut state in limit(), times in prop::collection::vec(any::<i64>(), 1..8), start in any::<i64>()) {
        for now in times {
            let before = state.per_period.map_or(0, |p| p.number);
            settled(&mut state, 0, now, start);
            prop_assert!(state.per_period.map_or(0, |p| p.number) >= before);
        }
    }

    #[test]
    fn no_overflow_for_any_input_04(state in limit(), spent in any::<u64>(), more in any::<u64>(), now in any::<i64>(), start in any::<i64>(), length in any::<u32>()) {
        let checked = check_limit(&state, spent, more, now, start).is_ok();
        prop_assert_eq!(checked, spent.checked_add(more).is_some_and(|sum| settle(&state, sum, now, start).is_ok()));
        let exact = (i128::from(now) - i128::from(start)).max(0).checked_div(i128::from(length)).unwrap_or(0);
        prop_assert_eq!(i128::from(period_number(now, start, length)), exact);
    }

    #[test]
    fn what_remains_may_leave_and_one_more_may_not(state in limit(), spent in 0u64..1_000, now in any::<i64>(), start in any::<i64>()) {
        let left = remaining(&state, spent, now, start);
        if left > 0 {
            prop_assert!(check_limit(&state, spent, left, now, start).is_ok());
        }
        if let Some(more) = left.checked_add(1) {
            prop_assert!(check_limit(&state, spent, more, now, start).is_err());
        }
    }

    #[test]
    fn g01_inflow_never_increases_remaining_07(steps in prop::collection::vec((0u64..100, 0u64..100), 1..20)) {
        // Per inner instruction: gross outflow over the plan is at least what is missing at its end.
        let (mut gross, mut net) = (0i128, 0i128);
        for (out, back) in steps {
            let mut delta = Delta::default();
            delta.decrease(out);
            delta.increase(back);
            let left = i128::from(delta.outflow().unwrap());
            prop_assert!(left >= i128::from(out) - i128::from(back));
            gross += left;
            net += i128::from(out) - i128::from(back);
        }
        prop_assert!(gross >= net);
    }

    #[test]
    fn e10_sol_outflow_is_invariant_under_wrap_unwrap_08_28(vault in 0u64.., token in 0u64.., moved in any::<u64>()) {
        let moved = moved.min(vault).min(u64::MAX - token);
        let mut delta = Delta::default();
        delta.change(vault, vault - moved);
        delta.change(token, token + moved);
        prop_assert_eq!((delta.outflow().unwrap(), delta.inflow().unwrap()), (0, 0));
        let mut delta = Delta::default();
        delta.change(token + moved, token);
        delta.change(vault - moved, vault);
        prop_assert_eq!((delta.outflow().unwrap(), delta.inflow().unwrap()), (0, 0));
    }

    #[test]
    fn e21_two_accounts_share_one_limit_09(changes in prop::collection::vec((0u64..1 << 40, 0u64..1 << 40), 1..20)) {
        let mut delta = Delta::default();
        changes.iter().for_each(|(before, after)| delta.change(*before, *after));
        let sum = |of: fn(&(u64, u64)) -> u64| changes.iter().map(|c| i128::from(of(c))).sum::<i128>();
        let lost = sum(|c| c.0) - sum(|c| c.1);
        prop_assert_eq!(i128::from(delta.outflow().unwrap()), lost.max(0));
        prop_assert_eq!(i128::from(delta.inflow().unwrap()), (-lost).max(0));
    }

    #[test]
    fn e28_a_debit_only_decrease_is_outflow_whatever_comes_in(debit in any::<u64>(), inflow in any::<u64>()) {
        let mut delta = Delta::default();
        delta.increase(inflow);
        delta.decrease_debit_only(debit);
        prop_assert_eq!(delta.outflow().unwrap(), debit);
        prop_assert_eq!(delta.inflow().unwrap(), inflow.saturating_sub(debit));
    }

    #[test]
    fn outflow_beyond_u64_is_refused_04(a in 1u64.., b in any::<u64>()) {
        let mut delta = Delta::default();
        delta.decrease(a);
        delta.decrease(b);
        match a.checked_add(b) {
            Some(sum) => prop_assert_eq!(delta.outflow().unwrap(), sum),
            None => prop_assert_eq!(delta.outflow().unwrap_err().name(), "ArithmeticOverflow"),
        }
    }

    #[test]
    fn a_floor_is_met_from_its_least_amount_on(min in 1u64.., per in 1u64.., out in any::<u64>(), got in any::<u64>()) {
        if let Err(refusal) = check_floor(min, per, out, got) {
            prop_assert!(got < refusal.asked || refusal.asked == u64::MAX);
            let exact = (u128::from(out) * u128::from(min)).div_ceil(u128::from(per));
            prop_assert_eq!(u128::from(refusal.asked), exact.min(u128::from(u64::MAX)));
            if exact <= u128::from(u64::MAX) {
                prop_assert!(check_floor(min, per, out, refusal.asked).is_ok());
            }
        }
    }
}
