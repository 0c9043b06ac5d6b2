import { randomUUID } from "node:crypto";
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";

import {
  getLocalCryptographicMaterialsCache,
  NodeCachingMaterialsManager,
} from "@aws-crypto/caching-materials-manager-node";
import { buildDecrypt } from "@aws-crypto/decrypt-node";
import { buildEncrypt } from "@aws-crypto/encrypt-node";
import { KmsKeyringNode } from "@aws-crypto/kms-keyring-node";
import {
  AlgorithmSuiteIdentifier,
  CommitmentPolicy,
  type NodeAlgorithmSuite,
  type NodeMaterialsManager,
} from "@aws-crypto/material-management-node";
import type { KMSClient } from "@aws-sdk/client-kms";

import { StoreUnavailable, TooLarge } from "../core/job/store-failures.ts";
import { SealBroken, sealedThing, type Seal, type SealContext } from "../core/session/seal.ts";
import { kmsClient } from "./aws-clients.ts";
import { sealedLength } from "./sealed-length.ts";
import { kmsRequests, type KmsRequests } from "./kms-requests.ts";

/** How long a data key serves. */
const KEY_AGE_MAX_MS = 5 * 60_000;
/** After how many sealings a data key is replaced all the same. */
const KEY_MESSAGES_MAX = 1_000;
/** A session or job takes one place for sealing, and one for each data key that it is opened with. */
const KEYS_MAX = 500;
/** Of state before compression: a small sealed state that unpacks into more than the container's memory is refused. */
export const STATE_MAX_BYTES = 16 * 1024 * 1024;

/** All of a state is one frame; compressed, the worst of them is a little larger than it was. */
const FRAME_BYTES = 2 * STATE_MAX_BYTES;

const CLIENT_OPTIONS = {
  commitmentPolicy: CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT,
  maxEncryptedDataKeys: 1,
} as const;
const { encrypt } = buildEncrypt(CLIENT_OPTIONS);
const { decrypt } = buildDecrypt(CLIENT_OPTIONS);

const zip = promisify(gzip);
const unzip = promisify(gunzip);

/**
 * Seals with the AWS Encryption SDK: gzip, then AES-256-GCM with key commitment under a data key of KMS, which is bound to
 * session and site. `seal` throws `TooLarge` over `STATE_MAX_BYTES`.
 * @see docs/adr/0041-sealed-state.md
 */
export function createKmsSeal(options: { readonly keyArn: string; readonly client?: KMSClient }): Seal {
  const { keyArn, client = kmsClient() } = options;
  const cache = getLocalCryptographicMaterialsCache<NodeAlgorithmSuite>(KEYS_MAX);
  const partition = randomUUID();
  // One for each call, all on one cache: so a call can tell what its own key request failed with.
  const materials = (requests: KmsRequests) =>
    new NodeCachingMaterialsManager({
      backingMaterials: new KmsKeyringNode({ generatorKeyId: keyArn, clientProvider: requests.supply }),
      cache,
      partition,
      maxAge: KEY_AGE_MAX_MS,
      maxMessagesEncrypted: KEY_MESSAGES_MAX,
    });

  return {
    async seal(context, plain) {
      if (plain.byteLength > STATE_MAX_BYTES) {
        throw new TooLarge(sealedThing(context), plain.byteLength, STATE_MAX_BYTES);
      }
      const requests = kmsRequests(client);
      try {
        const { result } = await encrypt(materials(requests), await zip(plain), {
          suiteId: AlgorithmSuiteIdentifier.ALG_AES256_GCM_IV12_TAG16_HKDF_SHA512_COMMIT_KEY,
          encryptionContext: { session: context.session, site: context.site },
          frameLength: FRAME_BYTES,
        });
        return result;
      } catch (error) {
        throw new StoreUnavailable(`seal ${sealedThing(context)}`, requests.outage() ?? error);
      }
    },

    async open(context, sealed) {
      const requests = kmsRequests(client);
      try {
        const { plaintext } = await decrypt(onlyOf(context, materials(requests)), sealed, { maxBodySize: FRAME_BYTES });
        if (sealedLength(sealed, plaintext.length) !== sealed.length) throw new Error("more than the sealed message");
        return await unzip(plaintext, { maxOutputLength: STATE_MAX_BYTES });
      } catch (error) {
        const outage = requests.outage();
        throw outage === undefined
          ? new SealBroken(context, error)
          : new StoreUnavailable(`open ${sealedThing(context)}`, outage);
      }
    },
  };
}

/**
 * Refuses other contexts before KMS is asked. The header that the context is read from is authenticated with the data key
 * afterwards. Exactly these two fields: the SDK itself would let a message with more of them pass.
 */
function onlyOf(context: SealContext, materials: NodeMaterialsManager): NodeMaterialsManager {
  return {
    getEncryptionMaterials: (request) => materials.getEncryptionMaterials(request),
    decryptMaterials: async (request) => {
      const { session, site, ...others } = request.encryptionContext;
      if (session !== context.session || site !== context.site || Object.keys(others).length > 0) {
        throw new Error("sealed for another session or job");
      }
      return materials.decryptMaterials(request);
    },
  };
}
