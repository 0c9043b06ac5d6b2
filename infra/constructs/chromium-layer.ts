import { Architecture, Code, LayerVersion, Runtime } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";

export interface ChromiumLayerProps {
  /** Folder that becomes /opt. */
  readonly directory: string;
}

/** Chromium with its libraries and fonts, unpacked, so that a cold start decompresses nothing. */
export class ChromiumLayer extends Construct {
  readonly version: LayerVersion;

  constructor(scope: Construct, id: string, props: ChromiumLayerProps) {
    super(scope, id);
    this.version = new LayerVersion(this, "Version", {
      code: Code.fromAsset(props.directory),
      description: "Chromium, unpacked, for Sublet's worker",
      compatibleArchitectures: [Architecture.X86_64],
      compatibleRuntimes: [Runtime.NODEJS_24_X],
    });
  }
}
