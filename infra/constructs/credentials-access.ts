import { Stack, Validations } from "aws-cdk-lib";
import { PolicyStatement, type Role } from "aws-cdk-lib/aws-iam";

/** Where what a session logs in with may be kept: names that begin with `sublet/`, or `/sublet/` for a parameter. */
const PLACES = [
  { sid: "Secrets", action: "secretsmanager:GetSecretValue", resource: "secret:sublet/*" },
  { sid: "Parameters", action: "ssm:GetParameter", resource: "parameter/sublet/*" },
] as const;

/** Lets a role read credentials, one by one and by name. It can't list them. */
export function allowCredentials(role: Role): void {
  const { partition, region, account } = Stack.of(role);
  for (const { sid, action, resource } of PLACES) {
    const service = action.split(":", 1)[0];
    const arn = (...[of, at, by]: readonly string[]) => `arn:${of}:${service}:${at}:${by}:${resource}`;
    role.addToPolicy(new PolicyStatement({ sid, actions: [action], resources: [arn(partition, region, account)] }));
    Validations.of(role).acknowledge({
      // cdk-nag's own way of naming what CloudFormation fills in.
      id: `AwsSolutions-IAM5[Resource::${arn("<AWS::Partition>", "<AWS::Region>", "<AWS::AccountId>")}]`,
      reason:
        "Owners of sessions create and rename credentials without a deployment; the session's record says which one is " +
        "its own. The prefix keeps every other secret of the account away from the worker.",
    });
  }
}
