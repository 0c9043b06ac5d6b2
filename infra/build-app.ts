import { type App, Tags, Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks } from "cdk-nag";

import type { StageConfiguration } from "./stage-configuration.ts";
import { SubletFleetStack, type FleetAssets } from "./sublet-fleet-stack.ts";
import { SubletStateStack } from "./sublet-state-stack.ts";

export interface SubletApp {
  readonly app: App;
  readonly state: SubletStateStack;
  readonly fleet: SubletFleetStack;
}

/**
 * Declares both stacks of a stage. Bound to no account and no region: the credentials at deployment decide, and nothing
 * is looked up.
 * @param stageName becomes part of the stacks' names
 */
export function buildApp(app: App, stageName: string, stage: StageConfiguration, assets: FleetAssets): SubletApp {
  const common = { stage, terminationProtection: stage.keepState };
  const state = new SubletStateStack(app, `SubletState-${stageName}`, {
    ...common,
    description: `Sublet (${stageName}): leases, sessions, artifacts and results`,
  });
  const fleet = new SubletFleetStack(app, `SubletFleet-${stageName}`, {
    ...common,
    state,
    assets,
    description: `Sublet (${stageName}): job queues, worker and Chromium`,
  });
  Tags.of(app).add("sublet:stage", stageName);
  // Synthesis fails on a finding that no construct acknowledges with a reason.
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return { app, state, fleet };
}
