// `directus start`, which takes its port from a variable.
import { parseArgs } from "node:util";

process.env.PORT = parseArgs({ options: { port: { type: "string" } } }).values.port;
await import("@directus/api/start");
