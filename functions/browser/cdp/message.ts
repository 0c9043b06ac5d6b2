/** A message of the DevTools protocol, in either direction. `sessionId` is missing on the browser's own session. */
export interface CdpMessage {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly sessionId?: string;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly code?: number; readonly message: string };
}

export interface TargetInfo {
  readonly targetId: string;
  readonly type: string;
  readonly url: string;
  /** Of a popup: the page that opened it, or its target. */
  readonly openerId?: string;
  readonly openerFrameId?: string;
  readonly browserContextId?: string;
}

/** One attachment of this connection to a page, frame or worker. */
export interface Attachment {
  readonly sessionId: string;
  readonly target: TargetInfo;
}
