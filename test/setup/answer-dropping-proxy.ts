import { once } from "node:events";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";

/** Stands before an emulator; passes requests on, and loses as many answers as it is told. */
export interface AnswerDroppingProxy {
  readonly endpoint: string;
  /** The next `count` requests are carried out, and their connections closed before the answer. */
  dropAnswers(count: number): void;
  stop(): Promise<void>;
}

export async function startAnswerDroppingProxy(target: string): Promise<AnswerDroppingProxy> {
  let toDrop = 0;
  const server = createServer((incoming, outgoing) => {
    const drops = toDrop > 0;
    if (drops) toDrop -= 1;
    const { method, headers, url } = incoming;
    const forwarded = request(new URL(url ?? "/", target), { method, headers }, (answer) => {
      if (!drops) {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
        return;
      }
      answer.resume().once("end", () => outgoing.destroy());
    });
    forwarded.once("error", () => outgoing.destroy());
    incoming.pipe(forwarded);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    dropAnswers(count) {
      toDrop = count;
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
