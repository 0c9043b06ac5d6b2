import { dirname } from "node:path";

import { App } from "aws-cdk-lib";

import { buildApp } from "./build-app.ts";
import { builtAssets } from "./built-assets.ts";
import { stageNamed } from "./stages.ts";

/** What the `cdk` command runs. `-c stage=prod` chooses a stage; without it the stage is dev. */
const app = new App();
const stageName = String(app.node.tryGetContext("stage") ?? "dev");
buildApp(app, stageName, stageNamed(stageName), builtAssets(dirname(import.meta.dirname)));
app.synth();
