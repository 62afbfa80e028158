// Session keys: each kind signs what Ed25519 verifies, and no secret is reachable from outside.
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { isValetkeyError } from "@valetkey/sdk/errors";
import { createKeyStore, generateWebCryptoKey, webCryptoKey } from "@valetkey/sdk/keys/browser";
import {
  createEncryptedKeyFile,
  generateKey,
  keyFromEncryptedFile,
  keyFromEnvironment,
  keyFromSeed,
  type SessionKey,
} from "@valetkey/sdk/keys/node";
import bs58 from "bs58";
import { IDBFactory } from "fake-indexeddb";
import nacl from "tweetnacl";

const MESSAGE = new TextEncoder().encode("a message of a session");

async function assertSigns(key: SessionKey): Promise<void> {
  const signature = await key.signMessage(MESSAGE);
  assert.equal(signature.length, 64);
  assert.ok(nacl.sign.detached.verify(MESSAGE, signature, key.publicKey.toBytes()));
}

describe("keys in memory", () => {
  it("sign, differ, and show no secret", async () => {
    const [a, b] = [generateKey(), generateKey()];
    assert.notEqual(a.publicKey.toBase58(), b.publicKey.toBase58());
    await assertSigns(a);
    assert.deepEqual(Object.keys(a).sort(), ["publicKey", "signMessage"]);
    assert.ok(Object.isFrozen(a));
  });

  it("come from a seed, which may be wiped afterwards", async () => {
    const seed = new Uint8Array(32).fill(7);
    const expected = nacl.sign.keyPair.fromSeed(seed).publicKey;
    const key = keyFromSeed({ seed });
    seed.fill(0);
    assert.deepEqual(key.publicKey.toBytes(), expected);
    await assertSigns(key);
  });

  for (const length of [0, 31, 33, 64])
    it(`refuse a seed of ${length} bytes`, () => {
      assert.throws(
        () => keyFromSeed({ seed: new Uint8Array(length) }),
        (error) => isValetkeyError(error, "KeyRefused"),
      );
    });
});

describe("keys in WebCrypto", () => {
  it("sign, and can't be exported", async () => {
    await assertSigns(await generateWebCryptoKey());
    const pair = await pairOf("Ed25519", false);
    await assert.rejects(crypto.subtle.exportKey("pkcs8", pair.privateKey));
    await assertSigns(await webCryptoKey(pair));
  });

  it("refuse a pair that a script could read, or of another algorithm", async () => {
    for (const pair of [await pairOf("Ed25519", true), await ecdsaPair()])
      await assert.rejects(webCryptoKey(pair), (error) => isValetkeyError(error, "KeyRefused"));
  });
});

describe("the browser's key store", () => {
  beforeEach(() => {
    globalThis.indexedDB = new IDBFactory();
  });
  afterEach(() => {
    Reflect.deleteProperty(globalThis, "indexedDB");
  });

  it("finds the same key again after a reload", async () => {
    const first = await createKeyStore().loadOrCreate("arena");
    const second = await createKeyStore().loadOrCreate("arena");
    assert.equal(second.publicKey.toBase58(), first.publicKey.toBase58());
    await assertSigns(second);
    assert.deepEqual(await createKeyStore().names(), ["arena"]);
  });

  it("gives two tabs that start together one key", async () => {
    const [a, b] = await Promise.all([
      createKeyStore().loadOrCreate("arena"),
      createKeyStore().loadOrCreate("arena"),
    ]);
    assert.equal(a.publicKey.toBase58(), b.publicKey.toBase58());
  });

  it("keeps names apart and forgets on demand", async () => {
    const keys = createKeyStore();
    const [a, b] = [await keys.loadOrCreate("a"), await keys.loadOrCreate("b")];
    assert.notEqual(a.publicKey.toBase58(), b.publicKey.toBase58());
    await keys.remove("a");
    assert.equal(await keys.load("a"), null);
    assert.equal((await keys.load("b"))?.publicKey.toBase58(), b.publicKey.toBase58());
  });

  it("is a named error where there is no IndexedDB", async () => {
    Reflect.deleteProperty(globalThis, "indexedDB");
    await assert.rejects(createKeyStore().load("a"), (e) => isValetkeyError(e, "KeyUnavailable"));
  });
});

