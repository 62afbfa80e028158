// `grant_session_proposed` and `renew_session_proposed`: sessions under terms that a council approved on chain.
import assert from "node:assert/strict";

import { Keypair, SystemProgram } from "@solana/web3.js";
import { decodeEvents, findSession, sessionSize } from "@valetkey/sdk/layers";

import { openCouncil, type Council } from "../support/council.js";
import { expectOk, expectRefused, expectUnchanged, snapshot } from "../support/expect.js";
import { approveAll, cancel, isClosed, propose, proposePlan } from "../support/proposal.js";
import {
  grantProposedInstruction,
  proposeGrant,
  proposeRenewal,
  renewProposedInstruction,
  renewedTerms,
} from "../support/renewal.js";
import { solTransferRule, tokenTransferCheckedRule, type TermsSpec } from "../support/rules.js";
import { execute, readSession, refuses, tryGrant, type Session } from "../support/session.js";
import { refusesSwaps, refusesUnsigned } from "../support/swap-accounts.js";
import { toTermsData } from "../support/terms.js";
import { createWorld, sendSol, type World } from "../support/world.js";

const terms = (world: World): TermsSpec => ({
  rules: [
    solTransferRule(),
    { ...tokenTransferCheckedRule({ mint: world.mint, to: world.thief.publicKey }), uses: 4 },
  ],
  limits: [
    { asset: "SOL", total: 1_000n },
    { asset: world.mint, total: 9n, perExecute: 3n },
  ],
  guardian: world.thief.publicKey,
});

/** A session that a proposal may open. */
function future(world: World, key = Keypair.generate(), spec = terms(world)): Session {
  const address = findSession({ ...world, sessionKey: key.publicKey });
  return { key, address, grantId: 7n, terms: toTermsData(spec, world.svm.now()) };
}

