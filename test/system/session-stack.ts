import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { DynamoDBClient, ScanCommand } from "@aws-sdk/client-dynamodb";
import { KMSClient } from "@aws-sdk/client-kms";

import type { MembersOptions } from "../../examples/shop/members.ts";
import type { JobMessage } from "../../functions/core/job/job-message.ts";
import { decodeState } from "../../functions/core/session/state/encoded-state.ts";
import type { Seal } from "../../functions/core/session/seal.ts";
import { sessionDefinitionSchema } from "../../functions/core/session/definition/session-definition.ts";
import type { SessionDefinition } from "../../functions/core/session/session.ts";
import type { SessionState } from "../../functions/core/session/state/session-state.ts";
import type { SessionStore } from "../../functions/core/session/session-store.ts";
import { createKmsSeal } from "../../functions/secrets/kms-seal.ts";
import { DynamoDbSessionStore } from "../../functions/store/dynamodb-session-store.ts";
import { leaseSpans, type LeaseSpan } from "./lease-history.ts";
import { SystemStack } from "./stack.ts";

const CREDENTIALS = { accessKeyId: "local", secretAccessKey: "local" } as const;

/** The whole thing with a members' area in the shop, and its sessions as an operator sees them. */
export class SessionStack {
  readonly system: SystemStack;
  readonly sessions: SessionStore;
  readonly seal: Seal;
  readonly #directory: string;
  readonly #dynamodb: DynamoDBClient;
  readonly #clients: readonly { destroy(): void }[];

  private constructor(system: SystemStack, directory: string) {
    this.system = system;
    this.#directory = directory;
    const { region, endpoints } = system;
    const dynamodb = new DynamoDBClient({ region, endpoint: endpoints.dynamodb, credentials: CREDENTIALS });
    const kms = new KMSClient({ region, endpoint: endpoints.kms, credentials: CREDENTIALS });
    this.#dynamodb = dynamodb;
    this.#clients = [dynamodb, kms];
    this.sessions = new DynamoDbSessionStore(dynamodb, system.output("SessionsTableName"));
    this.seal = createKmsSeal({ keyArn: system.output("SessionKeyArn"), client: kms });
  }

  static async start(options: {
    readonly containers: number;
    readonly latencyMs?: number;
    readonly members?: MembersOptions;
    readonly environment?: Readonly<Record<string, string>>;
  }): Promise<SessionStack> {
    const directory = await mkdtemp(join(tmpdir(), "sublet-sessions-"));
    const secretsFile = join(directory, "secrets.env");
    const secrets = Array.from({ length: 10 }, (_, index) => {
      const user = `member-${index + 1}`;
      return `sublet/${user}=${JSON.stringify({ username: user, password: `${user}-secret` })}`;
    });
    await writeFile(secretsFile, `${secrets.join("\n")}\n`, { mode: 0o600 });
    return new SessionStack(await SystemStack.start({ ...options, secretsFile }), directory);
  }

  /** Idempotent. */
  async close(): Promise<void> {
    for (const client of this.#clients) client.destroy();
    await this.system.close();
    await rm(this.#directory, { recursive: true, force: true });
  }

  get origin(): string {
    return this.system.shop.origin;
  }

  /** Creates sessions that log in to the members' area by recipe, each as the member of its name. */
  async create(...definitions: readonly (Partial<SessionDefinition> & { readonly name: string })[]): Promise<void> {
    for (const definition of definitions) {
      const { name } = definition;
      const login = {
        strategy: "recipe-login",
        input: this.loginInput(),
        credentials: `secretsmanager:sublet/${name}`,
      };
      const session = sessionDefinitionSchema.parse({ site: this.system.host, login, ...definition });
      await this.sessions.create(session, undefined, Date.now());
    }
  }

  loginInput() {
    return {
      steps: [
        { do: "goto", url: `${this.origin}/members/login` },
        { do: "fill", selector: "input[name=user]", credential: "username" },
        { do: "fill", selector: "input[name=password]", credential: "password" },
        { do: "click", selector: "form.login button", navigates: true },
      ],
      refused: { selector: "#login-error" },
      check: { url: `${this.origin}/members`, selector: "#member-name" },
      signedOut: { paths: ["/members/login"] },
    };
  }

  /** Looks a record up in the members' search, whose state the server keeps for the whole login. */
  searchJob(id: string, sku: string, change: Partial<JobMessage>, guarded = true): string {
    const search = [
      { do: "fill", selector: "form.lookup input[name=sku]", value: sku },
      { do: "click", selector: "form.lookup button", navigates: true },
      { do: "extract", fields: { sku: { selector: "#record-sku" } } },
    ];
    const steps = [
      { do: "goto", url: `${this.origin}/members` },
      ...(guarded ? [{ do: "exclusively", steps: search }] : search),
    ];
    return JSON.stringify({ v: 1, id, strategy: "recipe", site: this.system.host, input: { steps }, ...change });
  }

  /** The session's state in the clear. */
  async state(name: string): Promise<SessionState> {
    const record = await this.sessions.read(name);
    if (record?.sealed === undefined) throw new Error(`session ${name} has no state`);
    return decodeState(await this.seal.open({ session: name, site: record.site }, record.sealed));
  }

  /** Everything that is stored, as it is stored: both tables. */
  async stored(): Promise<string> {
    const tables = ["SessionsTableName", "LeasesTableName"].map((name) => this.system.output(name));
    const scans = await Promise.all(tables.map((TableName) => this.#dynamodb.send(new ScanCommand({ TableName }))));
    return scans.flatMap(({ Items = [] }) => Items.map((item) => JSON.stringify(item, readable))).join("\n");
  }

  /** Every lease of every session so far. */
  leaseHistory(): LeaseSpan[] {
    return leaseSpans(this.logged("session leased"), this.logged("session released"));
  }

  /** Worker log lines with this message. */
  logged(message: string): readonly Record<string, unknown>[] {
    return this.system.lines.filter((line) => line["message"] === message);
  }
}

/** Bytes as text too, where a secret could stand in the clear. */
function readable(_: string, value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString("latin1") : value;
}
