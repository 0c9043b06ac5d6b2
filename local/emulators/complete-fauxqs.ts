/** What is used here of fauxqs's queue, which its package doesn't export. */
interface Queue {
  fifoMessages: Map<string, { readonly sequenceNumber?: string }[]>;
  fifoLockedGroups: Map<string, number>;
  processTimers(): void;
  dequeueFifo: Dequeue & { complete?: true };
}
type Dequeue = (this: Queue, max: number, visibility?: number, resolver?: unknown) => unknown[];

/** Source: SQS ReceiveMessage, MaxNumberOfMessages. */
const RECEIVE_MAX = 10;

/**
 * Teaches fauxqs 2.4.1 to answer several messages of one group at once, as SQS does: "as many messages with the same message
 * group ID as possible" (Amazon SQS developer guide, FIFO delivery logic). It gives one and locks the group, so that a
 * group's jobs would come one by one here and ten at a time on AWS; and it turns the order of what comes back round. Throws where fauxqs has become another.
 */
export async function completeFauxqs(): Promise<void> {
  const store = new URL("sqs/sqsStore.js", import.meta.resolve("fauxqs"));
  const { SqsQueue } = (await import(store.href)) as { readonly SqsQueue?: { readonly prototype: Queue } };
  const original = SqsQueue?.prototype.dequeueFifo;
  if (SqsQueue === undefined || original === undefined) throw new Error("fauxqs has no SqsQueue.dequeueFifo any more");
  if (original.complete) return;
  const dequeueFifo: Dequeue = function dequeueGroups(max, visibility, resolver) {
    this.processTimers();
    const taken: unknown[] = [];
    const free = [...this.fifoMessages.keys()].filter((group) => !this.fifoLockedGroups.has(group));
    for (const group of free) {
      while (taken.length < Math.min(max, RECEIVE_MAX)) {
        const one = alone(this, group, () => original.call(this, 1, visibility, resolver));
        if (one.length === 0) break;
        taken.push(...one);
      }
    }
    return taken;
  };
  SqsQueue.prototype.dequeueFifo = Object.assign(dequeueFifo, { complete: true as const });
}

/** Runs a receive that sees one group only, and sees it unlocked. */
function alone(queue: Queue, group: string, receive: () => unknown[]): unknown[] {
  const { fifoMessages, fifoLockedGroups } = queue;
  const locks = fifoLockedGroups.get(group) ?? 0;
  const messages = fifoMessages.get(group);
  if (messages === undefined) return [];
  // It puts what comes back in front, one before the other, which turns their order round.
  messages.sort((one, other) => ((one.sequenceNumber ?? "") < (other.sequenceNumber ?? "") ? -1 : 1));
  fifoMessages.delete(group);
  fifoLockedGroups.delete(group);
  queue.fifoMessages = new Map([[group, messages]]);
  const received = receive();
  // Timers may have brought messages of other groups back meanwhile.
  for (const [name, some] of queue.fifoMessages) fifoMessages.set(name, [...(fifoMessages.get(name) ?? []), ...some]);
  queue.fifoMessages = fifoMessages;
  const now = locks + received.length;
  if (now > 0) fifoLockedGroups.set(group, now);
  return received;
}