describe("keys from the environment", () => {
  const VARIABLE = "VALETKEY_TEST_KEY";
  const pair = nacl.sign.keyPair.fromSeed(new Uint8Array(32).fill(9));
  afterEach(() => {
    Reflect.deleteProperty(process.env, VARIABLE);
  });

  const hex = Buffer.from(pair.secretKey).toString("hex");
  const spellings: Record<string, string> = {
    "a base58 secret key": bs58.encode(pair.secretKey),
    "a base58 seed": bs58.encode(pair.secretKey.slice(0, 32)),
    "a hexadecimal key": hex,
    "a hexadecimal seed": hex.slice(0, 64),
    "the array of solana-keygen": JSON.stringify(Array.from(pair.secretKey)),
  };
  for (const [name, text] of Object.entries(spellings))
    it(`read ${name}, and take it out of the environment`, async () => {
      process.env[VARIABLE] = ` ${text}\n`;
      const key = keyFromEnvironment({ variable: VARIABLE });
      assert.deepEqual(key.publicKey.toBytes(), pair.publicKey);
      assert.equal(process.env[VARIABLE], undefined);
      await assertSigns(key);
    });

  it("are a named error when missing", () => {
    assert.throws(
      () => keyFromEnvironment({ variable: VARIABLE }),
      (error) => isValetkeyError(error, "KeyUnavailable"),
    );
  });

  const mixed = Uint8Array.from(pair.secretKey);
  mixed[63] = (mixed[63] ?? 0) ^ 1;
  const wrong: Record<string, string> = {
    "other characters": "not a key!",
    "a short key": bs58.encode(pair.secretKey.slice(0, 31)),
    "numbers beyond a byte": "[1,2,300]",
    "two halves of different keys": bs58.encode(mixed),
  };
  for (const [name, text] of Object.entries(wrong))
    it(`refuse ${name} without quoting it`, () => {
      process.env[VARIABLE] = text;
      assert.throws(
        () => keyFromEnvironment({ variable: VARIABLE }),
        (error) => isValetkeyError(error, "KeyRefused") && !error.message.includes(text),
      );
    });
});

describe("keys in an encrypted file", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "valetkey-keys-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("open with the password and only with it", async () => {
    const path = join(folder, "bot.key.json");
    const made = await createEncryptedKeyFile({ path, password: "correct horse" });
    const opened = await keyFromEncryptedFile({ path, password: "correct horse" });
    assert.equal(opened.publicKey.toBase58(), made.publicKey.toBase58());
    await assertSigns(opened);
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    await assert.rejects(keyFromEncryptedFile({ path, password: "wrong" }), (error) =>
      isValetkeyError(error, "KeyRefused"),
    );
  });

  it("never overwrite, and need a password", async () => {
    const path = join(folder, "bot.key.json");
    await createEncryptedKeyFile({ path, password: "p" });
    for (const input of [
      { path, password: "p" },
      { path: join(folder, "other"), password: "" },
    ])
      await assert.rejects(createEncryptedKeyFile(input), (e) => isValetkeyError(e, "KeyRefused"));
  });

  it("refuse a file that was changed, or that asks for too much work", async () => {
    const path = join(folder, "bot.key.json");
    await createEncryptedKeyFile({ path, password: "p" });
    const file = JSON.parse(await readFile(path, "utf8")) as Record<string, unknown>;
    const other = generateKey().publicKey.toBase58();
    const changed = [
      { ...file, address: other },
      { ...file, n: 1 << 30 },
      { ...file, version: 2 },
      { ...file, tag: undefined },
    ];
    for (const content of changed) {
      await writeFile(path, JSON.stringify(content));
      await assert.rejects(keyFromEncryptedFile({ path, password: "p" }), (error) =>
        isValetkeyError(error, "KeyRefused"),
      );
    }
    await assert.rejects(keyFromEncryptedFile({ path: join(folder, "none"), password: "p" }), (e) =>
      isValetkeyError(e, "KeyUnavailable"),
    );
  });
});

async function pairOf(name: string, extractable: boolean) {
  const pair = await crypto.subtle.generateKey({ name }, extractable, ["sign", "verify"]);
  assert.ok("privateKey" in pair);
  return pair;
}

async function ecdsaPair() {
  const algorithm = { name: "ECDSA", namedCurve: "P-256" };
  return await crypto.subtle.generateKey(algorithm, false, ["sign", "verify"]);
}
