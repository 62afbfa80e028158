import { createCipheriv, createDecipheriv, randomBytes, scrypt } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";

import { PublicKey } from "@solana/web3.js";

import { keyRefused, keyUnavailable } from "./key-errors.js";
import { memoryKey } from "./memory.js";
import type { SessionKey } from "./session-key.js";

// The file is JSON: { version, kdf, n, r, p, salt, iv, tag, address, ciphertext }, bytes in base64.
// `address` is authenticated with the ciphertext, so a swapped address is noticed.
const KDF = { n: 1 << 17, r: 8, p: 1 } as const;
const MAX_N = 1 << 20;

interface KeyFile {
  readonly version: number;
  readonly n: number;
  readonly r: number;
  readonly p: number;
  readonly salt: string;
  readonly iv: string;
  readonly tag: string;
  readonly address: string;
  readonly ciphertext: string;
}

/**
 * Makes a new session key and writes it to a new file, encrypted under `password` (scrypt, AES-256-GCM,
 * mode 600). Never overwrites.
 *
 * @throws ValetkeyError `KeyRefused` when the file exists or can't be written, or the password is empty.
 * @example
 * const key = await createEncryptedKeyFile({ path: "bot.key.json", password });
 */
export async function createEncryptedKeyFile(input: {
  readonly path: string;
  readonly password: string;
}): Promise<SessionKey> {
  const source = `key file ${input.path}`;
  if (input.password === "") throw keyRefused(source, "the password is empty");
  const seed = new Uint8Array(randomBytes(32));
  const key = memoryKey(seed);
  const salt = randomBytes(16);
  const iv = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", await derive(input.password, salt, KDF), iv);
  cipher.setAAD(key.publicKey.toBytes());
  const ciphertext = Buffer.concat([cipher.update(seed), cipher.final()]);
  const file: KeyFile & { readonly kdf: "scrypt" } = {
    version: 1,
    kdf: "scrypt",
    ...KDF,
    salt: salt.toString("base64"),
    iv: iv.toString("base64"),
    tag: cipher.getAuthTag().toString("base64"),
    address: key.publicKey.toBase58(),
    ciphertext: ciphertext.toString("base64"),
  };
  try {
    await writeFile(input.path, `${JSON.stringify(file, null, 2)}\n`, { flag: "wx", mode: 0o600 });
  } catch (cause) {
    throw keyRefused(source, "the file exists already, or can't be written", cause);
  }
  return key;
}

/**
 * Opens a key file that `createEncryptedKeyFile` wrote.
 *
 * @throws ValetkeyError `KeyUnavailable` when there is no such file; `KeyRefused` when it is damaged or the
 * password is wrong (nobody can tell which).
 * @example
 * const key = await keyFromEncryptedFile({ path: "bot.key.json", password });
 */
export async function keyFromEncryptedFile(input: {
  readonly path: string;
  readonly password: string;
}): Promise<SessionKey> {
  const source = `key file ${input.path}`;
  const text = await readFile(input.path, "utf8").catch((cause: unknown) => {
    throw keyUnavailable(source, "it isn't there", cause);
  });
  const file = parse(text, source);
  try {
    const secret = await derive(input.password, Buffer.from(file.salt, "base64"), file);
    return decrypt(file, secret);
  } catch (cause) {
    throw keyRefused(source, "wrong password, or the file is damaged", cause);
  }
}

function decrypt(file: KeyFile, secret: Uint8Array): SessionKey {
  const iv = Buffer.from(file.iv, "base64");
  const decipher = createDecipheriv("aes-256-gcm", secret, iv, { authTagLength: 16 });
  decipher.setAAD(new PublicKey(file.address).toBytes());
  decipher.setAuthTag(Buffer.from(file.tag, "base64"));
  const ciphertext = Buffer.from(file.ciphertext, "base64");
  const seed = Buffer.concat([decipher.update(ciphertext), decipher.final()]);
  return memoryKey(Uint8Array.from(seed));
}

function derive(
  password: string,
  salt: Uint8Array,
  cost: { readonly n: number; readonly r: number; readonly p: number },
): Promise<Buffer> {
  const options = { N: cost.n, r: cost.r, p: cost.p, maxmem: 256 * cost.n * cost.r };
  return new Promise((resolve, reject) => {
    scrypt(password.normalize("NFKC"), salt, 32, options, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}

function parse(text: string, source: string): KeyFile {
  const refuse = (reason: string) => keyRefused(source, reason);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw refuse("it is no JSON");
  }
  const file = (value ?? {}) as Partial<Record<keyof KeyFile, unknown>>;
  if (file.version !== 1) throw refuse("it is no key file of version 1");
  const strings = [file.salt, file.iv, file.tag, file.address, file.ciphertext];
  const numbers = [file.n, file.r, file.p];
  if (!strings.every((s) => typeof s === "string") || !numbers.every(Number.isSafeInteger))
    throw refuse("a field is missing");
  // A crafted file must not make scrypt eat the machine.
  if ((file.n as number) > MAX_N || (file.r as number) > 16 || (file.p as number) > 4)
    throw refuse("its scrypt cost is beyond what this client accepts");
  return file as unknown as KeyFile;
}
