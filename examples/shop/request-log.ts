export interface RequestRecord {
  readonly atMs: number;
  readonly method: string;
  /** With the query string. */
  readonly path: string;
  /** The visitor cookie that the request carried. */
  readonly visitor: string | null;
  /** The login cookie that the request carried. */
  readonly session: string | null;
  readonly userAgent: string | null;
}

export interface RequestLog {
  add(record: RequestRecord): void;
  records(): readonly RequestRecord[];
}

const MAX_RECORDS = 10_000;

/** The newest requests, oldest first. */
export function makeRequestLog(): RequestLog {
  const ring: RequestRecord[] = [];
  let added = 0;
  return {
    add: (record) => {
      ring[added % MAX_RECORDS] = record;
      added += 1;
    },
    records: () => [...ring.slice(added % MAX_RECORDS), ...ring.slice(0, added % MAX_RECORDS)],
  };
}