describe("grant_session_proposed", () => {
  let world: World;
  let council: Council;
  beforeEach(() => {
    world = createWorld();
    council = openCouncil(world, { count: 3, threshold: 2, timelock: 60 });
  });
  const enact = (session: Session, proposal: ReturnType<typeof proposeGrant>) =>
    council.svm.send([grantProposedInstruction(council, session, proposal)], [council.svm.payer]);

  it("opens the session when its time has come, for anyone, and gives the proposal's rent back", () => {
    const { svm, programId } = council;
    const payer = svm.fundedKeypair();
    const session = future(council);
    const proposal = proposeGrant(council, session.key.publicKey, session.terms, { payer });
    const early = () => {
      const before = snapshot(svm, [session.address, proposal.address, council.config]);
      expectRefused(enact(session, proposal), "ProposalNotReady");
      expectUnchanged(before, snapshot(svm, [session.address, proposal.address, council.config]));
    };
    early();
    approveAll(council, proposal, council.owners.slice(0, 2));
    early();
    svm.advance(59n);
    early();
    svm.advance(1n);
    const rent = svm.balance(proposal.address);
    const before = svm.balance(payer.publicKey);
    const result = expectOk(enact(session, proposal));
    assert.equal(svm.balance(payer.publicKey) - before, rent);
    assert.ok(isClosed(council, proposal));
    const read = readSession(council, session);
    assert.deepEqual(
      [read.rentPayer, read.createdAt, read.grantDeadline, read.grantId, read.epoch],
      [svm.payer.publicKey.toBase58(), svm.now(), svm.now(), 7n, 1n],
    );
    assert.equal(svm.getAccount(session.address)?.data.length, sessionSize(session.terms));
    const names = decodeEvents({ logs: result.logs, programId }).map((event) => event.name);
    assert.deepEqual(names, ["SessionGranted", "ProposalEnacted"]);
    expectOk(execute(council, session, [sendSol(council, 1_000n)]));
    refuses(council, session, [sendSol(council, 1n)], "LimitTotalExceeded");
    expectRefused(enact(session, proposal), "NotAProposal");
  });

  it("gives the same bytes as a grant by signatures, with keys inline or by account", () => {
    const signed = createWorld();
    const { svm } = signed;
    const spec = terms(signed);
    const owners = [signed.owner];
    const key = Keypair.fromSeed(new Uint8Array(32).fill(77));
    const address = findSession({ ...signed, sessionKey: key.publicKey });
    const account = () => {
      const data = Buffer.from(svm.getAccount(address)?.data ?? []);
      const empty = { lamports: 0n, data: new Uint8Array(), owner: SystemProgram.programId };
      svm.setAccount(address, empty);
      assert.ok(data.length > 320);
      return data.toString("hex");
    };
    expectOk(tryGrant(signed, spec, { key, accountKeys: [] }));
    const inline = account();
    expectOk(tryGrant(signed, spec, { key }));
    const mints = account();
    const all = toTermsData(spec, svm.now()).keys;
    expectOk(tryGrant(signed, spec, { key, accountKeys: all }));
    const byAccount = account();
    const session = future(signed, key, spec);
    const proposal = proposeGrant(signed, key.publicKey, session.terms);
    approveAll(signed, proposal, owners);
    expectOk(svm.send([grantProposedInstruction(signed, session, proposal)], [svm.payer]));
    const proposed = account();
    assert.equal(mints, inline);
    assert.equal(byAccount, inline);
    assert.equal(proposed, inline);
  });

  it("refuses proposals of another kind, cancelled, late, of an old epoch, and terms that don't hold", () => {
    const { svm, owners } = council;
    const session = future(council);
    const ready = (proposal: ReturnType<typeof proposeGrant>) => {
      approveAll(council, proposal, owners);
      svm.advance(60n);
      return proposal;
    };
    const plan = ready(proposePlan(council, [sendSol(council, 1n)]));
    expectRefused(enact(session, plan), "WrongProposalKind");
    const cancelled = ready(proposeGrant(council, session.key.publicKey, session.terms));
    const [owner] = owners;
    assert.ok(owner !== undefined);
    expectOk(cancel(council, cancelled, owner));
    expectRefused(enact(session, cancelled), "NotAProposal");
    const deadline = svm.now() + 100n;
    const late = ready(proposeGrant(council, session.key.publicKey, session.terms, { deadline }));
    svm.advance(41n);
    expectRefused(enact(session, late), "ProposalExpired");
    // Sealed by its form; what only the chain knows is judged when the session is opened.
    const ended = future(council, session.key, { ...terms(council), expiresAt: svm.now() + 30n });
    const over = ready(proposeGrant(council, session.key.publicKey, ended.terms));
    expectRefused(enact(ended, over), "BadWindow");
    const good = ready(proposeGrant(council, session.key.publicKey, session.terms));
    const noMint = grantProposedInstruction(council, session, good);
    noMint.keys.pop();
    expectRefused(svm.send([noMint], [svm.payer]), "MintMissing");
    expectOk(enact(session, good));
    const twice = ready(proposeGrant(council, session.key.publicKey, session.terms));
    expectRefused(enact(session, twice), "SessionExists");
  });

  it("takes no keys by account: nobody who enacts it chooses one", () => {
    const session = future(council);
    const payload = proposeGrant(council, session.key.publicKey, session.terms).payload;
    // Grant id and session key, then terms with a guardian: their first inline key begins at byte 30.
    const first = 8 + 32 + 30;
    const bytes = Buffer.concat([payload.subarray(0, first), payload.subarray(first + 32)]);
    bytes.writeUInt32LE(1, 8 + 32 + 25);
    assert.throws(() => propose(council, 0, bytes), /ProposalMalformed/);
  });

  it("refuses every other account at every position, missing signatures and further arguments", () => {
    const plain = createWorld();
    const { svm } = plain;
    const payer = svm.fundedKeypair();
    const session = future(plain);
    const proposal = proposeGrant(plain, session.key.publicKey, session.terms);
    approveAll(plain, proposal, [plain.owner]);
    const input = {
      world: plain,
      build: () => grantProposedInstruction(plain, session, proposal, payer.publicKey),
      signers: [payer],
      watched: [session.address, proposal.address],
      expected: [
        { all: "MissingSignature", signer: null },
        { all: "NotAVaultConfig", config: "WrongConfig" },
        "WrongSessionAddress",
        "WrongSessionAddress",
        "MissingAccount",
        "NotAProposal",
        "WrongProposalPayer",
        "MintMissing",
      ],
    } as const;
    refusesUnsigned({ ...input, expected: ["MissingSignature"] });
    const longer = input.build();
    longer.data = Buffer.concat([longer.data, Buffer.of(0)]);
    expectRefused(svm.send([longer], [payer], { payer: svm.payer }), "TrailingBytes");
    for (let count = 1; count < 7; count += 1) {
      const fewer = input.build();
      fewer.keys.length = count;
      expectRefused(svm.send([fewer], [payer], { payer: svm.payer }), "MissingAccount");
    }
    refusesSwaps(input);
  });
});

