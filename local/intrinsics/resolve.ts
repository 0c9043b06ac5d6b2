import { UnsupportedTemplate, type TemplatePlace } from "../unsupported.ts";
import { intrinsicCall, subParts, type IntrinsicCall } from "./intrinsic.ts";
import { attributePath } from "./references.ts";
import type { Scope } from "./scope.ts";

/** What `AWS::NoValue` resolves to: the property that holds it is left out. */
const NO_VALUE = Symbol("AWS::NoValue");

/**
 * Replaces every intrinsic function in `value` by what CloudFormation would put there.
 * Throws `UnsupportedTemplate`, with the place, for a function, name or attribute that it doesn't know.
 */
export function resolveValue(value: unknown, scope: Scope, place: TemplatePlace): unknown {
  const resolved = resolveAny(value, scope, place);
  return resolved === NO_VALUE ? undefined : resolved;
}

/** Whether a named condition of the template holds. */
export function conditionHolds(name: string, scope: Scope, place: TemplatePlace): boolean {
  const conditions = scope.template.Conditions ?? {};
  if (!(name in conditions)) {
    throw new UnsupportedTemplate(place, `condition ${name} is not in the template`, "Synthesize the stacks again.");
  }
  return resolveAny(conditions[name], scope, place) === true;
}

function resolveAny(value: unknown, scope: Scope, place: TemplatePlace): unknown {
  if (Array.isArray(value)) {
    return value.map((item) => resolveAny(item, scope, place)).filter((item) => item !== NO_VALUE);
  }
  if (typeof value !== "object" || value === null) return value;
  const call = intrinsicCall(value);
  if (call) return callIntrinsic(call, scope, place);
  const entries = Object.entries(value).map(([key, item]) => {
    const property = place.property === undefined ? key : `${place.property}.${key}`;
    return [key, resolveAny(item, scope, { ...place, property })] as const;
  });
  return Object.fromEntries(entries.filter(([, item]) => item !== NO_VALUE));
}

function callIntrinsic(call: IntrinsicCall, scope: Scope, place: TemplatePlace): unknown {
  const { name, argument } = call;
  const args = () => resolveAny(argument, scope, place) as readonly unknown[];
  switch (name) {
    case "Ref":
      return resolveRef(String(argument), scope, place);
    case "Fn::GetAtt": {
      const { logicalId, attribute } = attributePath(argument);
      return getAttribute(logicalId, attribute, scope, place);
    }
    case "Fn::Sub":
      return substitute(argument, scope, place);
    case "Fn::Join": {
      const [separator, items] = args();
      return (items as readonly unknown[]).map(String).join(String(separator));
    }
    case "Fn::Select": {
      const [index, items] = args();
      const item = (items as readonly unknown[])[Number(index)];
      if (item === undefined) throw outOfRange(place, Number(index));
      return item;
    }
    case "Fn::Split": {
      const [separator, text] = args();
      return String(text).split(String(separator));
    }
    case "Fn::ImportValue":
      return importValue(String(resolveAny(argument, scope, place)), scope, place);
    case "Fn::If": {
      const [condition, yes, no] = argument as readonly unknown[];
      return resolveAny(conditionHolds(String(condition), scope, place) ? yes : no, scope, place);
    }
    case "Condition":
      return conditionHolds(String(argument), scope, place);
    case "Fn::Equals": {
      const [one, other] = args();
      return one === other;
    }
    case "Fn::And":
      return args().every((item) => item === true);
    case "Fn::Or":
      return args().some((item) => item === true);
    case "Fn::Not":
      return args()[0] !== true;
    default:
      throw new UnsupportedTemplate(
        place,
        `intrinsic function ${name} is not interpreted`,
        "Add it to local/intrinsics/resolve.ts, or write the value without it.",
      );
  }
}

function resolveRef(name: string, scope: Scope, place: TemplatePlace): unknown {
  switch (name) {
    case "AWS::Region":
      return scope.region;
    case "AWS::AccountId":
      return scope.account;
    case "AWS::Partition":
      return "aws";
    case "AWS::URLSuffix":
      return "amazonaws.com";
    case "AWS::StackName":
      return scope.stack;
    case "AWS::StackId":
      return `arn:aws:cloudformation:${scope.region}:${scope.account}:stack/${scope.stack}/local`;
    case "AWS::NoValue":
      return NO_VALUE;
  }
  const resource = scope.resources.get(name);
  if (resource) return resource.ref;
  const parameter = scope.template.Parameters?.[name];
  if (parameter?.Default !== undefined) return parameter.Default;
  const why = parameter ? `parameter ${name} has no default` : `${name} is neither a resource nor a parameter`;
  throw new UnsupportedTemplate(place, why, "A local run knows only defaults and what the assembly declares.");
}

function getAttribute(logicalId: string, attribute: string, scope: Scope, place: TemplatePlace): string {
  const resource = scope.resources.get(logicalId);
  const value = resource?.attributes[attribute];
  if (value !== undefined) return value;
  const what = resource
    ? `attribute ${attribute} of ${logicalId} has no local value`
    : `${logicalId} is not a resource of this stack`;
  throw new UnsupportedTemplate(place, what, "Add the attribute to the resource's file in local/resources/.");
}

function substitute(argument: unknown, scope: Scope, place: TemplatePlace): string {
  const [text, variables] = Array.isArray(argument) ? argument : [argument, {}];
  const own = resolveAny(variables ?? {}, scope, place) as Readonly<Record<string, unknown>>;
  const parts = subParts(String(text)).map((part) => {
    if ("text" in part) return part.text;
    const { expression } = part;
    if (expression in own) return String(own[expression]);
    const dot = expression.indexOf(".");
    if (dot === -1) return String(resolveRef(expression, scope, place));
    return getAttribute(expression.slice(0, dot), expression.slice(dot + 1), scope, place);
  });
  return parts.join("");
}

function importValue(name: string, scope: Scope, place: TemplatePlace): string {
  const value = scope.exports.get(name);
  if (value !== undefined) return value;
  throw new UnsupportedTemplate(
    place,
    `no stack before this one exports ${name}`,
    "Declare the dependency between the stacks, or synthesize all of them together.",
  );
}

function outOfRange(place: TemplatePlace, index: number): UnsupportedTemplate {
  return new UnsupportedTemplate(place, `Fn::Select has no item ${index}`, "Check the list that it selects from.");
}
