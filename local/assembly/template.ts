/** One resource of a CloudFormation template. */
export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly Condition?: string;
  readonly DependsOn?: string | readonly string[];
}

interface TemplateOutput {
  readonly Value: unknown;
  readonly Condition?: string;
  readonly Export?: { readonly Name: unknown };
}

interface TemplateParameter {
  readonly Type: string;
  readonly Default?: unknown;
}

/** The sections of a CloudFormation template that are interpreted. */
export interface Template {
  readonly Resources?: Readonly<Record<string, TemplateResource>>;
  readonly Outputs?: Readonly<Record<string, TemplateOutput>>;
  readonly Parameters?: Readonly<Record<string, TemplateParameter>>;
  readonly Conditions?: Readonly<Record<string, unknown>>;
  readonly Mappings?: unknown;
  readonly Transform?: unknown;
}

/** One stack of a cloud assembly, with the files that its template refers to. */
export interface AssemblyStack {
  readonly name: string;
  readonly region: string | undefined;
  readonly template: Template;
  /** Absolute path of an asset's source, by the S3 key that the template refers to it by. */
  readonly assets: ReadonlyMap<string, string>;
}
