import { z } from "zod";

import { defineResource } from "./contract.ts";

export const kmsAlias = defineResource({
  type: "AWS::KMS::Alias",
  standsIn: "another name of the key",
  honours: z.strictObject({ AliasName: z.string().startsWith("alias/"), TargetKeyId: z.string() }),
  ignores: {},
  refuses: {},
  create({ AliasName, TargetKeyId }, _identity, { backends }) {
    backends.keys.addAlias(AliasName, TargetKeyId);
    return Promise.resolve({ ref: AliasName, attributes: {} });
  },
});
