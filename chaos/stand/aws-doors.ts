import type { LocalEndpoints } from "../../local/emulators/backends.ts";
import { startAwsProxy, type Exchange } from "../aws-proxy/aws-proxy.ts";
import type { FaultRule } from "../aws-proxy/fault-rule.ts";

/** The proxies between the workers and the emulators. */
export interface AwsDoors {
  /** What a function's environment says of them. */
  readonly variables: Readonly<Record<string, string>>;
  setRules(rules: readonly FaultRule[]): void;
  /** Idempotent. */
  close(): Promise<void>;
}

export async function openAwsDoors(
  endpoints: LocalEndpoints,
  options: { readonly onExchange: (exchange: Exchange) => void; readonly random: () => number },
): Promise<AwsDoors> {
  // Queues and buckets are one emulator.
  const [tables, queues] = await Promise.all(
    ([endpoints.dynamodb, endpoints.sqs] as const).map((targetUrl) => startAwsProxy({ targetUrl, ...options })),
  );
  if (tables === undefined || queues === undefined) throw new Error("both proxies are there once they have started");
  return {
    variables: {
      AWS_ENDPOINT_URL_DYNAMODB: tables.url,
      AWS_ENDPOINT_URL_SQS: queues.url,
      AWS_ENDPOINT_URL_S3: queues.url,
    },
    setRules(rules) {
      tables.setRules(rules);
      queues.setRules(rules);
    },
    close: async () => {
      await Promise.all([tables.close(), queues.close()]);
    },
  };
}
