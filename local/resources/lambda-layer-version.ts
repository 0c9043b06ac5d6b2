import { z } from "zod";

import { defineResource } from "./contract.ts";
import { assetLocation } from "./lambda-asset.ts";

export const lambdaLayerVersion = defineResource({
  type: "AWS::Lambda::LayerVersion",
  standsIn: "the asset's folder; there is no /opt, so variables that point below it are rewritten",
  honours: z.strictObject({ Content: assetLocation, LayerName: z.string().optional() }),
  ignores: {
    CompatibleRuntimes: "there is one runtime here",
    CompatibleArchitectures: "this machine's own architecture runs",
    Description: "for people",
    LicenseInfo: "for people",
  },
  refuses: {},
  create(properties, { place, generatedName }, { region, account, layers, asset }) {
    const name = properties.LayerName ?? generatedName(140);
    const arn = `arn:aws:lambda:${region}:${account}:layer:${name}:1`;
    layers.set(arn, asset(properties.Content.S3Key, place));
    return Promise.resolve({ ref: arn, attributes: { LayerVersionArn: arn } });
  },
});
