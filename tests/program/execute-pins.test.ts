// `execute`: programs that a rule pins to one deployment.
import { Keypair, type AccountMeta, type PublicKey } from "@solana/web3.js";

import { expectOk } from "../support/expect.js";
import { hostileInstruction, returnData } from "../support/hostile.js";
import { any, vault } from "../support/rules.js";
import { execute, grant, refuses, type Session } from "../support/session.js";
import { patchAccount } from "../support/swap-accounts.js";
import { deployUpgradeable, UPGRADEABLE_LOADER } from "../support/upgradeable.js";
import { createWorld, type World } from "../support/world.js";

const SLOT = 4_242n;

describe("pinned programs in execute", () => {
  let world: World;
  let program: PublicKey;
  let programData: PublicKey;
  let session: Session;
  beforeEach(() => {
    world = createWorld();
    program = Keypair.generate().publicKey;
    programData = deployUpgradeable(world.svm, program, SLOT);
    const rule = {
      ...{ program, discriminator: [3], count: [1, 2] as const, accounts: { 0: vault, 1: any } },
    };
    session = grant(world, {
      rules: [
        { ...rule, count: 1, accounts: { 0: vault }, pin: { programData, slot: SLOT } },
        { ...rule, count: 2, pin: { programData, slot: SLOT } },
      ],
      uses: "unlimited",
    });
  });
  const meta = (pubkey: PublicKey, isWritable = false): AccountMeta => ({
    ...{ pubkey, isWritable, isSigner: false },
  });
  const step = (more: readonly AccountMeta[] = []) => {
    const made = hostileInstruction(
      [meta(world.vault, true), ...more],
      [returnData(Uint8Array.of(1))],
    );
    made.programId = program;
    return made;
  };
  const passed = () => ({ extra: [meta(programData)] });
  const at = { inner: 0, rule: 0 };

  it("run while their deployment is the pinned one", () => {
    expectOk(execute(world, session, [step(), step()], passed()));
  });

  it("are refused once they were deployed in another slot, earlier or later", () => {
    for (const slot of [SLOT + 1n, SLOT - 1n, 0n]) {
      deployUpgradeable(world.svm, program, slot);
      refuses(
        world,
        session,
        [step()],
        "ProgramChanged",
        { ...at, asked: slot, left: SLOT },
        passed(),
      );
    }
    deployUpgradeable(world.svm, program, SLOT);
    expectOk(execute(world, session, [step()], passed()));
  });

  it("need their programdata account among the accounts, and in no inner instruction", () => {
    refuses(world, session, [step()], "ProgramChanged", at);
    const other = deployUpgradeable(world.svm, Keypair.generate().publicKey, SLOT);
    refuses(world, session, [step()], "ProgramChanged", at, { extra: [meta(other)] });
    const inside = { rule: 1, instruction: step([meta(programData)]) };
    refuses(world, session, [inside], "ProgramChanged", { inner: 0, rule: 1 });
    refuses(world, session, [step(), inside], "ProgramChanged", at, passed());
    expectOk(execute(world, session, [step()], passed()));
  });

  it("are the upgradeable loader's, and point to that account", () => {
    const { svm } = world;
    const account = svm.getAccount(programData);
    if (account === null) throw new Error("not deployed");
    svm.setAccount(programData, { ...account, owner: world.thief.publicKey });
    refuses(world, session, [step()], "ProgramChanged", at, passed());
    svm.setAccount(programData, { ...account, owner: UPGRADEABLE_LOADER });
    patchAccount(world, programData, 0, [1]);
    refuses(world, session, [step()], "ProgramChanged", at, passed());
    patchAccount(world, programData, 0, [3]);
    expectOk(execute(world, session, [step()], passed()));
  });

  it("of another loader can't be pinned", () => {
    const plain = Keypair.generate().publicKey;
    const code = world.svm.getAccount(programData)?.data.subarray(45);
    world.svm.raw.addProgram(plain.toBytes(), code ?? new Uint8Array());
    const rule = { program: plain, discriminator: [3], count: 1, accounts: { 0: vault } };
    const pinned = grant(world, { rules: [{ ...rule, pin: { programData, slot: SLOT } }] });
    const free = grant(world, { rules: [rule] });
    const call = step();
    call.programId = plain;
    refuses(world, pinned, [call], "ProgramChanged", at, passed());
    expectOk(execute(world, free, [call]));
  });
});
