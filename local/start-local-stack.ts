import { deployStack, type SharedDeployment } from "./deploy-stack.ts";
import { readAssembly } from "./assembly/read-assembly.ts";
import type { LocalEndpoints } from "./emulators/backends.ts";
import { startBackends } from "./emulators/start-backends.ts";
import { serveOnLoopback } from "./emulators/loopback-server.ts";
import { eventSourceControl } from "./events/event-source-control.ts";
import { EventSourcePoller } from "./events/event-source-poller.ts";
import { LOCAL_ACCOUNT, LOCAL_REGION } from "./local-credentials.ts";
import { NotPossibleHere } from "./not-possible-here.ts";
import { cellSupport } from "./runtime/cell.ts";
import type { LineListener } from "./runtime/container-log.ts";
import type { ContainerView } from "./runtime/container.ts";
import { ContainerPool } from "./runtime/container-pool.ts";
import { openTemporaryRoot } from "./runtime/temporary-root.ts";
import { UnsupportedTemplate } from "./unsupported.ts";

type FunctionVariables = Readonly<Record<string, string>>;

export interface LocalStackOptions {
  /** What `cdk synth` wrote. */
  readonly assemblyDirectory: string;
  /** Most containers of each function at once. @default 2 */
  readonly containers?: number;
  /** Where the containers' lines go, one file each. */
  readonly logDirectory: string;
  /**
   * Variables that functions default to a path below /opt, with that path: set for each function with a layer that
   * holds it, because there is no /opt here.
   */
  readonly optPaths?: Readonly<Record<string, string>>;
  /**
   * Variables that every function gets beside the template's, which they stand before; asked once the emulators listen,
   * where they depend on them. @default none
   */
  readonly environment?: FunctionVariables | ((endpoints: LocalEndpoints) => Promise<FunctionVariables>);
  /** Asked at each invocation, in seconds; undefined: the template's. @default the template's */
  readonly timeoutSeconds?: () => number | undefined;
  /** Put each container into a cgroup of Lambda's proportions; throws `NotPossibleHere` where that can't be. @default false */
  readonly cells?: boolean;
  /**
   * The master key that stands in for KMS, made if it isn't there. Throws `NotPossibleHere` where others than its owner
   * may read it. @default a key that ends with the run
   */
  readonly keyFile?: string;
  /**
   * What Secrets Manager and SSM know here: lines `NAME=VALUE`, read at each call. Only its owner may read it; it need not
   * be there. @default none
   */
  readonly secretsFile?: string;
  /** Secrets by name that they know besides; the file's stand before them. @default none */
  readonly secrets?: ReadonlyMap<string, string>;
  /** Told every line of every container, and every report of the local stack about one. */
  readonly onLine?: LineListener;
  /** Told why a batch came to nothing: an invocation that failed, timed out or gave a malformed answer. */
  readonly onFault?: (why: string) => void;
}

export interface LocalStack {
  readonly region: string;
  readonly endpoints: LocalEndpoints & {
    /** Switches event sources on and off. */
    readonly lambda: string;
  };
  readonly stackNames: readonly string[];
  /** Those that live now, of all functions. */
  containers(): readonly ContainerView[];
  /** A stack's outputs by their logical ids. Throws for a name that isn't in the assembly. */
  outputs(stackName: string): Readonly<Record<string, string>>;
  /** Ends pollers, containers and emulators; no process and no temporary folder stays. Idempotent. */
  close(): Promise<void>;
}

/**
 * Brings up the stacks of a cloud assembly on this machine, bound to loopback. Throws `UnsupportedTemplate` for what
 * the assembly asks and the local stack doesn't know; then nothing stays behind.
 */
export async function startLocalStack(options: LocalStackOptions): Promise<LocalStack> {
  const stacks = await readAssembly(options.assemblyDirectory);
  const region = stacks.find((stack) => stack.region !== undefined)?.region ?? LOCAL_REGION;
  const cells = options.cells ? cellKind() : undefined;
  const closers: (() => Promise<unknown>)[] = [];
  // Last opened, first closed; one that fails doesn't keep the others from closing.
  const closeAll = async () => {
    const failures: unknown[] = [];
    for (const close of closers.toReversed()) await close().catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw new AggregateError(failures, "the local stack did not close cleanly");
  };
  try {
    const temporaryRoot = await openTemporaryRoot();
    closers.push(() => temporaryRoot.close());
    const backends = await startBackends(region, options);
    closers.push(() => backends.close());
    const shared: SharedDeployment = {
      region,
      account: LOCAL_ACCOUNT,
      backends,
      optPaths: options.optPaths ?? {},
      layers: new Map(),
      functions: new Map(),
      eventSources: [],
      exports: new Map(),
    };
    const outputs = new Map<string, Record<string, string>>();
    for (const stack of stacks) outputs.set(stack.name, await deployStack(stack, shared));
    const { endpoints, sqs } = backends;
    const variables =
      typeof options.environment === "function" ? await options.environment(endpoints) : options.environment;
    const pools = new Map(
      [...shared.functions.values()].map((definition) => {
        const limit = Math.min(options.containers ?? 2, definition.reservedConcurrency ?? Infinity);
        const surroundings = {
          region,
          endpoints,
          temporaryRoot: temporaryRoot.path,
          logDirectory: options.logDirectory,
          listener: options.onLine ?? (() => {}),
          cells,
        };
        const asSet = {
          ...definition,
          environment: { ...definition.environment, ...variables },
          get timeoutSeconds() {
            return options.timeoutSeconds?.() ?? definition.timeoutSeconds;
          },
        };
        return [definition.name, new ContainerPool(asSet, surroundings, limit)] as const;
      }),
    );
    const pollers = shared.eventSources.map((source) => {
      const pool = pools.get(source.functionName);
      if (!pool) throw unknownFunction(source.functionName);
      const queueUrl = `${endpoints.sqs}/${LOCAL_ACCOUNT}/${source.queueArn.split(":").at(-1)}`;
      return new EventSourcePoller({ sqs, queueUrl, source, pool, onFault: options.onFault ?? (() => {}) });
    });
    closers.push(async () => {
      const stopped = pollers.map((poller) => poller.stop());
      await Promise.all([...pools.values()].map((pool) => pool.close()));
      await Promise.all([...stopped, ...pollers.map((poller) => poller.drained())]);
    });
    const control = await serveOnLoopback(eventSourceControl(pollers, region, LOCAL_ACCOUNT));
    closers.push(() => control.close());
    let closing: Promise<void> | undefined;
    return {
      region,
      endpoints: { ...endpoints, lambda: control.endpoint },
      stackNames: [...outputs.keys()],
      containers: () => [...pools.values()].flatMap((pool) => pool.containers),
      outputs: (stackName) => {
        const found = outputs.get(stackName);
        if (found) return found;
        throw new Error(`no stack ${stackName} in the assembly, which holds ${[...outputs.keys()].join(", ")}`);
      },
      close: () => (closing ??= closeAll()),
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

function cellKind(): "v1" | "v2" {
  const support = cellSupport();
  if (support.kind === "none") throw new NotPossibleHere(`Containers can't be put into cells: ${support.why}.`);
  return support.kind;
}

function unknownFunction(name: string): UnsupportedTemplate {
  const place = { stack: "(assembly)", logicalId: name, type: "AWS::Lambda::EventSourceMapping" };
  return new UnsupportedTemplate(place, "its function is not in the assembly", "Synthesize all stacks together.");
}
