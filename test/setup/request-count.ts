/** The part of an SDK client that counting needs. */
interface CountedClient {
  readonly middlewareStack: {
    add(
      middleware: (
        next: (args: object) => Promise<unknown>,
        context: { readonly commandName?: string },
      ) => (args: object) => Promise<unknown>,
      options: { readonly step: "deserialize"; readonly name: string },
    ): void;
  };
}

/** Names of the requests that went out, the SDK's own retries included. */
export interface RequestCount {
  /** The requests since the last call, in order. */
  take(): readonly string[];
}

export function countRequests(client: object): RequestCount {
  let names: string[] = [];
  (client as CountedClient).middlewareStack.add(
    (next, context) => async (args) => {
      names.push((context.commandName ?? "?").replace(/Command$/u, ""));
      return next(args);
    },
    { step: "deserialize", name: "countRequests" },
  );
  return {
    take() {
      const taken = names;
      names = [];
      return taken;
    },
  };
}
