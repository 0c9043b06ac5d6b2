import { buildApp } from "fauxqs";

import { completeFauxqs } from "./complete-fauxqs.ts";

/**
 * SQS and S3 by fauxqs, in this process and in memory. Built from its app and not by `startFauxqs`, which listens on all
 * interfaces (fauxqs 2.4.1).
 */
export async function startQueuesAndBuckets(region: string): Promise<{ endpoint: string; close(): Promise<void> }> {
  await completeFauxqs();
  const app = buildApp({ logger: false, defaultRegion: region });
  const endpoint = await app.listen({ port: 0, host: "127.0.0.1" });
  return { endpoint, close: () => app.close() };
}
