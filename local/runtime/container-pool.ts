import { Container, type ContainerSurroundings, type ContainerView } from "./container.ts";
import type { FunctionDefinition } from "./function-definition.ts";
import type { RuntimeAnswer } from "./runtime-api.ts";

/**
 * The containers of one function: the most recently used warm one first, a new one while there is room, else the
 * caller waits. A container without work is frozen.
 */
export class ContainerPool {
  readonly #definition: FunctionDefinition;
  readonly #surroundings: ContainerSurroundings;
  readonly #limit: number;
  readonly #all = new Set<Container>();
  readonly #warm: Container[] = [];
  /** Whoever waits for a container looks again whenever one may be free: first come, first served. */
  #waiting: (() => void)[] = [];
  #started = 0;
  #closed = false;

  constructor(definition: FunctionDefinition, surroundings: ContainerSurroundings, limit: number) {
    this.#definition = definition;
    this.#surroundings = surroundings;
    this.#limit = limit;
  }

  get size(): number {
    return this.#all.size;
  }

  get containers(): readonly ContainerView[] {
    return [...this.#all].map(({ view }) => view);
  }

  /** Most containers at once. */
  get limit(): number {
    return this.#limit;
  }

  /** Whether an invocation finds a container without waiting. */
  get hasRoom(): boolean {
    return this.#warm.length > 0 || this.#all.size < this.#limit;
  }

  /** Resolves when there is room, or when the pool closes. */
  async whenRoom(): Promise<void> {
    while (!this.#closed && !this.hasRoom) await this.#change();
  }

  async invoke(payload: string): Promise<RuntimeAnswer> {
    const container = await this.#take();
    if (!container)
      return { kind: "error", error: { errorType: "Closed", errorMessage: "the local stack is closing" } };
    const { result, reusable } = await container.invoke(payload);
    if (reusable) this.#giveBack(container);
    else this.#remove(container);
    return result;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#announce();
    await Promise.all([...this.#all].map((container) => container.close()));
  }

  async #take(): Promise<Container | undefined> {
    // Room that is there is taken at once, before anybody else sees it.
    while (!this.#closed && !this.hasRoom) await this.#change();
    if (this.#closed) return undefined;
    for (let warm = this.#warm.pop(); warm !== undefined; warm = this.#warm.pop()) {
      if (warm.view.pid !== undefined) return warm;
      // Its process ended between two invocations: like Lambda, this starts another one and loses no batch over it.
      await warm.close();
      this.#all.delete(warm);
    }
    return this.#start();
  }

  async #start(): Promise<Container> {
    this.#started += 1;
    const container = new Container(`${this.#definition.name}-${this.#started}`, this.#definition, this.#surroundings);
    this.#all.add(container);
    try {
      await container.start();
      return container;
    } catch (error) {
      this.#remove(container);
      await container.close();
      throw error;
    }
  }

  #giveBack(container: Container): void {
    this.#warm.push(container);
    this.#announce();
    // Frozen only when nobody who waited has taken it.
    setImmediate(() => {
      if (this.#warm.includes(container)) container.freeze();
    });
  }

  #remove(container: Container): void {
    this.#all.delete(container);
    this.#announce();
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  #announce(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const look of waiting) look();
  }
}
