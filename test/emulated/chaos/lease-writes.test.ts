import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { startAwsProxy, type AwsProxy } from "../../../chaos/aws-proxy/aws-proxy.ts";
import { fencedWrites } from "../../../chaos/checker/fenced-writes.ts";
import type { LeaseWrite } from "../../../chaos/history.ts";
import { leaseWriteOf, refusedWriteOf } from "../../../chaos/stand/read-exchange.ts";
import { DynamoDbLeaseStore } from "../../../functions/store/dynamodb-lease-store.ts";
import { emulatedDynamoDbClient } from "../../setup/emulators.ts";
import { RETENTION_DAYS, startLeaseStores, type CreatedStore, type LeaseStores } from "../../setup/lease-stores.ts";
import {
  checkpointOf,
  jobResult,
  NOW_MS,
  OTHER,
  PAST_EXPIRY_MS,
  taken,
  takeRequest,
} from "../contract/lease-fixtures.ts";
import { SOUND } from "../../unit/chaos/sound-history.ts";

let stores: LeaseStores;
let created: CreatedStore;
let proxy: AwsProxy;
let watched: DynamoDbLeaseStore;
let close: () => void;
const writes: LeaseWrite[] = [];
const refusals: LeaseWrite[] = [];

beforeEach(async () => {
  stores = await startLeaseStores();
  created = await stores.create();
  writes.length = 0;
  refusals.length = 0;
  proxy = await startAwsProxy({
    targetUrl: stores.endpoint,
    onExchange: (exchange) => {
      writes.push(...[leaseWriteOf(exchange)].filter((write) => write !== undefined));
      refusals.push(...[refusedWriteOf(exchange)].filter((write) => write !== undefined));
    },
  });
  const client = emulatedDynamoDbClient(proxy.url);
  close = () => client.destroy();
  watched = new DynamoDbLeaseStore(client, created.table, RETENTION_DAYS);
});

afterEach(async () => {
  close();
  await proxy.close();
  await stores.stop();
});

describe("the lease writes that pass the proxy", () => {
  it("are read as what they are, with fence, owner and sequence", async () => {
    const first = await taken(watched, takeRequest());
    await watched.renew(first, 60_000, NOW_MS + 1);
    await watched.checkpoint(first, checkpointOf(1), NOW_MS + 2);
    await watched.note(first, [], NOW_MS + 3);
    await watched.release(first, { reason: "failed", countsAsAttempt: true }, NOW_MS + 4);
    const second = await taken(watched, takeRequest({ owner: OTHER }), NOW_MS + 5);
    await watched.finish(second, jobResult("completed", { fence: 2 }), NOW_MS + 6);

    const seen = writes.map(({ kind, fence, container, sequence }) => ({ kind, fence, container, sequence }));
    const under = (fence: number, container: string) => ({ fence, container, sequence: undefined });
    expect(seen).toEqual([
      { kind: "take", ...under(1, "container-1") },
      { kind: "renew", ...under(1, "container-1") },
      { kind: "checkpoint", ...under(1, "container-1"), sequence: 1 },
      { kind: "note", ...under(1, "container-1") },
      { kind: "release", ...under(1, "container-1") },
      { kind: "take", ...under(2, "container-2") },
      { kind: "finish", ...under(2, "container-2") },
    ]);
    expect(fencedWrites.violations({ ...SOUND, writes })).toEqual([]);
  });

  it("leave out what the table refused, which is read as a refusal", async () => {
    const late = await taken(watched, takeRequest());
    await taken(watched, takeRequest({ owner: OTHER }), PAST_EXPIRY_MS);
    expect(await watched.renew(late, 60_000, PAST_EXPIRY_MS + 1)).toMatchObject({ kind: "lost" });
    expect(writes.map(({ kind }) => kind)).toEqual(["take", "take"]);
    expect(refusals).toMatchObject([{ kind: "renew", job: "shop:42", fence: 1, container: "container-1" }]);
  });
});
