import { generateConfigurationDoc } from "./generate-configuration-doc.ts";
import { generateJobDocs } from "./generate-job-docs.ts";
import { generateLocalDoc } from "./generate-local-doc.ts";
import { generateRegistry } from "./generate-registry.ts";

/** Everything that is made from something else: the strategy registry, and the pages made from tables. */
await generateRegistry();
await generateConfigurationDoc();
await generateJobDocs();
await generateLocalDoc();
