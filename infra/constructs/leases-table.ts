import { RemovalPolicy } from "aws-cdk-lib";
import { BillingMode, ProjectionType, Table, TableEncryption } from "aws-cdk-lib/aws-dynamodb";
import { Construct } from "constructs";

import { LEASES_TABLE } from "../../functions/store/leases-table.ts";
import { keyAttribute } from "./key-attribute.ts";

export interface LeasesTableProps {
  /** Whether the table outlives its stack and refuses to be deleted. */
  readonly keep: boolean;
}

/**
 * Leases and job records. On demand: load follows the producers and is nothing between their runs.
 *
 * Encrypted under the account's AWS-managed key (`aws/dynamodb`): no key policy that could lock the fleet out, no
 * monthly price, and, unlike with DynamoDB's own key, each use stands in CloudTrail.
 */
export class LeasesTable extends Construct {
  readonly table: Table;

  constructor(scope: Construct, id: string, props: LeasesTableProps) {
    super(scope, id);
    this.table = new Table(this, "Table", {
      partitionKey: keyAttribute(LEASES_TABLE.partitionKey),
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.AWS_MANAGED,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      timeToLiveAttribute: LEASES_TABLE.timeToLiveAttribute,
      deletionProtection: props.keep,
      removalPolicy: props.keep ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    const { heldIndex } = LEASES_TABLE;
    // Sparse: an item stands in the index only while its lease is held, so that listing them needs no scan.
    this.table.addGlobalSecondaryIndex({
      indexName: heldIndex.name,
      partitionKey: keyAttribute(heldIndex.partitionKey),
      sortKey: keyAttribute(heldIndex.sortKey),
      projectionType: ProjectionType.INCLUDE,
      nonKeyAttributes: [...heldIndex.includedAttributes],
    });
  }
}
