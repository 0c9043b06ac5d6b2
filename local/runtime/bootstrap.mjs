import { request } from "node:http";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/**
 * The Runtime client of a local container: loads the handler, then asks the Runtime API for one invocation after the
 * other, as Lambda's own does. Plain JavaScript, because it runs as the function's process and not as this project's.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
const api = new URL(`http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/`);

/** By node:http and not by fetch: fetch gives up waiting for headers after five minutes, and a frozen one loses the time. */
function call(method, path, body) {
  return new Promise((resolve, reject) => {
    const sent = request(new URL(path, api), { method }, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () => resolve({ headers: response.headers, body: Buffer.concat(chunks).toString("utf8") }));
      response.on("error", reject);
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

function describe(error) {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? "").split("\n") };
}

function contextOf(headers) {
  const deadlineMs = Number(headers["lambda-runtime-deadline-ms"]);
  return {
    awsRequestId: headers["lambda-runtime-aws-request-id"],
    invokedFunctionArn: headers["lambda-runtime-invoked-function-arn"],
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, deadlineMs - Date.now()),
  };
}

async function loadHandler() {
  const [file, name] = process.env._HANDLER.split(".");
  for (const ending of [".mjs", ".js", ".cjs"]) {
    try {
      const module = await import(pathToFileURL(join(process.env.LAMBDA_TASK_ROOT, file + ending)).href);
      const handler = module[name] ?? module.default?.[name];
      if (typeof handler === "function") return handler;
      throw new TypeError(`${file}${ending} exports no function ${name}`);
    } catch (error) {
      if (error.code !== "ERR_MODULE_NOT_FOUND" || !String(error.message).includes(file + ending)) throw error;
    }
  }
  throw new Error(`no file ${file}.mjs, .js or .cjs in ${process.env.LAMBDA_TASK_ROOT}`);
}

async function serve(handler) {
  for (;;) {
    const { headers, body } = await call("GET", "invocation/next");
    const id = headers["lambda-runtime-aws-request-id"];
    process.env._X_AMZN_TRACE_ID = headers["lambda-runtime-trace-id"];
    try {
      const result = await handler(JSON.parse(body), contextOf(headers));
      await call("POST", `invocation/${id}/response`, JSON.stringify(result ?? null));
    } catch (error) {
      console.error(JSON.stringify({ level: "ERROR", message: "Invoke Error", ...describe(error) }));
      await call("POST", `invocation/${id}/error`, JSON.stringify(describe(error)));
    }
  }
}

try {
  const handler = await loadHandler();
  await serve(handler);
} catch (error) {
  // The Runtime API is gone together with the local stack, or the handler can't be loaded: either way it ends here.
  await call("POST", "init/error", JSON.stringify(describe(error))).catch(() => {});
  console.error(JSON.stringify({ level: "ERROR", message: "Runtime ended", ...describe(error) }));
  process.exit(1);
}
