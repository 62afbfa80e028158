import type { ValetkeyError } from "../errors/index.js";
import { keyUnavailable } from "./key-errors.js";
import type { SessionKey } from "./session-key.js";
import { generateKeyPair, webCryptoKey, type WebCryptoKeyPair } from "./webcrypto.js";

const STORE = "session-keys";
const NUMBERS = "once-numbers";
const VERSION = 2;

/**
 * Session keys of this origin, by name; use one name per wallet, and per session if you open several. Tabs that use the same key
 * draw their `once` numbers from one counter in the store, so that they don't take each other's.
 */
export interface KeyStore {
  /** The key of that name, or `null`. */
  readonly load: (name: string) => Promise<SessionKey | null>;
  /** The key of that name; made and stored when there is none. Two tabs get the same key. */
  readonly loadOrCreate: (name: string) => Promise<SessionKey>;
  /** Forgets the key of that name. Its session, if alive, can then only be ended by its owner. */
  readonly remove: (name: string) => Promise<void>;
  /** The names in the store. */
  readonly names: () => Promise<readonly string[]>;
}

/**
 * Opens the key store of this origin in IndexedDB.
 *
 * @throws ValetkeyError `KeyUnavailable` when the browser has no IndexedDB or refuses it (private mode).
 * @example
 * const keys = createKeyStore();
 * const key = await keys.loadOrCreate(`arena/${wallet.publicKey.toBase58()}`);
 * const session = await owner.session({ key, terms: myTerms }); // asks the wallet only the first time
 */
export function createKeyStore(input: { readonly database?: string } = {}): KeyStore {
  const database = input.database ?? "valetkey";
  const load = async (name: string): Promise<SessionKey | null> => {
    const pair = (await withStore(database, "readonly", (store) => store.get(name))) as
      WebCryptoKeyPair | undefined;
    return pair === undefined ? null : await sharedKey(database, pair);
  };
  return {
    load,
    async loadOrCreate(name) {
      const existing = await load(name);
      if (existing !== null) return existing;
      const fresh = await generateKeyPair();
      // `add` fails when another tab was faster; then that tab's key is the one.
      await withStore(database, "readwrite", (store) => store.add(fresh, name)).catch(
        (error: unknown) => {
          if (!isConstraintError(error)) throw error;
        },
      );
      const stored = await load(name);
      return stored ?? (await sharedKey(database, fresh));
    },
    remove: async (name) => {
      await withStore(database, "readwrite", (store) => store.delete(name));
    },
    names: async () =>
      (await withStore(database, "readonly", (store) => store.getAllKeys())).filter(
        (name) => typeof name === "string",
      ),
  };
}

async function sharedKey(database: string, pair: WebCryptoKeyPair): Promise<SessionKey> {
  const key = await webCryptoKey(pair);
  return Object.freeze({
    ...key,
    takeNumber: ({ session, atLeast }) => takeNumber(database, session, atLeast),
  } satisfies SessionKey);
}

// One read-write transaction at a time: IndexedDB itself makes tabs and workers wait for each other, so no further lock is needed.
async function takeNumber(database: string, session: string, atLeast: bigint): Promise<bigint> {
  let taken = atLeast;
  await withStore(
    database,
    "readwrite",
    (store) => {
      const request = store.get(session) as IDBRequest<bigint | undefined>;
      request.addEventListener("success", () => {
        const last = request.result ?? 0n;
        taken = last >= atLeast ? last + 1n : atLeast;
        store.put(taken, session);
      });
      return request;
    },
    NUMBERS,
  );
  return taken;
}

async function withStore<T>(
  database: string,
  mode: IDBTransactionMode,
  work: (store: IDBObjectStore) => IDBRequest<T>,
  name = STORE,
): Promise<T> {
  const connection = await open(database);
  try {
    const transaction = connection.transaction(name, mode);
    const done = committed(transaction);
    // Whoever waits for the request only must not leave this one unheard.
    done.catch(() => undefined);
    const result = await settled(work(transaction.objectStore(name)));
    await done;
    return result;
  } catch (cause) {
    if (isConstraintError(cause)) throw cause;
    throw unavailable(cause);
  } finally {
    connection.close();
  }
}

async function open(database: string): Promise<IDBDatabase> {
  try {
    const request = globalThis.indexedDB.open(database, VERSION);
    request.onupgradeneeded = () => {
      for (const name of [STORE, NUMBERS])
        if (!request.result.objectStoreNames.contains(name)) request.result.createObjectStore(name);
    };
    return await settled(request);
  } catch (cause) {
    throw unavailable(cause);
  }
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => {
      resolve(request.result);
    };
    request.onerror = () => {
      reject(request.error ?? new Error("IndexedDB gave no reason"));
    };
  });
}

function committed(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => {
      resolve();
    };
    transaction.onabort = () => {
      reject(transaction.error ?? new Error("IndexedDB gave no reason"));
    };
  });
}

function unavailable(cause: unknown): ValetkeyError {
  return keyUnavailable("IndexedDB", "the browser's key store can't be used here", cause);
}

function isConstraintError(error: unknown): boolean {
  return error instanceof Error && error.name === "ConstraintError";
}
