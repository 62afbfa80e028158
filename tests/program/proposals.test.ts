// `propose`, `append_proposal`, `approve`, `cancel`: how an act of the owners comes to be approved, or not.
import assert from "node:assert/strict";

import {
  Keypair,
  NONCE_ACCOUNT_LENGTH,
  SystemProgram,
  type TransactionInstruction,
} from "@solana/web3.js";
import type { ProgramErrorCode } from "@valetkey/sdk/errors";

import {
  account,
  discriminatorOf,
  le,
  makeOwners,
  openCouncil,
  sendAs,
  setOwners,
  wrapped,
  type Council,
} from "../support/council.js";
import { expectEvent } from "../support/events.js";
import {
  expectOk,
  expectRefused,
  expectUnchanged,
  snapshot,
  type RefusalFields,
} from "../support/expect.js";
import {
  KIND,
  appendInstruction,
  approve,
  approveAll,
  approveInstruction,
  cancel,
  cancelInstruction,
  draft,
  grantPayload,
  isClosed,
  ownersPayload,
  propose,
  proposeInstruction,
  proposePlan,
  readProposal,
  type Proposal,
  type ProposalOptions,
} from "../support/proposal.js";
import { solTransferRule } from "../support/rules.js";
import { revokeAll } from "../support/session.js";
import { expectError, refusesSwaps, refusesUnsigned } from "../support/swap-accounts.js";
import { toTermsData } from "../support/terms.js";
import { createWorld, sendSol } from "../support/world.js";

const DAY = 86_400n;

