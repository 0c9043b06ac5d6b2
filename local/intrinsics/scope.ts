import type { Template } from "../assembly/template.ts";

/** What a created resource answers to `Ref` and `Fn::GetAtt`. */
export interface ResourceValues {
  readonly ref: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** All that the intrinsic functions of one stack's template look at. */
export interface Scope {
  readonly stack: string;
  readonly region: string;
  readonly account: string;
  readonly template: Template;
  /** Resources created so far, by logical id. */
  readonly resources: ReadonlyMap<string, ResourceValues>;
  /** Values that earlier stacks exported, by export name. */
  readonly exports: ReadonlyMap<string, string>;
}
