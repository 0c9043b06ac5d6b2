import { RemovalPolicy } from "aws-cdk-lib";
import { BillingMode, ProjectionType, Table, TableEncryption } from "aws-cdk-lib/aws-dynamodb";
import type { IKey } from "aws-cdk-lib/aws-kms";
import { Construct } from "constructs";

import { SESSIONS_TABLE } from "../../functions/store/sessions-table.ts";
import { keyAttribute } from "./key-attribute.ts";

export interface SessionsTableProps {
  readonly key: IKey;
  /** Whether the table outlives its stack and refuses to be deleted. */
  readonly keep: boolean;
}

/** Sessions: leases, health and sealed logins. No time to live: a session stays until its owner removes it. */
export class SessionsTable extends Construct {
  readonly table: Table;

  constructor(scope: Construct, id: string, props: SessionsTableProps) {
    super(scope, id);
    this.table = new Table(this, "Table", {
      partitionKey: keyAttribute(SESSIONS_TABLE.partitionKey),
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.CUSTOMER_MANAGED,
      encryptionKey: props.key,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: props.keep,
      removalPolicy: props.keep ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    const { poolIndex } = SESSIONS_TABLE;
    // Keys only: state is large, and a change of it must cost no write to the index.
    this.table.addGlobalSecondaryIndex({
      indexName: poolIndex.name,
      partitionKey: keyAttribute(poolIndex.partitionKey),
      sortKey: keyAttribute(poolIndex.sortKey),
      projectionType: ProjectionType.KEYS_ONLY,
    });
  }
}
