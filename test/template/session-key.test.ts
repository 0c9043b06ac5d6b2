import { KMSClient, type GenerateDataKeyCommandInput } from "@aws-sdk/client-kms";
import { describe, expect, it } from "vitest";

import { StoreUnavailable } from "../../functions/core/job/store-failures.ts";
import type { SealContext } from "../../functions/core/session/seal.ts";
import { createKmsSeal } from "../../functions/secrets/kms-seal.ts";
import { STAGE_NAMES } from "../../infra/stages.ts";
import { listOf, statementsOf, type Statement } from "./policy-statements.ts";
import { keyOf, ofType, only, synthesizeStage } from "./synthesized-stage.ts";

const CONTEXT = { session: "shop-1", site: "shop.example" } as const satisfies SealContext;

describe.each(STAGE_NAMES)("the key of sessions of %s", (stageName) => {
  const stage = synthesizeStage(stageName);
  const [keyId, key] = keyOf(stage);

  it("is the account's own, renewed each year, with a name", () => {
    expect(ofType(stage, "AWS::KMS::Key")).toHaveLength(1);
    expect(key.Properties).toMatchObject({ EnableKeyRotation: true });
    // Absent: symmetric, for encryption, in one region.
    for (const name of ["KeySpec", "KeyUsage", "MultiRegion"]) expect(key.Properties).not.toHaveProperty(name);
    expect(ofType(stage, "AWS::KMS::Alias")).toMatchObject([
      [
        expect.any(String),
        {
          Properties: {
            AliasName: `alias/SubletState-${stageName}-sessions`,
            TargetKeyId: { "Fn::GetAtt": [keyId, "Arn"] },
          },
        },
      ],
    ]);
  });

  it("leaves the decision to the account's IAM, and lets nobody in by itself", () => {
    const root = {
      "Fn::Join": ["", ["arn:", { Ref: "AWS::Partition" }, ":iam::", { Ref: "AWS::AccountId" }, ":root"]],
    };
    expect(statementsOf(key)).toEqual([{ Effect: "Allow", Principal: { AWS: root }, Action: "kms:*", Resource: "*" }]);
  });
});

describe("the worker", () => {
  const stage = synthesizeStage("prod");
  const statements = ofType(stage, "AWS::IAM::Policy")
    .flatMap(([, policy]) => statementsOf(policy))
    .filter(({ Action }) => listOf(Action).some((action) => String(action).startsWith("kms:")));
  const direct = statements.filter(({ Condition }) => !JSON.stringify(Condition).includes("kms:ViaService"));
  const tableName = importOf(only(stage, "AWS::DynamoDB::Table", "Sessions")[0]);

  it("uses the one key only, always under a condition", () => {
    expect(statements).toHaveLength(2);
    for (const { Resource, Condition } of statements) {
      expect(JSON.stringify(Resource)).toContain(`ExportsOutputFnGetAtt${keyOf(stage)[0]}Arn`);
      expect(Condition).toBeDefined();
    }
  });

  it.each(["kms:GenerateDataKey", "kms:Decrypt"])("may %s for a session of a site", (action) => {
    expect(direct.some((statement) => allows(statement, action, CONTEXT))).toBe(true);
  });

  it("may seal as it really seals", async () => {
    const client = new KMSClient({ region: "eu-central-1", credentials: { accessKeyId: "-", secretAccessKey: "-" } });
    const asked: GenerateDataKeyCommandInput[] = [];
    client.middlewareStack.add(
      () => (args) => {
        asked.push(args.input as GenerateDataKeyCommandInput);
        return Promise.reject(new Error("not sent"));
      },
      { step: "initialize", name: "recordAndStop" },
    );
    const seal = createKmsSeal({ keyArn: "arn:aws:kms:eu-central-1:000000000000:key/k", client });
    await expect(seal.seal(CONTEXT, Buffer.from("state"))).rejects.toBeInstanceOf(StoreUnavailable);
    expect(asked).toHaveLength(1);
    const context = asked[0]?.EncryptionContext ?? {};
    expect(direct.some((statement) => allows(statement, "kms:GenerateDataKey", context))).toBe(true);
  });

  it.each([
    ["without a context", {}],
    ["without the session", { site: CONTEXT.site }],
    ["without the site", { session: CONTEXT.session }],
    ["with anything else in it", { ...CONTEXT, tenant: "t" }],
    ["of the table", { "aws:dynamodb:tableName": "sessions" }],
  ])("may not %s", (_, context) => {
    for (const action of ["kms:GenerateDataKey", "kms:Decrypt"]) {
      expect(direct.filter((statement) => allows(statement, action, context))).toEqual([]);
    }
  });

  it("lets DynamoDB open the sessions table in its name, and no other table", () => {
    const via = { "Fn::Join": ["", ["dynamodb.", { Ref: "AWS::Region" }, ".", { Ref: "AWS::URLSuffix" }]] };
    expect(statements).toContainEqual(
      expect.objectContaining({
        Action: "kms:Decrypt",
        Condition: {
          StringEquals: { "kms:ViaService": via, "kms:EncryptionContext:aws:dynamodb:tableName": tableName },
        },
      }),
    );
  });

  function importOf(logicalId: string): unknown {
    const value = `SubletState-prod:ExportsOutputRef${logicalId}`;
    return { "Fn::ImportValue": expect.stringContaining(value) };
  }
});

/**
 * IAM's reading of a statement with the two operators that it may use here. Throws at any other, so that a condition that
 * isn't understood is never taken for one that holds.
 */
function allows(statement: Statement, action: string, context: Readonly<Record<string, string>>): boolean {
  if (!listOf(statement.Action).includes(action)) return false;
  return Object.entries(statement.Condition as Record<string, Record<string, unknown>>).every(([operator, entries]) =>
    Object.entries(entries).every(([name, expected]) => {
      if (operator === "Null" && name.startsWith("kms:EncryptionContext:")) {
        return String(!(name.slice("kms:EncryptionContext:".length) in context)) === expected;
      }
      if (operator === "ForAllValues:StringEquals" && name === "kms:EncryptionContextKeys") {
        return Object.keys(context).every((key) => listOf(expected).includes(key));
      }
      throw new Error(`condition ${operator} ${name} isn't understood here`);
    }),
  );
}
