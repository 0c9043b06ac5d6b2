import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";

import { ServiceRefusal } from "./json-service.ts";

export interface LocalKey {
  readonly arn: string;
  readonly enabled: boolean;
}

export type EncryptionContext = Readonly<Record<string, string>>;

const CIPHER = "aes-256-gcm";
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** The keys that the templates declare, each derived from the one master key, and what KMS does with them. */
export class LocalKeys {
  readonly #masterKey: Uint8Array;
  readonly #byId = new Map<string, LocalKey>();
  readonly #idsByAlias = new Map<string, string>();

  constructor(masterKey: Uint8Array) {
    this.#masterKey = masterKey;
  }

  add(id: string, key: LocalKey): void {
    this.#byId.set(id, key);
  }

  /** @param alias such as `alias/sessions` */
  addAlias(alias: string, keyId: string): void {
    this.#idsByAlias.set(alias, lastPart(keyId));
  }

  /** @param name id, ARN, alias or alias ARN */
  find(name: string): LocalKey {
    const alias = /(?:^|:)(alias\/.+)$/u.exec(name)?.[1];
    const id = alias === undefined ? lastPart(name) : this.#idsByAlias.get(alias);
    const key = id === undefined ? undefined : this.#byId.get(id);
    if (!key || (name.startsWith("arn:") && alias === undefined && name !== key.arn)) {
      throw new ServiceRefusal("NotFoundException", `${name} is not a key of the stacks that run here`);
    }
    if (!key.enabled) throw new ServiceRefusal("DisabledException", `${key.arn} is disabled`);
    return key;
  }

  encrypt(key: LocalKey, plain: Uint8Array, context: EncryptionContext): Buffer {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(CIPHER, this.#derived(key), iv).setAAD(authenticated(key, context));
    const sealed = [cipher.update(plain), cipher.final()];
    const id = Buffer.from(lastPart(key.arn));
    return Buffer.concat([Buffer.of(id.length), id, iv, cipher.getAuthTag(), ...sealed]);
  }

  /** @param name of the key, where the caller says it */
  decrypt(blob: Uint8Array, context: EncryptionContext, name?: string): { key: LocalKey; plain: Buffer } {
    const idEnd = 1 + (blob[0] ?? 0);
    const ivEnd = idEnd + IV_BYTES;
    const tagEnd = ivEnd + TAG_BYTES;
    const key = this.#byId.get(Buffer.from(blob.subarray(1, idEnd)).toString());
    if (!key || blob.length < tagEnd) throw invalidCiphertext();
    this.find(key.arn);
    if (name !== undefined && this.find(name) !== key) {
      throw new ServiceRefusal("IncorrectKeyException", "the ciphertext was made under another key");
    }
    try {
      const decipher = createDecipheriv(CIPHER, this.#derived(key), blob.subarray(idEnd, ivEnd), {
        authTagLength: TAG_BYTES,
      });
      decipher.setAAD(authenticated(key, context)).setAuthTag(blob.subarray(ivEnd, tagEnd));
      return { key, plain: Buffer.concat([decipher.update(blob.subarray(tagEnd)), decipher.final()]) };
    } catch {
      throw invalidCiphertext();
    }
  }

  #derived(key: LocalKey): Uint8Array {
    return new Uint8Array(hkdfSync("sha256", this.#masterKey, "", key.arn, 32));
  }
}

/** KMS says no more either: whether the context, the key or the bytes are wrong isn't told. */
function invalidCiphertext(): ServiceRefusal {
  return new ServiceRefusal("InvalidCiphertextException", "the ciphertext or its encryption context is wrong");
}

function authenticated(key: LocalKey, context: EncryptionContext): Buffer {
  const entries = Object.entries(context).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return Buffer.from(JSON.stringify([key.arn, entries]));
}

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1);
}
