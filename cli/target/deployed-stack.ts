import { CloudFormationClient, DescribeStacksCommand } from "@aws-sdk/client-cloudformation";

import { CliError } from "../cli-error.ts";
import { EXIT } from "../exit-codes.ts";
import { stackOutputsSchema, type StackOutputs } from "./stack-outputs.ts";

/** Reads a deployed stack's outputs. Throws `CliError` when the stack can't be read or isn't a fleet stack. */
export async function readDeployedStack(name: string): Promise<StackOutputs> {
  const client = new CloudFormationClient({});
  try {
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: name }));
    const outputs = Object.fromEntries((Stacks?.[0]?.Outputs ?? []).map((one) => [one.OutputKey, one.OutputValue]));
    const parsed = stackOutputsSchema.safeParse(outputs);
    if (parsed.success) return parsed.data;
    const missing = parsed.error.issues.map(({ path }) => path.join(".")).join(", ");
    throw new CliError(
      EXIT.unreachable,
      `Stack ${name} has no output ${missing}. Name the fleet stack, such as SubletFleet-prod.`,
    );
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    const whatToDo = "Check the name, AWS_PROFILE and AWS_REGION; `aws sts get-caller-identity` shows who you are.";
    throw new CliError(EXIT.unreachable, `Can't read stack ${name}: ${why}. ${whatToDo}`, { cause });
  } finally {
    client.destroy();
  }
}
