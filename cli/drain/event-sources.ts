import {
  ListEventSourceMappingsCommand,
  ResourceInUseException,
  UpdateEventSourceMappingCommand,
  type EventSourceMappingConfiguration,
  type LambdaClient,
} from "@aws-sdk/client-lambda";

/** What feeds the worker from one queue. */
export interface EventSource {
  readonly id: string;
  readonly queue: string;
  /** Lambda's word: `Enabled`, `Disabling`, … */
  readonly state: string;
}

/** All of the worker's event sources, by queue. */
async function listEventSources(lambda: LambdaClient, functionName: string): Promise<EventSource[]> {
  const sources: EventSource[] = [];
  let Marker: string | undefined;
  do {
    const request: ListEventSourceMappingsCommand = new ListEventSourceMappingsCommand({
      FunctionName: functionName,
      ...(Marker !== undefined && { Marker }),
    });
    const answer = await lambda.send(request);
    sources.push(...(answer.EventSourceMappings ?? []).map(sourceOf));
    Marker = answer.NextMarker;
  } while (Marker !== undefined && Marker !== "");
  return sources.toSorted((one, other) => one.queue.localeCompare(other.queue));
}

/**
 * Asks for the wanted state where a source isn't in it or on its way there, and answers how all of them stand. One that
 * is changing takes no order (Lambda refuses it): ask again.
 */
export async function switchEventSources(
  lambda: LambdaClient,
  functionName: string,
  wanted: "on" | "off",
): Promise<{ readonly sources: readonly EventSource[]; readonly settled: boolean }> {
  const found = await listEventSources(lambda, functionName);
  const sources = await Promise.all(
    found.map(async (source): Promise<EventSource> => {
      if (REACHED[wanted].has(source.state) || UNDER_WAY[wanted].has(source.state)) return source;
      try {
        const change = { UUID: source.id, Enabled: wanted === "on" };
        return sourceOf(await lambda.send(new UpdateEventSourceMappingCommand(change)));
      } catch (error) {
        if (error instanceof ResourceInUseException) return source;
        throw error;
      }
    }),
  );
  return { sources, settled: sources.every(({ state }) => REACHED[wanted].has(state)) };
}

/** Source: AWS Lambda API reference, EventSourceMappingConfiguration, State. */
const REACHED = { on: new Set(["Enabled"]), off: new Set(["Disabled", "Deleting"]) } as const;
const UNDER_WAY = { on: new Set(["Enabling"]), off: new Set(["Disabling"]) } as const;

function sourceOf({ UUID, EventSourceArn, State }: EventSourceMappingConfiguration): EventSource {
  return { id: UUID ?? "", queue: EventSourceArn?.split(":").at(-1) ?? "", state: State ?? "unknown" };
}
