/** A Lambda function as the template defines it, intrinsics resolved. */
export interface FunctionDefinition {
  readonly name: string;
  readonly arn: string;
  /** `file.export`, below the code's folder. */
  readonly handler: string;
  readonly codeDirectory: string;
  /** Folders that Lambda would mount at /opt, in the template's order: a later one wins. */
  readonly layerDirectories: readonly string[];
  readonly memoryMiB: number;
  readonly timeoutSeconds: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly logging: {
    readonly format: "JSON" | "Text";
    readonly applicationLevel: string | undefined;
    readonly group: string;
  };
  readonly reservedConcurrency: number | undefined;
}
