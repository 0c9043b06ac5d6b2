import type { EventEmitter } from "node:events";

type Listener = (...parameters: unknown[]) => void;

/**
 * Who listens to a page or a context now; `restore` takes away whoever came later. A tenant's listeners must not hear the
 * next one. Playwright's objects are event emitters; its types leave the methods out that read listeners.
 */
export function listenerSnapshot(targets: readonly object[]): { restore(): void } {
  const emitters = targets as readonly EventEmitter[];
  const before = emitters.map((emitter) => listenersOf(emitter));
  return {
    restore: () => {
      for (const [index, emitter] of emitters.entries()) {
        for (const [event, listener] of listenersOf(emitter)) {
          const wasThere = before[index]?.some((one) => one[0] === event && one[1] === listener);
          if (!wasThere) emitter.off(event, listener);
        }
      }
    },
  };
}

function listenersOf(emitter: EventEmitter): readonly (readonly [string | symbol, Listener])[] {
  return emitter
    .eventNames()
    .flatMap((event) => (emitter.listeners(event) as Listener[]).map((listener) => [event, listener] as const));
}
