import assert from "node:assert/strict";
import {
  Keypair,
  LAMPORTS_PER_SOL,
  PublicKey,
  SYSVAR_CLOCK_PUBKEY,
  SYSVAR_RENT_PUBKEY,
  TransactionInstruction,
} from "@solana/web3.js";
import { LocalnetError, startLocalnet, UPGRADEABLE_LOADER } from "@valetkey/localnet";
import { confirmed, memo, rejection, signed } from "./support.js";

describe("localnet: programs", () => {
  /** The memo program, as a small real program to deploy under other addresses. */
  async function memoProgram(): Promise<Uint8Array> {
    const localnet = await startLocalnet();
    const account = await localnet.connection.getAccountInfo(memo("").programId);
    await localnet.stop();
    assert.ok(account);
    return account.data;
  }

  it("runs those given from the start, upgradeable or not", async () => {
    const bytes = await memoProgram();
    const [fixed, upgradeable, authority] = [1, 2, 3].map(() => Keypair.generate().publicKey);
    assert.ok(fixed && upgradeable && authority);
    const localnet = await startLocalnet({
      programs: [
        { programId: fixed, bytes },
        { programId: upgradeable, bytes, upgradeAuthority: authority },
      ],
    });
    const { connection } = localnet;
    const payer = await localnet.wallet();
    for (const programId of [fixed, upgradeable]) {
      const { keys, data } = memo("hello");
      const instruction = new TransactionInstruction({ keys, data, programId });
      const tx = await signed(localnet, payer, [instruction]);
      assert.equal(await confirmed(localnet, await connection.sendTransaction(tx)), null);
    }
    const program = await connection.getAccountInfo(upgradeable);
    assert.equal(program?.executable, true);
    assert.deepEqual(program.owner, UPGRADEABLE_LOADER);
    const address = new PublicKey(program.data.subarray(4, 36));
    const data = (await connection.getAccountInfo(address))?.data;
    assert.ok(data);
    assert.equal(data.readUInt32LE(0), 3);
    assert.ok(Number(data.readBigUInt64LE(4)) < (await connection.getSlot()));
    assert.deepEqual(new PublicKey(data.subarray(13, 45)), authority);
    assert.deepEqual(data.subarray(45), Buffer.from(bytes));
    await localnet.stop();
  });

  it("upgrades one by the loader's own instruction", async () => {
    const bytes = await memoProgram();
    const programId = Keypair.generate().publicKey;
    const owner = Keypair.generate();
    const localnet = await startLocalnet({
      programs: [{ programId, bytes, upgradeAuthority: owner.publicKey }],
    });
    const { connection } = localnet;
    await connection.requestAirdrop(owner.publicKey, LAMPORTS_PER_SOL);
    const buffer = Keypair.generate().publicKey;
    const header = Buffer.concat([Buffer.of(1, 0, 0, 0, 1), owner.publicKey.toBytes()]);
    localnet.setAccount(buffer, {
      lamports: LAMPORTS_PER_SOL,
      owner: UPGRADEABLE_LOADER,
      data: Buffer.concat([header, bytes]),
    });
    const [data] = PublicKey.findProgramAddressSync([programId.toBytes()], UPGRADEABLE_LOADER);
    const before = await connection.getAccountInfo(data);
    const writable = [data, programId, buffer, owner.publicKey];
    const upgrade = new TransactionInstruction({
      programId: UPGRADEABLE_LOADER,
      data: Buffer.of(3, 0, 0, 0),
      keys: [
        ...writable.map((pubkey) => ({ pubkey, isSigner: false, isWritable: true })),
        ...[SYSVAR_RENT_PUBKEY, SYSVAR_CLOCK_PUBKEY].map((pubkey) => ({
          pubkey,
          isSigner: false,
          isWritable: false,
        })),
        { pubkey: owner.publicKey, isSigner: true, isWritable: false },
      ],
    });
    const send = async (instruction: TransactionInstruction) => {
      const tx = await signed(localnet, owner, [instruction]);
      return confirmed(localnet, await connection.sendTransaction(tx));
    };
    assert.equal(await send(upgrade), null);
    const after = await connection.getAccountInfo(data);
    assert.ok(before && after);
    assert.ok(after.data.readBigUInt64LE(4) > before.data.readBigUInt64LE(4));
    const { keys, data: text } = memo("after the upgrade");
    assert.equal(await send(new TransactionInstruction({ programId, keys, data: text })), null);
    await localnet.stop();
  });

  const programId = Keypair.generate().publicKey;
  const cases: Record<string, Parameters<typeof startLocalnet>[0]> = {
    "a program without path and bytes": { programs: [{ programId }] },
    "a file that isn't there": { programs: [{ programId, path: "no/such.so" }] },
    "bytes that are no program": { programs: [{ programId, bytes: Uint8Array.of(1, 2, 3) }] },
    "a port that is none": { port: 70_000 },
    "slots of no length": { slotMs: 0 },
    "a start in the past of time": { genesisUnixSeconds: -1 },
  };
  for (const [what, options] of Object.entries(cases)) {
    it(`refuses ${what}`, async () => {
      assert.ok((await rejection(startLocalnet(options))) instanceof LocalnetError);
    });
  }

  it("says that a port is taken", async () => {
    const first = await startLocalnet();
    const error = await rejection(startLocalnet({ port: Number(new URL(first.url).port) }));
    assert.ok(error instanceof LocalnetError && error.code === "PortTaken");
    await first.stop();
  });
});
