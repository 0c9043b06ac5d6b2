import { RemovalPolicy, Stack } from "aws-cdk-lib";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { type IKey, Key } from "aws-cdk-lib/aws-kms";
import { Construct } from "constructs";

export interface SessionKeyProps {
  /** Whether the key outlives its stack. Without its key no session can be opened. */
  readonly keep: boolean;
}

/**
 * The key of logins: session state is sealed under data keys of it before it leaves a container, and the sessions table
 * is encrypted under it. A key of its own, unlike those of queues and bucket, so that who may read records or files can't
 * open a login, and so that disabling one key closes all of them.
 *
 * Its policy is KMS's usual one: the account's IAM decides, and nobody is locked out. The worker's part stands in the
 * worker's role, operators bring their own.
 */
export class SessionKey extends Construct {
  readonly key: Key;

  constructor(scope: Construct, id: string, props: SessionKeyProps) {
    super(scope, id);
    this.key = new Key(this, "Key", {
      alias: `${Stack.of(this).stackName}-sessions`,
      description: "Sublet: seals the state of sessions, and encrypts their table.",
      enableKeyRotation: true,
      removalPolicy: props.keep ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
  }
}

/** What state is sealed for, in its encryption context (`SealContext`). A data key without either is nobody's. */
const SEAL_CONTEXT_KEYS = ["session", "site"];

/** Sealing and opening state, with a context that names session and site and holds nothing else. */
export function sealSessions(key: IKey): PolicyStatement {
  return new PolicyStatement({
    sid: "SealSessions",
    actions: ["kms:GenerateDataKey", "kms:Decrypt"],
    resources: [key.keyArn],
    conditions: {
      // "For all values" is also true of none, hence both.
      Null: Object.fromEntries(SEAL_CONTEXT_KEYS.map((name) => [`kms:EncryptionContext:${name}`, "false"])),
      "ForAllValues:StringEquals": { "kms:EncryptionContextKeys": SEAL_CONTEXT_KEYS },
    },
  });
}

/**
 * DynamoDB opens a table's key in the name of who reads or writes the table. Only for it, and only for this table.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.howitworks.html
 */
export function openTable(key: IKey, tableName: string): PolicyStatement {
  const { region, urlSuffix } = Stack.of(key);
  return new PolicyStatement({
    sid: "SessionsTableKey",
    actions: ["kms:Decrypt"],
    resources: [key.keyArn],
    conditions: {
      StringEquals: {
        "kms:ViaService": `dynamodb.${region}.${urlSuffix}`,
        "kms:EncryptionContext:aws:dynamodb:tableName": tableName,
      },
    },
  });
}