describe("renew_session_proposed", () => {
  let world: World;
  let council: Council;
  let session: Session;
  beforeEach(() => {
    world = createWorld();
    council = openCouncil(world, { count: 3, threshold: 2, timelock: 60 });
    session = future(council);
    const proposal = proposeGrant(council, session.key.publicKey, session.terms);
    approveAll(council, proposal, council.owners);
    council.svm.advance(60n);
    const { svm } = council;
    svm.mustSend([grantProposedInstruction(council, session, proposal)], [svm.payer]);
  });
  const more = () => renewedTerms(council, session, { ...terms(council), uses: 200 });
  const enact = (proposal: ReturnType<typeof proposeRenewal>, next = more(), target = session) =>
    council.svm.send([renewProposedInstruction(council, target, proposal, next)], [], {
      payer: council.svm.payer,
    });

  it("renews when its time has come, for anyone, and gives the proposal's rent back", () => {
    const { svm, programId } = council;
    const payer = svm.fundedKeypair();
    const proposal = proposeRenewal(council, session, more(), { payer });
    expectRefused(enact(proposal), "ProposalNotReady");
    approveAll(council, proposal, council.owners.slice(1));
    expectRefused(enact(proposal), "ProposalNotReady");
    svm.advance(60n);
    expectOk(execute(council, session, [sendSol(council, 400n)]));
    const rent = svm.balance(proposal.address);
    const before = svm.balance(payer.publicKey);
    const result = expectOk(enact(proposal));
    assert.equal(svm.balance(payer.publicKey) - before, rent);
    assert.ok(isClosed(council, proposal));
    const { revision, uses, usesSpent, limits } = readSession(council, session);
    assert.deepEqual([revision, uses, usesSpent, limits[0]?.spent], [1, 200, 1, 400n]);
    const names = decodeEvents({ logs: result.logs, programId }).map((event) => event.name);
    assert.deepEqual(names, ["SessionRenewed", "ProposalEnacted"]);
    expectRefused(enact(proposal), "NotAProposal");
  });

  it("refuses another session, another revision, a dead session and a grant's proposal", () => {
    const { svm, owners } = council;
    const ready = (proposal: ReturnType<typeof proposeRenewal>) => {
      approveAll(council, proposal, owners);
      svm.advance(60n);
      return proposal;
    };
    const one = ready(proposeRenewal(council, session, more()));
    const two = ready(proposeRenewal(council, session, more()));
    const other = { ...session, address: council.vault };
    expectRefused(enact(one, more(), other), "WrongSessionAddress");
    expectOk(enact(one));
    expectRefused(enact(two), "RevisionMismatch", { asked: 0n, left: 1n });
    const grantInstead = ready(proposeGrant(council, session.key.publicKey, session.terms));
    expectRefused(enact(grantInstead), "WrongProposalKind");
    const late = ready(proposeRenewal(council, session, more(), { revision: 1 }));
    svm.advance(3_600n);
    expectRefused(enact(late), "SessionExpired");
  });

  it("refuses every other account at every position, and further arguments", () => {
    const plain = createWorld();
    const { svm } = plain;
    const granted = tryGrant(plain, terms(plain));
    expectOk(granted);
    const next = renewedTerms(plain, granted.session, { ...terms(plain), uses: 3 });
    const proposal = proposeRenewal(plain, granted.session, next);
    approveAll(plain, proposal, [plain.owner]);
    const input = {
      world: plain,
      build: () => renewProposedInstruction(plain, granted.session, proposal, next),
      signers: [],
      watched: [granted.session.address, proposal.address],
      expected: [
        { all: "NotAVaultConfig", config: "WrongConfig" },
        "WrongSessionAddress",
        "NotAProposal",
        "WrongProposalPayer",
        "MintMissing",
      ],
    } as const;
    const longer = input.build();
    longer.data = Buffer.concat([longer.data, Buffer.of(0)]);
    expectRefused(svm.send([longer], [], { payer: svm.payer }), "TrailingBytes");
    for (let count = 0; count < 4; count += 1) {
      const fewer = input.build();
      fewer.keys.length = count;
      expectRefused(svm.send([fewer], [], { payer: svm.payer }), "MissingAccount");
    }
    refusesSwaps(input);
  });
});