describe("proposals", () => {
  let council: Council;
  let payer: Keypair;
  let payload: Buffer;
  beforeEach(() => {
    council = openCouncil(createWorld(), { count: 3, threshold: 2, timelock: 50 });
    payer = council.svm.fundedKeypair();
    const owners = makeOwners(council, 2).map((owner) => owner.publicKey);
    payload = ownersPayload({ threshold: 1, owners });
  });
  const owner = (index: number): Keypair => council.owners[index] ?? assert.fail();
  const isRefused = (
    instruction: TransactionInstruction,
    signers: readonly Keypair[],
    name: ProgramErrorCode,
    fields: RefusalFields = {},
  ): void => {
    const accounts = [council.config, payer.publicKey, ...instruction.keys.map((k) => k.pubkey)];
    const watched = accounts.filter((key) => !key.equals(council.svm.payer.publicKey));
    const before = snapshot(council.svm, watched);
    expectRefused(sendAs(council, [instruction], signers), name, fields);
    expectUnchanged(before, snapshot(council.svm, watched));
  };

  describe("propose and append_proposal", () => {
    const isRefusedDraft = (
      kind: number,
      bytes: Buffer,
      options: ProposalOptions,
      name: ProgramErrorCode,
      fields: RefusalFields = {},
    ): void => {
      const proposal = draft(council, kind, bytes, { payer, ...options });
      isRefused(proposeInstruction(council, proposal), [payer], name, fields);
    };

    it("writes and seals a small one at once, and says so", () => {
      const { svm, config } = council;
      const proposal = draft(council, KIND.owners, payload, { payer, id: 5n });
      const before = svm.balance(payer.publicKey);
      const result = expectOk(sendAs(council, [proposeInstruction(council, proposal)], [payer]));
      assert.deepEqual(readProposal(council, proposal), {
        ...{ kind: 2, sealed: true, approvals: 0, id: 5n, config, payer: payer.publicKey },
        ...{ epoch: 1n, ownersRevision: 1n, createdAt: svm.now(), readyAt: 0n },
        ...{ deadline: proposal.deadline, hash: proposal.hash, payload },
        ...{ length: payload.length, written: payload.length },
      });
      assert.equal(before - svm.balance(payer.publicKey), svm.rent(192 + payload.length));
      expectEvent(result, "Proposed", [
        ...[proposal.address.toBuffer(), config.toBuffer(), le(2, 1), le(5, 8)],
      ]);
    });

    it("seals one in pieces with its last byte, to the largest size", () => {
      const terms = toTermsData({ rules: [solTransferRule()] }, council.svm.now());
      const small = grantPayload(Keypair.generate().publicKey, terms);
      const proposal = draft(council, KIND.grant, small, { payer });
      expectOk(sendAs(council, [proposeInstruction(council, proposal, 0)], [payer]));
      const piece = (offset: number, end: number) =>
        appendInstruction(council, proposal, offset, small.subarray(offset, end));
      const half = Math.floor(small.length / 2);
      expectOk(sendAs(council, [piece(0, half)], [payer]));
      assert.equal(readProposal(council, proposal).sealed, false);
      isRefused(
        approveInstruction(council, proposal, owner(0).publicKey),
        [owner(0)],
        "ProposalIncomplete",
      );
      isRefused(piece(0, half), [payer], "ProposalMalformed");
      isRefused(piece(half + 1, small.length), [payer], "ProposalMalformed");
      isRefused(piece(half, half), [payer], "ProposalMalformed");
      const long = appendInstruction(
        council,
        proposal,
        half,
        Buffer.alloc(small.length - half + 1),
      );
      isRefused(long, [payer], "ProposalMalformed");
      expectOk(sendAs(council, [piece(half, small.length)], [payer]));
      const found = readProposal(council, proposal);
      assert.deepEqual([found.sealed, found.hash], [true, proposal.hash]);
      isRefused(piece(small.length, small.length), [payer], "ProposalMalformed");
      const more = appendInstruction(council, proposal, small.length, Buffer.from([1]));
      isRefused(more, [payer], "ProposalMalformed");
      const inner = (bytes: number) => sendSol(council, BigInt(bytes));
      const whole = proposePlan(council, [Object.assign(inner(1), { data: Buffer.alloc(4_000) })]);
      assert.equal(readProposal(council, whole).sealed, true);
    });

    it("refuses what is too large or empty, and more bytes than announced", () => {
      const { keys, programId } = proposeInstruction(
        council,
        draft(council, 3, payload, { payer }),
      );
      const at = (length: number, bytes: Buffer): TransactionInstruction => {
        const proposal = draft(council, KIND.plan, payload, { payer });
        const data = proposeInstruction(council, proposal, 0).data.subarray(0, 33);
        const accounts = keys.map((meta, i) => (i === 2 ? account(proposal.address, "w") : meta));
        return Object.assign(proposeInstruction(council, proposal), {
          ...{ programId, keys: accounts },
          data: Buffer.concat([data, le(length, 4), le(bytes.length, 4), bytes]),
        });
      };
      isRefused(at(4_097, Buffer.alloc(0)), [payer], "ProposalTooLarge", {
        asked: 4_097n,
        left: 4_096n,
      });
      isRefused(at(2 ** 32 - 1, Buffer.alloc(0)), [payer], "ProposalTooLarge");
      isRefused(at(0, Buffer.alloc(0)), [payer], "ProposalMalformed");
      isRefused(at(10, Buffer.alloc(11)), [payer], "ProposalMalformed");
      expectOk(sendAs(council, [at(4_096, Buffer.alloc(700))], [payer]));
    });

    it("refuses deadlines that have passed or lie beyond 60 days", () => {
      const now = council.svm.now();
      const last = now + 60n * DAY;
      for (const deadline of [now, now - 1n, last + 1n, -1n, (1n << 63n) - 1n])
        isRefusedDraft(KIND.owners, payload, { deadline }, "DeadlineTooFar");
      isRefusedDraft(KIND.owners, payload, { deadline: now }, "DeadlineTooFar", {
        asked: now,
        left: last,
      });
      for (const deadline of [now + 1n, last])
        propose(council, KIND.owners, payload, { payer, deadline });
    });

    it("refuses another epoch, unknown kinds, and content that isn't its kind's", () => {
      isRefusedDraft(KIND.owners, payload, { epoch: 2n }, "EpochMismatch", { asked: 2n, left: 1n });
      isRefusedDraft(5, payload, {}, "ProposalMalformed");
      isRefusedDraft(255, payload, {}, "ProposalMalformed");
      isRefusedDraft(KIND.owners, payload.subarray(1), {}, "ProposalMalformed");
      isRefusedDraft(
        KIND.owners,
        Buffer.concat([le(0, 1), payload.subarray(1)]),
        {},
        "BadThreshold",
      );
      const asOwners = (keys: readonly Buffer[]) =>
        Buffer.concat([le(1, 1), le(0, 4), le(keys.length, 1), ...keys]);
      isRefusedDraft(KIND.owners, asOwners([council.vault.toBuffer()]), {}, "BadOwner", { key: 0 });
      isRefusedDraft(KIND.grant, Buffer.alloc(39), {}, "ProposalMalformed");
      isRefusedDraft(KIND.grant, Buffer.alloc(40), {}, "TermsMalformed");
      isRefusedDraft(KIND.renewal, Buffer.alloc(35), {}, "ProposalMalformed");
      isRefusedDraft(KIND.plan, Buffer.alloc(31), {}, "ProposalMalformed");
      isRefusedDraft(KIND.plan, Buffer.alloc(33), {}, "EmptyPlan");
      const plan = (rule: number) =>
        Buffer.concat([Buffer.alloc(32), Buffer.from([1, rule, 0, 0, 0, 0])]);
      isRefusedDraft(KIND.plan, plan(254), {}, "RuleOutOfRange", { inner: 0, rule: 254 });
      isRefusedDraft(KIND.recovery, plan(0), {}, "RuleOutOfRange");
      const terms = toTermsData({ rules: [solTransferRule(payer.publicKey)] }, council.svm.now());
      const byAccount = grantPayload(payer.publicKey, terms);
      byAccount[40 + 25] = 1;
      byAccount.copy(byAccount, 40 + 29, 40 + 61);
      isRefusedDraft(
        KIND.grant,
        byAccount.subarray(0, byAccount.length - 32),
        {},
        "ProposalMalformed",
      );
    });

    it("refuses an id that is open, and takes it again once it was cancelled", () => {
      propose(council, KIND.owners, payload, { payer, id: 9n });
      isRefusedDraft(KIND.owners, payload, { id: 9n }, "ProposalExists");
      const other = draft(council, KIND.owners, payload, { payer, id: 9n });
      expectOk(cancel(council, other, payer));
      propose(council, KIND.owners, payload, { payer, id: 9n });
    });

    it("opens at an address that holds lamports already", () => {
      const proposal = draft(council, KIND.owners, payload, { payer });
      council.svm.airdrop(proposal.address, 1_000_000n);
      expectOk(sendAs(council, [proposeInstruction(council, proposal)], [payer]));
    });

    it("refuses to go on with a dead one, and others than its payer", () => {
      const proposal = draft(council, KIND.owners, payload, { payer });
      expectOk(sendAs(council, [proposeInstruction(council, proposal, 5)], [payer]));
      const rest = appendInstruction(council, proposal, 5, payload.subarray(5));
      const foreign = appendInstruction(
        council,
        { ...proposal, payer: council.thief.publicKey },
        5,
        payload.subarray(5),
      );
      isRefused(foreign, [council.thief], "WrongProposalPayer");
      council.svm.setClock({ unixTimestamp: proposal.deadline + 1n });
      isRefused(rest, [payer], "ProposalExpired");
      council.svm.setClock({ unixTimestamp: proposal.deadline });
      expectOk(revokeAll(council));
      isRefused(rest, [payer], "ProposalExpired");
    });

    it("refuses every other account at every position, and missing signatures", () => {
      const fresh = draft(council, KIND.owners, payload, { payer });
      const opening = {
        ...{ world: council, signers: [payer] },
        build: () => proposeInstruction(council, fresh),
        expected: [
          { all: "AccountNotSigner", signer: null },
          { all: "NotAVaultConfig", config: "WrongProposalAddress" },
          "WrongProposalAddress",
          "InvalidProgramId",
        ],
      } as const;
      refusesUnsigned(opening);
      refusesSwaps(opening);
      const half = draft(council, KIND.owners, payload, { payer });
      expectOk(sendAs(council, [proposeInstruction(council, half, 5)], [payer]));
      const going = {
        ...{ world: council, signers: [payer], watched: [half.address] },
        build: () => appendInstruction(council, half, 5, payload.subarray(5)),
        expected: [
          { all: "AccountNotSigner", signer: "WrongProposalPayer" },
          "WrongConfig",
          "NotAProposal",
        ],
      } as const;
      refusesUnsigned(going);
      refusesSwaps(going);
    });
  });

  describe("approve", () => {
    let proposal: Proposal;
    beforeEach(() => (proposal = propose(council, KIND.owners, payload, { payer })));
    const as = (who: Keypair, hash?: Buffer) =>
      [approveInstruction(council, proposal, who.publicKey, hash), [who]] as const;

    it("counts each owner once; the last needed approval starts the timelock", () => {
      const { svm } = council;
      const say = (result: ReturnType<typeof expectOk>, index: number, count: number, at: bigint) =>
        expectEvent(result, "ProposalApproved", [
          ...[proposal.address.toBuffer(), owner(index).publicKey.toBuffer()],
          ...[le(count, 1), le(at, 8)],
        ]);
      say(expectOk(approve(council, proposal, owner(2))), 2, 1, 0n);
      isRefused(...as(owner(2)), "AlreadyApproved");
      svm.advance(10n);
      const readyAt = svm.now() + 50n;
      say(expectOk(approve(council, proposal, owner(0))), 0, 2, readyAt);
      svm.advance(10n);
      say(expectOk(approve(council, proposal, owner(1))), 1, 3, readyAt);
      const { approvals, readyAt: found } = readProposal(council, proposal);
      assert.deepEqual([approvals, found], [3, readyAt]);
    });

    it("refuses strangers, the payer, and other content", () => {
      isRefused(...as(council.thief), "NotAnOwner");
      isRefused(...as(payer), "NotAnOwner");
      isRefused(...as(owner(0), Buffer.alloc(32)), "ProposalHashMismatch");
      const other = Buffer.from(proposal.hash);
      other[31] = (other[31] ?? 0) ^ 1;
      isRefused(...as(owner(0), other), "ProposalHashMismatch");
      expectOk(approve(council, proposal, owner(0)));
    });

    it("counts until the second of the deadline, and no longer", () => {
      council.svm.setClock({ unixTimestamp: proposal.deadline });
      expectOk(approve(council, proposal, owner(0)));
      council.svm.setClock({ unixTimestamp: proposal.deadline + 1n });
      isRefused(...as(owner(1)), "ProposalExpired");
    });

    it("refuses a proposal of an older epoch, or of other owners", () => {
      expectOk(revokeAll(council));
      isRefused(...as(owner(0)), "ProposalExpired");
      const world = createWorld();
      const mine = propose(world, KIND.owners, payload);
      const spec = { threshold: 1, owners: [world.owner.publicKey] };
      expectOk(setOwners(world, spec, [world.owner]));
      expectRefused(approve(world, mine, world.owner), "ProposalExpired");
    });

    it("refuses a wallet inside another program's call, and durable nonces", () => {
      const { svm } = council;
      isRefused(wrapped(as(owner(0))[0]), [owner(0)], "NotTopLevel");
      const nonce = Keypair.generate();
      const authorizedPubkey = svm.payer.publicKey;
      svm.mustSend(
        SystemProgram.createNonceAccount({
          ...{ fromPubkey: authorizedPubkey, noncePubkey: nonce.publicKey, authorizedPubkey },
          lamports: Number(svm.rent(NONCE_ACCOUNT_LENGTH)),
        }).instructions,
        [svm.payer, nonce],
      );
      svm.blockhash();
      const advance = SystemProgram.nonceAdvance({
        noncePubkey: nonce.publicKey,
        authorizedPubkey,
      });
      const [instruction, signers] = as(owner(0));
      const before = snapshot(svm, [proposal.address]);
      expectRefused(sendAs(council, [advance, instruction], signers), "DurableNonceRefused");
      expectUnchanged(before, snapshot(svm, [proposal.address]));
      expectOk(sendAs(council, [instruction, advance], signers));
    });

    it("refuses every other account at every position, and a missing signature", () => {
      const input = {
        ...{ world: council, signers: [owner(1)], watched: [proposal.address] },
        build: () => approveInstruction(council, proposal, owner(1).publicKey),
        expected: [
          { all: "AccountNotSigner", signer: "NotAnOwner" },
          "WrongConfig",
          "NotAProposal",
          "WrongSysvar",
        ],
      } as const;
      refusesUnsigned(input);
      refusesSwaps(input);
    });
  });

  describe("cancel", () => {
    let proposal: Proposal;
    beforeEach(() => (proposal = propose(council, KIND.owners, payload, { payer })));
    const as = (who: Keypair) =>
      [cancelInstruction(council, proposal, who.publicKey), [who]] as const;
    const cancels = (who: Keypair): void => {
      const { svm } = council;
      const [before, rent] = [svm.balance(payer.publicKey), svm.balance(proposal.address)];
      const result = expectOk(cancel(council, proposal, who));
      assert.equal(svm.balance(payer.publicKey) - before, rent);
      assert.ok(isClosed(council, proposal));
      expectEvent(result, "ProposalCancelled", [
        ...[proposal.address.toBuffer(), who.publicKey.toBuffer()],
      ]);
      expectRefused(cancel(council, proposal, who), "NotAProposal");
    };

    it("is for any one owner, also after approvals", () => {
      approveAll(council, proposal, council.owners.slice(0, 2));
      isRefused(...as(council.thief), "NotAuthorized");
      cancels(owner(2));
    });

    it("is for the payer while nobody has approved", () => {
      cancels(payer);
      proposal = propose(council, KIND.owners, payload, { payer });
      approveAll(council, proposal, council.owners.slice(0, 1));
      isRefused(...as(payer), "NotAuthorized");
    });

    it("is for anyone once it is dead", () => {
      isRefused(...as(council.thief), "NotAuthorized");
      council.svm.setClock({ unixTimestamp: proposal.deadline });
      isRefused(...as(council.thief), "NotAuthorized");
      council.svm.advance(1n);
      cancels(council.thief);
      council.svm.setClock({ unixTimestamp: 1_800_000_000n });
      proposal = propose(council, KIND.owners, payload, { payer });
      expectOk(revokeAll(council));
      cancels(council.thief);
    });

    it("is for nobody while a change of owners is settled", () => {
      approveAll(council, proposal, council.owners);
      for (const who of council.owners) isRefused(...as(who), "ProposalSettled");
      isRefused(...as(payer), "NotAuthorized");
      isRefused(...as(council.thief), "NotAuthorized");
      council.svm.setClock({ unixTimestamp: proposal.deadline + 1n });
      cancels(council.thief);
    });

    it("works while it isn't wholly written, and inside another program's call", () => {
      proposal = draft(council, KIND.owners, payload, { payer });
      expectOk(sendAs(council, [proposeInstruction(council, proposal, 3)], [payer]));
      expectOk(sendAs(council, [wrapped(as(owner(0))[0])], [owner(0)]));
      assert.ok(isClosed(council, proposal));
    });

    it("refuses every other account at every position, and a missing signature", () => {
      const input = {
        ...{ world: council, signers: [owner(1)], watched: [proposal.address] },
        build: () => cancelInstruction(council, proposal, owner(1).publicKey),
        expected: [
          { all: "AccountNotSigner", signer: "NotAuthorized" },
          "WrongConfig",
          "NotAProposal",
          "WrongProposalPayer",
        ],
      } as const;
      refusesUnsigned(input);
      refusesSwaps(input);
    });

    it("refuses bytes that aren't an instruction's", () => {
      const [instruction, signers] = as(owner(0));
      instruction.keys.pop();
      expectError(sendAs(council, [instruction], signers), "AccountNotEnoughKeys");
      const short = approveInstruction(council, proposal, owner(0).publicKey);
      short.data = discriminatorOf("approve");
      expectError(sendAs(council, [short], [owner(0)]), "InstructionDidNotDeserialize");
    });
  });
});
