import { startAwsProxy } from "../../chaos/aws-proxy/aws-proxy.ts";

/** Stands before an emulator; passes requests on, and loses as many answers as it is told. */
export interface AnswerDroppingProxy {
  readonly endpoint: string;
  /** The next `count` requests are carried out, and their connections closed before the answer. */
  dropAnswers(count: number): void;
  stop(): Promise<void>;
}

export async function startAnswerDroppingProxy(targetUrl: string): Promise<AnswerDroppingProxy> {
  const proxy = await startAwsProxy({ targetUrl });
  return {
    endpoint: proxy.url,
    dropAnswers: (times) => proxy.setRules([{ fault: { kind: "lost-answer" }, times }]),
    stop: async () => proxy.close(),
  };
}
