// An endpoint takes a hundred addresses in one call; an owner may have more.
import assert from "node:assert/strict";
import type { Connection, PublicKey } from "@solana/web3.js";

import { isValetkeyError } from "../../app/sdk/src/errors/index.js";
import { findMints, readMints, TOKEN_PROGRAM } from "../../app/sdk/src/owner/token.js";
import { keyOf } from "./support/samples.js";

const GONE = 120;

// An endpoint as strict as the public ones; address 120 of the list has no account.
function endpoint(sizes: number[]): Connection {
  const data = new Uint8Array(82).fill(6);
  return {
    getMultipleAccountsInfo: (keys: readonly PublicKey[]) => {
      sizes.push(keys.length);
      if (keys.length > 100) return Promise.reject(new Error("Too many inputs provided; max 100"));
      return Promise.resolve(
        keys.map((key) => (key.equals(keyOf(GONE)) ? null : { owner: TOKEN_PROGRAM, data })),
      );
    },
  } as unknown as Connection;
}

describe("an owner's mints", () => {
  const mints = Array.from({ length: 250 }, (_, i) => keyOf(i));

  it("are read a hundred at a time, in order; one that is gone is null", async () => {
    const sizes: number[] = [];
    const found = await findMints(endpoint(sizes), mints);
    assert.deepEqual(sizes, [100, 100, 50]);
    assert.equal(found.length, 250);
    found.forEach((info, i) => {
      if (i === GONE) assert.equal(info, null);
      else assert.ok(info?.mint.equals(keyOf(i)) && info.decimals === 6);
    });
  });

  it("that must be there are refused by name when they are gone", async () => {
    await assert.rejects(readMints(endpoint([]), mints), (error) => {
      assert.ok(isValetkeyError(error, "InvalidInput"));
      assert.equal(error.context.what, keyOf(GONE).toBase58());
      return true;
    });
  });

  it("cost no call when there are none", async () => {
    const sizes: number[] = [];
    assert.deepEqual(await readMints(endpoint(sizes), []), []);
    assert.deepEqual(sizes, []);
  });
});
