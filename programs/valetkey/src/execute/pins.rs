//! Pinned programs: a rule stands for one deployment of its program.

use valetkey_engine::{
    errors::ErrorCode,
    key_eq,
    layout::SessionView,
    pin::{is_unchanged, slot_of, PinnedAccount},
    plan::{Inner, Plan},
    refusal::{Refusal, Result},
};

use super::outer::Outer;
use crate::views::{data, is_same, key, owner};

/// Checks that each program which a rule of the plan pins is the deployment that it names; the programdata account stands among the
/// outer accounts, in no inner instruction, so that nothing that runs inside can deploy the program anew. Refuses with
/// `ProgramChanged`, `asked` = the slot found (0 for none), `left` = that of the pin.
#[inline(never)]
pub fn check_pins(session: SessionView, outer: Outer, plan: Plan) -> Result<()> {
    for (inner, number) in plan.iter().zip(0_u8..) {
        check_pin(&session, &outer, &plan, &inner)
            .map_err(|refusal| refusal.inner(number).rule(inner.rule))?;
    }
    Ok(())
}

fn check_pin(session: &SessionView, outer: &Outer, plan: &Plan, inner: &Inner) -> Result<()> {
    let Some(pin) = session.rule(inner.rule)?.pin() else {
        return Ok(());
    };
    let changed = Refusal::new(ErrorCode::ProgramChanged).left(pin.slot);
    let [_, _, _, _, others @ ..] = outer.views else {
        return Err(changed);
    };
    let Some(expected) = session.key(pin.programdata) else {
        return Err(changed);
    };
    let Some(programdata) = others.iter().find(|view| key_eq(key(view), expected)) else {
        return Err(changed);
    };
    let Some(program) = outer.views.get(usize::from(inner.program)) else {
        return Err(changed);
    };
    let is_inside = plan.iter().any(|inner| {
        let mut views = inner
            .accounts
            .iter()
            .filter_map(|index| outer.views.get(usize::from(*index)));
        views.any(|view| is_same(view, programdata))
    });
    let program = PinnedAccount {
        owner: owner(program),
        data: data(program),
    };
    let deployment = PinnedAccount {
        owner: owner(programdata),
        data: data(programdata),
    };
    if is_inside || !is_unchanged(program, expected, deployment, pin.slot) {
        return Err(changed.asked(slot_of(deployment.data).unwrap_or(0)));
    }
    Ok(())
}
