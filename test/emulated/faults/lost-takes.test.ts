import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";

import { startAwsProxy, type AwsProxy, type Exchange } from "../../../chaos/aws-proxy/aws-proxy.ts";
import { StoreUnavailable } from "../../../functions/core/job/store-failures.ts";
import { DynamoDbLeaseStore } from "../../../functions/store/dynamodb-lease-store.ts";
import { dynamoDbClient } from "../../../functions/store/dynamodb-client.ts";
import { EMULATOR_CREDENTIALS, EMULATOR_REGION } from "../../setup/emulators.ts";
import { RETENTION_DAYS, startLeaseStores, type LeaseStores } from "../../setup/lease-stores.ts";
import { CIRCUMSTANCES, KEY, NOW_MS, taken, takeRequest } from "../contract/lease-fixtures.ts";

/** A take that is carried out and not answered, until the SDK gives up, and one that is carried out late. */
describe("a take that went astray", () => {
  let stores: LeaseStores;
  beforeAll(async () => {
    stores = await startLeaseStores();
  });
  afterAll(async () => stores.stop());

  let proxy: AwsProxy;
  let store: DynamoDbLeaseStore;
  let client: ReturnType<typeof dynamoDbClient>;
  let carriedOut: (exchange: Exchange) => void = () => {};
  beforeEach(async () => {
    proxy = await startAwsProxy({ targetUrl: stores.endpoint, onExchange: (exchange) => carriedOut(exchange) });
    vi.stubEnv("AWS_ENDPOINT_URL", proxy.url);
    vi.stubEnv("AWS_REGION", EMULATOR_REGION);
    vi.stubEnv("AWS_ACCESS_KEY_ID", EMULATOR_CREDENTIALS.accessKeyId);
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", EMULATOR_CREDENTIALS.secretAccessKey);
    client = dynamoDbClient();
    store = new DynamoDbLeaseStore(client, (await stores.create()).table, RETENTION_DAYS);
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    client.destroy();
    await proxy.close();
  });

  test("is found by its repetition, which is no second attempt", async () => {
    const request = takeRequest({ takeId: "take-1", circumstances: CIRCUMSTANCES });
    proxy.setRules([{ operations: ["UpdateItem"], times: 4, fault: { kind: "lost-answer" } }]);
    await expect(store.take(request, NOW_MS)).rejects.toBeInstanceOf(StoreUnavailable);
    const take = await store.take(request, NOW_MS + 9_000);
    expect(take).toMatchObject({ kind: "taken", lease: { fence: 1, attempt: 1, acquiredAtMs: NOW_MS } });
    expect((await store.read(KEY))?.history).toHaveLength(1);
  });

  test("takes nothing when it arrives behind the end of the attempt that the SDK's repetition began", async () => {
    const late = Promise.withResolvers<Exchange>();
    carriedOut = (exchange) => {
      if (exchange.fault === "slow") late.resolve(exchange);
    };
    proxy.setRules([{ operations: ["UpdateItem"], times: 1, fault: { kind: "slow", beforeMs: 4_000 } }]);
    const lease = await taken(store, takeRequest());
    await store.release(lease, { reason: "failed", countsAsAttempt: false }, NOW_MS);
    expect((await late.promise).status).toBe(400);
    expect(await store.read(KEY)).toMatchObject({ state: "released", fence: 1, attempts: 0 });
  });
});
