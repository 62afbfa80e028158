import type { ValetkeyError } from "../errors/index.js";
import { keyUnavailable } from "./key-errors.js";
import type { SessionKey } from "./session-key.js";
import { generateKeyPair, webCryptoKey, type WebCryptoKeyPair } from "./webcrypto.js";

const STORE = "session-keys";

/** Session keys of this origin, by name; use one name per wallet, and per session if you open several. */
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
    return pair === undefined ? null : await webCryptoKey(pair);
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
      return stored ?? (await webCryptoKey(fresh));
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

async function withStore<T>(
  database: string,
  mode: IDBTransactionMode,
  work: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const connection = await open(database);
  try {
    const transaction = connection.transaction(STORE, mode);
    const result = await settled(work(transaction.objectStore(STORE)));
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
    const request = globalThis.indexedDB.open(database, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(STORE);
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

function unavailable(cause: unknown): ValetkeyError {
  return keyUnavailable("IndexedDB", "the browser's key store can't be used here", cause);
}

function isConstraintError(error: unknown): boolean {
  return error instanceof Error && error.name === "ConstraintError";
}
