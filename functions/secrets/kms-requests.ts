import type { KmsNodeClientSupplier } from "@aws-crypto/kms-keyring-node";
import {
  DecryptCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  KMSServiceException,
  type KMSClient,
} from "@aws-sdk/client-kms";

/** KMS's own word that these bytes are none of this key's, or not with this context. */
const NOT_OPENED = new Set(["InvalidCiphertextException", "IncorrectKeyException", "NotFoundException"]);

/** The requests of one sealing or opening, and what came of them. */
export interface KmsRequests {
  readonly supply: KmsNodeClientSupplier;
  /**
   * What KMS failed with, if it did: the keyring makes text of it. Undefined too where KMS said that the data key isn't to
   * be opened: then it is the sealed bytes that are wrong.
   */
  outage(): unknown;
}

export function kmsRequests(client: KMSClient): KmsRequests {
  let outage: unknown;
  const told = async <Answer>(answer: Promise<Answer>): Promise<Answer> => {
    try {
      return await answer;
    } catch (error) {
      if (!(error instanceof KMSServiceException && NOT_OPENED.has(error.name))) outage = error;
      throw error;
    }
  };
  const requests = {
    encrypt: (input: EncryptCommand["input"]) => told(client.send(new EncryptCommand(input))),
    decrypt: (input: DecryptCommand["input"]) => told(client.send(new DecryptCommand(input))),
    generateDataKey: (input: GenerateDataKeyCommand["input"]) => told(client.send(new GenerateDataKeyCommand(input))),
  };
  return { supply: () => requests, outage: () => outage };
}
