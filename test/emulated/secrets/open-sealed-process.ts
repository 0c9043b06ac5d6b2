import type { SealContext } from "../../../functions/core/session/seal.ts";
import { createKmsSeal } from "../../../functions/secrets/kms-seal.ts";

/** Opens what another process sealed, with everything else from the environment, and prints it. */
const { keyArn, context, sealed } = JSON.parse(process.argv[2] ?? "") as {
  readonly keyArn: string;
  readonly context: SealContext;
  readonly sealed: string;
};
process.stdout.write(await createKmsSeal({ keyArn }).open(context, Buffer.from(sealed, "base64")));
